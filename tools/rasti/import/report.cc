#include "tools/rasti/import/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rasti::cli {
namespace {

constexpr int kBarWidth = 30;

// 121145 -> "121,145".
std::string Grouped(int64_t number) {
  std::string text = fmt::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

double PerSecond(int64_t count, double seconds) { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }

}  // namespace

nlohmann::ordered_json ToJson(const ImportReport& report, const std::string& rejects_path) {
  nlohmann::ordered_json json{{"rows", report.rows},
                              {"cases", report.cases},
                              {"cases_before", report.cases_before},
                              {"not_yet_opened", report.not_yet_opened},
                              {"rejected", report.rejected}};
  if (report.rows_of_events) {
    json["not_yet_happened"] = report.rows_of_events->not_yet_happened;
    json["actions"] = report.rows_of_events->actions;
    json["notes"] = report.rows_of_events->notes;
    json["rows_after_the_end"] = report.rows_of_events->later;
    json["cases_with_rows_after_the_end"] = report.rows_of_events->cases_with_later;
  }
  if (report.rejected > 0) json["rejects"] = rejects_path;
  if (report.interrupted) json["interrupted"] = true;
  json["events"] = report.events;
  json["seconds"] = std::round(report.seconds * 1000) / 1000;
  json["rows_per_second"] = std::round(PerSecond(report.rows, report.seconds));
  if (report.until) json["until"] = FormatInstant(*report.until);
  if (report.tally) {
    json["closed_on_time"] = report.tally->closed_on_time;
    json["closed_late"] = report.tally->closed_late;
    json["open_overdue"] = report.tally->open_overdue;
    json["open_in_time"] = report.tally->open_in_time;
    json["no_deadline"] = report.tally->no_deadline;
  }
  return json;
}

std::vector<std::string> ToLines(const ImportReport& report, const std::string& rejects_path) {
  std::vector<std::vector<std::string>> table = {{"rows", Grouped(report.rows)}, {"cases", Grouped(report.cases)}};
  if (report.cases_before > 0)
    table.back().back() += fmt::format(" ({} were there before)", Grouped(report.cases_before));
  if (report.not_yet_opened > 0) table.push_back({"opened after --until", Grouped(report.not_yet_opened)});
  if (report.rows_of_events) {
    const EventCounts& events = *report.rows_of_events;
    if (events.not_yet_happened > 0) table.push_back({"happened after --until", Grouped(events.not_yet_happened)});
    table.push_back({"rows as actions", Grouped(events.actions)});
    table.push_back({"rows as notes", Grouped(events.notes)});
    if (events.later > 0) {
      table.push_back({"  after the end",
                       fmt::format("{} (in {} cases)", Grouped(events.later), Grouped(events.cases_with_later))});
    }
  }
  table.push_back({"rejected", Grouped(report.rejected)});
  if (report.rejected > 0) table.back().back() += fmt::format(" (see {})", rejects_path);
  table.push_back({"events added", Grouped(report.events)});
  table.push_back({"seconds", fmt::format("{:.1f} ({} rows/s)", report.seconds,
                                          Grouped(static_cast<int64_t>(PerSecond(report.rows, report.seconds))))});
  if (report.tally && report.until) {
    table.push_back({"as of", FormatInstant(*report.until)});
    table.push_back({"  closed in time", Grouped(report.tally->closed_on_time)});
    table.push_back({"  closed late", Grouped(report.tally->closed_late)});
    table.push_back({"  open, overdue", Grouped(report.tally->open_overdue)});
    table.push_back({"  open, in time", Grouped(report.tally->open_in_time)});
    table.push_back({"  no deadline", Grouped(report.tally->no_deadline)});
  }
  return Align(table);
}

std::string ProgressText(const ImportReport& report, double share, double seconds) {
  const int full = std::clamp(static_cast<int>(share * kBarWidth), 0, kBarWidth);
  return fmt::format("[{}{}] {:3.0f}%  {} rows, {}/s{}", std::string(static_cast<size_t>(full), '#'),
                     std::string(static_cast<size_t>(kBarWidth - full), '.'), std::clamp(share, 0.0, 1.0) * 100,
                     Grouped(report.rows), Grouped(static_cast<int64_t>(PerSecond(report.rows, seconds))),
                     report.rejected > 0 ? fmt::format(", {} rejected", Grouped(report.rejected)) : "");
}

}  // namespace rasti::cli
