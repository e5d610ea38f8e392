// `rasti calendar list`, `rasti calendar show`: when an authority is open, by which version, and where that comes from.
#include <fmt/format.h>

#include <algorithm>

#include "engine/sla/text.h"
#include "tools/rasti/calendar/calendar_at_hand.h"
#include "tools/rasti/calendar/commands.h"
#include "tools/rasti/case_text.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ShowOptions {
  std::string calendar;
  std::string version;
  std::string from;
  std::string to;
  std::optional<int> year;
};

constexpr int kDaysMost = 366 * 50;

std::vector<std::string> TenantsOf(const runtime::Configuration& configuration, const std::string& calendar,
                                   Instant now) {
  std::vector<std::string> names;
  for (const core::Tenant* tenant : configuration.TenantsAt(now)) {
    if (tenant->calendar == calendar) names.push_back(tenant->id.str());
  }
  return names;
}

std::string CoverageText(const sla::CalendarSpec& spec) {
  return fmt::format("{} to {}", sla::TextOf(spec.covers_from), sla::TextOf(spec.covers_to));
}

Outcome<void> RunList(const Context& context) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto packages, session->Packages());
  RASTI_TRY(const auto configuration, session->Configuration());
  RASTI_TRY(const Instant now, session->Now());
  RASTI_CHECKED(session->Close());
  std::vector<std::vector<std::string>> rows;
  auto list = Json::array();
  for (const CalendarAtHand& calendar : AllCalendars(packages, now)) {
    const codec::PublishedPackage* in_force = calendar.InForceAt(now);
    const codec::PublishedPackage& shown = in_force == nullptr ? calendar.versions.front() : *in_force;
    RASTI_TRY(const codec::CalendarSource source, SourceOf(shown));
    const auto tenants = TenantsOf(*configuration, calendar.name, now);
    const codec::PublishedPackage* next = calendar.NextAfter(now);
    rows.push_back({shown.files.id().str(),
                    fmt::format("{} {}", in_force == nullptr ? "comes into force" : "in force from",
                                FormatInstant(shown.effective_from)),
                    "covers " + CoverageText(source.spec), sla::TextOfCount(std::ssize(tenants), "tenant"),
                    in_force == nullptr || next == nullptr
                        ? ""
                        : fmt::format("{} from {}", next->files.id().str(), FormatInstant(next->effective_from))});
    Json json{{"calendar", calendar.name},
              {"version", shown.files.version},
              {"in_force", in_force != nullptr},
              {"effective_from", FormatInstant(shown.effective_from)},
              {"zone", source.spec.zone_name},
              {"covers", {{"from", sla::TextOf(source.spec.covers_from)}, {"to", sla::TextOf(source.spec.covers_to)}}},
              {"versions", calendar.versions.size()},
              {"tenants", tenants}};
    if (next != nullptr) json["next"] = next->files.version;
    list.push_back(std::move(json));
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  if (rows.empty()) context.out.Line("no calendar is published yet: rasti publish DIR");
  context.out.Json({{"calendars", std::move(list)}});
  return {};
}

struct Period {
  sla::Day from;
  sla::Day to;
};

// Failures: exit 2, naming the option.
Outcome<Period> PeriodOf(const ShowOptions& options, const sla::CalendarSpec& spec, sla::Day today) {
  const auto covered = [&](const std::string& option, sla::Day day) -> Outcome<void> {
    if (spec.covers_from <= day && day <= spec.covers_to) return {};
    return Misused(fmt::format("{} {}: the calendar '{}' is known from {} only", option, sla::TextOf(day), spec.name,
                               CoverageText(spec)));
  };
  if (options.year) {
    if (!options.from.empty() || !options.to.empty()) return Misused("--year goes without --from and --to");
    const Period year{sla::Day(*options.year, 1, 1), sla::Day(*options.year, 12, 31)};
    if (year.to < spec.covers_from || spec.covers_to < year.from) RASTI_CHECKED(covered("--year", year.from));
    return Period{std::max(year.from, spec.covers_from), std::min(year.to, spec.covers_to)};
  }
  const sla::Day of_today = std::clamp(today, spec.covers_from, spec.covers_to);
  Period period{std::max(sla::Day(of_today.year(), 1, 1), spec.covers_from), {}};
  if (!options.from.empty()) {
    RASTI_TRY(period.from, GivenDay("--from", options.from));
    RASTI_CHECKED(covered("--from", period.from));
  }
  period.to = std::min(sla::Day(period.from.year(), 12, 31), spec.covers_to);
  if (!options.to.empty()) {
    RASTI_TRY(period.to, GivenDay("--to", options.to));
    RASTI_CHECKED(covered("--to", period.to));
  }
  if (period.to < period.from) {
    return Misused(fmt::format("--from {} comes after --to {}", sla::TextOf(period.from), sla::TextOf(period.to)));
  }
  if (period.to - period.from > kDaysMost) return Misused("--to: more than 50 years at once");
  return period;
}

