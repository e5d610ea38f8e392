#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/core/definition_checker.h"
#include "engine/core/expression/names.h"

namespace rasti::core {
namespace {

using sla::Count;

constexpr int64_t kDaysMost = 36'525;  // a hundred years
constexpr Duration kDay = std::chrono::hours(24);

bool CountsDays(Count count) {
  return count == Count::kWorkingDays || count == Count::kCalendarDays || count == Count::kCalendarMonths;
}
bool CountsTime(Count count) { return count == Count::kWorkingHours || count == Count::kElapsed; }

std::string Shown(const sla::Offset& offset) {
  switch (offset.count) {
    case Count::kWorkingDays: return fmt::format("{} working days", offset.number);
    case Count::kCalendarDays: return fmt::format("{} calendar days", offset.number);
    case Count::kCalendarMonths: return fmt::format("{} months", offset.number);
    case Count::kWorkingHours: return fmt::format("{} of opening time", FormatDuration(offset.length));
    case Count::kElapsed: return FormatDuration(offset.length);
    case Count::kFixedDate: return "a date";
  }
  return "";
}

// Whether the offset certainly reaches as far as the whole time of the rule. Only what can be told without a calendar.
bool SpansRule(const sla::Offset& offset, const sla::Rule& rule) {
  const bool in_days = offset.count == Count::kWorkingDays || offset.count == Count::kCalendarDays;
  switch (rule.count) {
    case Count::kWorkingDays: return offset.count == Count::kWorkingDays && offset.number >= rule.number;
    case Count::kCalendarDays:
      // n working days are at least n calendar days; rolling adds days that nobody can foresee.
      if (rule.roll == sla::Roll::kNextWorkingDay) return in_days && offset.number > rule.number + 3;
      return (in_days && offset.number >= rule.number) ||
             (offset.count == Count::kElapsed && offset.length >= kDay * (rule.number + 1));
    case Count::kWorkingHours: return offset.count == Count::kWorkingHours && offset.length >= rule.length;
    case Count::kElapsed:
      return (offset.count == Count::kElapsed && offset.length >= rule.length) ||
             (in_days && kDay * offset.number >= rule.length);
    case Count::kCalendarMonths: return in_days && offset.number > 31 * rule.number + 3;
    case Count::kFixedDate: return false;
  }
  return false;
}

// Whether `later` certainly does not lie after `earlier`.
bool DoesNotRise(const sla::Offset& earlier, const sla::Offset& later) {
  if (earlier.count != later.count) return false;
  return CountsDays(later.count) ? later.number <= earlier.number : later.length <= earlier.length;
}

int MembersSet(const ClockTrigger& trigger) {
  return static_cast<int>(trigger.submitted) + static_cast<int>(trigger.responded) + static_cast<int>(trigger.closed) +
         static_cast<int>(trigger.stage.has_value()) + static_cast<int>(trigger.action.has_value());
}

bool SameTrigger(const ClockTrigger& a, const ClockTrigger& b) {
  return a.submitted == b.submitted && a.responded == b.responded && a.closed == b.closed && a.stage == b.stage &&
         a.action == b.action;
}

}  // namespace

std::set<StageId> DefinitionChecker::StagesAfter(const ClockTrigger& trigger) const {
  std::set<StageId> stages;
  const auto after_action = [&](const Action& action) {
    if (action.to) {
      stages.insert(*action.to);
    } else {
      stages.insert(action.from.begin(), action.from.end());
    }
  };
  for (const Stage& stage : definition_.stages) {
    if ((trigger.submitted && stage.initial) || (trigger.closed && stage.closed)) stages.insert(stage.id);
  }
  if (trigger.stage) stages.insert(*trigger.stage);
  for (const Action& action : definition_.actions) {
    if (trigger.action == action.id || (trigger.responded && action.kind == ActionKind::kRespond)) after_action(action);
  }
  return stages;
}

void DefinitionChecker::CheckTrigger(const ClockTrigger& trigger, const std::string& path) {
  if (MembersSet(trigger) != 1) {
    return Add(path, "name one of: submitted, responded, closed, {stage: ...}, {action: ...}");
  }
  if (trigger.stage) CheckStageName(*trigger.stage, path + ".stage");
  if (trigger.action) CheckKnown("action", trigger.action->view(), IdsOf(definition_.actions), path + ".action");
  const bool responds =
      std::ranges::any_of(definition_.actions, [](const Action& a) { return a.kind == ActionKind::kRespond; });
  if (trigger.responded && !responds) Add(path, "no action of 'kind: respond' ever sends a response");
}

void DefinitionChecker::CheckStops(const Clock& clock, const std::string& path) {
  if (clock.stop.empty()) return Add(path + ".stop", "nothing stops the clock, so it would always be missed");
  const std::set<StageId> later = ReachableFrom(StagesAfter(clock.start));
  bool stoppable = false;
  for (size_t i = 0; i < clock.stop.size(); ++i) {
    const ClockTrigger& stop = clock.stop[i];
    CheckTrigger(stop, Indexed(path + ".stop", i));
    if (stop.submitted) Add(Indexed(path + ".stop", i), "the submission comes first, so it stops no clock");
    if (SameTrigger(stop, clock.start)) Add(Indexed(path + ".stop", i), "what starts the clock can't stop it");
    for (size_t j = 0; j < i; ++j) {
      if (SameTrigger(stop, clock.stop[j])) Add(Indexed(path + ".stop", i), "stands twice");
    }
    for (const Action& action : definition_.actions) {
      const bool possible = std::ranges::any_of(action.from, [&](const StageId& from) { return later.contains(from); });
      const Stage* to = action.to ? definition_.FindStage(*action.to) : nullptr;
      stoppable |= possible && (stop.action == action.id || (stop.stage && stop.stage == action.to) ||
                                (stop.responded && action.kind == ActionKind::kRespond) ||
                                (stop.closed && to != nullptr && to->closed));
    }
  }
  // Where nothing can start it, that is what is said.
  if (!stoppable && !later.empty()) Add(path + ".stop", "none of this can happen after the clock has started");
}

void DefinitionChecker::CheckRule(const sla::Rule& rule, const std::string& path) {
  if (CountsDays(rule.count)) {
    // Nought is today: it needs a time of day to end at.
    const int64_t least = rule.ends == sla::Ends::kSameTime ? 1 : 0;
    if (rule.number < least || rule.number > kDaysMost) {
      Add(path + ".number", fmt::format("must be {} to {}", least, kDaysMost));
    }
    if (rule.length != Duration{0}) Add(path + ".length", "days and months take 'number'");
  }
  if (CountsTime(rule.count)) {
    if (rule.length <= Duration{0} || rule.length > kDay * kDaysMost) {
      Add(path + ".length", "must be longer than nothing and at most a hundred years, as in PT48H");
    }
    if (rule.number != 0) Add(path + ".number", "hours take 'length', as in PT48H");
    if (rule.ends != sla::Ends::kSameTime) Add(path + ".ends", "hours end by themselves: same_time");
    if (rule.start == sla::Start::kDayZero) Add(path + ".start", "hours count from 'instant' or from 'next_opening'");
  }
  if (rule.count == Count::kFixedDate && !rule.date) Add(path + ".date", "a fixed date takes 'date', as in 2027-03-31");
  if (rule.count != Count::kFixedDate && rule.date) Add(path + ".date", "goes with 'count: fixed_date' only");
  if (rule.count == Count::kFixedDate && rule.ends == sla::Ends::kSameTime) {
    Add(path + ".ends", "a fixed date ends at 'closing' or at 'end_of_day'");
  }
  if (rule.month_end == sla::MonthEnd::kKeep && rule.count != Count::kCalendarMonths) {
    Add(path + ".month_end", "goes with 'count: calendar_months' only");
  }
}

void DefinitionChecker::CheckDue(const Clock& clock, const std::string& path) {
  if (clock.due) CheckRule(*clock.due, path + ".due");
  const auto known = IdsOf(definition_.categories);
  bool any = clock.due.has_value();
  // In an order of its own, so that messages do not depend on hashing.
  std::map<CategoryId, const std::optional<sla::Rule>*> sorted;
  for (const auto& [category, rule] : clock.due_by_category) sorted.emplace(category, &rule);
  for (const auto& [category, rule] : sorted) {
    const std::string at = fmt::format("{}.due_by_category[\"{}\"]", path, category.str());
    CheckKnown("category", category.view(), known, at);
    if (*rule) {
      CheckRule(**rule, at);
      any = true;
    } else if (!clock.due) {
      Add(at, "'none' takes away what 'due' gives; without 'due' leave the category out");
    }
  }
  if (!any) Add(path, "neither 'due' nor 'due_by_category' gives a deadline");
}

void DefinitionChecker::CheckOffset(const sla::Offset& offset, const std::string& path) {
  if (offset.count == Count::kFixedDate || offset.count == Count::kCalendarMonths) {
    Add(path, "takes working_days, calendar_days, working_hours or elapsed");
  } else if (offset.number < 0 || offset.number > kDaysMost || offset.length < Duration{0} ||
             offset.length > kDay * kDaysMost) {
    Add(path, "must lie between nothing and a hundred years");
  }
}

void DefinitionChecker::CheckWarnings(const Clock& clock, const std::string& path) {
  for (size_t i = 0; i < clock.warnings.size(); ++i) {
    const sla::Offset& before = clock.warnings[i];
    const std::string at = Indexed(path + ".warnings", i);
    CheckOffset(before, at + ".before");
    if (before.number == 0 && before.length == Duration{0})
      Add(at + ".before", "a warning comes before the deadline, not with it");
    for (size_t j = 0; j < i; ++j) {
      if (clock.warnings[j] == before) Add(at, "stands twice");
    }
    if (clock.due && SpansRule(before, *clock.due)) {
      Add(at + ".before", fmt::format("{} before the deadline lies before the clock's start ({})", Shown(before),
                                      sla::Describe(*clock.due)));
      continue;
    }
    for (const Category& category : definition_.categories) {
      const auto own = clock.due_by_category.find(category.id);
      if (own == clock.due_by_category.end() || !own->second || !SpansRule(before, *own->second)) continue;
      Add(at + ".before", fmt::format("{} before the deadline lies before the clock's start for the category '{}' ({})",
                                      Shown(before), category.id.str(), sla::Describe(*own->second)));
      break;
    }
  }
}

void DefinitionChecker::CheckEscalations(const Clock& clock, const std::string& path) {
  const auto roles = IdsOf(definition_.roles);
  for (size_t i = 0; i < clock.escalations.size(); ++i) {
    const EscalationLevel& level = clock.escalations[i];
    const std::string at = Indexed(path + ".escalations", i);
    if (level.level != static_cast<int>(i) + 1) {
      Add(at + ".level", fmt::format("levels ascend from 1 without a gap: {} is wanted here", i + 1));
    }
    CheckOffset(level.after, at + ".after");
    if (i > 0 && DoesNotRise(clock.escalations[i - 1].after, level.after)) {
      Add(at + ".after", fmt::format("{} does not lie after the level before ({})", Shown(level.after),
                                     Shown(clock.escalations[i - 1].after)));
    }
    CheckKnown("role", level.to.role.view(), roles, at + ".to.role");
    if (const RoleDefinition* role = definition_.FindRole(level.to.role); role != nullptr && !role->in_directory) {
      Add(at + ".to.role",
          fmt::format("'{}' stands in no directory, so nobody would take the escalation", role->id.str()));
    }
  }
}

void DefinitionChecker::CheckExtension(const Clock& clock, const std::string& path) {
  const Extension& extension = clock.extension;
  if (extension.most == 0) return;
  const std::string at = path + ".extension";
  if (extension.most < 0 || extension.most > 100) Add(at + ".most", "must be 0 to 100");
  CheckRule(extension.by, at + ".by");
  if (extension.by.count == Count::kFixedDate) Add(at + ".by", "an extension is a length of time, not a date");
  if (extension.legal_bases.empty())
    Add(at + ".legal_bases", "an extension names its legal basis: list the ones there are");
  CheckUnique("legal basis", extension.legal_bases, at + ".legal_bases");
  if (definition_.permissions[static_cast<size_t>(Permission::kExtend)].empty()) {
    Add(at, "no role has the permission 'extend'");
  }
}

void DefinitionChecker::CheckClocks() {
  CheckUnique("clock", definition_.clocks, "clocks");
  for (size_t i = 0; i < definition_.clocks.size(); ++i) {
    const Clock& clock = definition_.clocks[i];
    const std::string path = Indexed("clocks", i);
    CheckId(clock.id.view(), path + ".id");
    CheckTexts(clock.title, path + ".title");
    CheckTrigger(clock.start, path + ".start");
    const Stage* start = clock.start.stage ? definition_.FindStage(*clock.start.stage) : nullptr;
    if (clock.start.closed || (start != nullptr && start->closed)) {
      Add(path + ".start", "no clock runs in a closed case");
    }
    CheckStops(clock, path);
    for (size_t j = 0; j < clock.pause_in.size(); ++j) {
      const std::string at = Indexed(path + ".pause_in", j);
      CheckStageName(clock.pause_in[j], at);
      const Stage* stage = definition_.FindStage(clock.pause_in[j]);
      if (stage != nullptr && stage->closed) Add(at, "no clock runs in a closed stage, so none pauses there");
    }
    CheckUnique("stage", clock.pause_in, path + ".pause_in");
    CheckDue(clock, path);
    CheckWarnings(clock, path);
    CheckEscalations(clock, path);
    CheckExtension(clock, path);
  }
}

}  // namespace rasti::core
