#include "tools/rasti/import/event_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace rasti::cli {

using codec::FaultyRows;
using codec::MappedActivity;
using codec::MappedField;

EventPlanner::EventPlanner(ImportSetting setting, const std::vector<std::string>& header,
                           std::vector<std::string> files)
    : setting_(setting), header_(header), files_(std::move(files)), cases_(std::move(setting), header) {
  RASTI_CHECK(setting_.mapping->events.has_value(), "rows that are events");
  for (const codec::MappedName& column : codec::CaseColumnsOf(*setting_.mapping)) {
    const auto found = std::ranges::find(header_, column.text);
    RASTI_CHECK(found != header_.end(), "header and mapping were checked");
    case_columns_.push_back(static_cast<size_t>(found - header_.begin()));
  }
}

std::string EventPlanner::PlaceOf(const std::vector<EventRow>& rows, size_t row, size_t seen_from) const {
  const EventRow& named = rows[row];
  if (named.file == rows[seen_from].file) return fmt::format("line {}", named.row.line);
  return fmt::format("{}:{}", files_.at(named.file), named.row.line);
}

void EventPlanner::RefuseAll(size_t rows, const RowFault& fault, const std::string& others, PlannedEvents& out) {
  const std::vector<PlannedEvents::Fault> own = std::exchange(out.faults, {});
  for (size_t i = 0; i < rows; ++i) out.faults.push_back({i, {fault.column, i == 0 ? fault.reason : others}});
  for (const PlannedEvents::Fault& one : own) out.faults[one.row].fault = one.fault;
}

std::optional<TableRow> EventPlanner::Merge(const std::vector<EventRow>& rows, PlannedEvents& out) const {
  TableRow merged = rows.front().row;
  for (const size_t column : case_columns_) {
    size_t from = 0;
    for (size_t i = 1; i < rows.size(); ++i) {
      const std::string& cell = rows[i].row.fields[column];
      if (cell.empty() || cell == merged.fields[column]) continue;
      if (!merged.fields[column].empty()) {
        const std::string reason =
            fmt::format("{} says {}, {} of the same case says {}: which one holds?", PlaceOf(rows, from, 0),
                        Quoted(merged.fields[column]), PlaceOf(rows, i, 0), Quoted(cell));
        RefuseAll(rows.size(), {header_[column], reason}, "its case was not taken: " + reason, out);
        return std::nullopt;
      }
      merged.fields[column] = cell;
      from = i;
    }
  }
  return merged;
}

EventPlanner::Read<core::TakeAction> EventPlanner::ActionOf(const TableRow& row, const MappedActivity& activity) const {
  const core::Action* action = setting_.definition->FindAction(core::ActionId(activity.action.text));
  RASTI_CHECK(action != nullptr, "the mapping was checked");
  std::vector<MappedField> fields = codec::ImpliedFields(events(), activity, *action);
  fields.insert(fields.end(), activity.fields.begin(), activity.fields.end());
  RASTI_TRY(std::string given, cases_.cells().FieldsIn(row, fields));
  return core::TakeAction{action->id, std::move(given), ""};
}

EventPlanner::Read<EventPlanner::Dated> EventPlanner::ReadRow(const TableRow& row) const {
  Dated read;
  read.activity = cases_.cells().Cell(row, events().activity);
  if (events().resource) read.resource = cases_.cells().Cell(row, *events().resource);
  if (read.activity.empty()) return Faulty(events().activity.text, "empty, but an event says what was done");
  RASTI_TRY(const auto at, cases_.cells().TimeIn(row, events().time));
  if (!at) return Faulty(events().time.text, "empty, but an event says when it happened");
  read.happening.at = *at;
  const auto found = events().activities.find(read.activity);
  if (found == events().activities.end() && !events().other_is_note) {
    return Faulty(events().activity.text, fmt::format("{} is not among the mapping's activities; add it there, or say "
                                                      "'other: note'",
                                                      Quoted(read.activity)));
  }
  const MappedActivity* mapped = found == events().activities.end() ? nullptr : &found->second;
  read.happening.is_note = mapped == nullptr || mapped->action.text.empty();
  if (read.happening.is_note) {
    RASTI_TRY(read.happening.action, ActionOf(row, *events().note));
    return read;
  }
  RASTI_TRY(read.happening.action, ActionOf(row, *mapped));
  if (mapped->else_note) {
    RASTI_TRY(read.happening.note, ActionOf(row, *events().note));
  }
  return read;
}

