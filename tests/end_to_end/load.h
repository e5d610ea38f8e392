// Commands as people give them to issue reports in Prishtina, at random: submissions, some of which are overdue at
// once, registrations, assignments, releases and merges.
#pragma once

#include <random>
#include <string>

#include "engine/core/command.h"
#include "engine/ports/clock.h"
#include "tests/end_to_end/command_book.h"

namespace rasti::test {

class Load {
 public:
  explicit Load(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  core::Command Submission() { return Submit(ByAClerk()); }

  core::Command Next(const CommandBook& book) {
    core::Command command = ByAClerk();
    const auto known = book.SomeCase(random_());
    const uint64_t kind = known ? Below(10) : 0;
    if (kind < 4) return Submit(std::move(command));
    command.case_id = *known;
    switch (kind) {
      case 4:
      case 5: command.payload = core::TakeAction{core::ActionId("register"), {}, {}}; break;
      case 6:
      case 7: {
        core::AssignCase assign;
        assign.to.queue = core::QueueId("waste");
        assign.reason = "round " + std::to_string(count_);
        command.payload = std::move(assign);
        break;
      }
      case 8:
        command.actor = {core::ActorId(kOfficer), core::Role("officer")};
        command.payload = core::ReleaseCase{"too much to do"};
        break;
      default: command.payload = core::MergeInto{book.SomeCase(random_()).value(), "the same hole"}; break;
    }
    return command;
  }

 private:
  // Of Prishtina's directory: clerk1 and roads.officer1.
  static constexpr const char* kClerk = "a5459050-b2fb-5905-a969-0e2c78511918";
  static constexpr const char* kOfficer = "93796807-0ae3-5fb1-9601-0500cdcb6354";

  core::Command ByAClerk() {
    core::Command command;
    command.command_id = core::CommandId("c" + std::to_string(++count_));
    command.tenant = core::TenantId("prishtine");
    command.actor = {core::ActorId(kClerk), core::Role("clerk")};
    return command;
  }
  core::Command Submit(core::Command command) {
    command.case_id = core::CaseIdFromKey(command.tenant, command.command_id.str());
    // Some were handed in on paper long ago: everything that their clocks hold falls due at once, beside the commands.
    if (Below(4) == 0) command.received_at = WallNow() - std::chrono::hours(24 * 90);
    core::SubmitCase submit;
    submit.workflow = core::WorkflowId("issue-report");
    submit.title = "Hole";
    submit.category = core::CategoryId("pothole");
    submit.channel = "portal";
    submit.form = R"({"description":"A deep hole there.","location":{"address":"Rruga B"}})";
    command.payload = std::move(submit);
    return command;
  }
  static Instant WallNow() { return ports::SystemClock().Now(); }

  std::mt19937_64 random_;
  int64_t count_ = 0;
};

}  // namespace rasti::test
