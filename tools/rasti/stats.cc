// `rasti stats`: what happened in months, and what is open: the ministry's and a municipality's figures.
#include <cctz/time_zone.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "tools/rasti/case_text.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"
#include "tools/rasti/import/rejects_file.h"

namespace rasti::cli {
namespace {

constexpr int64_t kSecondsADay = 86'400;

struct StatsOptions {
  std::string tenant;
  std::string from;
  std::string to;
  std::vector<std::string> by;
  bool csv = false;
};

bool Has(const StatsOptions& options, const char* by) { return std::ranges::find(options.by, by) != options.by.end(); }

// "2026-11".
std::optional<cctz::civil_month> ParseMonth(const std::string& text) {
  int year = 0;
  int month = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, year);
  if (text.size() != 7 || first.ptr != text.data() + 4 || text[4] != '-') return std::nullopt;
  if (std::from_chars(text.data() + 5, end, month).ptr != end || month < 1 || month > 12) return std::nullopt;
  return cctz::civil_month(year, month);
}

std::string MonthText(cctz::civil_month month) { return fmt::format("{:04}-{:02}", month.year(), month.month()); }

Outcome<cctz::civil_month> GivenMonth(const std::string& option, const std::string& text, cctz::civil_month otherwise) {
  if (text.empty()) return otherwise;
  const auto month = ParseMonth(text);
  if (!month) return Misused(fmt::format("{} {}: a month is wanted, as in 2026-11", option, text));
  return *month;
}

// Months are those of the clock on the wall of each tenant: tenants by the zone of their calendar.
struct Zone {
  cctz::time_zone zone;
  std::vector<core::TenantId> tenants;
};

std::map<std::string, Zone> ZonesOf(const runtime::Configuration& configuration,
                                    const std::optional<core::TenantId>& tenant, Instant now) {
  std::map<std::string, Zone> zones;
  for (const core::Tenant* one : configuration.TenantsAt(now)) {
    if (tenant && one->id != *tenant) continue;
    const sla::Calendar* calendar = configuration.CalendarAt(one->calendar, now);
    const cctz::time_zone zone = calendar == nullptr ? cctz::utc_time_zone() : calendar->zone();
    Zone& known = zones[zone.name()];
    known.zone = zone;
    known.tenants.push_back(one->id);
  }
  return zones;
}

Instant TurnOf(cctz::civil_month month, const cctz::time_zone& zone) {
  return std::chrono::time_point_cast<Duration>(cctz::convert(cctz::civil_second(month), zone));
}

struct Period {
  cctz::civil_month first;
  cctz::civil_month last;
};

struct Shape {
  std::vector<Period> periods;
  Instant now;

