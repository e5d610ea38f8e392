#include "engine/sla/calendar.h"

#include <fmt/format.h>

#include "engine/sla/calendar_index.h"
#include "engine/sla/text.h"

namespace rasti::sla {
namespace {

constexpr int kMinutesOfDay = 24 * 60;
constexpr int kYearsMost = 400;

Status CheckHours(const DayHours& hours) {
  const OpeningHours* previous = nullptr;
  for (const OpeningHours& interval : hours) {
    const auto bad = [&](std::string_view why) {
      return Fail(Error::Invalid(fmt::format("{}: {}", TextOf(interval), why)));
    };
    if (interval.opens_at < 0 || interval.closes_at > kMinutesOfDay) return bad("a day goes from 00:00 to 24:00");
    if (interval.opens_at >= interval.closes_at) return bad("hours must open before they close");
    if (previous != nullptr && interval.opens_at <= previous->closes_at) {
      return bad(fmt::format("must begin after {} has ended; write hours that touch as one", TextOf(*previous)));
    }
    previous = &interval;
  }
  return {};
}

Status CheckCoverage(const CalendarSpec& spec) {
  if (spec.covers_to < spec.covers_from) {
    return Fail(Error::Invalid(fmt::format("the coverage ends on {} before it starts on {}", TextOf(spec.covers_to),
                                           TextOf(spec.covers_from))));
  }
  if (spec.covers_from.year() < 1 || spec.covers_to.year() > 9999) {
    return Fail(Error::Invalid(fmt::format("the coverage {} to {} leaves the years 1 to 9999", TextOf(spec.covers_from),
                                           TextOf(spec.covers_to))));
  }
  if (spec.covers_to.year() - spec.covers_from.year() > kYearsMost) {
    return Fail(Error::Invalid(fmt::format("the coverage {} to {} is longer than {} years", TextOf(spec.covers_from),
                                           TextOf(spec.covers_to), kYearsMost)));
  }
  return {};
}

Status CheckSpec(const CalendarSpec& spec) {
  RASTI_CHECKED(CheckCoverage(spec));
  bool opens = false;
  for (size_t i = 0; i < spec.week.size(); ++i) {
    if (auto status = CheckHours(spec.week[i]); !status) {
      return Fail(status.error().At(WeekdayName(static_cast<cctz::weekday>(i))));
    }
    opens = opens || !spec.week[i].empty();
  }
  if (!opens) return Fail(Error::Invalid("the week never opens; give at least one weekday hours"));
  for (const auto& [day, exceptional] : spec.exceptional_days) {
    if (auto status = CheckHours(exceptional.hours); !status) {
      return Fail(status.error().At(fmt::format("{} {}", TextOf(day), exceptional.name)));
    }
    if (day < spec.covers_from || spec.covers_to < day) {
      return Fail(Error::Invalid(fmt::format("{} {}: lies outside the coverage {} to {}", TextOf(day), exceptional.name,
                                             TextOf(spec.covers_from), TextOf(spec.covers_to))));
    }
  }
  return {};
}

}  // namespace

Calendar::Calendar(std::shared_ptr<const CalendarSpec> spec, cctz::time_zone zone,
                   std::shared_ptr<const CalendarIndex> index)
    : spec_(std::move(spec)), zone_(zone), index_(std::move(index)) {}

Result<Calendar> Calendar::Create(CalendarSpec spec, cctz::time_zone zone) {
  if (auto status = CheckSpec(spec); !status) {
    return Fail(status.error().At(fmt::format("calendar '{}'", spec.name)));
  }
  auto index = std::make_shared<const CalendarIndex>(spec, zone);
  return Calendar(std::make_shared<const CalendarSpec>(std::move(spec)), zone, std::move(index));
}

Error Calendar::NotCovered(Day day) const {
  return Error::OutOfRange(
      fmt::format("calendar '{}' covers {} to {}, and {} lies outside; a calendar with a longer "
                  "table of holidays is needed",
                  spec_->name, TextOf(spec_->covers_from), TextOf(spec_->covers_to), TextOf(day)));
}

Result<bool> Calendar::IsWorkingDay(Day day) const {
  if (!Covers(day)) return Fail(NotCovered(day));
  return index_->IsWorkingDay(index_->IndexOf(day));
}

Result<const DayHours*> Calendar::HoursOf(Day day) const {
  if (!Covers(day)) return Fail(NotCovered(day));
  return &index_->HoursAt(index_->IndexOf(day));
}

const ExceptionalDay* Calendar::ExceptionOn(Day day) const {
  const auto found = spec_->exceptional_days.find(day);
  return found == spec_->exceptional_days.end() ? nullptr : &found->second;
}

cctz::civil_second Calendar::LocalTime(Instant instant) const {
  return zone_.lookup(std::chrono::floor<cctz::seconds>(instant)).cs;
}

Day Calendar::LocalDay(Instant instant) const { return Day(LocalTime(instant)); }

Duration Calendar::TimeOfDay(Instant instant) const {
  const cctz::civil_second local = LocalTime(instant);
  const auto millis = instant - std::chrono::floor<std::chrono::seconds>(instant);
  return std::chrono::seconds((local.hour() * 60 + local.minute()) * 60 + local.second()) + millis;
}

Instant Calendar::At(cctz::civil_second local) const {
  const Day day(local);
  return At(day, std::chrono::seconds(local - cctz::civil_second(day)));
}

Instant Calendar::At(Day day, Duration time_of_day) const {
  return InstantFromUnixMillis(UnixMillisAt(zone_, day, time_of_day.count()));
}

Instant Calendar::EndOf(Day day) const { return At(day + 1, Duration{0}) - Duration{1}; }

}  // namespace rasti::sla