std::vector<EventPlanner::Dated> EventPlanner::ReadRows(const std::vector<EventRow>& rows, PlannedEvents& out) const {
  std::vector<Dated> dated;
  std::map<std::string, size_t> ids;
  for (size_t i = 0; i < rows.size(); ++i) {
    auto read = ReadRow(rows[i].row);
    if (!read) {
      out.faults.push_back({i, std::move(read).error()});
      continue;
    }
    read->happening.row = i;
    const std::string id = events().event ? cases_.cells().Cell(rows[i].row, *events().event) : std::string();
    if (id.size() > kKeyBytesMost) {
      out.faults.push_back({i, {events().event->text, fmt::format("longer than {} bytes", kKeyBytesMost)}});
      continue;
    }
    if (!id.empty()) {
      const auto [seen, is_new] = ids.try_emplace(id, i);
      if (!is_new) {
        out.faults.push_back({i,
                              {events().event->text, fmt::format("the event {} stands in {} already", Quoted(id),
                                                                 PlaceOf(rows, seen->second, i))}});
        continue;
      }
      read->happening.command = "event/" + id;
    }
    dated.push_back(*std::move(read));
  }
  std::ranges::stable_sort(dated, {}, [](const Dated& one) { return one.happening.at; });
  // Without an id of its own an event is known by what was done, by whom and when; the same again is counted.
  std::map<std::tuple<Instant, std::string, std::string>, int> seen;
  for (Dated& one : dated) {
    if (!one.happening.command.empty()) continue;
    const int number = ++seen[{one.happening.at, one.activity, one.resource}];
    const std::string name = fmt::format("import/{}/{}/{}/{}{}", FormatInstant(one.happening.at), number,
                                         one.resource.size(), one.resource, one.activity);
    one.happening.command = "row/" + core::CaseIdFromKey(setting_.tenant->id, name).str();
  }
  return dated;
}

PlannedEvents EventPlanner::PlanRows(const std::vector<EventRow>& rows) {
  PlannedEvents out;
  const codec::ImportMapping& mapping = *setting_.mapping;
  const auto refuse_all = [&](const RowFault& fault) {
    RefuseAll(rows.size(), fault, "its case was not taken: " + fault.reason, out);
    return std::move(out);
  };
  const std::string& key = cases_.cells().Cell(rows.front().row, mapping.key);
  if (rows.size() > kRowsMost) {
    return refuse_all({mapping.key.text, fmt::format("a case has at most {} rows", kRowsMost)});
  }
  const auto merged = Merge(rows, out);
  if (!merged) return out;
  std::vector<Dated> dated = ReadRows(rows, out);
  if (!out.faults.empty() && events().faulty_rows == FaultyRows::kHoldCase) {
    const std::string reason =
        fmt::format("held back until {} of its case is mended", PlaceOf(rows, out.faults.front().row, 0));
    RefuseAll(rows.size(), {"", reason}, reason, out);
    return out;
  }
  if (dated.empty()) return out;

  const size_t first = *dated.front().happening.row;
  Instant opened = dated.front().happening.at;
  if (!mapping.opened.text.empty()) {
    const auto given = cases_.cells().TimeIn(*merged, mapping.opened);
    if (!given) return refuse_all(given.error());
    opened = given->value_or(opened);
  }
  std::vector<Happening> happenings;
  for (Dated& one : dated) {
    if (setting_.until && one.happening.at > *setting_.until) {
      ++out.not_yet_happened;
    } else {
      happenings.push_back(std::move(one.happening));
    }
  }
  if (setting_.until && opened > *setting_.until) {
    out.not_yet_happened += static_cast<int64_t>(happenings.size());
    out.not_yet_opened = true;
    return out;
  }
  auto planned = cases_.PlanCase(*merged, key, opened, std::move(happenings));
  if (!planned) return refuse_all(planned.error());
  for (Origin& origin : planned->origins) {
    // What the rows say together is told at the first of them that can be read.
    if (!origin.of_event) origin.row = first;
  }
  out.planned = *std::move(planned);
  return out;
}

}  // namespace rasti::cli