Json WeekJson(const sla::CalendarSpec& spec) {
  auto json = Json::object();
  for (size_t i = 0; i < spec.week.size(); ++i) {
    std::string name(sla::WeekdayName(static_cast<cctz::weekday>(i)));
    name.front() = static_cast<char>(name.front() - 'A' + 'a');
    json[name] = HoursJson(spec.week[i]);
  }
  return json;
}

// "Mon-Fri 08:00-16:00; Sat-Sun closed".
std::string WeekText(const sla::CalendarSpec& spec) {
  std::string text;
  const auto name = [](size_t day) { return sla::WeekdayName(static_cast<cctz::weekday>(day)).substr(0, 3); };
  for (size_t first = 0; first < spec.week.size();) {
    size_t last = first;
    while (last + 1 < spec.week.size() && spec.week[last + 1] == spec.week[first]) ++last;
    if (!text.empty()) text += "; ";
    text += name(first);
    if (last > first) text += fmt::format("-{}", name(last));
    text += " " + HoursText(spec.week[first]);
    first = last + 1;
  }
  return text;
}

std::string VersionText(const CalendarAtHand& calendar, const codec::PublishedPackage& version) {
  const codec::PublishedPackage* in_force = calendar.InForceAt(calendar.now);
  const std::string_view how = version.effective_from > calendar.now ? "comes into force"
                               : &version == in_force                ? "in force from"
                                                                     : "was in force from";
  return fmt::format("{} {} {}, published {} by {}", version.files.id().str(), how,
                     FormatInstant(version.effective_from), FormatInstant(version.published_at),
                     Printable(version.published_by));
}

int64_t WorkingDays(const sla::CalendarSpec& spec, const Period& period) {
  int64_t days = 0;
  for (sla::Day day = period.from; day <= period.to; ++day) days += HoursOn(spec, day).empty() ? 0 : 1;
  return days;
}

void PrintText(const Context& context, const CalendarAtHand& calendar, const codec::PublishedPackage& shown,
               const codec::CalendarSource& source, const Period& period, const std::vector<std::string>& tenants) {
  const sla::CalendarSpec& spec = source.spec;
  const Output& out = context.out;
  out.Line(out.Paint(Colour::kBold, fmt::format("{}, {}", shown.files.id().str(), spec.zone_name)));
  for (const codec::PublishedPackage& version : calendar.versions) {
    out.Line(fmt::format("  version   {}", VersionText(calendar, version)));
  }
  out.Line(fmt::format("  covers    {}; a deadline beyond is refused, never guessed", CoverageText(spec)));
  out.Line(fmt::format("  week      {}", WeekText(spec)));
  out.Line(fmt::format("  used by   {}{}{}", sla::TextOfCount(std::ssize(tenants), "tenant"),
                       tenants.empty() ? "" : ": ", fmt::join(tenants, ", ")));
  out.Line(fmt::format("{} to {}: {}", sla::TextOf(period.from), sla::TextOf(period.to),
                       sla::TextOfCount(WorkingDays(spec, period), "working day")));
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> changes;
  const auto end = spec.exceptional_days.upper_bound(period.to);
  for (auto entry = spec.exceptional_days.lower_bound(period.from); entry != end; ++entry) {
    const auto& [day, what] = *entry;
    rows.push_back({"  " + sla::TextOfDayOfWeek(day), HoursText(what.hours), EntryText(what),
                    what.from_table ? source.holidays : "calendar.yaml"});
    changes.push_back(what.hours != WeekHoursOn(spec, day));
  }
  const auto lines = Align(rows);
  for (size_t i = 0; i < lines.size(); ++i) {
    out.Line(changes[i] ? lines[i] : out.Paint(Colour::kFaint, lines[i]));
  }
  if (rows.empty()) out.Line("  every day is as its weekday");
}

