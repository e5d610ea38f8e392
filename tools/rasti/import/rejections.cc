#include "tools/rasti/import/rejections.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::cli {
namespace {

// Of a row that is an event, the column that a field of its action came from.
std::string ColumnOfEvent(std::string_view field, const core::TakeAction& take, const codec::EventRows& events) {
  if (field == "occurred_at") return events.time.text;
  const size_t slash = field.find('/');
  if (slash == std::string_view::npos) return events.activity.text;
  const std::string_view name = field.substr(slash + 1);
  const auto column_in = [&](const codec::MappedActivity& activity) {
    for (const codec::MappedField& one : activity.fields) {
      if (one.name.text == name && one.value.column) return one.value.column->text;
    }
    return std::string();
  };
  if (events.note && events.note->action.text == take.action.view()) {
    if (std::string column = column_in(*events.note); !column.empty()) return column;
  }
  for (const auto& [activity, mapped] : events.activities) {
    if (mapped.action.text != take.action.view()) continue;
    if (std::string column = column_in(mapped); !column.empty()) return column;
  }
  return name == "resource" && events.resource ? events.resource->text : events.activity.text;
}

// The column that a field of a command came from.
std::string ColumnOf(std::string_view field, const core::Command& command, bool of_event,
                     const codec::ImportMapping& mapping) {
  const auto column = [](const codec::MappedValue& value) { return value.column ? value.column->text : std::string(); };
  const auto of_field = [&](const std::vector<codec::MappedField>& fields, std::string_view path) -> std::string {
    for (const codec::MappedField& one : fields) {
      if (one.path == path || one.name.text == path) return column(one.value);
    }
    return "";
  };
  if (field == "category") return column(mapping.category);
  if (field == "channel") return column(mapping.channel);
  if (field == "title") return column(mapping.title);
  if (field == "received_at" && mapping.received) return mapping.received->text;
  if (field.starts_with("form")) return of_field(mapping.form, field.substr(4));
  if (field.starts_with("personal")) return of_field(mapping.form, field.substr(8));
  if (field.starts_with("given_deadlines/")) {
    for (const codec::MappedDeadline& one : mapping.deadlines) {
      if (one.clock.text == field.substr(16)) return one.column.text;
    }
  }
  if (std::holds_alternative<core::SubmitCase>(command.payload)) {
    return field == "occurred_at" ? mapping.opened.text : std::string();
  }
  if (of_event) return ColumnOfEvent(field, std::get<core::TakeAction>(command.payload), *mapping.events);
  if (const auto* take = std::get_if<core::TakeAction>(&command.payload)) {
    for (const codec::MappedAction& one : mapping.actions) {
      if (one.action.text != take->action.view()) continue;
      const size_t slash = field.find('/');
      const std::string found = slash == std::string_view::npos ? "" : of_field(one.fields, field.substr(slash + 1));
      return found.empty() ? one.at.text : found;
    }
  }
  return "";
}

// Of a command that was made of a row of a log of events.
bool IsOfEvent(const ImportRow& row, size_t command, const codec::ImportMapping& mapping) {
  return mapping.events && row.planned.origins.at(command).of_event;
}

std::string ReasonOf(const core::Rejection& rejection) {
  return fmt::format("{}: {}", core::RejectionCodeName(rejection.code), rejection.message);
}

}  // namespace

RejectedRow RejectedAt(const RowPlace& place, std::string column, std::string reason) {
  RejectedRow rejected;
  rejected.file = place.file;
  rejected.line = place.line;
  rejected.column = std::move(column);
  rejected.reason = place.where.empty() ? std::move(reason) : place.where + ": " + reason;
  rejected.raw = place.raw;
  return rejected;
}

std::vector<RejectedRow> RejectedBy(const ImportRow& row, const codec::ImportMapping& mapping) {
  std::vector<RejectedRow> rejected;
  for (const Refusal& refusal : row.refused) {
    const bool of_event = IsOfEvent(row, refusal.command, mapping);
    std::string reason = ReasonOf(refusal.rejection);
    if (refusal.command == row.next && refusal.command > 0 && !of_event) {
      reason = fmt::format("the case {} was opened, but not taken further: {}", row.planned.id.str(), reason);
    }
    rejected.push_back(RejectedAt(
        row.rows.at(row.planned.origins.at(refusal.command).row),
        ColumnOf(refusal.rejection.field, row.planned.commands[refusal.command], of_event, mapping), reason));
  }
  if (!row.stopped() || !mapping.events) return rejected;
  // The row at which it stopped is told already. What stopped a case before any of its rows was reached is told at the
  // first of them.
  const std::string stop =
      fmt::format("not reached, because the case was not taken further: {}", ReasonOf(row.refused.back().rejection));
  std::vector<size_t> rest;
  for (size_t i = row.next + 1; i < row.planned.commands.size(); ++i) {
    if (IsOfEvent(row, i, mapping)) rest.push_back(row.planned.origins[i].row);
  }
  std::ranges::sort(rest);
  if (!IsOfEvent(row, row.next, mapping)) std::erase(rest, row.planned.origins[row.next].row);
  for (const size_t one : rest) rejected.push_back(RejectedAt(row.rows.at(one), "", stop));
  return rejected;
}

}  // namespace rasti::cli
