#include "engine/codec/convert_deadline.h"

#include <charconv>

namespace rasti::codec {
namespace {

constexpr EnumTable<sla::Count, v1::Count, 6> kCounts{{{
    {sla::Count::kWorkingDays, v1::COUNT_WORKING_DAYS},
    {sla::Count::kWorkingHours, v1::COUNT_WORKING_HOURS},
    {sla::Count::kCalendarDays, v1::COUNT_CALENDAR_DAYS},
    {sla::Count::kCalendarMonths, v1::COUNT_CALENDAR_MONTHS},
    {sla::Count::kElapsed, v1::COUNT_ELAPSED},
    {sla::Count::kFixedDate, v1::COUNT_FIXED_DATE},
}}};
constexpr EnumTable<sla::Start, v1::Start, 3> kStarts{{{
    {sla::Start::kDayZero, v1::START_DAY_ZERO},
    {sla::Start::kInstant, v1::START_INSTANT},
    {sla::Start::kNextOpening, v1::START_NEXT_OPENING},
}}};
constexpr EnumTable<sla::Ends, v1::Ends, 3> kEnds{{{
    {sla::Ends::kSameTime, v1::ENDS_SAME_TIME},
    {sla::Ends::kClosing, v1::ENDS_CLOSING},
    {sla::Ends::kEndOfDay, v1::ENDS_END_OF_DAY},
}}};
constexpr EnumTable<sla::Roll, v1::Roll, 2> kRolls{{{
    {sla::Roll::kNone, v1::ROLL_NONE},
    {sla::Roll::kNextWorkingDay, v1::ROLL_NEXT_WORKING_DAY},
}}};
constexpr EnumTable<sla::MonthEnd, v1::MonthEnd, 2> kMonthEnds{{{
    {sla::MonthEnd::kClamp, v1::MONTH_END_CLAMP},
    {sla::MonthEnd::kKeep, v1::MONTH_END_KEEP},
}}};

// "2026-11-27"; nothing for any other form, and for days that do not exist.
std::optional<sla::Day> ParseDay(std::string_view text) {
  const auto number = [text](size_t from, size_t length) {
    int value = -1;
    const char* end = text.data() + from + length;
    const auto [last, error] = std::from_chars(text.data() + from, end, value);
    return error == std::errc() && last == end ? value : -1;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 1 || month < 1 || day < 1) return std::nullopt;
  const sla::Day date(year, month, day);
  if (date.month() != month || date.day() != day) return std::nullopt;
  return date;
}

}  // namespace

void ToWire(const sla::Rule& in, v1::Rule& out) {
  out.set_count(kCounts.Of(in.count));
  out.set_number(in.number);
  out.set_length_ms(in.length.count());
  if (in.date) out.set_date(fmt::format("{:04}-{:02}-{:02}", in.date->year(), in.date->month(), in.date->day()));
  out.set_start(kStarts.Of(in.start));
  out.set_ends(kEnds.Of(in.ends));
  out.set_roll(kRolls.Of(in.roll));
  out.set_month_end(kMonthEnds.Of(in.month_end));
}

void FromWire(const v1::Rule& in, sla::Rule& out, Faults& faults) {
  kCounts.Read(in.count(), out.count, "count", faults);
  out.number = in.number();
  out.length = Duration(in.length_ms());
  if (in.has_date()) {
    out.date = ParseDay(in.date());
    if (!out.date) faults.Wrong("date", "no day in the form 2026-11-27");
  }
  kStarts.Read(in.start(), out.start, "start", faults);
  kEnds.Read(in.ends(), out.ends, "ends", faults);
  kRolls.Read(in.roll(), out.roll, "roll", faults);
  kMonthEnds.Read(in.month_end(), out.month_end, "month_end", faults);
}

void ToWire(const sla::Step& in, v1::Step& out) {
  std::visit(
      core::Overloaded{
          [&](const sla::Paused& step) { out.mutable_paused()->set_paused_at_ms(ToUnixMillis(step.at)); },
          [&](const sla::Resumed& step) { out.mutable_resumed()->set_resumed_at_ms(ToUnixMillis(step.at)); },
          [&](const sla::Extended& step) { ToWire(step.by, *out.mutable_extended()->mutable_by()); },
          [&](const sla::Replanned& step) { out.mutable_replanned()->set_replanned_at_ms(ToUnixMillis(step.at)); },
      },
      in);
}

void FromWire(const v1::Step& in, sla::Step& out, Faults& faults) {
  switch (in.step_case()) {
    case v1::Step::kPaused:
      FromWire(in.paused().paused_at_ms(), out.emplace<sla::Paused>().at, "paused_at_ms", faults);
      break;
    case v1::Step::kResumed:
      FromWire(in.resumed().resumed_at_ms(), out.emplace<sla::Resumed>().at, "resumed_at_ms", faults);
      break;
    case v1::Step::kExtended: FromWire(in.extended().by(), out.emplace<sla::Extended>().by, faults); break;
    case v1::Step::kReplanned:
      FromWire(in.replanned().replanned_at_ms(), out.emplace<sla::Replanned>().at, "replanned_at_ms", faults);
      break;
    case v1::Step::STEP_NOT_SET: faults.Wrong("steps", "a step of no kind"); break;
  }
}

void ToWire(const sla::Course& in, v1::Course& out) {
  ToWire(in.rule, *out.mutable_rule());
  out.set_started_at_ms(ToUnixMillis(in.start));
  for (const sla::Step& step : in.steps) ToWire(step, *out.add_steps());
}

void FromWire(const v1::Course& in, sla::Course& out, Faults& faults) {
  faults.Require(in.has_rule(), "rule");
  FromWire(in.rule(), out.rule, faults);
  FromWire(in.started_at_ms(), out.start, "started_at_ms", faults);
  FromWire(in.steps(), out.steps, faults);
}

void ToWire(const core::EscalationTarget& in, v1::EscalationTarget& out) {
  if (in.tenant) out.set_tenant(in.tenant->str());
  out.set_role(in.role.str());
}

void FromWire(const v1::EscalationTarget& in, core::EscalationTarget& out, Faults&) {
  FromWire(in.has_tenant(), in.tenant(), out.tenant);
  out.role = core::Role(in.role());
}

void ToWire(const core::PendingEscalation& in, v1::PendingEscalation& out) {
  out.set_level(in.level);
  out.set_escalates_at_ms(ToUnixMillis(in.at));
  ToWire(in.to, *out.mutable_to());
}

void FromWire(const v1::PendingEscalation& in, core::PendingEscalation& out, Faults& faults) {
  out.level = in.level();
  FromWire(in.escalates_at_ms(), out.at, "escalates_at_ms", faults);
  faults.Require(in.has_to(), "to");
  FromWire(in.to(), out.to, faults);
}

void ToWire(const core::ClockPlan& in, v1::ClockPlan& out) {
  out.set_due_at_ms(ToUnixMillis(in.due_at));
  out.set_computed_due_at_ms(ToUnixMillis(in.computed_due_at));
  for (const core::PendingWarning& warning : in.warnings) out.add_warning_at_ms(ToUnixMillis(warning.at));
  for (const core::PendingEscalation& level : in.escalations) ToWire(level, *out.add_escalations());
}

void FromWire(const v1::ClockPlan& in, core::ClockPlan& out, Faults& faults) {
  FromWire(in.due_at_ms(), out.due_at, "due_at_ms", faults);
  FromWire(in.computed_due_at_ms(), out.computed_due_at, "computed_due_at_ms", faults);
  out.warnings.reserve(static_cast<size_t>(in.warning_at_ms_size()));
  for (const int64_t millis : in.warning_at_ms()) {
    FromWire(millis, out.warnings.emplace_back().at, "warning_at_ms", faults);
  }
  FromWire(in.escalations(), out.escalations, faults);
}

void ToWire(const core::GivenDeadline& in, v1::GivenDeadline& out) {
  out.set_clock(in.clock.str());
  if (in.due_at) out.set_due_at_ms(ToUnixMillis(*in.due_at));
}

void FromWire(const v1::GivenDeadline& in, core::GivenDeadline& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  FromWire(in.has_due_at_ms(), in.due_at_ms(), out.due_at, "due_at_ms", faults);
}

}  // namespace rasti::codec
