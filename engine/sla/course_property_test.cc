// Laws of pauses, extensions and changes of the calendar, over random courses.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/sla/reference_for_test.h"

namespace rasti::sla {
namespace {

using reference::ArbitraryCalendar;
using reference::ArbitraryInstant;
using reference::ArbitraryRule;
using reference::kMinute;

Deadline Follow(const Calendar& calendar, const Course& course) {
  const auto deadline = ComputeDeadline(calendar, course);
  RC_ASSERT(deadline.has_value());
  RC_ASSERT(deadline->computed <= deadline->due_at);
  return *deadline;
}

// A course without steps, its deadline, and a pause and a resumption some time after the start.
struct Scene {
  Calendar calendar = ArbitraryCalendar();
  Course course{.rule = ArbitraryRule(), .start = ArbitraryInstant(calendar)};
  Instant due = Follow(calendar, course).due_at;
  Instant paused_at = course.start + *rc::gen::inRange(0, 6 * 24 * 60) * kMinute;
  Instant resumed_at = paused_at + *rc::gen::inRange(0, 6 * 24 * 60) * kMinute;

  Deadline With(std::vector<Step> steps) const {
    Course changed = course;
    changed.steps = std::move(steps);
    return Follow(calendar, changed);
  }
};

TEST(CoursePropertyTest, APauseKeepsWhatRemains) {
  ASSERT_TRUE(rc::check("remaining before == remaining after", [] {
    const Scene s;
    RC_PRE(s.paused_at <= s.due);
    const Rule& rule = s.course.rule;
    RC_LOG() << Describe(rule) << " from " << FormatInstant(s.course.start) << ", paused " << FormatInstant(s.paused_at)
             << ", resumed " << FormatInstant(s.resumed_at) << "\n";
    const Deadline after = s.With({Paused{s.paused_at}, Resumed{s.resumed_at}});
    RC_ASSERT(!after.paused);
    RC_ASSERT(after.due_at >= s.due);
    if (rule.count == Count::kFixedDate) {
      RC_ASSERT(after.due_at == s.due);
      return;
    }
    RC_ASSERT(after.due_at >= s.resumed_at);
    const bool exact = rule.ends == Ends::kSameTime && rule.roll == Roll::kNone;
    switch (rule.count) {
      case Count::kWorkingDays:
      case Count::kWorkingHours: {
        const Duration left = *OpeningTimeBetween(s.calendar, s.paused_at, s.due);
        const Duration now_left = *OpeningTimeBetween(s.calendar, s.resumed_at, after.due_at);
        RC_ASSERT(now_left >= left);
        if (exact || rule.count == Count::kWorkingHours) RC_ASSERT(now_left.count() == left.count());
        break;
      }
      case Count::kCalendarDays:
      case Count::kElapsed:
        RC_ASSERT(after.due_at - s.resumed_at >= s.due - s.paused_at);
        if (exact || rule.count == Count::kElapsed) {
          RC_ASSERT((after.due_at - s.resumed_at).count() == (s.due - s.paused_at).count());
        }
        break;
      case Count::kCalendarMonths: {
        const int64_t days = s.calendar.LocalDay(s.resumed_at) - s.calendar.LocalDay(s.paused_at);
        RC_ASSERT(s.calendar.LocalDay(after.due_at) - s.calendar.LocalDay(s.due) >= days);
        break;
      }
      case Count::kFixedDate: break;
    }
  }));
}

TEST(CoursePropertyTest, APauseWithoutLengthIsNone) {
  ASSERT_TRUE(rc::check("pause of nothing", [] {
    const Scene s;
    RC_ASSERT(s.With({Paused{s.paused_at}, Resumed{s.paused_at}}).due_at == s.due);
  }));
}

TEST(CoursePropertyTest, AfterTheDeadlineAPauseChangesNothing) {
  ASSERT_TRUE(rc::check("late pause", [] {
    const Scene s;
    const Instant late = std::max(s.course.start, s.due + Duration{1} + *rc::gen::inRange(0, 3000) * kMinute);
    const Deadline plain = s.With({});
    RC_ASSERT(s.With({Paused{late}}) == plain);
    RC_ASSERT(s.With({Paused{late}, Resumed{late + kMinute}}) == plain);
  }));
}

TEST(CoursePropertyTest, WhilePausedTheDeadlineStands) {
  ASSERT_TRUE(rc::check("paused", [] {
    const Scene s;
    const Deadline paused = s.With({Paused{s.paused_at}});
    RC_ASSERT(paused.due_at == s.due);
    RC_ASSERT(paused.paused == (s.paused_at <= s.due));
    RC_ASSERT(s.With({Paused{s.paused_at}, Replanned{s.paused_at}}) == paused || s.paused_at > s.due);
  }));
}

TEST(CoursePropertyTest, ALongerPauseIsNeverDueEarlier) {
  ASSERT_TRUE(rc::check("longer pause", [] {
    const Scene s;
    const Instant longer = s.resumed_at + *rc::gen::inRange(0, 2000) * kMinute;
    const Instant shorter_due = s.With({Paused{s.paused_at}, Resumed{s.resumed_at}}).due_at;
    const Instant longer_due = s.With({Paused{s.paused_at}, Resumed{longer}}).due_at;
    const bool hours = s.course.rule.count == Count::kWorkingHours || s.course.rule.count == Count::kElapsed;
    if (hours || s.course.rule.ends != Ends::kSameTime) {
      RC_ASSERT(shorter_due <= longer_due);
    } else {
      RC_ASSERT(s.calendar.LocalDay(shorter_due) <= s.calendar.LocalDay(longer_due));
    }
  }));
}

TEST(CoursePropertyTest, AnExtensionIsTheRuleFromTheDeadline) {
  ASSERT_TRUE(rc::check("extension", [] {
    const Scene s;
    const Rule by = ArbitraryRule();
    const Instant extended = s.With({Extended{by}}).due_at;
    RC_ASSERT(extended == std::max(s.due, Follow(s.calendar, {.rule = by, .start = s.due}).due_at));
  }));
}

TEST(CoursePropertyTest, ReplanningNeverBreachesInThePast) {
  ASSERT_TRUE(rc::check("replan", [] {
    const Scene s;
    const Deadline replanned = s.With({Replanned{s.resumed_at}});
    RC_ASSERT(replanned.computed == s.due);
    RC_ASSERT(replanned.due_at == std::max(s.due, s.resumed_at));
  }));
}

TEST(CoursePropertyTest, AnyOrderedCourseHasADeadlineAndItsExplanation) {
  ASSERT_TRUE(rc::check("courses", [] {
    Scene s;
    Instant at = s.course.start;
    bool paused = false;
    const int count = *rc::gen::inRange(0, 8);
    for (int i = 0; i < count; ++i) {
      at += *rc::gen::inRange(0, 3000) * kMinute;
      switch (*rc::gen::inRange(0, 4)) {
        case 0:
        case 1:
          s.course.steps.push_back(paused ? Step(Resumed{at}) : Step(Paused{at}));
          paused = !paused;
          break;
        case 2: s.course.steps.emplace_back(Extended{ArbitraryRule()}); break;
        default: s.course.steps.emplace_back(Replanned{at});
      }
    }
    const Deadline deadline = Follow(s.calendar, s.course);
    Explanation explanation;
    RC_ASSERT(*ComputeDeadline(s.calendar, s.course, &explanation) == deadline);
    RC_ASSERT(explanation.back().kind == ExplanationStep::Kind::kDue);
    RC_ASSERT(explanation.back().at == deadline.due_at);
    RC_ASSERT(deadline.due_at >= s.due);
    RC_ASSERT(paused || !deadline.paused);
  }));
}

}  // namespace
}  // namespace rasti::sla
