#include "tests/acceptance/chaos/errands.h"

#include <array>

#include "engine/ports/clock.h"

namespace rasti::test {
namespace {

// Of Prishtina's directory: clerk1, roads.officer1 and public-services.head.
constexpr const char* kClerk = "a5459050-b2fb-5905-a969-0e2c78511918";
constexpr const char* kOfficer = "93796807-0ae3-5fb1-9601-0500cdcb6354";
constexpr const char* kHead = "bcebd4a3-9f94-5349-bbd1-9adb8948bbc2";

core::Actor Head() { return {core::ActorId(kHead), core::Role("head_of_directorate")}; }

}  // namespace

core::Command Errands::Submission(core::Command command) {
  command.case_id = core::CaseIdFromKey(command.tenant, command.command_id.str());
  // Some were handed in on paper a while ago: a part of what their clocks hold is due at once.
  if (Below(6) == 0) {
    command.received_at = ports::SystemClock().Now() - Duration{static_cast<int64_t>(Below(60'000))};
  }
  constexpr std::array<const char*, 3> kCategories{"urgent", "normal", "slow"};
  core::SubmitCase submit;
  submit.workflow = core::WorkflowId("short-deadlines");
  submit.title = "Errand";
  submit.category = core::CategoryId(kCategories.at(Below(kCategories.size())));
  submit.channel = "counter";
  submit.form = R"({"text":"In short order."})";
  command.payload = std::move(submit);
  return command;
}

core::Command Errands::Next(const Ledger& ledger) {
  core::Command command;
  command.command_id = core::CommandId(name_ + std::to_string(++count_));
  command.tenant = core::TenantId("prishtine");
  command.actor = {core::ActorId(kClerk), core::Role("clerk")};
  const auto known = ledger.SomeCase(random_);
  const uint64_t kind = known ? Below(20) : 0;
  if (kind < 6) return Submission(std::move(command));
  command.case_id = *known;
  const auto act = [&](const char* action) { command.payload = core::TakeAction{core::ActionId(action), {}, {}}; };
  switch (kind) {
    case 6:
    case 7:
    case 8: act("start"); break;
    case 9: act("ask"); break;
    case 10: act("resume"); break;
    case 11:
    case 12: act("resolve"); break;
    case 13: act("dispute"); break;
    case 14: act("close"); break;
    case 15: command.payload = core::ReopenCase{"not done"}; break;
    case 16: {
      command.actor = Head();
      command.payload = core::ExtendClock{core::ClockId("work"), "Test", "more to do"};
      break;
    }
    case 17: {
      core::AssignCase assign;
      assign.to.queue = core::QueueId(Below(2) == 0 ? "waste" : "roads");
      assign.reason = name_ + std::to_string(count_);
      command.payload = std::move(assign);
      break;
    }
    case 18: {
      command.actor = Head();
      if (Below(2) == 0) {
        command.payload = core::PauseClocks{std::nullopt, "a holiday"};
      } else {
        command.payload = core::ResumeClocks{std::nullopt, "back again"};
      }
      break;
    }
    default:
      if (Below(3) == 0) {
        command.actor = {core::ActorId(kOfficer), core::Role("officer")};
        command.payload = core::ReleaseCase{"too much to do"};
      } else {
        command.payload = core::MergeInto{ledger.SomeCase(random_).value(), "the same"};
      }
      break;
  }
  return command;
}

}  // namespace rasti::test
