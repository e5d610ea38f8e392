// The mapping of an import against the workflow, the tenant and the table that it names.
#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/import_mapping.h"
#include "engine/core/expression/names.h"

namespace rasti::codec {
namespace {

using core::expression::DidYouMean;
using core::expression::JoinNames;

constexpr size_t kListedMost = 12;

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
    for (const MappedAction& action : mapping_.actions) CheckAction(action);
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

  void CheckAction(const MappedAction& mapped) {
    const core::Action* action = definition_.FindAction(core::ActionId(mapped.action.text));
    if (action == nullptr || action->automatic) {
      std::vector<std::string_view> known;
      for (const core::Action& each : definition_.actions) {
        if (!each.automatic) known.push_back(each.id.view());
      }
      return CheckName(mapped.action, "action", known);
    }
    const core::Role role = ImporterRole(mapping_, definition_);
    if (std::ranges::find(action->roles, role) == action->roles.end()) {
      issues_.Error(mapped.action.mark, fmt::format("the role '{}' may not take the action '{}'; give it to the role, "
                                                    "or import by another one",
                                                    role.str(), action->id.str()));
    }
    std::vector<std::string_view> known;
    for (const core::ActionField& field : action->fields) known.push_back(field.id);
    for (const MappedField& field : mapped.fields) CheckName(field.name, "fields", known);
    for (const core::ActionField& field : action->fields) {
      const bool given =
          std::ranges::any_of(mapped.fields, [&](const MappedField& one) { return one.name.text == field.id; });
      if (field.required && !given) {
        issues_.Error(mapped.action.mark, fmt::format("the action '{}' needs the field '{}'; map a column to it, or "
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

std::vector<MappedName> ColumnsOf(const ImportMapping& mapping) {
  std::vector<MappedName> columns = {mapping.key, mapping.opened};
  const auto add = [&](const std::optional<MappedName>& name) {
    if (name) columns.push_back(*name);
  };
  add(mapping.received);
  add(mapping.subject);
  add(mapping.title.column);
  add(mapping.category.column);
  add(mapping.channel.column);
  if (mapping.queue) add(mapping.queue->column);
  if (mapping.assignee) add(mapping.assignee->column);
  for (const MappedField& field : mapping.form) add(field.value.column);
  for (const MappedDeadline& deadline : mapping.deadlines) columns.push_back(deadline.column);
  for (const MappedAction& action : mapping.actions) {
    columns.push_back(action.at);
    for (const MappedField& field : action.fields) add(field.value.column);
  }
  return columns;
}

}  // namespace

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
    if (hint.empty()) hint = fmt::format("; its columns are {}", JoinNames(known));
    issues.Error(column.mark, fmt::format("{} has no column '{}'{}", table, column.text, hint));
  }
}

}  // namespace rasti::codec
