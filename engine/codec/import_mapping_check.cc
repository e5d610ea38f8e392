// The mapping of an import against the workflow, the tenant and the table that it names.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/codec/import_mapping.h"
#include "engine/core/expression/names.h"

namespace rasti::codec {
namespace {

using core::expression::DidYouMean;
using core::expression::JoinNames;

constexpr size_t kListedMost = 12;
constexpr size_t kColumnsListedMost = 50;

class Checker {
 public:
  Checker(const ImportMapping& mapping, const core::Definition& definition, const core::Tenant& tenant, Issues& issues)
      : mapping_(mapping), definition_(definition), tenant_(tenant), issues_(issues) {}

  void Check() {
    CheckImporter();
    std::vector<std::string_view> categories;
    for (const core::Category& category : definition_.categories) categories.push_back(category.id.view());
    CheckMeanings(mapping_.category, "category", categories);
    if (!definition_.channels.empty()) {
      CheckMeanings(mapping_.channel, "channel", {definition_.channels.begin(), definition_.channels.end()});
    }
    CheckAssignment();
    for (const MappedField& field : mapping_.form) CheckFormField(field);
    CheckFormPlaces();
    std::vector<std::string_view> clocks;
    for (const core::Clock& clock : definition_.clocks) clocks.push_back(clock.id.view());
    for (const MappedDeadline& deadline : mapping_.deadlines) {
      CheckName(deadline.clock, "clock", clocks);
      const core::Clock* clock = definition_.FindClock(core::ClockId(deadline.clock.text));
      if (clock != nullptr && !clock->start.submitted) {
        issues_.Error(deadline.clock.mark,
                      fmt::format("the clock '{}' starts later than the case: only clocks that start with the "
                                  "submission take their deadlines from the table",
                                  clock->id.str()));
      }
    }
    for (const MappedAction& action : mapping_.actions) CheckAction(action.action, action.fields, {});
    if (!mapping_.events) return;
    for (const auto& [name, activity] : mapping_.events->activities) {
      if (!activity.action.text.empty()) CheckActivity(activity);
    }
    if (mapping_.events->note) CheckNote(*mapping_.events->note);
  }

 private:
  void CheckName(const MappedName& name, std::string_view what, const std::vector<std::string_view>& known) {
    if (std::ranges::find(known, name.text) != known.end()) return;
    std::string hint = DidYouMean(name.text, known);
    if (hint.empty() && known.size() <= kListedMost) hint = fmt::format("; it is one of {}", JoinNames(known));
    issues_.Error(name.mark, fmt::format("{}: no '{}' in {}{}", what, name.text, definition_.version.str(), hint));
  }

  // Every value that the mapping itself names; what the table holds is looked at row by row.
  void CheckMeanings(const MappedValue& value, std::string_view what, const std::vector<std::string_view>& known) {
    if (!value.column) CheckName({value.fixed, value.mark}, what, known);
    for (const auto& [cell, meaning] : value.values) CheckName(meaning, what, known);
    if (value.otherwise) CheckName(*value.otherwise, what, known);
  }

  void CheckImporter() {
    const auto& allowed = definition_.permissions[static_cast<size_t>(core::Permission::kImport)];
    std::vector<std::string_view> names;
    for (const core::Role& role : allowed) names.push_back(role.view());
    if (names.empty()) {
      return issues_.Error(
          mapping_.workflow.mark,
          fmt::format("{} lets no role import: give one the permission 'import'", definition_.version.str()));
    }
    if (mapping_.role && std::ranges::find(names, mapping_.role->text) == names.end()) {
      return issues_.Error(mapping_.role->mark,
                           fmt::format("the role '{}' may not import in {}; {} may", mapping_.role->text,
                                       definition_.version.str(), JoinNames(names)));
    }
    const core::Role role = ImporterRole(mapping_, definition_);
    const core::RoleDefinition* known = definition_.FindRole(role);
    if (known == nullptr || !known->in_directory) return;
    const Mark mark = mapping_.person ? mapping_.person->mark : mapping_.workflow.mark;
    const core::Person* person = mapping_.person ? tenant_.FindHandle(mapping_.person->text) : nullptr;
    if (person == nullptr || std::ranges::find(person->roles, role) == person->roles.end()) {
      issues_.Error(mark, fmt::format("importer: name a 'person' of the directory of '{}' who holds the role '{}'",
                                      tenant_.id.str(), role.str()));
    }
  }

