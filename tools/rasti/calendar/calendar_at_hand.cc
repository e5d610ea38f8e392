#include "tools/rasti/calendar/calendar_at_hand.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/core/expression/names.h"
#include "engine/sla/text.h"
#include "tools/rasti/output.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

const codec::PublishedPackage* CalendarAtHand::InForceAt(Instant at) const {
  const auto after = std::ranges::upper_bound(versions, at, {}, &codec::PublishedPackage::effective_from);
  return after == versions.begin() ? nullptr : &*std::prev(after);
}

const codec::PublishedPackage* CalendarAtHand::Find(std::string_view version) const {
  const auto found = std::ranges::find_if(
      versions, [&](const codec::PublishedPackage& package) { return package.files.version == version; });
  return found == versions.end() ? nullptr : &*found;
}

const codec::PublishedPackage* CalendarAtHand::NextAfter(Instant at) const {
  const auto after = std::ranges::upper_bound(versions, at, {}, &codec::PublishedPackage::effective_from);
  return after == versions.end() ? nullptr : &*after;
}

std::vector<CalendarAtHand> AllCalendars(const std::vector<codec::PublishedPackage>& packages, Instant now) {
  std::map<std::string, CalendarAtHand> by_name;
  for (const codec::PublishedPackage& package : packages) {
    if (package.files.kind != codec::PackageKind::kCalendar) continue;
    CalendarAtHand& calendar = by_name[package.files.name];
    calendar.name = package.files.name;
    calendar.now = now;
    calendar.versions.push_back(package);
  }
  std::vector<CalendarAtHand> all;
  for (auto& [name, calendar] : by_name) {
    // They come in the order in which they were published, which decides between two of the same instant.
    std::ranges::stable_sort(calendar.versions, {}, &codec::PublishedPackage::effective_from);
    all.push_back(std::move(calendar));
  }
  return all;
}

Outcome<CalendarAtHand> FindCalendar(Session& session, const std::string& name) {
  RASTI_TRY(const auto packages, session.Packages());
  RASTI_TRY(const Instant now, session.Now());
  auto all = AllCalendars(packages, now);
  const auto found = std::ranges::find(all, name, &CalendarAtHand::name);
  if (found != all.end()) return std::move(*found);
  std::vector<std::string_view> known;
  for (const CalendarAtHand& calendar : all) known.push_back(calendar.name);
  std::string hint = core::expression::DidYouMean(name, known);
  if (hint.empty()) hint = fmt::format("; published are {}", core::expression::JoinNames(known));
  Failure failure(Error::NotFound(fmt::format("there is no calendar '{}'{}", name, hint)));
  failure.field = "calendar";
  return Refuse(std::move(failure));
}

Outcome<codec::CalendarSource> SourceOf(const codec::PublishedPackage& package) {
  std::vector<codec::Issue> issues;
  auto source = codec::ReadCalendarSource(package.files.files, issues);
  if (source) return *std::move(source);
  return Refuse(Error::Corruption(fmt::format("{}: {}", package.Key(), issues.front().ToString())));
}

Outcome<sla::Day> GivenDay(const std::string& option, const std::string& text) {
  const auto midnight = text.size() == 10 ? ParseInstant(text + "T00:00:00Z") : Fail(Error::Invalid(""));
  if (!midnight) return Misused(fmt::format("{} {}: a date is wanted, as in 2027-03-20", option, text));
  return sla::Day(cctz::convert(*midnight, cctz::utc_time_zone()));
}

std::string HoursText(const sla::DayHours& hours) {
  if (hours.empty()) return "closed";
  std::vector<std::string> texts;
  for (const sla::OpeningHours& open : hours) texts.push_back(sla::TextOf(open));
  return fmt::format("{}", fmt::join(texts, ", "));
}

Json HoursJson(const sla::DayHours& hours) {
  auto list = Json::array();
  for (const sla::OpeningHours& open : hours) list.push_back(sla::TextOf(open));
  return list;
}

const sla::DayHours& WeekHoursOn(const sla::CalendarSpec& spec, sla::Day day) {
  return spec.week[static_cast<size_t>(cctz::get_weekday(day))];
}

const sla::DayHours& HoursOn(const sla::CalendarSpec& spec, sla::Day day) {
  const auto entry = spec.exceptional_days.find(day);
  return entry == spec.exceptional_days.end() ? WeekHoursOn(spec, day) : entry->second.hours;
}

std::string EntryText(const sla::ExceptionalDay& entry) {
  std::string text = Printable(entry.name);
  std::vector<std::string_view> remarks;
  if (entry.moved) remarks.emplace_back("observed, moved from a day off");
  if (entry.estimated) remarks.emplace_back("estimated");
  if (!remarks.empty()) text += fmt::format(" ({})", fmt::join(remarks, "; "));
  if (!entry.legal_basis.empty()) text += fmt::format("; {}", Printable(entry.legal_basis));
  return text;
}

Json DayJson(const codec::CalendarSource& source, sla::Day day) {
  Json json{{"date", sla::TextOf(day)},
            {"weekday", sla::WeekdayName(cctz::get_weekday(day))},
            {"open", HoursJson(HoursOn(source.spec, day))}};
  const auto found = source.spec.exceptional_days.find(day);
  if (found == source.spec.exceptional_days.end()) return json;
  const sla::ExceptionalDay& entry = found->second;
  json["name"] = entry.name;
  json["estimated"] = entry.estimated;
  json["moved"] = entry.moved;
  if (!entry.legal_basis.empty()) json["legal_basis"] = entry.legal_basis;
  json["source"] = entry.from_table ? source.holidays : "calendar.yaml";
  return json;
}

}  // namespace rasti::cli