  std::string Name(size_t period) const {
    const Period& one = periods[period];
    return one.first == one.last ? MonthText(one.first)
                                 : fmt::format("{} to {}", MonthText(one.first), MonthText(one.last));
  }
};

// Where zones disagree about which month it is, the later one: in the others nothing happened in it yet.
cctz::civil_month ThisMonth(const std::map<std::string, Zone>& zones, Instant now) {
  auto latest =
      cctz::civil_month(cctz::convert(now, zones.empty() ? cctz::utc_time_zone() : zones.begin()->second.zone));
  for (const auto& [name, zone] : zones) latest = std::max(latest, cctz::civil_month(cctz::convert(now, zone.zone)));
  return latest;
}

Outcome<Shape> ShapeOf(const StatsOptions& options, cctz::civil_month this_month, Instant now) {
  Shape shape;
  shape.now = now;
  RASTI_TRY(const auto to, GivenMonth("--to", options.to, this_month));
  RASTI_TRY(const auto from, GivenMonth("--from", options.from, cctz::civil_month(to.year(), 1)));
  if (from > to) {
    return Misused(fmt::format("--from {} comes after --to {}", MonthText(from), MonthText(to)));
  }
  if (!Has(options, "month")) {
    shape.periods.push_back({from, to});
    return shape;
  }
  for (auto month = from; month <= to; ++month) shape.periods.push_back({month, month});
  return shape;
}

// A row of tenants whose zones may differ.
struct Summed {
  views::StatsRow row;  // without open_since_s, which says nothing where periods end at several instants
  int64_t age_s = 0;    // of all that was open at the end
};

using Sums = std::map<std::pair<size_t, views::StatsGroup>, Summed>;

// Where nothing happened and nothing was open is what a ministry looks for: such tenants have a row of zeros.
void AddQuietTenants(const std::map<std::string, Zone>& zones, const Shape& shape, const views::StatsQuery& query,
                     Sums& sums) {
  if (!query.by_tenant || query.by_workflow || query.by_category || query.by_channel) return;
  for (const auto& [name, zone] : zones) {
    for (const core::TenantId& tenant : zone.tenants) {
      for (size_t period = 0; period < shape.periods.size(); ++period) {
        views::StatsGroup group;
        group.tenant = tenant;
        views::StatsRow& row = sums[{period, group}].row;
        row.period = period;
        row.group = group;
      }
    }
  }
}

// The rows of all zones, by period and group.
Outcome<std::vector<Summed>> Ask(Session& session, const std::map<std::string, Zone>& zones, const Shape& shape,
                                 views::StatsQuery query) {
  Sums sums;
  for (const auto& [name, zone] : zones) {
    query.tenants = zone.tenants;
    query.bounds.clear();
    for (const Period& period : shape.periods) query.bounds.push_back(TurnOf(period.first, zone.zone));
    query.bounds.push_back(TurnOf(shape.periods.back().last + 1, zone.zone));
    RASTI_TRY(const auto rows, session.Stats(query));
    for (const views::StatsRow& row : rows) {
      Summed& sum = sums[{row.period, row.group}];
      sum.row.period = row.period;
      sum.row.group = row.group;
      sum.row.counters.Add(row.counters);
      sum.row.open_at_end += row.open_at_end;
      const Instant end = std::min(query.bounds[row.period + 1], shape.now);
      sum.age_s += row.AgeOfOpen(end);
    }
  }
  if (!sums.empty()) AddQuietTenants(zones, shape, query, sums);
  std::vector<Summed> list;
  for (auto& [place, sum] : sums) list.push_back(std::move(sum));
  return list;
}

// What is left out where there is nothing to divide by.
std::optional<double> Share(int64_t part, int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

struct Derived {
  std::optional<double> first_response_days;
  std::optional<double> resolution_days;
  std::optional<double> on_time;
  std::optional<double> mean_age_days;
  std::optional<double> rating;
};

Derived Derive(const Summed& sum) {
  const views::StatsCounters& counters = sum.row.counters;
  Derived derived;
  derived.first_response_days = Share(counters.first_response_s, counters.first_responses * kSecondsADay);
  derived.resolution_days = Share(counters.resolution_s, counters.closed * kSecondsADay);
  int64_t met = 0;
  int64_t on_time = 0;
  for (const auto& [id, clock] : counters.clocks) {
    on_time += clock.met_on_time;
    met += clock.met_on_time + clock.met_late;
  }
  derived.on_time = Share(on_time, met);
  derived.mean_age_days = Share(sum.age_s, sum.row.open_at_end * kSecondsADay);
  derived.rating = Share(counters.rating_sum, counters.ratings);
  return derived;
}

nlohmann::ordered_json RowJson(const Summed& sum, const views::StatsQuery& query, const Shape& shape) {
  const views::StatsRow& row = sum.row;
  const views::StatsCounters& counters = row.counters;
  const Derived derived = Derive(sum);
  nlohmann::ordered_json json{{"period", shape.Name(row.period)}};
  if (query.by_tenant) json["tenant"] = row.group.tenant.str();
  if (query.by_workflow) json["workflow"] = row.group.workflow;
  if (query.by_category) json["category"] = row.group.category.str();
  if (query.by_channel) json["channel"] = row.group.channel;
  const auto optional = [&](const char* name, const std::optional<double>& value) {
    if (value) json[name] = *value;
  };
  json["submitted"] = counters.submitted;
  json["responses"] = counters.responses;
  json["first_responses"] = counters.first_responses;
  optional("first_response_days", derived.first_response_days);
  json["closed"] = counters.closed;
  optional("resolution_days", derived.resolution_days);
  json["withdrawn"] = counters.withdrawn;
  json["merged"] = counters.merged;
  json["reopened"] = counters.reopened;
  json["escalations"] = counters.escalations;
  json["ratings"] = counters.ratings;
  optional("rating", derived.rating);
  optional("on_time", derived.on_time);
  auto clocks = nlohmann::ordered_json::object();
  for (const auto& [id, clock] : counters.clocks) {
    clocks[id.str()] = {{"met_on_time", clock.met_on_time}, {"met_late", clock.met_late}, {"breached", clock.breached}};
  }
  json["clocks"] = std::move(clocks);
  json["open_at_end"] = row.open_at_end;
  optional("mean_age_days", derived.mean_age_days);
  return json;
}

using Table = std::vector<std::vector<std::string>>;

std::string NumberText(const std::optional<double>& value, int digits, const char* missing) {
  return value ? fmt::format("{:.{}f}", *value, digits) : std::string(missing);
}

std::vector<std::string> NamesOf(const views::StatsRow& row, const views::StatsQuery& query, const Shape& shape) {
  std::vector<std::string> cells{shape.Name(row.period)};
  if (query.by_tenant) cells.push_back(row.group.tenant.str());
  if (query.by_workflow) cells.push_back(row.group.workflow);
  if (query.by_category) cells.push_back(Printable(row.group.category.str()));
  if (query.by_channel) cells.push_back(Printable(row.group.channel));
  return cells;
}

std::optional<double> Percent(const std::optional<double>& share) {
  return share ? std::optional(100 * *share) : std::nullopt;
}

// One text for a reader's table and for CSV; `missing` stands where there is nothing to divide by.
std::vector<std::string> FiguresOf(const Summed& sum, const char* missing) {
  const views::StatsCounters& counters = sum.row.counters;
  const Derived derived = Derive(sum);
  return {std::to_string(counters.submitted),
          std::to_string(counters.first_responses),
          NumberText(derived.first_response_days, 1, missing),
          std::to_string(counters.closed),
          NumberText(derived.resolution_days, 1, missing),
          NumberText(Percent(derived.on_time), 1, missing),
          std::to_string(sum.row.open_at_end),
          NumberText(derived.mean_age_days, 1, missing),
          std::to_string(counters.reopened),
          std::to_string(counters.escalations),
          NumberText(derived.rating, 2, missing)};
}

std::vector<std::string> FiguresOf(const views::ClockCounters& clock, const char* missing) {
  const int64_t met = clock.met_on_time + clock.met_late;
  return {std::to_string(clock.met_on_time), std::to_string(clock.met_late),
          NumberText(Percent(Share(clock.met_on_time, met)), 1, missing), std::to_string(clock.breached)};
}

constexpr std::array<const char*, 11> kFigures = {"submitted",     "answered",  "days to answer", "closed",
                                                  "days to close", "% on time", "open",           "days open",
                                                  "reopened",      "escalated", "rating"};

constexpr std::array<const char*, 4> kClockFigures = {"met on time", "met late", "% on time", "breached"};

std::vector<std::string> Heads(const views::StatsQuery& query, bool by_clock) {
  std::vector<std::string> heads{"period"};
  if (query.by_tenant) heads.emplace_back("tenant");
  if (query.by_workflow) heads.emplace_back("workflow");
  if (query.by_category) heads.emplace_back("category");
  if (query.by_channel) heads.emplace_back("channel");
  if (by_clock) {
    heads.emplace_back("clock");
    heads.insert(heads.end(), kClockFigures.begin(), kClockFigures.end());
  } else {
    heads.insert(heads.end(), kFigures.begin(), kFigures.end());
  }
  return heads;
}

// A row for each sum, or for each clock of each.
Table TableOf(const std::vector<Summed>& sums, const views::StatsQuery& query, const Shape& shape, bool by_clock,
              const char* missing) {
  Table table{Heads(query, by_clock)};
  const auto add = [&](std::vector<std::string> cells, const std::vector<std::string>& figures) {
    cells.insert(cells.end(), figures.begin(), figures.end());
    table.push_back(std::move(cells));
  };
  for (const Summed& sum : sums) {
    const auto names = NamesOf(sum.row, query, shape);
    if (!by_clock) {
      add(names, FiguresOf(sum, missing));
      continue;
    }
    for (const auto& [id, clock] : sum.row.counters.clocks) {
      auto with_clock = names;
      with_clock.push_back(Printable(id.str()));
      add(std::move(with_clock), FiguresOf(clock, missing));
    }
  }
  return table;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::vector<std::string> fields;
  for (const std::string& cell : cells) fields.push_back(CsvField(cell));
  return fmt::format("{}", fmt::join(fields, ","));
}

Outcome<void> RunStats(const Context& context, const StatsOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto tenant, GivenTenant(*session, options.tenant));
  RASTI_TRY(const auto configuration, session->ConfigurationNow());
  RASTI_TRY(const Instant now, session->Now());
  const auto zones = ZonesOf(*configuration, tenant, now);
  RASTI_TRY(const Shape shape, ShapeOf(options, ThisMonth(zones, now), now));
  views::StatsQuery query;
  query.by_tenant = Has(options, "tenant");
  query.by_workflow = Has(options, "workflow");
  query.by_category = Has(options, "category");
  query.by_channel = Has(options, "channel");
  RASTI_TRY(const auto rows, Ask(*session, zones, shape, query));
  RASTI_CHECKED(session->Close());

  auto list = nlohmann::ordered_json::array();
  for (const Summed& sum : rows) list.push_back(RowJson(sum, query, shape));
  context.out.Json({{"now", FormatInstant(now)}, {"rows", std::move(list)}});
  const bool by_clock = Has(options, "clock");
  Table table = TableOf(rows, query, shape, by_clock, options.csv ? "" : "-");
  if (options.csv) {
    for (const auto& cells : table) context.out.Line(CsvLine(cells));
    return {};
  }
  if (table.size() == 1) {
    context.out.Line(rows.empty() ? "nothing happened then, and nothing was open"
                                  : "no deadline was met or missed then");
    return {};
  }
  // Numbers are compared by their last digits: they stand at the right of their column.
  const size_t names = table.front().size() - (by_clock ? kClockFigures.size() : kFigures.size());
  for (size_t column = names; column < table.front().size(); ++column) {
    size_t width = 0;
    for (const auto& cells : table) width = std::max(width, cells[column].size());
    for (auto& cells : table) cells[column].insert(0, width - cells[column].size(), ' ');
  }
  const auto lines = Align(table);
  context.out.Line(context.out.Paint(Colour::kBold, lines.front()));
  for (size_t i = 1; i < lines.size(); ++i) context.out.Line(lines[i]);
  return {};
}

}  // namespace

void AddStatsCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command =
      AddCommand(app, context, "stats",
                 "Sum up what happened in months, and what is open at their end: volume, times, on-time share, backlog "
                 "and its age. Days are means: from receipt to the first answer, to the end, and how old what is open "
                 "is; on time is the "
                 "share of deadlines met",
                 "  rasti stats --by tenant\n"
                 "  rasti stats --tenant prishtine --from 2026-01 --to 2026-12 --by month,category --csv",
                 [&context, options] { return RunStats(context, *options); });
  command->add_option("--tenant", options->tenant, "Only this tenant's cases")->envname("RASTI_TENANT");
  command->add_option("--from", options->from, "The first month; default: January of the last one's year")
      ->type_name("MONTH");
  command->add_option("--to", options->to, "The last month; default: the present one")->type_name("MONTH");
  command
      ->add_option("--by", options->by,
                   "A row for each of these: tenant, workflow, category, channel, month, clock. By tenant alone, or "
                   "with month, those are listed too where nothing happened. By clock: how often its deadline was met "
                   "and missed; with --json each row has them")
      ->delimiter(',')
      ->check(CLI::IsMember({"tenant", "workflow", "category", "channel", "month", "clock"}))
      ->type_name("WHAT,...");
  command->add_flag("--csv", options->csv, "Print comma-separated values (RFC 4180)");
}

}  // namespace rasti::cli
