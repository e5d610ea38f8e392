#include "tests/simulation/clients.h"

#include <algorithm>
#include <utility>

#include "engine/codec/command_codec.h"
#include "engine/codec/result_codec.h"
#include "tests/simulation/definitions.h"

namespace rasti::simulation {
namespace {

constexpr int kDoublingsMost = 6;
constexpr char kKeyId[] = "k1";
constexpr char kKey[] = "the key of the socket";

}  // namespace

Clients::Clients(LogRecord& log, HandOver hand_over, const History& history, int cases, int commands)
    : log_(log),
      hand_over_(std::move(hand_over)),
      history_(history),
      cases_(cases),
      commands_most_(commands),
      commands_(log.faults().random().engine(), cases, 15) {}

runtime::Submitters Clients::MakeSubmitters() {
  return runtime::Submitters({{core::SubmitterId("socket"), {{kKeyId, kKey}}, {}, {}}});
}

void Clients::Act() {
  Faults& faults = log_.faults();
  if (!submissions_.empty() && faults.Strikes(Fault::kDuplicate, 40)) {
    HandIn(submissions_[faults.random().Below(submissions_.size())]);
  } else if (std::ssize(submissions_) < commands_most_) {
    SubmitNew();
  }
}

void Clients::SubmitNew() {
  const core::CaseId id = test::SampleCaseId(log_.faults().random().Below(static_cast<uint64_t>(cases_)));
  const core::CaseState state = history_.StateOf(id);
  const test::SampleWorld& world = Sample();
  const core::Definition& definition =
      state.definition == world.definition_2.version ? world.definition_2 : world.definition;
  Submission submission;
  submission.command = commands_.Next(definition, id, state, log_.time().now());
  submission.record = codec::EncodeSigned(codec::SignCommand(codec::EncodeCommand(submission.command), kKeyId, kKey));
  by_id_[{id, submission.command.command_id}] = submissions_.size();
  submissions_.push_back(std::move(submission));
  HandIn(submissions_.back());
}

void Clients::HandIn(Submission& submission) {
  // Refused where the log is away: asked again like all that is not answered.
  static_cast<void>(hand_over_(std::string(submission.command.case_id.uuid.AsBytes()), submission.record));
  // Later each time, so that nobody who is slow is buried.
  const int64_t times = int64_t{1} << std::min(submission.attempts++, kDoublingsMost);
  submission.again_at = log_.time().now() + Duration{times * log_.faults().random().Between(2'000, 30'000)};
}

void Clients::AskAgain() {
  for (Submission& submission : submissions_) {
    if (!submission.answered && submission.again_at <= log_.time().now()) HandIn(submission);
  }
}

void Clients::Told(std::string_view result) {
  const auto decoded = codec::DecodeResult(result);
  if (!decoded) return log_.Violation("a result cannot be read: " + decoded.error().message);
  const auto found = by_id_.find({decoded->case_id, decoded->command_id});
  if (found == by_id_.end()) return log_.Violation("a result of a command that nobody handed in");
  if (log_.faults().Strikes(Fault::kMissedAnswer, 60)) return;
  submissions_[found->second].answered = true;
}

bool Clients::AreSatisfied() const { return std::ranges::all_of(submissions_, &Submission::answered); }

}  // namespace rasti::simulation
