#include <gtest/gtest.h>

#include "engine/sla/calendars_for_test.h"
#include "engine/sla/deadline.h"

namespace rasti::sla {
namespace {

using std::chrono::hours;

std::string Show(const Result<Instant>& instant) {
  return instant ? ShowLocal(Kosovo(), *instant) : instant.error().message;
}
std::string After(const std::string& from, const Offset& offset) {
  return Show(AddOffset(Kosovo(), Local(Kosovo(), from), offset));
}
std::string Before(const std::string& from, const Offset& offset) {
  return Show(SubtractOffset(Kosovo(), Local(Kosovo(), from), offset));
}
Offset Days(Count count, int64_t number) { return {.count = count, .number = number}; }
Offset Time(Count count, Duration length) { return {.count = count, .length = length}; }

TEST(OffsetTest, WorkingDaysKeepTheTimeOfDay) {
  const Offset two = Days(Count::kWorkingDays, 2);
  EXPECT_EQ(After("2026-11-27 16:00", two), "2026-12-01 16:00");
  EXPECT_EQ(Before("2026-12-01 16:00", two), "2026-11-27 16:00");
  EXPECT_EQ(Before("2026-11-29 16:00", Days(Count::kWorkingDays, 1)), "2026-11-27 16:00");
  EXPECT_EQ(After("2026-11-28 16:00", Days(Count::kWorkingDays, 1)), "2026-11-30 16:00");
  EXPECT_EQ(Before("2026-03-23 23:59:59.999", Days(Count::kWorkingDays, 1)), "2026-03-19 23:59:59.999");
}

TEST(OffsetTest, CalendarDaysKeepTheTimeOfDay) {
  EXPECT_EQ(After("2026-03-28 16:00", Days(Count::kCalendarDays, 1)), "2026-03-29 16:00");
  EXPECT_EQ(Before("2026-03-30 02:30", Days(Count::kCalendarDays, 1)), "2026-03-29 03:00");
  EXPECT_EQ(Before("2028-03-01 02:30", Days(Count::kCalendarDays, 1)), "2028-02-29 02:30");
}

TEST(OffsetTest, HoursOfBothKinds) {
  EXPECT_EQ(After("2026-03-28 16:00", Time(Count::kElapsed, hours(24))), "2026-03-29 17:00");
  EXPECT_EQ(Before("2026-03-29 17:00", Time(Count::kElapsed, hours(24))), "2026-03-28 16:00");
  EXPECT_EQ(After("2026-11-27 15:00", Time(Count::kWorkingHours, hours(2))), "2026-11-30 09:00");
  EXPECT_EQ(Before("2026-11-30 09:00", Time(Count::kWorkingHours, hours(2))), "2026-11-27 15:00");
  EXPECT_EQ(Before("2026-11-30 16:00", Time(Count::kWorkingHours, hours(8))), "2026-11-30 08:00");
}

TEST(OffsetTest, ZeroIsTheInstantItself) {
  for (const Count count : {Count::kWorkingDays, Count::kWorkingHours, Count::kCalendarDays, Count::kElapsed}) {
    EXPECT_EQ(After("2026-11-28 13:14:15.016", {.count = count}), "2026-11-28 13:14:15.016");
    EXPECT_EQ(Before("2026-11-28 13:14:15.016", {.count = count}), "2026-11-28 13:14:15.016");
  }
  // Also in the second of two hours, beyond the coverage.
  const Instant second = Utc("2060-10-31T01:30:00Z");
  EXPECT_EQ(*AddOffset(Kosovo(), second, Days(Count::kWorkingDays, 0)), second);
  EXPECT_EQ(*SubtractOffset(Kosovo(), second, Days(Count::kCalendarDays, 0)), second);
}

TEST(OffsetTest, Errors) {
  const Instant from = Local(Kosovo(), "2026-11-27 16:00");
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  for (const auto& apply : {AddOffset, SubtractOffset}) {
    for (const Count count : {Count::kCalendarMonths, Count::kFixedDate}) {
      EXPECT_EQ(apply(Kosovo(), from, Days(count, 1)).error().code, ErrorCode::kInvalidArgument);
    }
    for (const Count count : {Count::kWorkingDays, Count::kCalendarDays}) {
      EXPECT_EQ(apply(Kosovo(), from, Days(count, kMost)).error().code, ErrorCode::kOutOfRange);
      EXPECT_EQ(apply(Kosovo(), from, Days(count, -1)).error().code, ErrorCode::kInvalidArgument);
      EXPECT_EQ(apply(Kosovo(), from, Days(count, -kMost - 1)).error().code, ErrorCode::kInvalidArgument);
    }
    for (const Count count : {Count::kWorkingHours, Count::kElapsed}) {
      EXPECT_EQ(apply(Kosovo(), from, Time(count, Duration::max())).error().code, ErrorCode::kOutOfRange);
      EXPECT_EQ(apply(Kosovo(), from, Time(count, Duration::min())).error().code, ErrorCode::kInvalidArgument);
    }
  }
  EXPECT_EQ(SubtractOffset(Kosovo(), Local(Kosovo(), "2025-01-03 10:00"), Days(Count::kWorkingDays, 5)).error().code,
            ErrorCode::kOutOfRange);
}

}  // namespace
}  // namespace rasti::sla
