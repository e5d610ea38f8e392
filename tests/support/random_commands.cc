#include "tests/support/random_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/support/sample_definition.h"

namespace rasti::test {
namespace {

constexpr std::array kCategories{"roads", "waste", "lights", "other"};

core::Field PersonalField(const core::CaseId& id, std::string path, std::string value) {
  return {id, std::move(path), core::SubjectId(people::Citizen().id.str()), {}, std::move(value), false};
}

core::Actor ActorOf(const core::Role& role) {
  for (const core::Actor& actor :
       {people::Citizen(), people::Clerk(), people::Officer(), people::Head(), people::Migrator()}) {
    if (actor.role == role) return actor;
  }
  return people::Clerk();
}

}  // namespace

Instant RandomCommands::Between(Instant from, Instant to) {
  if (to <= from) return from;
  return from + Duration{static_cast<int64_t>(Below(static_cast<uint64_t>((to - from).count()) + 1))};
}

core::Command RandomCommands::Next(const core::Definition& definition, const core::CaseId& id,
                                   const core::CaseState& state, Instant now) {
  if (!state.Exists()) return Submission(id, now);
  core::Actor actor = people::Clerk();
  core::CommandPayload payload = PayloadFor(definition, state, now, actor);
  if (!state.IsLive()) actor = people::Migrator();
  core::Command command = MakeCommand(id, NextId(), actor, std::move(payload));
  if (!state.IsLive()) {
    // Mostly soon after what happened last, so that a life has many events.
    const Instant soon = std::min(now, state.last_occurred_at + std::chrono::hours(24 * 6));
    command.occurred_at = Between(state.last_occurred_at, Percent(90) ? soon : now);
  } else if (Percent(10)) {
    command.actor = people::Clerk();
    command.occurred_at = Between(std::max(state.last_occurred_at, now - std::chrono::hours(8)), now);
  }
  if (Percent(10)) command.expected_revision = core::Revision{static_cast<int64_t>(Below(20))};
  return command;
}

core::Command RandomCommands::Submission(const core::CaseId& id, Instant now) {
  core::SubmitCase submit = SampleSubmit(kCategories[Below(kCategories.size())], fmt::format("Case {}", count_));
  if (Percent(5)) submit.form = R"({"nothing_found":true})";
  if (Percent(50)) submit.personal.push_back(PersonalField(id, "/name", "\"Arta\""));
  submit.historic = Percent(static_cast<uint64_t>(historic_percent_));
  core::Command command = MakeCommand(id, NextId(), Percent(50) ? people::Citizen() : people::Clerk(), submit);
  if (submit.historic) {
    command.actor = people::Migrator();
    command.occurred_at = now - std::chrono::hours(24 * static_cast<int64_t>(20 + Below(280)));
    auto& given = std::get<core::SubmitCase>(command.payload).given_deadlines;
    if (Percent(40)) {
      given.push_back({core::ClockId("acknowledge"), *command.occurred_at + std::chrono::hours(1 + Below(200))});
    }
  } else if (Percent(20)) {
    command.actor = people::Clerk();
    command.received_at = now - std::chrono::hours(Below(100));
  }
  return command;
}

core::CommandPayload RandomCommands::PayloadFor(const core::Definition& definition, const core::CaseState& state,
                                                Instant now, core::Actor& actor) {
  switch (Below(16)) {
    case 0: return core::AssignCase{RandomAssignment(), "random"};
    case 1: return core::ReleaseCase{"random"};
    case 2:
    case 3: return RandomTalk(state, actor);
    case 4: return RandomCorrection(state, actor);
    case 5:
      actor = people::Head();
      return core::ExtendClock{core::ClockId("resolve"), "Law 05/L-031, Article 98", "complex"};
    case 6: actor = people::Officer(); return core::PauseClocks{std::nullopt, "awaiting an expert"};
    case 7: actor = people::Officer(); return core::ResumeClocks{std::nullopt, "the expert answered"};
    case 8:
      if (Percent(70)) break;
      return core::MergeInto{SampleCaseId(Below(static_cast<uint64_t>(cases_))), "the same pothole"};
    case 9: actor = people::Citizen(); return core::RateCase{static_cast<int>(1 + Below(5)), std::nullopt};
    case 10:
      actor = people::Head();
      return core::MigrateCase{std::string(core::VersionOf(state.definition) == "1" ? "2" : "1"),
                               core::StageId(state.stage == core::StageId("checking") ? "open" : state.stage.str()),
                               "new rules"};
    case 11:
      if (state.IsLive() || Percent(60)) break;
      if (Percent(30)) return core::GoLive{now};
      return core::AdvanceCase{Between(state.last_occurred_at, now)};
    case 12: actor = people::Connector(); return core::RecordDelivery{{"outbox", "e-mail", "delivered", ""}};
    case 13: actor = people::Officer(); return core::RecordAccess{{"/name"}, "to call back"};
    default: break;
  }
  return RandomAction(definition, state, actor);
}

core::CommandPayload RandomCommands::RandomAction(const core::Definition& definition, const core::CaseState& state,
                                                  core::Actor& actor) {
  std::vector<const core::Action*> possible;
  for (const core::Action& action : definition.actions) {
    if (!action.automatic && std::ranges::find(action.from, state.stage) != action.from.end()) {
      possible.push_back(&action);
    }
  }
  const core::Action& action =
      possible.empty() || Percent(3) ? definition.actions.front() : *possible[Below(possible.size())];
  // Withdrawing ends a life that could go on; most of the time another one is taken.
  if (action.kind == core::ActionKind::kWithdraw && Percent(70)) return core::ReleaseCase{"not withdrawn"};
  actor = ActorOf(action.roles[Below(action.roles.size())]);
  nlohmann::json fields = nlohmann::json::object();
  for (const core::ActionField& field : action.fields) {
    if (field.required || Percent(30)) fields[field.id] = fmt::format("{} {}", field.id, count_);
  }
  return core::TakeAction{action.id, fields.empty() ? "" : fields.dump(), "random"};
}

core::CommandPayload RandomCommands::RandomTalk(const core::CaseState& state, core::Actor& actor) {
  actor = Percent(50) ? people::Officer() : people::Clerk();
  const auto direction = Percent(50) ? core::Direction::kFromCitizen : core::Direction::kToCitizen;
  const std::string id = fmt::format("message-{}", count_);
  if (Percent(70)) return core::AddMessage{direction, id, PersonalField(state.id, "/message/" + id, "\"When?\"")};
  return core::AddAttachment{{direction, id, "photo.jpg", "image/jpeg", 4711, std::string(64, 'a')}};
}

core::CommandPayload RandomCommands::RandomCorrection(const core::CaseState& state, core::Actor& actor) {
  actor = people::Officer();
  core::CorrectCase correct;
  correct.reason = "looked again";
  if (Percent(60)) correct.category = core::CategoryId(kCategories[Below(kCategories.size())]);
  if (Percent(40)) correct.title = fmt::format("Corrected {}", count_);
  if (Percent(30)) correct.form_patch = fmt::format(R"({{"severity":{}}})", 1 + Below(5));
  if (Percent(20)) correct.personal.push_back(PersonalField(state.id, "/phone", "\"044 000 000\""));
  return correct;
}

core::Assignment RandomCommands::RandomAssignment() {
  core::Assignment to;
  switch (Below(4)) {
    case 0: to.person = people::Officer().id; break;
    case 1: to.person = people::SecondOfficer().id; break;
    case 2: to.queue = core::QueueId("waste"); break;
    default: to.directorate = core::DirectorateId("roads"); break;
  }
  return to;
}

}  // namespace rasti::test
