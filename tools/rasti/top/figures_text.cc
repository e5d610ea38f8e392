#include "tools/rasti/top/figures_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/base/time.h"
#include "engine/sla/text.h"
#include "tools/rasti/case_text.h"
#include "tools/rasti/output.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;
using Wire = v1::Response::Figures;

constexpr double kP99 = 0.99;
constexpr double kMillis = 1000.0;

std::vector<int64_t> ListOf(const google::protobuf::RepeatedField<int64_t>& field) {
  return {field.begin(), field.end()};
}

// "1,234,567".
std::string Number(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<size_t>(at), 1, ',');
  }
  return digits;
}

// "412 MiB", "1.2 GiB".
std::string Bytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto amount = static_cast<double>(bytes);
  size_t unit = 0;
  while (amount >= 1024 && unit + 1 < std::size(kUnits)) {
    amount /= 1024;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", amount, unit > 0 && amount < 10 ? 1 : 0, kUnits[unit]);
}

std::string Rate(const std::optional<Rates>& rates, double Rates::*which) {
  return rates ? fmt::format("{:.1f}/s", (*rates).*which) : "-";
}

std::string Lateness(std::optional<int64_t> ms) {
  if (!ms) return "-";
  return *ms < 1'000 ? fmt::format("{} ms", *ms) : LengthText(Duration{*ms});
}

constexpr std::array<std::pair<Wire::Partition::Role, std::string_view>, 5> kRoles = {
    {{Wire::Partition::ROLE_DECIDES, "decides"},
     {Wire::Partition::ROLE_CATCHING_UP, "catching up"},
     {Wire::Partition::ROLE_STANDBY, "standby"},
     {Wire::Partition::ROLE_ELSEWHERE, "elsewhere"},
     {Wire::Partition::ROLE_HALTED, "halted"}}};

std::string_view RoleName(Wire::Partition::Role role) {
  const auto* const found = std::ranges::find(kRoles, role, &decltype(kRoles)::value_type::first);
  return found == kRoles.end() ? "unknown" : found->second;
}

int64_t Behind(const Wire& figures) {
  int64_t behind = 0;
  for (const auto& partition : figures.partitions())
    behind += std::max<int64_t>(partition.end() - partition.shown(), 0);
  return behind;
}

std::optional<int64_t> P99SinceStart(const Wire& figures) {
  return PercentileMs(ListOf(figures.lateness_bounds_ms()), ListOf(figures.lateness_counts()),
                      figures.lateness_ms_most(), kP99);
}

std::string BacklogText(const Wire& now) {
  if (!now.has_open_cases()) return "not counted yet";
  const int64_t age_ms = now.now_at_ms() - now.backlog_counted_at_ms();
  return fmt::format(
      "{} open {}, {} {} overdue, {} due within 24 h ({})", Number(now.open_cases()),
      now.open_cases() == 1 ? "case" : "cases", Number(now.overdue()), now.overdue() == 1 ? "deadline" : "deadlines",
      Number(now.due_in_a_day()),
      age_ms < 1'000 ? std::string("counted now") : fmt::format("counted {} ago", LengthText(Duration{age_ms})));
}

}  // namespace

std::optional<int64_t> PercentileMs(const std::vector<int64_t>& bounds, const std::vector<int64_t>& counts,
                                    int64_t most, double share) {
  int64_t all = 0;
  for (const int64_t count : counts) all += count;
  if (all <= 0) return std::nullopt;
  const auto wanted = static_cast<int64_t>(std::ceil(share * static_cast<double>(all)));
  int64_t seen = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (seen >= wanted) return i < bounds.size() ? std::min(bounds[i], most) : most;
  }
  return most;
}

std::optional<Rates> RatesBetween(const Wire& before, const Wire& now) {
  const double seconds = static_cast<double>(now.up_ms() - before.up_ms()) / kMillis;
  if (seconds <= 0 || now.lateness_counts_size() != before.lateness_counts_size()) return std::nullopt;
  const auto rate = [&](int64_t earlier, int64_t later) { return static_cast<double>(later - earlier) / seconds; };
  Rates rates;
  rates.accepted = rate(before.commands_accepted(), now.commands_accepted());
  rates.rejected = rate(before.commands_rejected(), now.commands_rejected());
  rates.events = rate(before.events(), now.events());
  rates.outbox = rate(before.outbox(), now.outbox());
  rates.transactions = rate(before.transactions(), now.transactions());
  rates.timers = rate(before.timers_fired(), now.timers_fired());
  std::vector<int64_t> counts;
  for (int i = 0; i < now.lateness_counts_size(); ++i) {
    counts.push_back(now.lateness_counts(i) - before.lateness_counts(i));
  }
  rates.lateness_p99_ms = PercentileMs(ListOf(now.lateness_bounds_ms()), counts, now.lateness_ms_most(), kP99);
  return rates;
}

