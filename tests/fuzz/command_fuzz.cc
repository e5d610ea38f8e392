// Commands as anybody may hand them in. The input is a row of commands: each is read, and what is accepted is decided
// by the cases of a sample municipality as the engine would: planned anew where needed, timers first, the command then.
//
// Deciding comes to an end, the same command gives the same decision twice, the events of a decision can be written and
// fold to the state that deciding kept, and a rejection says why.
#include <map>

#include "engine/audit/event_hash.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/json.h"
#include "engine/codec/outbox_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/codec/state_codec.h"
#include "engine/core/decide.h"
#include "proto/rasti/v1/command.pb.h"
#include "tests/fuzz/decided.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_row.h"
#include "tests/support/sample_definition.h"

namespace rasti::fuzz {

const google::protobuf::Message& RowItem() { return v1::Command::default_instance(); }

namespace {

// Cases live at most so many commands and timers an input.
constexpr int kTimersMost = 200;
constexpr Duration kStep = std::chrono::minutes(50);

core::Command CheckedCommand(const core::Command& command) {
  const auto again = codec::DecodeCommand(codec::EncodeCommand(command));
  RASTI_CHECK(again.has_value() && *again == command, "a command means the same when it is written again");
  RASTI_CHECK(!codec::ToJson(command, {.show_personal = true}).dump().empty(), "a command can be shown");
  return command;
}

void CheckSigned(std::string_view body, const core::Command& command) {
  const codec::SignedCommand made = codec::SignCommand(std::string(body), "key", "secret");
  const auto read = codec::DecodeSigned(codec::EncodeSigned(made));
  RASTI_CHECK(read.has_value() && *read == made, "what was signed can be read");
  RASTI_CHECK(codec::VerifyMac(*read, "secret") && !codec::VerifyMac(*read, "secreT"), "its key alone has signed it");
  const codec::CommandClaims claims = codec::ReadClaims(codec::EncodeSigned(made));
  RASTI_CHECK(claims.is_command == !body.empty() && claims.case_id == command.case_id &&
                  claims.command_id == command.command_id && claims.submitter == command.submitter,
              "what a command claims is what it says");
}

void CheckRejection(const core::Command& command, const core::Rejection& rejection) {
  RASTI_CHECK(!rejection.message.empty(), "a rejection says why");
  const codec::CommandResult result{command.command_id, command.case_id, "", rejection};
  const auto again = codec::DecodeResult(codec::EncodeResult(result));
  RASTI_CHECK(again.has_value() && *again == result, "a rejection reaches the one who asked");
  RASTI_CHECK(!codec::ToJson(rejection).dump().empty(), "a rejection can be shown");
}

class Town {
 public:
  explicit Town(const test::SampleWorld& world) : world_(world), now_(test::SampleStart()) {}

  void Take(const core::Command& command) {
    now_ += kStep;
    // Back-dated commands and those from later are of interest where there is something to go back to.
    if (command.occurred_at && *command.occurred_at > now_ && *command.occurred_at < latest_) {
      now_ = *command.occurred_at + kStep;
    }
    const core::CaseId& id = command.case_id;
    Replan(id);
    const core::DecisionTime time{.taken_at = now_, .recorded_at = now_};
    const core::CaseState before = cases_[id];
    if (const auto at = core::Admit(ConfigOf(before), before, command, time)) FireTimersBefore(id, *at);

    const core::CaseState state = cases_[id];
    const core::Config config = ConfigOf(state);
    const auto decision = core::Decide(config, state, command, time);
    const auto repeated = core::Decide(config, state, command, time);
    RASTI_CHECK(decision.has_value() == repeated.has_value(), "deciding is pure");
    if (!decision) {
      RASTI_CHECK(decision.error() == repeated.error(), "a rejection is the same twice");
      return CheckRejection(command, decision.error());
    }
    RASTI_CHECK(!decision->events.empty(), "an accepted command makes an event");
    RASTI_CHECK(SameDecision(*decision, *repeated), "a decision is the same twice");
    Install(id, state, *decision);
  }

 private:
  core::Config ConfigOf(const core::CaseState& state) const {
    core::Config config = now_ < second_calendar_ ? world_.config() : world_.config_with_calendar_2();
    const bool second = core::VersionOf(state.definition) == "2";
    if (second) config.definition = &world_.definition_2;
    config.versions.definition = config.definition->version;
    config.migrate_to = second ? &world_.definition : &world_.definition_2;
    return config;
  }

  void Replan(const core::CaseId& id) {
    const core::CaseState state = cases_[id];
    const core::Config config = ConfigOf(state);
    if (!state.Exists() || !core::NeedsReplan(config, state)) return;
    const auto decision = core::Replan(config, state, now_, now_);
    if (!decision) return CheckRejection({}, decision.error());
    Install(id, state, *decision);
  }

  void FireTimersBefore(const core::CaseId& id, Instant at) {
    while (fired_ < kTimersMost) {
      const core::CaseState state = cases_[id];
      const auto timer = core::NextTimer(state);
      if (!timer || timer->due >= at) return;
      ++fired_;
      const auto decision = core::FireTimer(ConfigOf(state), state, now_);
      if (!decision) return CheckRejection({}, decision.error());
      RASTI_CHECK(!decision->events.empty(), "a timer that fires makes an event");
      Install(id, state, *decision);
    }
  }

  void Install(const core::CaseId& id, const core::CaseState& before, const core::Decision& decision) {
    CheckDecision(before, decision);
    cases_[id] = decision.state;
  }

  const test::SampleWorld& world_;
  const Instant latest_ = test::SampleStart() + std::chrono::hours(24 * 365 * 3);
  const Instant second_calendar_ = test::SampleStart() + std::chrono::hours(24 * 7);
  Instant now_;
  int fired_ = 0;
  std::map<core::CaseId, core::CaseState> cases_;
};

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  static const test::SampleWorld world;
  Town town(world);
  for (const std::string_view body : SplitRow(AsText(data, size))) {
    const auto command = codec::DecodeCommand(body);
    if (!command) {
      CheckError(command.error());
      continue;
    }
    CheckSigned(body, *command);
    town.Take(CheckedCommand(*command));
  }
  return 0;
}
