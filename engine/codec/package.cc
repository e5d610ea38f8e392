#include "engine/codec/package.h"

#include <fmt/format.h>

#include <optional>

#include "engine/codec/calendar_yaml.h"
#include "engine/codec/definition_yaml.h"
#include "engine/codec/overrides_yaml.h"
#include "engine/codec/tenant_yaml.h"
#include "engine/codec/yaml/rule_yaml.h"
#include "engine/codec/yaml/yaml_node.h"
#include "engine/core/expression/names.h"

namespace rasti::codec {
namespace {

struct Loaded {
  std::optional<LoadedPackage> package;
  std::vector<Issue> issues;
};

// The place of a top-level key's value, for issues that only show across packages.
Mark PlaceOfKey(const std::string& yaml, std::string_view key) {
  Issues ignored("");
  const auto root = ParseYaml(yaml, ignored);
  const YamlEntry* entry = root ? root->Find(key) : nullptr;
  return entry == nullptr ? Mark{} : entry->value.mark;
}

std::string TextOfKey(const std::string& yaml, std::string_view key) {
  Issues ignored("");
  const auto root = ParseYaml(yaml, ignored);
  const YamlEntry* entry = root ? root->Find(key) : nullptr;
  return entry == nullptr ? std::string() : entry->value.text;
}

void CheckKnown(std::string_view what, const std::string& name, const std::set<std::string>& known, Mark mark,
                Issues& issues) {
  if (known.empty() || known.contains(name)) return;
  const std::vector<std::string_view> names(known.begin(), known.end());
  std::string hint = core::expression::DidYouMean(name, names);
  if (hint.empty()) hint = "; install it first";
  issues.Error(mark, fmt::format("no {} '{}'{}", what, name, hint));
}

// Every mention of a value behind a key, wherever in the tree.
void FindValues(const YamlNode& node, std::string_view key, std::string_view value, std::vector<Mark>* marks) {
  for (const YamlNode& item : node.items) FindValues(item, key, value, marks);
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == key && entry.value.IsScalar() && entry.value.text == value) marks->push_back(entry.value.mark);
    FindValues(entry.value, key, value, marks);
  }
}

void CheckTargets(const core::Definition& definition, const std::string& yaml, const LoadContext& context,
                  Issues& issues) {
  std::set<std::string> targets;
  for (const core::Clock& clock : definition.clocks) {
    for (const core::EscalationLevel& level : clock.escalations) {
      if (level.to.tenant) targets.insert(level.to.tenant->str());
    }
  }
  if (targets.empty() || context.tenants.empty()) return;
  Issues ignored("");
  const auto root = ParseYaml(yaml, ignored);
  if (!root) return;
  for (const std::string& target : targets) {
    std::vector<Mark> marks;
    FindValues(*root, "tenant", target, &marks);
    for (const Mark mark : marks) CheckKnown("tenant", target, context.tenants, mark, issues);
  }
}

void Append(Issues issues, Loaded& loaded) {
  for (Issue& issue : std::move(issues).Take()) loaded.issues.push_back(std::move(issue));
}

// What the package's header says must be what its file says, or a record could pass for another.
void CheckIdentity(const PackageFiles& files, std::string_view name, std::string_view version, std::string_view file,
                   Loaded& loaded) {
  if (name == files.name && version == files.version) return;
  loaded.issues.push_back(
      {std::string(file), 1, 1,
       fmt::format("this is {}@{}, but the package is called {}@{}", name, version, files.name, files.version)});
}

Loaded LoadWorkflow(const PackageFiles& files, const std::string& yaml, const LoadContext& context) {
  Loaded loaded;
  Issues issues("workflow.yaml");
  auto definition = ReadDefinition(yaml, issues);
  if (definition) {
    CheckTargets(*definition, yaml, context, issues);
    CheckIdentity(files, definition->id.view(), core::VersionOf(definition->version), "workflow.yaml", loaded);
    loaded.package = *std::move(definition);
  }
  Append(std::move(issues), loaded);
  return loaded;
}

Loaded LoadCalendar(const PackageFiles& files, const LoadContext& context) {
  Loaded loaded;
  auto spec = ReadCalendar(files.files, loaded.issues);
  if (!spec) return loaded;
  Issues issues("calendar.yaml");
  CheckKnown("time zone", spec->zone_name, context.zones, PlaceOfKey(files.files.at("calendar.yaml"), "zone"), issues);
  Append(std::move(issues), loaded);
  // The version is no part of what deadlines are counted on, so only the file has it.
  CheckIdentity(files, spec->name, TextOfKey(files.files.at("calendar.yaml"), "version"), "calendar.yaml", loaded);
  loaded.package = *std::move(spec);
  return loaded;
}

