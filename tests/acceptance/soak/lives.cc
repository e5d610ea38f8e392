#include "tests/acceptance/soak/lives.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace rasti::test {
namespace {

// Of Prishtina's directory: clerk1, roads.officer1 and public-services.head.
constexpr const char* kClerk = "a5459050-b2fb-5905-a969-0e2c78511918";
constexpr const char* kOfficer = "93796807-0ae3-5fb1-9601-0500cdcb6354";
constexpr const char* kHead = "bcebd4a3-9f94-5349-bbd1-9adb8948bbc2";

core::Actor Clerk() { return {core::ActorId(kClerk), core::Role("clerk")}; }
core::Actor Officer() { return {core::ActorId(kOfficer), core::Role("officer")}; }
core::Actor Head() { return {core::ActorId(kHead), core::Role("head_of_directorate")}; }

core::TakeAction Act(const char* action, std::string fields = {}) {
  return {core::ActionId(action), std::move(fields), {}};
}

}  // namespace

// One case and what is asked of it.
class Lives::Case {
 public:
  Case(std::vector<Step>& steps, std::string key)
      : steps_(steps), key_(std::move(key)), id_(core::CaseIdFromKey(core::TenantId("prishtine"), key_)) {}

  const core::CaseId& id() const { return id_; }
  void Ask(core::Actor actor, core::CommandPayload payload, bool is_refused = false) {
    core::Command command;
    command.tenant = core::TenantId("prishtine");
    command.command_id = core::CommandId(count_++ == 0 ? key_ : fmt::format("{}.{}", key_, count_));
    command.case_id = id_;
    command.actor = std::move(actor);
    command.payload = std::move(payload);
    steps_.push_back({std::move(command), is_refused});
  }
  void Submit(const char* category) {
    core::SubmitCase submit;
    submit.workflow = core::WorkflowId("issue-report");
    submit.title = "Hole in the road";
    submit.category = core::CategoryId(category);
    submit.channel = "portal";
    submit.form = R"({"description":"Half a metre wide, before the school.","location":{"address":"Rruga B 12"}})";
    Ask(Clerk(), std::move(submit));
  }

 private:
  std::vector<Step>& steps_;
  const std::string key_;
  const core::CaseId id_;
  int count_ = 0;
};

void Lives::Mend(Case& one) {
  one.Ask(Clerk(), Act("register"));
  // Nobody confirms what is not mended yet.
  if (Below(20) == 0) one.Ask(Clerk(), Act("confirm"), true);
  if (Below(4) == 0) {
    core::AddMessage message{core::Direction::kToCitizen, "m1", {}};
    message.body.origin_case = one.id();
    message.body.path = "/message/m1";
    message.body.subject = core::SubjectId(one.id().str());
    message.body.value = R"("On our way.")";
    one.Ask(Clerk(), std::move(message));
  }
  one.Ask(Officer(), Act("start_work"));
  if (Below(8) == 0) {
    one.Ask(Officer(), Act("ask_citizen", R"({"question":"Which side of the road?"})"));
    one.Ask(Clerk(), Act("resume"));
  }
  if (Below(10) == 0) {
    one.Ask(Head(), core::PauseClocks{{}, "Frost."});
    one.Ask(Head(), core::ResumeClocks{{}, "It thaws."});
  }
  if (Below(6) == 0) {
    core::CorrectCase correct;
    correct.category = core::CategoryId("road_surface");
    correct.reason = "Larger than reported.";
    one.Ask(Officer(), std::move(correct));
  }
  one.Ask(Officer(), Act("respond", R"({"outcome":"resolved","text":"Filled this morning."})"));
  one.Ask(Officer(), Act("resolve", R"({"evidence":"photo-12"})"));
  if (Below(12) == 0) {
    one.Ask(Clerk(), Act("dispute", R"({"reason":"It is open again."})"));
    one.Ask(Officer(), Act("resolve", R"({"evidence":"photo-13"})"));
  }
  one.Ask(Clerk(), Act("confirm"));
  if (Below(20) == 0) {
    one.Ask(Clerk(), core::ReopenCase{"Sunk again."});
    one.Ask(Officer(), Act("resolve", R"({"evidence":"photo-14"})"));
    one.Ask(Clerk(), Act("confirm"));
  }
}

std::vector<Step> Lives::Next() {
  constexpr std::array<const char*, 3> kCategories{"pothole", "pavement", "traffic_sign"};
  const char* const category = kCategories.at(Below(kCategories.size()));
  std::vector<Step> steps;
  Case one(steps, fmt::format("{}-{}", name_, ++count_));
  one.Submit(category);
  switch (Below(20)) {
    case 0:
    case 1: one.Ask(Clerk(), core::WithdrawCase{"Mended by a neighbour."}); break;
    case 2:
      one.Ask(Clerk(), Act("close_without_work", R"({"outcome":"not_found","evidence":"Nothing is there."})"));
      break;
    case 3: {
      Case twin(steps, fmt::format("{}-{}", name_, ++count_));
      twin.Submit(category);
      twin.Ask(Clerk(), core::MergeInto{one.id(), "The same hole."});
      Mend(one);
      break;
    }
    default: Mend(one); break;
  }
  return steps;
}

}  // namespace rasti::test
