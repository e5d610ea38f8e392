#include "engine/codec/staffing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "engine/codec/yaml/yaml_node.h"

namespace rasti::codec {
namespace {

constexpr std::string_view kKey = "not_by";

template <class T>
struct Read {
  size_t package = 0;
  T value;
};

// The last version of each name, where `wanted` of the file's text holds.
template <class T, class Wanted>
std::vector<Read<T>> ReadAll(const std::vector<PackageFiles>& packages, PackageKind kind, const char* file,
                             const Wanted& wanted) {
  std::map<std::string_view, size_t> last;
  for (size_t i = 0; i < packages.size(); ++i) {
    if (packages[i].kind == kind) last[packages[i].name] = i;
  }
  std::vector<Read<T>> read;
  for (const auto& [name, i] : last) {
    const auto text = packages[i].files.find(file);
    if (text == packages[i].files.end() || !wanted(text->second)) continue;
    auto loaded = LoadPackage(packages[i]);
    if (loaded) read.push_back({i, std::get<T>(*std::move(loaded))});
  }
  return read;
}

// The only person of the tenant's own who may take the action; none: several may, or people of no directory.
const core::Person* OnlyOneWhoMay(const core::Definition& definition, const core::Action& action,
                                  const core::Tenant& tenant) {
  const core::Person* only = nullptr;
  for (const core::Role& id : action.roles) {
    const core::RoleDefinition* role = definition.FindRole(id);
    if (role == nullptr || !role->in_directory) return nullptr;
  }
  for (const core::Person& person : tenant.people) {
    const bool may = person.active && std::ranges::any_of(action.roles, [&](const core::Role& role) {
                       return std::ranges::find(person.roles, role) != person.roles.end();
                     });
    if (may && only != nullptr) return nullptr;
    if (may) only = &person;
  }
  return only;
}

// Which action of `not_by` keeps the only person from the action.
const core::Action* BarredBy(const core::Definition& definition, const core::Action& action,
                             const core::Person& person) {
  for (const core::ActionId& id : action.not_by) {
    const core::Action* first = definition.FindAction(id);
    if (first == nullptr) continue;
    const bool may = std::ranges::any_of(first->roles, [&](const core::Role& role) {
      return std::ranges::find(person.roles, role) != person.roles.end();
    });
    if (may) return first;
  }
  return nullptr;
}

Mark PlaceOfNotBy(const std::string& yaml, size_t action) {
  Issues ignored("");
  const auto root = ParseYaml(yaml, ignored);
  const YamlEntry* actions = root ? root->Find("actions") : nullptr;
  if (actions == nullptr || action >= actions->value.items.size()) return {};
  const YamlEntry* not_by = actions->value.items[action].Find(kKey);
  return not_by == nullptr ? actions->value.items[action].mark : not_by->value.mark;
}

Mark PlaceOfPeople(const std::string& yaml) {
  Issues ignored("");
  const auto root = ParseYaml(yaml, ignored);
  const YamlEntry* people = root ? root->Find("people") : nullptr;
  return people == nullptr ? Mark{} : people->mark;
}

struct Lack {
  const core::Tenant* tenant = nullptr;
  const core::Person* person = nullptr;
  const core::Action* barred_by = nullptr;
};

std::string Message(const core::Definition& definition, const core::Action& action, const Lack& lack, size_t others) {
  return fmt::format("'{}' of {} may be taken by one person of '{}' only, '{}'{}: once they took '{}', by nobody there",
                     action.id.str(), definition.version.str(), lack.tenant->id.str(), lack.person->handle,
                     others > 0 ? fmt::format(" (and likewise in {} other tenants)", others) : "",
                     lack.barred_by->id.str());
}

}  // namespace

std::vector<StaffingIssue> CheckStaffing(const std::vector<PackageFiles>& packages, size_t first_new) {
  std::vector<StaffingIssue> issues;
  const auto definitions =
      ReadAll<core::Definition>(packages, PackageKind::kWorkflow, "workflow.yaml",
                                [](const std::string& yaml) { return yaml.find(kKey) != std::string::npos; });
  if (definitions.empty()) return issues;
  const auto tenants =
      ReadAll<core::Tenant>(packages, PackageKind::kTenant, "tenant.yaml", [](const std::string&) { return true; });
  for (const auto& [workflow, definition] : definitions) {
    for (size_t i = 0; i < definition.actions.size(); ++i) {
      const core::Action& action = definition.actions[i];
      if (action.not_by.empty()) continue;
      std::vector<Lack> lacks;
      for (const auto& [package, tenant] : tenants) {
        const core::Person* only = OnlyOneWhoMay(definition, action, tenant);
        const core::Action* barred_by = only == nullptr ? nullptr : BarredBy(definition, action, *only);
        if (barred_by == nullptr) continue;
        lacks.push_back({&tenant, only, barred_by});
        if (workflow >= first_new || package < first_new) continue;
        const Mark place = PlaceOfPeople(packages[package].files.at("tenant.yaml"));
        issues.push_back({package,
                          {"tenant.yaml", place.line, place.column, Message(definition, action, lacks.back(), 0),
                           Severity::kWarning}});
      }
      if (workflow < first_new || lacks.empty()) continue;
      const Mark place = PlaceOfNotBy(packages[workflow].files.at("workflow.yaml"), i);
      issues.push_back({workflow,
                        {"workflow.yaml", place.line, place.column,
                         Message(definition, action, lacks.front(), lacks.size() - 1), Severity::kWarning}});
    }
  }
  return issues;
}

}  // namespace rasti::codec