Loaded LoadTenant(const PackageFiles& files, const std::string& yaml, const LoadContext& context) {
  Loaded loaded;
  Issues issues("tenant.yaml");
  auto tenant = ReadTenant(yaml, issues);
  if (tenant) {
    CheckKnown("calendar", tenant->calendar, context.calendars, PlaceOfKey(yaml, "calendar"), issues);
    if (tenant->overseen_by) {
      CheckKnown("tenant", tenant->overseen_by->str(), context.tenants, PlaceOfKey(yaml, "overseen_by"), issues);
    }
    CheckIdentity(files, tenant->id.view(), core::VersionOf(tenant->version), "tenant.yaml", loaded);
    loaded.package = *std::move(tenant);
  }
  Append(std::move(issues), loaded);
  return loaded;
}

Loaded LoadOverrides(const PackageFiles& files, const std::string& yaml, const LoadContext& context) {
  Loaded loaded;
  Issues issues("overrides.yaml");
  auto overrides = ReadOverrides(yaml, issues);
  if (overrides) {
    CheckKnown("workflow", overrides->workflow.str(), context.workflows, PlaceOfKey(yaml, "overrides"), issues);
    CheckKnown("tenant", overrides->tenant.str(), context.tenants, PlaceOfKey(yaml, "tenant"), issues);
    CheckIdentity(files, core::OverridesName(overrides->workflow, overrides->tenant), overrides->version,
                  "overrides.yaml", loaded);
    loaded.package = *std::move(overrides);
  }
  Append(std::move(issues), loaded);
  return loaded;
}

Loaded LoadTzData(const PackageFiles& files) {
  Loaded loaded;
  for (const auto& [name, bytes] : files.files) {
    if (!bytes.starts_with("TZif"))
      loaded.issues.push_back({name, 1, 1, "no TZif file: as zic makes them from tz data"});
  }
  if (files.files.empty()) loaded.issues.push_back({"", 1, 1, "no zone file"});
  loaded.package = TzData{files.version, files.files};
  return loaded;
}

Loaded Load(const PackageFiles& files, const LoadContext& context) {
  const auto file = [&](const char* name) -> const std::string* {
    const auto found = files.files.find(name);
    return found == files.files.end() ? nullptr : &found->second;
  };
  const auto missing = [](const char* name) {
    return Loaded{std::nullopt, {{name, 1, 1, "the package lacks this file"}}};
  };
  switch (files.kind) {
    case PackageKind::kWorkflow: {
      const std::string* yaml = file("workflow.yaml");
      return yaml == nullptr ? missing("workflow.yaml") : LoadWorkflow(files, *yaml, context);
    }
    case PackageKind::kCalendar: return LoadCalendar(files, context);
    case PackageKind::kTenant: {
      const std::string* yaml = file("tenant.yaml");
      return yaml == nullptr ? missing("tenant.yaml") : LoadTenant(files, *yaml, context);
    }
    case PackageKind::kTzData: return LoadTzData(files);
    case PackageKind::kOverrides: {
      const std::string* yaml = file("overrides.yaml");
      return yaml == nullptr ? missing("overrides.yaml") : LoadOverrides(files, *yaml, context);
    }
  }
  return {};
}

}  // namespace

std::string_view PackageKindName(PackageKind kind) {
  switch (kind) {
    case PackageKind::kWorkflow: return "workflow";
    case PackageKind::kCalendar: return "calendar";
    case PackageKind::kTenant: return "tenant";
    case PackageKind::kTzData: return "tzdata";
    case PackageKind::kOverrides: return "overrides";
  }
  return "";
}

Result<PackageKind> ParsePackageKind(std::string_view name) {
  for (int i = 0; i < kPackageKindCount; ++i) {
    if (PackageKindName(static_cast<PackageKind>(i)) == name) return static_cast<PackageKind>(i);
  }
  return Fail(
      Error::Invalid(fmt::format("no kind of package '{}': workflow, calendar, tenant, tzdata or overrides", name)));
}

tl::expected<LoadedPackage, std::vector<Issue>> LoadPackage(const PackageFiles& files, const LoadContext& context) {
  Loaded loaded = Load(files, context);
  if (HasErrors(loaded.issues) || !loaded.package) return tl::unexpected(std::move(loaded.issues));
  return *std::move(loaded.package);
}

std::vector<Issue> LintPackage(const PackageFiles& files, const LoadContext& context) {
  return Load(files, context).issues;
}

std::vector<Issue> LintFit(const PackageFiles& overrides, const core::Definition& base, const core::Tenant* tenant) {
  Issues issues("overrides.yaml");
  const auto loaded = LoadPackage(overrides);
  if (!loaded) return loaded.error();
  CheckFit(overrides.files.at("overrides.yaml"), std::get<core::Overrides>(*loaded), base, tenant, issues);
  return std::move(issues).Take();
}

LoadContext ContextOf(const std::vector<PackageFiles>& packages) {
  LoadContext context;
  for (const PackageFiles& package : packages) {
    switch (package.kind) {
      case PackageKind::kWorkflow: context.workflows.insert(package.name); break;
      case PackageKind::kCalendar: context.calendars.insert(package.name); break;
      case PackageKind::kTenant: context.tenants.insert(package.name); break;
      case PackageKind::kTzData:
        for (const auto& [zone, bytes] : package.files) context.zones.insert(zone);
        break;
      case PackageKind::kOverrides: break;
    }
  }
  return context;
}

}  // namespace rasti::codec
