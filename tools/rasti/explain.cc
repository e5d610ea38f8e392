// `rasti explain`: why a deadline is what it is, step by step, with the calendar that it was computed with.
#include <fmt/format.h>

#include "engine/core/expression/names.h"
#include "engine/sla/deadline.h"
#include "engine/views/deadline_row.h"
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace {

struct ExplainOptions {
  std::string case_text;
  std::string clock;
  std::string at;
  std::string known_at;
};

// The event that gave a clock its deadline as it stands. A re-planning of its warnings and levels alone gave it none:
// what was counted before stays counted on the calendar of then.
const core::EventContext* PlanningOf(const views::CaseHistory& history, const core::ClockId& clock) {
  const core::EventContext* last = nullptr;
  std::optional<sla::Rule> rule;
  std::optional<Instant> computed;
  for (const codec::DecodedEvent& decoded : history.events) {
    const core::EventPayload& payload = decoded.event.payload;
    const core::ClockPlan* plan = nullptr;
    if (const auto* started = std::get_if<core::ClockStarted>(&payload); started && started->clock == clock) {
      plan = &started->plan;
      rule = started->rule;
    } else if (const auto* resumed = std::get_if<core::ClockResumed>(&payload); resumed && resumed->clock == clock) {
      plan = &resumed->plan;
    } else if (const auto* extended = std::get_if<core::ClockExtended>(&payload);
               extended && extended->clock == clock) {
      plan = &extended->plan;
    } else if (const auto* again = std::get_if<core::ClockReplanned>(&payload); again && again->clock == clock) {
      if (again->rule != rule || again->plan.computed_due_at != computed) plan = &again->plan;
      rule = again->rule;
    }
    if (plan == nullptr) continue;
    computed = plan->computed_due_at;
    last = &decoded.event.ctx();
  }
  return last;
}

// The version of the workflow that said by which rule the clock runs. It goes by the rule of its start, until a
// correction of the case gives it another.
core::VersionedName RuleFrom(const views::CaseHistory& history, const core::ClockId& clock) {
  core::VersionedName from;
  std::optional<sla::Rule> rule;
  const auto take = [&](const core::EventContext& context, const sla::Rule& now) {
    if (rule != now) from = context.versions.definition;
    rule = now;
  };
  for (const codec::DecodedEvent& event : history.events) {
    const core::EventPayload& payload = event.event.payload;
    if (const auto* started = std::get_if<core::ClockStarted>(&payload);
        started != nullptr && started->clock == clock) {
      rule.reset();
      take(event.event.ctx(), started->rule);
    }
    const auto* replanned = std::get_if<core::ClockReplanned>(&payload);
    if (replanned != nullptr && replanned->clock == clock) take(event.event.ctx(), replanned->rule);
  }
  return from;
}

// What a tenant's overrides say otherwise than the workflow, of the clock's deadline.
struct RuleSource {
  core::VersionedName base;
  std::string overrides;               // "issue-report+ferizaj@1"; empty: there are none
  std::optional<std::string> instead;  // of what the workflow says; nothing where they leave it as it is
};

RuleSource SourceOf(const core::VersionedName& definition, const core::ClockState& clock, const CaseSetting& setting,
                    const core::CategoryId& category) {
  const core::DefinitionName parts = core::PartsOf(definition);
  RuleSource source{.base = parts.base, .overrides = {}, .instead = {}};
  if (parts.overrides.empty()) return source;
  source.overrides = fmt::format("{}+{}@{}", core::NameOf(parts.base), parts.tenant, parts.overrides);
  const core::Definition* base = setting.configuration->FindDefinition(parts.base);
  const core::Clock* known = base == nullptr ? nullptr : base->FindClock(clock.id);
  if (known == nullptr) return source;
  const sla::Rule* rule = known->RuleFor(category);
  if (rule == nullptr) {
    source.instead = "no such deadline";
  } else if (*rule != clock.course.rule) {
    source.instead = sla::Describe(*rule);
  }
  return source;
}

struct Explained {
  const sla::Calendar* calendar = nullptr;
  core::Versions versions;
  sla::Explanation steps;
  sla::Deadline deadline;
};

Outcome<Explained> ExplainClock(const core::ClockState& clock, const CaseSetting& setting,
                                const views::CaseHistory& history) {
  const core::EventContext* planning = PlanningOf(history, clock.id);
  if (planning == nullptr)
    return Refuse(Error::Corruption(fmt::format("no event started the clock '{}'", clock.id.str())));
  Explained explained;
  explained.versions = planning->versions;
  explained.calendar = setting.configuration->FindCalendar(planning->versions.calendar, planning->versions.tzdata);
  if (explained.calendar == nullptr) {
    return Refuse(Error::Corruption(fmt::format("{} with {} is not among the published packages",
                                                planning->versions.calendar.str(), planning->versions.tzdata.str())));
  }
  RASTI_TRY(explained.deadline, sla::ComputeDeadline(*explained.calendar, clock.course, &explained.steps));
  return explained;
}

std::string_view KindName(sla::ExplanationStep::Kind kind) {
  using Kind = sla::ExplanationStep::Kind;
  switch (kind) {
    case Kind::kStart: return "start";
    case Kind::kDayCounted: return "day_counted";
    case Kind::kDaySkipped: return "day_skipped";
    case Kind::kHoursCounted: return "hours_counted";
    case Kind::kAdded: return "added";
    case Kind::kEnds: return "ends";
    case Kind::kRolled: return "rolled";
    case Kind::kPaused: return "paused";
    case Kind::kResumed: return "resumed";
    case Kind::kExtended: return "extended";
    case Kind::kReplanned: return "replanned";
    case Kind::kDue: return "due";
  }
  return "";
}

nlohmann::ordered_json StepsJson(const sla::Explanation& steps) {
  auto list = nlohmann::ordered_json::array();
  for (const sla::ExplanationStep& step : steps) {
    nlohmann::ordered_json json{{"kind", KindName(step.kind)}, {"at", FormatInstant(step.at)}, {"day", step.day}};
    if (step.number != 0) json["number"] = step.number;
    if (step.length != Duration{0}) json["length"] = FormatDuration(step.length);
    json["text"] = step.text;
    list.push_back(std::move(json));
  }
  return list;
}

// What follows from the deadline, and what came of it.
std::vector<std::string> ConsequenceLines(const core::ClockState& clock, const CaseAtHand& found,
                                          const views::CaseHistory& history) {
  std::vector<std::string> lines;
  for (const codec::DecodedEvent& event : history.events) {
    const core::EventPayload& payload = event.event.payload;
    const auto* warned = std::get_if<core::DeadlineWarned>(&payload);
    const auto* breached = std::get_if<core::DeadlineBreached>(&payload);
    const auto* escalated = std::get_if<core::CaseEscalated>(&payload);
    const auto* met = std::get_if<core::ClockMet>(&payload);
    const bool ours =
        (warned != nullptr && warned->clock == clock.id) || (breached != nullptr && breached->clock == clock.id) ||
        (escalated != nullptr && escalated->clock == clock.id) || (met != nullptr && met->clock == clock.id);
    if (!ours) continue;
    lines.push_back(fmt::format("  happened  {}  {}", LocalText(event.event.ctx().occurred_at, found.setting.calendar),
                                EventText(event.event, found.setting)));
  }
  if (!clock.IsActive()) return lines;
  for (const core::PendingWarning& warning : clock.plan.warnings) {
    lines.push_back(fmt::format("  to come   {}  warning", LocalText(warning.at, found.setting.calendar)));
  }
  for (const core::PendingEscalation& level : clock.plan.escalations) {
    lines.push_back(fmt::format("  to come   {}  escalation to level {}, {}{}",
                                LocalText(level.at, found.setting.calendar), level.level, level.to.role.str(),
                                level.to.tenant ? " of " + level.to.tenant->str() : ""));
  }
  return lines;
}

Outcome<nlohmann::ordered_json> ShowClock(const Context& context, const core::ClockState& clock,
                                          const CaseAtHand& found, const views::CaseHistory& history) {
  const CaseSetting& setting = found.setting;
  context.out.Line(
      context.out.Paint(Colour::kBold, fmt::format("{}: {}", clock.id.str(), ClockText(clock, setting, found.now))));
  nlohmann::ordered_json json{{"clock", clock.id.str()},
                              {"status", core::ClockStatusName(clock.status)},
                              {"due_at", FormatInstant(clock.plan.due_at)},
                              {"given", clock.given}};
  if (clock.given) {
    context.out.Line("  the deadline came with the case from another system; no rule and no calendar moves it");
  } else {
    RASTI_TRY(const Explained explained, ExplainClock(clock, setting, history));
    const std::string rule = sla::Describe(clock.course.rule);
    context.out.Line(fmt::format("  rule      {}", rule));
    const RuleSource source = SourceOf(RuleFrom(history, clock.id), clock, setting, found.state().category);
    if (!source.overrides.empty()) {
      context.out.Line(fmt::format(
          "  said by   {}",
          source.instead
              ? fmt::format("the overrides {}; {} says: {}", source.overrides, source.base.str(), *source.instead)
              : fmt::format("{}; the overrides {} leave it so", source.base.str(), source.overrides)));
    }
    context.out.Line(fmt::format("  calendar  {}, time zones {}", explained.versions.calendar.str(),
                                 explained.versions.tzdata.str()));
    for (const sla::ExplanationStep& step : explained.steps) {
      using Kind = sla::ExplanationStep::Kind;
      const bool skipped = step.kind == Kind::kDaySkipped;
      // The others tell their day in their own words.
      const bool of_a_day = skipped || step.kind == Kind::kDayCounted || step.kind == Kind::kHoursCounted;
      context.out.Line(
          context.out.Paint(skipped ? Colour::kFaint : Colour::kGreen,
                            fmt::format("  {} {}{}", skipped ? '-' : '+', of_a_day ? step.day + "  " : "", step.text)));
    }
    json["rule"] = rule;
    json["workflow"] = source.base.str();
    if (!source.overrides.empty()) json["overrides"] = source.overrides;
    if (source.instead) json["instead_of"] = *source.instead;
    json["calendar"] = explained.versions.calendar.str();
    json["tzdata"] = explained.versions.tzdata.str();
    json["steps"] = StepsJson(explained.steps);
    json["computed_due_at"] = FormatInstant(explained.deadline.due_at);
    if (explained.deadline.due_at != clock.plan.due_at && !explained.deadline.paused) {
      return Refuse(
          Error::Corruption(fmt::format("clock '{}': the case says {}, but its rule gives {}", clock.id.str(),
                                        FormatInstant(clock.plan.due_at), FormatInstant(explained.deadline.due_at))));
    }
  }
  for (const std::string& line : ConsequenceLines(clock, found, history)) context.out.Line(line);
  return json;
}

Outcome<void> RunExplain(const Context& context, const ExplainOptions& options) {
  views::Moment moment;
  RASTI_TRY(moment.at, GivenInstant("--at", options.at));
  RASTI_TRY(moment.known_at, GivenInstant("--known-at", options.known_at));
  RASTI_TRY(const auto session, context.Open());
  // With the calendars of old as well: events name the one that they were decided with.
  RASTI_TRY(auto configuration, session->Configuration());
  RASTI_TRY(CaseAtHand found, FindCase(*session, options.case_text, moment));
  found.setting = SettingOf(found.state(), std::move(configuration), found.now);
  RASTI_TRY(const views::CaseHistory history, session->History(options.case_text, moment));
  found.now = moment.IsNow() ? views::EffectiveNow(found.state(), found.now) : moment.Now();
  auto clocks = nlohmann::ordered_json::array();
  std::vector<std::string_view> names;
  for (const core::ClockState& clock : found.state().clocks) {
    names.push_back(clock.id.view());
    if (!options.clock.empty() && clock.id.view() != options.clock) continue;
    RASTI_TRY(auto json, ShowClock(context, clock, found, history));
    clocks.push_back(std::move(json));
  }
  if (!options.clock.empty() && clocks.empty()) {
    std::string hint = core::expression::DidYouMean(options.clock, names);
    if (hint.empty()) hint = "; it has " + core::expression::JoinNames(names);
    return Refuse(Error::NotFound(fmt::format("the case has no clock '{}'{}", options.clock, hint)));
  }
  if (clocks.empty()) context.out.Line("the case has no deadline");
  context.out.Json(
      {{"case_id", found.state().id.str()}, {"reference", found.state().reference}, {"clocks", std::move(clocks)}});
  RASTI_CHECKED(session->Close());
  return {};
}

}  // namespace

void AddExplainCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = AddCommand(app, context, "explain",
                                 "Say step by step why a deadline is what it is: each day counted, each holiday "
                                 "skipped, each pause",
                                 "  rasti explain 7ZK4-MQ2W-9PAB-X --clock resolve\n"
                                 "  rasti explain 7ZK4-MQ2W-9PAB-X --at 2026-11-21T12:00:00+01:00",
                                 [&context, options] { return RunExplain(context, *options); });
  command->add_option("CASE", options->case_text, "The case: its id (UUID) or its public reference")->required();
  command->add_option("--clock", options->clock, "Which of its clocks; default: all");
  command->add_option("--at", options->at, "As it was then: everything that had occurred by that time")
      ->type_name("TIME");
  command->add_option("--known-at", options->known_at, "As the log knew it then: everything recorded by that time")
      ->type_name("TIME");
}

}  // namespace rasti::cli
