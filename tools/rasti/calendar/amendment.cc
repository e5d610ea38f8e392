#include "tools/rasti/calendar/amendment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "engine/sla/text.h"
#include "tools/rasti/calendar/calendar_at_hand.h"

namespace rasti::cli {
namespace {

// How far a day that a message may name is looked for.
constexpr int kNearbyDays = 30;

class Planner {
 public:
  Planner(const AmendmentWish& wish, const sla::CalendarSpec& base, sla::Day today)
      : wish_(wish), base_(base), today_(today) {}

  Outcome<Amendment> Plan() {
    if (wish_.add.empty() && wish_.remove.empty() && wish_.move.empty()) {
      return Misused("say what changes: --add DATE, --remove DATE or --move FROM TO");
    }
    if (wish_.add.empty() && wish_.move.empty() && (!wish_.hours.empty() || wish_.estimated)) {
      return Misused(fmt::format("{}: of a day that is added; none is", wish_.estimated ? "--estimated" : "--hours"));
    }
    RASTI_TRY(hours_, GivenHours());
    for (const std::string& text : wish_.remove) RASTI_CHECKED(Remove("--remove", text, "withdrawn"));
    for (const auto& [from, to] : wish_.move) RASTI_CHECKED(Move(from, to));
    for (const std::string& text : wish_.add) RASTI_CHECKED(Add("--add", text, wish_.name));
    WarnOfObservedDays();
    if (amendment_.changes.empty()) {
      Failure failure(Exit::kRejected, "no_change", fmt::format("{}", fmt::join(amendment_.warnings, "\n")));
      return Refuse(std::move(failure));
    }
    std::ranges::sort(amendment_.changes, {}, &DayChange::day);
    return std::move(amendment_);
  }

 private:
  Outcome<sla::DayHours> GivenHours() const {
    sla::DayHours hours;
    for (const std::string& text : wish_.hours) {
      const auto open = codec::ParseOpeningHours(text);
      if (!open) return Misused(fmt::format("--hours: {}", open.error().message));
      if (!hours.empty() && open->opens_at <= hours.back().closes_at) {
        return Misused(fmt::format("--hours: '{}' begins before the hours before it are over", text));
      }
      hours.push_back(*open);
    }
    return hours;
  }

  Outcome<sla::Day> GivenKnownDay(const std::string& option, const std::string& text) {
    RASTI_TRY(const sla::Day day, GivenDay(option, text));
    if (day < base_.covers_from || base_.covers_to < day) {
      return Misused(
          fmt::format("{} {}: the calendar '{}' covers {} to {}; days beyond come with a package that knows "
                      "them all: rasti publish",
                      option, text, base_.name, sla::TextOf(base_.covers_from), sla::TextOf(base_.covers_to)));
    }
    if (day < today_ && !wish_.past) {
      return Misused(
          fmt::format("{} {}: lies in the past (it is {}); deadlines that run over it would be counted anew: "
                      "say --past if that is meant",
                      option, text, sla::TextOf(today_)));
    }
    if (std::ranges::find(named_, day) != named_.end()) {
      return Misused(fmt::format("{} {}: this day is named twice", option, text));
    }
    named_.push_back(day);
    return day;
  }

  const sla::ExceptionalDay* EntryOn(sla::Day day) const {
    const auto found = base_.exceptional_days.find(day);
    return found == base_.exceptional_days.end() ? nullptr : &found->second;
  }

  // Days off nearby that could have been meant.
  std::string Nearby(sla::Day day) const {
    std::vector<std::string> near;
    for (auto one = base_.exceptional_days.lower_bound(day - kNearbyDays);
         one != base_.exceptional_days.end() && one->first <= day + kNearbyDays; ++one) {
      near.push_back(fmt::format("{} '{}'", sla::TextOf(one->first), one->second.name));
    }
    return near.empty() ? std::string() : fmt::format("; nearby: {}", fmt::join(near, ", "));
  }

  void Change(sla::Day day, sla::ExceptionalDay after) {
    const sla::ExceptionalDay* before = EntryOn(day);
    DayChange change;
    change.day = day;
    change.hours_before = HoursOn(base_, day);
    change.hours_after = after.hours;
    change.name_before = before == nullptr ? "" : before->name;
    change.after = std::move(after);
    amendment_.changes.push_back(std::move(change));
  }

  /// What is on the day, which is then a day like its weekday.
  Outcome<std::string> Remove(const std::string& option, const std::string& text, const std::string& how) {
    RASTI_TRY(const sla::Day day, GivenKnownDay(option, text));
    const sla::ExceptionalDay* entry = EntryOn(day);
    const sla::DayHours& week = WeekHoursOn(base_, day);
    const auto weekday = sla::WeekdayName(cctz::get_weekday(day));
    if (entry == nullptr || (entry->hours == week && !week.empty())) {
      return Misused(fmt::format("{} {}: is a {} like any other ({}), there is nothing to take away{}", option, text,
                                 weekday, HoursText(week), Nearby(day)));
    }
    if (entry->hours == week) {
      amendment_.warnings.push_back(fmt::format(
          "{} {}: is a {}, on which it is closed in any case; no deadline moves by that", option, text, weekday));
    }
    const std::string name = entry->name;
    Change(day, {week, fmt::format("{}, {}", name, how), false, wish_.legal_basis});
    taken_.emplace_back(day, name);
    return name;
  }