FiguresText TextOf(const Wire& now, const std::optional<Rates>& rates) {
  FiguresText text;
  text.alarming = now.not_ready_size() > 0;
  text.head.push_back(
      fmt::format("rasti {}  {}  {}  up {}  {}  {}", now.version(), now.reader() ? "reader" : "engine",
                  text.alarming ? "NOT READY" : "ready", LengthText(Duration{now.up_ms()}),
                  FormatInstant(std::chrono::floor<std::chrono::seconds>(InstantFromUnixMillis(now.now_at_ms()))),
                  sla::TextOfCount(now.clients(), "client")));
  for (const std::string& reason : now.not_ready()) text.head.push_back("  " + Printable(reason));

  const auto totals = [](int64_t count) { return Number(count) + " since the start"; };
  text.lines = Align({{"commands", Rate(rates, &Rates::accepted), totals(now.commands_accepted()),
                       fmt::format("{} repeated", Number(now.commands_repeated()))},
                      {"rejections", Rate(rates, &Rates::rejected), totals(now.commands_rejected()),
                       fmt::format("{} dead letters", Number(now.dead_letters()))},
                      {"events", Rate(rates, &Rates::events), totals(now.events()), ""},
                      {"outbox", Rate(rates, &Rates::outbox), totals(now.outbox()), ""},
                      {"commits", Rate(rates, &Rates::transactions), totals(now.transactions()),
                       fmt::format("{} failed", Number(now.transactions_failed()))},
                      {"timers", Rate(rates, &Rates::timers), totals(now.timers_fired()),
                       fmt::format("{} waiting", Number(now.timers_waiting()))}});
  const auto line = [&](std::string_view name, const std::string& what) {
    text.lines.push_back(fmt::format("{:<10}  {}", name, what));
  };
  line("lateness",
       fmt::format("p99 {} now, {} since the start; at most {}",
                   Lateness(rates ? rates->lateness_p99_ms : std::nullopt), Lateness(P99SinceStart(now)),
                   Lateness(now.timers_fired() > 0 ? std::optional(now.lateness_ms_most()) : std::nullopt)));
  line("backlog", BacklogText(now));
  line("views", fmt::format("{} events behind the log", Number(Behind(now))));
  line("memory", fmt::format("{}; RocksDB: state {}, views {}, cache {} of {}", Bytes(now.resident_bytes()),
                             Bytes(now.state_memory_bytes()), Bytes(now.view_memory_bytes()), Bytes(now.cache_bytes()),
                             Bytes(now.cache_bytes_most())));
  line("disk", fmt::format("state {}, views {}; {} free", Bytes(now.state_disk_bytes()), Bytes(now.view_disk_bytes()),
                           Bytes(now.disk_free_bytes())));

  std::vector<std::vector<std::string>> rows{{"partition", "role", "sequence", "views behind", "last recorded"}};
  for (const auto& partition : now.partitions()) {
    rows.push_back({std::to_string(partition.partition()), std::string(RoleName(partition.role())),
                    Number(partition.end()), Number(std::max<int64_t>(partition.end() - partition.shown(), 0)),
                    partition.has_last_recorded_at_ms()
                        ? FormatInstant(InstantFromUnixMillis(partition.last_recorded_at_ms()))
                        : "-"});
  }
  text.partitions = Align(rows);
  text.partitions_head = text.partitions.front();
  text.partitions.erase(text.partitions.begin());
  return text;
}

Json JsonOf(const Wire& now, const std::optional<Rates>& rates) {
  Json json{{"version", now.version()},
            {"role", now.reader() ? "reader" : "engine"},
            {"ready", now.not_ready_size() == 0},
            {"not_ready", std::vector<std::string>(now.not_ready().begin(), now.not_ready().end())},
            {"now", FormatInstant(InstantFromUnixMillis(now.now_at_ms()))},
            {"up_s", static_cast<double>(now.up_ms()) / kMillis},
            {"clients", now.clients()}};
  if (rates) {
    json["a_second"] = {{"accepted", rates->accepted}, {"rejected", rates->rejected},    {"events", rates->events},
                        {"outbox", rates->outbox},     {"commits", rates->transactions}, {"timers", rates->timers}};
    if (rates->lateness_p99_ms) json["a_second"]["lateness_p99_ms"] = *rates->lateness_p99_ms;
  }
  json["since_start"] = {{"accepted", now.commands_accepted()},
                         {"rejected", now.commands_rejected()},
                         {"repeated", now.commands_repeated()},
                         {"dead_letters", now.dead_letters()},
                         {"events", now.events()},
                         {"outbox", now.outbox()},
                         {"commits", now.transactions()},
                         {"commits_failed", now.transactions_failed()},
                         {"timers", now.timers_fired()},
                         {"lateness_ms_most", now.lateness_ms_most()}};
  if (const auto p99 = P99SinceStart(now)) json["since_start"]["lateness_p99_ms"] = *p99;
  json["timers_waiting"] = now.timers_waiting();
  if (now.has_open_cases()) {
    json["backlog"] = {{"open_cases", now.open_cases()},
                       {"overdue", now.overdue()},
                       {"due_in_a_day", now.due_in_a_day()},
                       {"counted_at", FormatInstant(InstantFromUnixMillis(now.backlog_counted_at_ms()))}};
  }
  json["views_behind"] = Behind(now);
  json["memory"] = {{"resident_bytes", now.resident_bytes()},     {"state_bytes", now.state_memory_bytes()},
                    {"views_bytes", now.view_memory_bytes()},     {"cache_bytes", now.cache_bytes()},
                    {"cache_bytes_most", now.cache_bytes_most()}, {"write_buffer_bytes", now.write_buffer_bytes()}};
  json["disk"] = {{"state_bytes", now.state_disk_bytes()},
                  {"views_bytes", now.view_disk_bytes()},
                  {"free_bytes", now.disk_free_bytes()}};
  auto partitions = Json::array();
  for (const auto& partition : now.partitions()) {
    Json row{{"partition", partition.partition()},
             {"role", RoleName(partition.role())},
             {"sequence", partition.end()},
             {"views_behind", std::max<int64_t>(partition.end() - partition.shown(), 0)}};
    if (partition.has_last_recorded_at_ms()) {
      row["last_recorded_at"] = FormatInstant(InstantFromUnixMillis(partition.last_recorded_at_ms()));
    }
    partitions.push_back(std::move(row));
  }
  json["partitions"] = std::move(partitions);
  return json;
}

}  // namespace rasti::cli