  void CheckAssignment() {
    if (mapping_.queue) {
      std::vector<std::string_view> queues;
      for (const core::Queue& queue : tenant_.queues) queues.push_back(queue.id.view());
      CheckMeanings(*mapping_.queue, "queue", queues);
    }
    if (mapping_.assignee) {
      std::vector<std::string_view> people;
      for (const core::Person& person : tenant_.people) people.push_back(person.handle);
      CheckMeanings(*mapping_.assignee, "person", people);
    }
  }

  void CheckFormField(const MappedField& field) {
    if (definition_.form.AcceptsAnything()) return;
    const nlohmann::json* schema = &definition_.form.schema();
    std::string_view rest(field.name.text);
    while (true) {
      const std::string part(rest.substr(0, rest.find('.')));
      const auto properties = schema->find("properties");
      if (properties == schema->end() || !properties->is_object() || !properties->contains(part)) {
        std::vector<std::string> known;
        if (properties != schema->end() && properties->is_object()) {
          for (const auto& [name, ignored] : properties->items()) known.push_back(name);
        }
        return CheckName({part, field.name.mark}, "form", {known.begin(), known.end()});
      }
      schema = &(*properties)[part];
      if (part.size() == rest.size()) return;
      rest.remove_prefix(part.size() + 1);
    }
  }

  // A field that holds fields cannot be filled itself.
  void CheckFormPlaces() {
    std::set<std::string_view> paths;
    for (const MappedField& field : mapping_.form) paths.insert(field.path);
    for (const MappedField& field : mapping_.form) {
      std::string_view above = field.path;
      while (above.rfind('/') != 0) {
        above = above.substr(0, above.rfind('/'));
        if (!paths.contains(above)) continue;
        issues_.Error(field.name.mark, fmt::format("form: '{}' lies within another field that is mapped too; leave one "
                                                   "of them out",
                                                   field.name.text));
        break;
      }
    }
  }

  void CheckActivity(const MappedActivity& activity) {
    const core::Action* action = definition_.FindAction(core::ActionId(activity.action.text));
    const auto implied =
        action == nullptr ? std::vector<MappedField>() : ImpliedFields(*mapping_.events, activity, *action);
    CheckAction(activity.action, activity.fields, implied);
  }

  // Notes come at any time, also behind the end of the case, and change nothing.
  void CheckNote(const MappedActivity& note) {
    CheckActivity(note);
    const core::Action* action = definition_.FindAction(core::ActionId(note.action.text));
    if (action == nullptr || action->automatic) return;
    if (action->to || action->kind != core::ActionKind::kTransition) {
      issues_.Error(note.action.mark,
                    fmt::format("a note leaves the case where it is, but the action '{}' does not", action->id.str()));
    }
    for (const core::Stage& stage : definition_.stages) {
      if (std::ranges::find(action->from, stage.id) != action->from.end()) continue;
      issues_.Error(note.action.mark, fmt::format("the action '{}' is not possible in the stage '{}', but notes come "
                                                  "in every stage",
                                                  action->id.str(), stage.id.str()));
    }
    for (const char* field : {"activity", "resource"}) {
      if (field == std::string_view("resource") && !mapping_.events->resource) continue;
      const auto is_named = [&](const core::ActionField& one) { return one.id == field; };
      if (std::ranges::any_of(action->fields, is_named)) continue;
      issues_.Error(note.action.mark, fmt::format("the action '{}' has no field '{}', so that notes would lose it",
                                                  action->id.str(), field));
    }
  }

  void CheckAction(const MappedName& name, const std::vector<MappedField>& fields,
                   const std::vector<MappedField>& implied) {
    const core::Action* action = definition_.FindAction(core::ActionId(name.text));
    if (action == nullptr || action->automatic) {
      std::vector<std::string_view> known;
      for (const core::Action& each : definition_.actions) {
        if (!each.automatic) known.push_back(each.id.view());
      }
      return CheckName(name, "action", known);
    }
    const core::Role role = ImporterRole(mapping_, definition_);
    if (std::ranges::find(action->roles, role) == action->roles.end()) {
      issues_.Error(name.mark, fmt::format("the role '{}' may not take the action '{}'; give it to the role, "
                                           "or import by another one",
                                           role.str(), action->id.str()));
    }
    std::vector<std::string_view> known;
    for (const core::ActionField& field : action->fields) known.push_back(field.id);
    for (const MappedField& field : fields) CheckName(field.name, "fields", known);
    for (const core::ActionField& field : action->fields) {
      const auto is_given = [&](const MappedField& one) { return one.name.text == field.id; };
      if (field.required && std::ranges::none_of(fields, is_given) && std::ranges::none_of(implied, is_given)) {
        issues_.Error(name.mark, fmt::format("the action '{}' needs the field '{}'; map a column to it, or "
                                             "give a 'value'",
                                             action->id.str(), field.id));
      }
    }
  }

