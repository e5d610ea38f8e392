#include <fmt/format.h>

#include <array>
#include <set>

#include "engine/codec/command_codec.h"
#include "engine/codec/dead_letter_codec.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/outbox_codec.h"
#include "engine/codec/package_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/codec/state_codec.h"
#include "engine/codec/stored.h"
#include "tests/fuzz/input_row.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/manual_clock.h"
#include "tests/support/random_life.h"

namespace rasti::fuzz {
namespace {

constexpr uint64_t kLives = 40;
constexpr size_t kEventsOfLife = 400;
constexpr size_t kEventsMost = 24;  // of a seed
constexpr int kCommandRows = 6;
constexpr int kCommandsMost = 16;

// Cases of random lives, as long as each of them shows a type of event that none before did.
void AddLives(const test::SampleWorld& world, std::vector<Seed>& seeds) {
  std::set<std::string> seen;
  for (uint64_t life = 1; life <= kLives; ++life) {
    test::ManualClock clock(test::SampleStart());
    test::MemoryEventLog log({}, clock);
    test::RandomLife lives(world, log, {.seed = life, .cases = 6});
    lives.RunTo(kEventsOfLife);
    std::map<core::CaseId, std::vector<std::string>> rows;
    std::map<core::CaseId, std::set<std::string>> types;
    for (int partition = 0; partition < log.partition_count(); ++partition) {
      for (const ports::StoredEvent& stored : log.events({partition})) {
        const auto event = codec::DecodeEvent(stored.value)->event;
        auto& row = rows[event.ctx().case_id];
        if (row.size() == kEventsMost) continue;
        row.emplace_back(codec::ReadStored(stored.value)->body);
        types[event.ctx().case_id].emplace(core::EventTypeName(event.payload));
      }
    }
    for (const auto& [id, row] : rows) {
      const size_t before = seen.size();
      seen.insert(types[id].begin(), types[id].end());
      if (seen.size() > before) seeds.push_back({"event", fmt::format("life-{}", seeds.size()), JoinRow(row)});
    }
  }
}

core::Field Personal(const char* path) {
  return {test::SampleCaseId(1), path, core::SubjectId(test::people::Citizen().id.str()), {}, "\"Arta\"", false};
}

// Kinds of commands that random lives do not have, or have too seldom.
std::vector<std::string> OtherCommands() {
  using namespace test;  // NOLINT(google-build-using-namespace): people and their commands
  const core::CaseId id = SampleCaseId(1);
  core::AttachmentAdded paper;
  paper.attachment_id = "a1";
  paper.name = "plan.pdf";
  paper.media_type = "application/pdf";
  paper.size_bytes = 1000;
  paper.sha256 = std::string(64, 'a');
  core::SubmitCase submit = SampleSubmit();
  submit.personal = {Personal("/name")};
  std::vector<core::Command> commands = {
      MakeCommand(id, "1", people::Citizen(), submit),
      MakeCommand(id, "2", people::Clerk(), Act("open")),
      MakeCommand(id, "3", people::Citizen(), core::AddAttachment{paper}),
      MakeCommand(id, "4", people::Citizen(),
                  core::AddMessage{core::Direction::kFromCitizen, "m1", Personal("/message")}),
      MakeCommand(id, "5", people::Officer(), core::ReferCase{"the water company", "it is theirs"}),
      MakeCommand(id, "6", people::Officer(), Act("close", R"({"evidence":"photo"})")),
      MakeCommand(id, "7", people::Citizen(), core::RateCase{4, std::nullopt}),
      MakeCommand(id, "8", people::Citizen(), core::ReopenCase{"it broke again"}),
      MakeCommand(id, "9", core::SystemActor(), core::LinkDuplicate{SampleCaseId(2)}),
      MakeCommand(id, "10", people::Clerk(), core::MergeInto{SampleCaseId(3), "the same"}),
      MakeCommand(id, "11", core::SystemActor(),
                  core::AnswerFollowUp{core::CommandId(id.str() + "/9/1"), SampleCaseId(3), false, {}, "no", "why"}),
      MakeCommand(id, "11a", core::SystemActor(), core::IssueNumber{"protocol", "2026", SampleCaseId(3)}),
      MakeCommand(id, "11b", core::SystemActor(),
                  core::AnswerFollowUp{core::CommandId(id.str() + "/3/0"), SampleCaseId(3), true, 815, "", ""}),
      MakeCommand(id, "12", people::Citizen(), core::WithdrawCase{"no longer needed"}),
  };
  std::vector<std::string> row;
  for (const core::Command& command : commands) row.push_back(codec::EncodeCommand(command));
  return row;
}

// Commands to a few cases, as random lives are made of.
void AddCommands(const test::SampleWorld& world, std::vector<Seed>& seeds) {
  for (int n = 1; n <= kCommandRows; ++n) {
    std::mt19937_64 random(static_cast<uint64_t>(n));
    test::RandomCommands commands(random, 2, 30);
    std::array<core::CaseState, 2> states;
    std::vector<std::string> row;
    Instant now = test::SampleStart();
    while (row.size() < kCommandsMost) {
      now += std::chrono::hours(9);
      const size_t one = commands.Below(2);
      const auto command = commands.Next(world.definition, test::SampleCaseId(one), states.at(one), now);
      auto config = world.config();
      config.migrate_to = &world.definition_2;
      auto decision = core::Decide(config, states.at(one), command, {now, now});
      // Some of those that are refused.
      if (!decision && commands.Below(3) != 0) continue;
      row.push_back(codec::EncodeCommand(command));
      if (decision) states.at(one) = std::move(decision->state);
    }
    seeds.push_back({"command", fmt::format("life-{}", n), JoinRow(row)});
  }
  seeds.push_back({"command", "every-kind", JoinRow(OtherCommands())});
}

void AddRecords(const test::SampleWorld& world, std::vector<Seed>& seeds) {
  const auto add = [&](const char* name, std::string bytes) { seeds.push_back({"record", name, std::move(bytes)}); };
  test::ManualClock clock(test::SampleStart());
  test::MemoryEventLog log({.partitions = 1}, clock);
  test::RandomLife lives(world, log, {.seed = 7, .cases = 3});
  lives.RunTo(60);
  int n = 0;
  for (const auto& [id, state] : lives.cases()) add(fmt::format("state-{}", ++n).c_str(), codec::EncodeState(state));
  add("stored", log.events({0}).front().value);

  const core::CaseId id = test::SampleCaseId(1);
  add("result-accepted",
      codec::EncodeResult({core::CommandId("7"), id, "7ZK4-MQ2W-9PAB-X", codec::Accepted{{3}, {4}, {{2}, {77}}}}));
  add("result-rejected", codec::EncodeResult({core::CommandId("7"), id, "",
                                              core::Rejection{core::RejectionCode::kWrongStage, "action", "not now"}}));
  core::OutboxEntry entry;
  entry.id = id.str() + "/3/0";
  entry.event_id = id.str() + "/3";
  entry.case_id = id;
  entry.tenant = core::TenantId("prishtine");
  entry.definition = world.definition.version;
  entry.template_id = "received";
  entry.recipient_reference = test::people::Citizen().id.str();
  add("outbox", codec::EncodeOutboxEntry(entry));
  codec::DeadLetter letter;
  letter.id = {{3}, 1742, false};
  letter.reason = codec::DeadLetterReasonName(codec::DeadLetterReason::kWrongSignature);
  letter.message = "the signature is not that of the key";
  letter.taken_at = test::SampleStart();
  letter.submitter = core::SubmitterId("portal");
  letter.case_id = id;
  letter.size = 40;
  letter.key_id = "k1";
  letter.sealed = std::string(40, 's');
  add("dead-letter", codec::EncodeDeadLetterRecord(letter));
  add("note-retried", codec::EncodeDeadLetterRecord(codec::DeadLetterNote{letter.id, test::SampleStart(),
                                                                          codec::DeadLetterRetried{true, "accepted"}}));
  add("note-discarded", codec::EncodeDeadLetterRecord(codec::DeadLetterNote{letter.id, test::SampleStart(),
                                                                            codec::DeadLetterDiscarded{"a test"}}));
  add("dead-letter-id", letter.id.str());
  add("dead-letter-content", codec::EncodeDeadLetterContent(id.uuid.AsBytes(), "anything"));
  const codec::PackageFiles files{
      codec::PackageKind::kTenant, "prishtine", "1", {{"tenant.yaml", "tenant: prishtine\n"}}};
  add("package", codec::EncodePackage({files, test::SampleStart(), test::SampleStart(), "operator"}));
  const std::string body = OtherCommands().front();
  add("signed", codec::EncodeSigned(codec::SignCommand(body, "portal-2026", "secret")));
}

}  // namespace

std::vector<Seed> SeedsOfLog() {
  const test::SampleWorld world;
  std::vector<Seed> seeds;
  AddLives(world, seeds);
  AddCommands(world, seeds);
  AddRecords(world, seeds);
  return seeds;
}

}  // namespace rasti::fuzz
