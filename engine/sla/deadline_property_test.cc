// Laws of counting, over random calendars, rules and starts.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/sla/calendar_index.h"
#include "engine/sla/opening_time.h"
#include "engine/sla/reference_for_test.h"

namespace rasti::sla {
namespace {

using reference::ArbitraryCalendar;
using reference::ArbitraryInstant;
using reference::ArbitraryRule;
using reference::kMinute;

Instant DueAt(const Calendar& calendar, const Rule& rule, Instant start) {
  const auto deadline = ComputeDeadline(calendar, {.rule = rule, .start = start});
  RC_ASSERT(deadline.has_value());
  return deadline->due_at;
}

TEST(DeadlinePropertyTest, AgreesWithTheSlowReference) {
  ASSERT_TRUE(rc::check("deadline == reference", [] {
    const Calendar calendar = ArbitraryCalendar();
    for (int i = 0; i < 4; ++i) {
      const Rule rule = ArbitraryRule();
      const Instant start = ArbitraryInstant(calendar);
      RC_LOG() << calendar.spec().zone_name << ", " << Describe(rule) << " from " << FormatInstant(start) << "\n";
      RC_ASSERT(FormatInstant(DueAt(calendar, rule, start)) == FormatInstant(reference::Apply(calendar, rule, start)));
    }
  }));
}

TEST(DeadlinePropertyTest, OpeningTimeAgreesWithTheSlowReference) {
  ASSERT_TRUE(rc::check("opening time == reference", [] {
    const Calendar calendar = ArbitraryCalendar();
    const Instant a = ArbitraryInstant(calendar);
    const Instant b = a + *rc::gen::inRange(0, 6 * 24 * 60) * kMinute;
    const Duration length = *OpeningTimeBetween(calendar, a, b);
    RC_ASSERT(length.count() == reference::OpeningBetween(calendar, a, b).count());

    const Instant end = *AddOpeningTime(calendar, a, length);
    RC_ASSERT(end <= std::max(a, b));
    RC_ASSERT(end == reference::AddOpening(calendar, a, length));
    RC_ASSERT((*OpeningTimeBetween(calendar, a, end)).count() == length.count());
    const Instant begin = *SubtractOpeningTime(calendar, b, length);
    RC_ASSERT(begin >= a);
    RC_ASSERT((*OpeningTimeBetween(calendar, begin, b)).count() == length.count());
    // The latest such instant: later than it, less is left.
    if (length.count() > 0)
      RC_ASSERT((*OpeningTimeBetween(calendar, begin + Duration{1}, b)).count() == length.count() - 1);
  }));
}

TEST(DeadlinePropertyTest, OpeningTimeAddsUp) {
  ASSERT_TRUE(rc::check("between(a, c) == between(a, b) + between(b, c)", [] {
    const Calendar calendar = ArbitraryCalendar();
    std::array<Instant, 3> at;
    for (Instant& instant : at) instant = ArbitraryInstant(calendar) + Duration{*rc::gen::inRange(0, 60'000)};
    std::sort(at.begin(), at.end());
    RC_ASSERT((*OpeningTimeBetween(calendar, at[0], at[2])).count() ==
              (*OpeningTimeBetween(calendar, at[0], at[1]) + *OpeningTimeBetween(calendar, at[1], at[2])).count());
    RC_ASSERT(*OpeningTimeBetween(calendar, at[0], at[2]) <= at[2] - at[0]);
  }));
}

TEST(DeadlinePropertyTest, EveryDayIsAsItsSpecSays) {
  ASSERT_TRUE(rc::check("days", [] {
    const Calendar calendar = ArbitraryCalendar();
    size_t working_days = 0;
    for (Day day = calendar.spec().covers_from; day <= calendar.spec().covers_to; ++day) {
      const size_t index = calendar.index().IndexOf(day);
      RC_ASSERT(calendar.index().WorkingDaysBefore(index) == working_days);
      RC_ASSERT(*calendar.IsWorkingDay(day) == reference::Works(calendar, day));
      RC_ASSERT(**calendar.HoursOf(day) == reference::HoursOf(calendar, day));
      if (reference::Works(calendar, day)) {
        RC_ASSERT(calendar.index().DayAt(calendar.index().working_days()[working_days++]) == day);
      }
    }
    RC_ASSERT(calendar.index().working_days().size() == working_days);
  }));
}

TEST(DeadlinePropertyTest, NeverBeforeTheStart) {
  ASSERT_TRUE(rc::check("start <= due", [] {
    const Calendar calendar = ArbitraryCalendar();
    const Rule rule = ArbitraryRule();
    RC_PRE(rule.count != Count::kFixedDate);
    const Instant start = ArbitraryInstant(calendar) + Duration{*rc::gen::inRange(0, 60'000)};
    RC_ASSERT(start <= DueAt(calendar, rule, start));
  }));
}

TEST(DeadlinePropertyTest, ALaterStartIsNeverDueEarlier) {
  ASSERT_TRUE(rc::check("a <= b => due(a) <= due(b)", [] {
    const Calendar calendar = ArbitraryCalendar();
    const Rule rule = ArbitraryRule();
    const Instant a = ArbitraryInstant(calendar);
    const Instant b = a + *rc::gen::inRange(0, 5 * 24 * 60) * kMinute;
    const Instant due_a = DueAt(calendar, rule, a);
    const Instant due_b = DueAt(calendar, rule, b);
    const bool hours = rule.count == Count::kWorkingHours || rule.count == Count::kElapsed;
    if (hours || rule.ends != Ends::kSameTime) {
      RC_ASSERT(due_a <= due_b);
    } else {
      // Saturday afternoon and Sunday morning both lead to Monday, each at its own time of day.
      RC_ASSERT(calendar.LocalDay(due_a) <= calendar.LocalDay(due_b));
    }
  }));
}

TEST(DeadlinePropertyTest, MoreIsNeverDueEarlier) {
  ASSERT_TRUE(rc::check("m <= n => due(m) <= due(n)", [] {
    const Calendar calendar = ArbitraryCalendar();
    const Rule less = ArbitraryRule();
    const Instant start = ArbitraryInstant(calendar);
    Rule more = less;
    more.number += *rc::gen::inRange(0, 5);
    more.length += *rc::gen::inRange(0, 300) * kMinute;
    RC_ASSERT(DueAt(calendar, less, start) <= DueAt(calendar, more, start));
  }));
}

TEST(DeadlinePropertyTest, TheLastDayIsTheOneThatTheRuleMeans) {
  ASSERT_TRUE(rc::check("last day", [] {
    const Calendar calendar = ArbitraryCalendar();
    Rule rule = ArbitraryRule();
    RC_PRE(rule.count != Count::kElapsed && rule.count != Count::kWorkingHours);
    if (rule.count == Count::kWorkingDays && rule.number == 0) rule.number = 1;
    const Instant due = DueAt(calendar, rule, ArbitraryInstant(calendar));
    if (rule.roll == Roll::kNextWorkingDay || rule.count == Count::kWorkingDays) {
      RC_ASSERT(reference::Works(calendar, calendar.LocalDay(due)));
    }
    if (rule.ends == Ends::kEndOfDay) RC_ASSERT(due == calendar.EndOf(calendar.LocalDay(due)));
  }));
}

TEST(DeadlinePropertyTest, TheExplanationLeadsToTheDeadline) {
  ASSERT_TRUE(rc::check("explanation", [] {
    const Calendar calendar = ArbitraryCalendar();
    const Rule rule = ArbitraryRule();
    const Instant start = ArbitraryInstant(calendar);
    Explanation explanation;
    const auto explained = ComputeDeadline(calendar, {.rule = rule, .start = start}, &explanation);
    RC_ASSERT(explained.has_value());
    RC_ASSERT(explained->due_at == DueAt(calendar, rule, start));
    RC_ASSERT(explanation.front().kind == ExplanationStep::Kind::kStart);
    RC_ASSERT(explanation.back().kind == ExplanationStep::Kind::kDue);
    RC_ASSERT(explanation.back().at == explained->due_at);
    int64_t days = 0;
    Duration hours{0};
    for (const ExplanationStep& step : explanation) {
      if (step.kind == ExplanationStep::Kind::kDayCounted) {
        RC_ASSERT(step.number == ++days);
        if (rule.count == Count::kWorkingDays) RC_ASSERT(reference::Works(calendar, calendar.LocalDay(step.at)));
      }
      if (step.kind == ExplanationStep::Kind::kDaySkipped) {
        RC_ASSERT(!reference::Works(calendar, calendar.LocalDay(step.at)));
      }
      if (step.kind == ExplanationStep::Kind::kHoursCounted) hours += step.length;
    }
    const bool counts_days = rule.count == Count::kWorkingDays || rule.count == Count::kCalendarDays;
    RC_ASSERT(days == (counts_days ? rule.number : 0));
    RC_ASSERT(hours.count() == (rule.count == Count::kWorkingHours ? rule.length.count() : 0));
  }));
}

TEST(OffsetPropertyTest, AddingAndSubtractingUndoEachOther) {
  ASSERT_TRUE(rc::check("offsets", [] {
    const Calendar calendar = ArbitraryCalendar();
    const Instant from = ArbitraryInstant(calendar);
    Offset offset{
        .count = *rc::gen::element(Count::kWorkingDays, Count::kWorkingHours, Count::kCalendarDays, Count::kElapsed)};
    offset.number = *rc::gen::inRange(0, 12);
    offset.length = *rc::gen::inRange(0, 2000) * kMinute;
    const Instant later = *AddOffset(calendar, from, offset);
    const Instant earlier = *SubtractOffset(calendar, from, offset);
    RC_ASSERT(earlier <= from);
    RC_ASSERT(from <= later);
    const Instant back = *SubtractOffset(calendar, later, offset);
    const Instant forth = *AddOffset(calendar, earlier, offset);
    switch (offset.count) {
      case Count::kElapsed:
        RC_ASSERT(back == from);
        RC_ASSERT(forth == from);
        break;
      case Count::kWorkingHours:
        // From closed hours one comes back to the edge of opening: it is the same to the counters.
        RC_ASSERT((*OpeningTimeBetween(calendar, std::min(from, back), std::max(from, back))).count() == 0);
        RC_ASSERT((*OpeningTimeBetween(calendar, std::min(from, forth), std::max(from, forth))).count() == 0);
        if (reference::IsOpen(calendar, from)) RC_ASSERT(back == from);
        if (reference::IsOpen(calendar, from - kMinute)) RC_ASSERT(forth == from);
        break;
      case Count::kCalendarDays:
        RC_ASSERT(calendar.LocalDay(back) == calendar.LocalDay(from));
        RC_ASSERT(calendar.LocalDay(forth) == calendar.LocalDay(from));
        break;
      case Count::kWorkingDays:
        if (reference::Works(calendar, calendar.LocalDay(from))) {
          RC_ASSERT(calendar.LocalDay(back) == calendar.LocalDay(from));
          RC_ASSERT(calendar.LocalDay(forth) == calendar.LocalDay(from));
        }
        break;
      case Count::kCalendarMonths:
      case Count::kFixedDate: RC_FAIL("no unit of an offset");
    }
  }));
}

}  // namespace
}  // namespace rasti::sla