  Outcome<void> Move(const std::string& from, const std::string& to) {
    RASTI_TRY(const sla::Day target, GivenDay("--move", to));
    RASTI_TRY(const std::string name, Remove("--move", from, "moved to " + sla::TextOf(target)));
    return Add("--move", to, wish_.name.empty() ? name : wish_.name);
  }

  Outcome<void> Add(const std::string& option, const std::string& text, std::string name) {
    RASTI_TRY(const sla::Day day, GivenKnownDay(option, text));
    const sla::ExceptionalDay* entry = EntryOn(day);
    if (name.empty() && entry != nullptr) name = entry->name;
    if (name.empty()) return Misused(fmt::format("--name: what {} is called, as `explain` will say it", text));
    const sla::ExceptionalDay after{hours_, name, wish_.estimated, wish_.legal_basis};
    const bool same = entry != nullptr && entry->hours == after.hours && entry->name == after.name &&
                      entry->estimated == after.estimated && entry->legal_basis == after.legal_basis;
    const auto weekday = sla::WeekdayName(cctz::get_weekday(day));
    const sla::DayHours& before = HoursOn(base_, day);
    if (same) {
      amendment_.warnings.push_back(fmt::format("{} {}: is '{}' already, just so", option, text, name));
      return {};
    }
    if (before == hours_ && entry != nullptr) {
      amendment_.warnings.push_back(fmt::format(
          "{} {}: is {} already ('{}'{}); what is said of it changes, no deadline "
          "moves by that",
          option, text, hours_.empty() ? "off" : "open then", entry->name, entry->estimated ? ", estimated" : ""));
    } else if (before == hours_) {
      amendment_.warnings.push_back(fmt::format(
          "{} {}: is a {}, {} in any case; no deadline moves by that{}", option, text, weekday, HoursText(before),
          hours_.empty() ? fmt::format(". The working day behind it, where that is to be off in its place: --add {}",
                                       sla::TextOf(NextWorkingDay(day)))
                         : std::string()));
    }
    Change(day, after);
    return {};
  }

  sla::Day NextWorkingDay(sla::Day day) const {
    do ++day;
    while (day < base_.covers_to && HoursOn(base_, day).empty());
    return day;
  }

  // A holiday on a day off has another day on which it is observed: who takes the one away probably means both.
  void WarnOfObservedDays() {
    for (const auto& [day, name] : taken_) {
      const auto end = base_.exceptional_days.upper_bound(day + kNearbyDays);
      for (auto one = base_.exceptional_days.upper_bound(day); one != end; ++one) {
        const auto& [observed, entry] = *one;
        if (!entry.moved || entry.name != name || std::ranges::find(named_, observed) != named_.end()) continue;
        amendment_.warnings.push_back(
            fmt::format("'{}' of {} is observed on {}, which stays off: take that away too "
                        "with --remove {}",
                        name, sla::TextOf(day), sla::TextOf(observed), sla::TextOf(observed)));
      }
    }
  }

  const AmendmentWish& wish_;
  const sla::CalendarSpec& base_;
  const sla::Day today_;
  sla::DayHours hours_;
  std::vector<sla::Day> named_;
  std::vector<std::pair<sla::Day, std::string>> taken_;
  Amendment amendment_;
};

std::optional<int64_t> NumberOf(const std::string& version) {
  int64_t number = 0;
  const char* end = version.data() + version.size();
  const auto read = std::from_chars(version.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::map<sla::Day, sla::ExceptionalDay> Amendment::days() const {
  std::map<sla::Day, sla::ExceptionalDay> days;
  for (const DayChange& change : changes) days[change.day] = change.after;
  return days;
}

Outcome<Amendment> PlanAmendment(const AmendmentWish& wish, const sla::CalendarSpec& base, sla::Day today) {
  return Planner(wish, base, today).Plan();
}

Outcome<std::string> VersionAfter(const std::vector<std::string>& versions, const std::string& given) {
  if (!given.empty()) {
    if (std::ranges::find(versions, given) == versions.end()) return given;
    return Misused(
        fmt::format("--as-version {}: is published already, and what is published never changes; published "
                    "are {}",
                    given, fmt::join(versions, ", ")));
  }
  int64_t highest = 0;
  for (const std::string& version : versions) {
    const auto number = NumberOf(version);
    if (!number || *number >= 1'000'000'000'000) {
      return Misused(
          fmt::format("--as-version: how the new version is called; the others ({}) are no numbers that "
                      "could be counted on",
                      fmt::join(versions, ", ")));
    }
    highest = std::max(highest, *number);
  }
  return std::to_string(highest + 1);
}

}  // namespace rasti::cli