Outcome<void> RunShow(const Context& context, const ShowOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const CalendarAtHand calendar, FindCalendar(*session, options.calendar));
  RASTI_TRY(const auto configuration, session->Configuration());
  RASTI_CHECKED(session->Close());
  const codec::PublishedPackage* shown = calendar.InForceAt(calendar.now);
  if (!options.version.empty()) {
    shown = calendar.Find(options.version);
    if (shown == nullptr) {
      std::vector<std::string> known;
      for (const auto& version : calendar.versions) known.push_back(version.files.version);
      return Refuse(Error::NotFound(fmt::format("--version {}: there is no {}@{}; published are {}", options.version,
                                                calendar.name, options.version, fmt::join(known, ", "))));
    }
  }
  if (shown == nullptr) shown = &calendar.versions.front();
  RASTI_TRY(const codec::CalendarSource source, SourceOf(*shown));
  const sla::CalendarSpec& spec = source.spec;
  const auto zone = sla::LoadTimeZone(configuration->TimeZoneVersionAt(calendar.now), spec.zone_name);
  const auto today = sla::Day(cctz::convert(calendar.now, zone ? *zone : cctz::utc_time_zone()));
  RASTI_TRY(const Period period, PeriodOf(options, spec, today));
  const auto tenants = TenantsOf(*configuration, calendar.name, calendar.now);
  PrintText(context, calendar, *shown, source, period, tenants);

  auto days = Json::array();
  const auto end = spec.exceptional_days.upper_bound(period.to);
  for (auto entry = spec.exceptional_days.lower_bound(period.from); entry != end; ++entry) {
    days.push_back(DayJson(source, entry->first));
  }
  auto versions = Json::array();
  for (const codec::PublishedPackage& version : calendar.versions) {
    versions.push_back({{"version", version.files.version},
                        {"effective_from", FormatInstant(version.effective_from)},
                        {"published_at", FormatInstant(version.published_at)},
                        {"published_by", version.published_by},
                        {"in_force", &version == calendar.InForceAt(calendar.now)}});
  }
  context.out.Json({{"calendar", calendar.name},
                    {"version", shown->files.version},
                    {"in_force", shown == calendar.InForceAt(calendar.now)},
                    {"effective_from", FormatInstant(shown->effective_from)},
                    {"zone", spec.zone_name},
                    {"covers", {{"from", sla::TextOf(spec.covers_from)}, {"to", sla::TextOf(spec.covers_to)}}},
                    {"week", WeekJson(spec)},
                    {"tenants", tenants},
                    {"versions", std::move(versions)},
                    {"from", sla::TextOf(period.from)},
                    {"to", sla::TextOf(period.to)},
                    {"working_days", WorkingDays(spec, period)},
                    {"days", std::move(days)}});
  return {};
}

}  // namespace

void AddCalendarListCommand(CLI::App& calendar, Context& context) {
  AddCommand(calendar, context, "list", "All calendars, with the version in force of each and how far it is known",
             "  rasti calendar list", [&context] { return RunList(context); });
}

void AddCalendarShowCommand(CLI::App& calendar, Context& context) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = AddCommand(calendar, context, "show",
                                 "Opening hours, and the days that differ from their weekday with where that comes "
                                 "from; and which versions there are",
                                 "  rasti calendar show kosovo --year 2027\n"
                                 "  rasti calendar show kosovo --from 2027-03-01 --to 2027-05-31 --json",
                                 [&context, options] { return RunShow(context, *options); });
  command->add_option("CALENDAR", options->calendar, "Its name")->required();
  command->add_option("--year", options->year, "The days of this year; default: of the present one")
      ->check(CLI::Range(1, 9999));
  command->add_option("--from", options->from, "Instead: from this day on")->type_name("DATE");
  command->add_option("--to", options->to, "To this day; default: to the end of the year of --from")->type_name("DATE");
  command->add_option("--version", options->version, "This version; default: the one in force")->type_name("VERSION");
}

}  // namespace rasti::cli