  const ImportMapping& mapping_;
  const core::Definition& definition_;
  const core::Tenant& tenant_;
  Issues& issues_;
};

// Names columns once each.
class ColumnList {
 public:
  void Add(const MappedName& name) {
    if (!name.text.empty() && seen_.insert(name.text).second) columns_.push_back(name);
  }
  void Add(const std::optional<MappedName>& name) {
    if (name) Add(*name);
  }
  void Add(const std::vector<MappedField>& fields) {
    for (const MappedField& field : fields) Add(field.value.column);
  }
  std::vector<MappedName> Take() && { return std::move(columns_); }

 private:
  std::set<std::string> seen_;
  std::vector<MappedName> columns_;
};

void AddCaseColumns(const ImportMapping& mapping, ColumnList& columns) {
  columns.Add(mapping.key);
  columns.Add(mapping.opened);
  columns.Add(mapping.received);
  columns.Add(mapping.subject);
  columns.Add(mapping.title.column);
  columns.Add(mapping.category.column);
  columns.Add(mapping.channel.column);
  if (mapping.queue) columns.Add(mapping.queue->column);
  if (mapping.assignee) columns.Add(mapping.assignee->column);
  columns.Add(mapping.form);
  for (const MappedDeadline& deadline : mapping.deadlines) columns.Add(deadline.column);
  for (const MappedAction& action : mapping.actions) {
    columns.Add(action.at);
    columns.Add(action.fields);
  }
}

}  // namespace

std::vector<MappedName> CaseColumnsOf(const ImportMapping& mapping) {
  ColumnList columns;
  AddCaseColumns(mapping, columns);
  return std::move(columns).Take();
}

std::vector<MappedName> ColumnsOf(const ImportMapping& mapping) {
  ColumnList columns;
  AddCaseColumns(mapping, columns);
  if (!mapping.events) return std::move(columns).Take();
  const EventRows& events = *mapping.events;
  columns.Add(events.activity);
  columns.Add(events.time);
  columns.Add(events.resource);
  columns.Add(events.event);
  for (const auto& [name, activity] : events.activities) columns.Add(activity.fields);
  if (events.note) columns.Add(events.note->fields);
  return std::move(columns).Take();
}

std::vector<MappedField> ImpliedFields(const EventRows& events, const MappedActivity& activity,
                                       const core::Action& action) {
  std::vector<MappedField> implied;
  const auto imply = [&](const char* name, const std::optional<MappedName>& column) {
    const bool known = std::ranges::any_of(action.fields, [&](const auto& field) { return field.id == name; });
    const bool mapped =
        std::ranges::any_of(activity.fields, [&](const auto& field) { return field.name.text == name; });
    if (!column || !known || mapped) return;
    MappedField field;
    field.name = {name, column->mark};
    field.value.column = column;
    implied.push_back(std::move(field));
  };
  imply("activity", events.activity);
  imply("resource", events.resource);
  return implied;
}

core::Role ImporterRole(const ImportMapping& mapping, const core::Definition& definition) {
  if (mapping.role) return core::Role(mapping.role->text);
  const auto& allowed = definition.permissions[static_cast<size_t>(core::Permission::kImport)];
  return allowed.empty() ? core::Role() : allowed.front();
}

void CheckImportMapping(const ImportMapping& mapping, const core::Definition& definition, const core::Tenant& tenant,
                        Issues& issues) {
  Checker(mapping, definition, tenant, issues).Check();
}

void CheckImportHeader(const ImportMapping& mapping, const std::vector<std::string>& header, std::string_view table,
                       Issues& issues) {
  for (const MappedName& column : ColumnsOf(mapping)) {
    const auto count = std::ranges::count(header, column.text);
    if (count == 1) continue;
    if (count > 1) {
      issues.Error(column.mark,
                   fmt::format("{} has the column '{}' {} times: which one is meant?", table, column.text, count));
      continue;
    }
    const std::vector<std::string_view> known(header.begin(), header.end());
    std::string hint = DidYouMean(column.text, known);
    if (hint.empty() && known.size() <= kColumnsListedMost) {
      hint = fmt::format("; its columns are {}", JoinNames(known));
    } else if (hint.empty()) {
      hint = fmt::format(" among its {}", known.size());
    }
    issues.Error(column.mark, fmt::format("{} has no column '{}'{}", table, column.text, hint));
  }
}

}  // namespace rasti::codec
