#include "engine/runtime/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "engine/core/register_number.h"

namespace rasti::runtime {
namespace {

tl::unexpected<core::Rejection> Reject(core::RejectionCode code, std::string field, std::string message) {
  return tl::unexpected(core::Rejection{code, std::move(field), std::move(message)});
}

// Whether someone who names a version means this one: the workflow's own, with or without the tenant's overrides.
bool IsVersion(const core::Definition& definition, std::string_view version) {
  return version == core::VersionOf(definition.version) ||
         version == core::VersionOf(core::PartsOf(definition.version).base);
}

}  // namespace

template <class T>
const Version<T>* Configuration::InForce(const Versions<T>& versions, Instant at) {
  const auto after = std::ranges::upper_bound(versions, at, {}, &Version<T>::effective_from);
  return after == versions.begin() ? nullptr : &*std::prev(after);
}

template <class T>
Status Configuration::Add(Versions<T>& versions, Version<T> version, std::string_view what) {
  for (const Version<T>& known : versions) {
    if (known.version == version.version) {
      return Fail(
          ErrorCode::kAlreadyExists,
          fmt::format("{}@{} is published already; publish the change as a new version", what, version.version));
    }
  }
  const auto place =
      std::ranges::upper_bound(versions, std::pair(version.effective_from, version.position), {},
                               [](const Version<T>& one) { return std::pair(one.effective_from, one.position); });
  versions.insert(place, std::move(version));
  return {};
}

Status Configuration::AddDefinition(core::Definition definition, Instant effective_from, int64_t position) {
  return AddDefinition(std::make_shared<const core::Definition>(std::move(definition)), effective_from, position);
}

Status Configuration::AddDefinition(std::shared_ptr<const core::Definition> definition, Instant effective_from,
                                    int64_t position) {
  const std::string version(core::VersionOf(definition->version));
  RASTI_CHECKED(
      Add(definitions_[definition->id.str()], {version, effective_from, position, definition}, definition->id.view()));
  by_versioned_name_[definition->version.str()] = std::move(definition);
  return {};
}

Status Configuration::AddTenant(core::Tenant tenant, Instant effective_from, int64_t position) {
  return AddTenant(std::make_shared<const core::Tenant>(std::move(tenant)), effective_from, position);
}

Status Configuration::AddTenant(std::shared_ptr<const core::Tenant> tenant, Instant effective_from, int64_t position) {
  const std::string version(core::VersionOf(tenant->version));
  return Add(tenants_[tenant->id.str()], {version, effective_from, position, tenant}, tenant->id.view());
}

Status Configuration::AddOverrides(std::shared_ptr<const core::Overrides> overrides, Instant effective_from,
                                   int64_t position) {
  const std::string name = core::OverridesName(overrides->workflow, overrides->tenant);
  return Add(overrides_[name], {overrides->version, effective_from, position, overrides}, name);
}

Status Configuration::AddCalendar(sla::CalendarSpec spec, std::string version, Instant effective_from,
                                  int64_t position) {
  const std::string name = spec.name;
  auto value = std::make_shared<const CalendarVersion>(CalendarVersion{std::move(spec), {}});
  return Add(calendars_[name], {std::move(version), effective_from, position, std::move(value)}, name);
}

Status Configuration::AddTimeZones(std::string version, Instant effective_from, int64_t position) {
  return Add(time_zones_, {std::move(version), effective_from, position, std::make_shared<const TimeZones>()},
             "tzdata");
}

Status Configuration::Build() {
  for (auto& [name, versions] : calendars_) {
    for (Version<CalendarVersion>& version : versions) {
      auto bound = std::make_shared<CalendarVersion>(*version.value);
      for (const Version<TimeZones>& zones : time_zones_) {
        if (bound->by_tz.contains(zones.version)) continue;
        const auto zone = sla::LoadTimeZone(zones.version, bound->spec.zone_name);
        if (!zone) return Fail(zone.error().At(fmt::format("calendar {}@{}", name, version.version)));
        auto calendar = sla::Calendar::Create(bound->spec, *zone);
        if (!calendar) return Fail(calendar.error().At(fmt::format("calendar {}@{}", name, version.version)));
        bound->by_tz[zones.version] = std::make_shared<const sla::Calendar>(*std::move(calendar));
      }
      version.value = std::move(bound);
    }
  }
  return {};
}

const core::Definition* Configuration::FindDefinition(const core::VersionedName& version) const {
  if (core::IsRegister(version)) return &core::RegisterDefinition();
  if (const auto found = by_versioned_name_.find(version.str()); found != by_versioned_name_.end()) {
    return found->second.get();
  }
  {
    const std::shared_lock lock(made_mutex_);
    if (const auto found = made_.find(version.str()); found != made_.end()) return found->second.definition.get();
  }
  const core::DefinitionName parts = core::PartsOf(version);
  if (parts.overrides.empty()) return nullptr;
  const auto base = by_versioned_name_.find(parts.base.str());
  const auto overrides = overrides_.find(core::OverridesName(core::WorkflowId(std::string(core::NameOf(parts.base))),
                                                             core::TenantId(std::string(parts.tenant))));
  if (base == by_versioned_name_.end() || overrides == overrides_.end()) return nullptr;
  const auto own = std::ranges::find(overrides->second, parts.overrides, &Version<core::Overrides>::version);
  return own == overrides->second.end() ? nullptr : Made(*base->second, *own->value).definition.get();
}

const Configuration::MadeDefinition& Configuration::Made(const core::Definition& base,
                                                         const core::Overrides& overrides) const {
  const std::string name = core::WithOverrides(base.version, overrides.tenant, overrides.version).str();
  {
    const std::shared_lock lock(made_mutex_);
    if (const auto found = made_.find(name); found != made_.end()) return found->second;
  }
  core::Materialised materialised = core::Materialise(base, overrides);
  MadeDefinition made;
  if (materialised.issues.empty()) {
    made.definition = std::make_shared<const core::Definition>(std::move(materialised.definition));
  } else {
    made.why_not = fmt::format("{}: {}", materialised.issues.front().path, materialised.issues.front().message);
  }
  const std::unique_lock lock(made_mutex_);
  return made_.try_emplace(name, std::move(made)).first->second;
}

const core::Overrides* Configuration::OverridesAt(const core::WorkflowId& workflow, const core::TenantId& tenant,
                                                  Instant at) const {
  if (overrides_.empty()) return nullptr;
  const auto found = overrides_.find(core::OverridesName(workflow, tenant));
  if (found == overrides_.end()) return nullptr;
  const auto* version = InForce(found->second, at);
  return version == nullptr ? nullptr : version->value.get();
}

tl::expected<const core::Definition*, core::Rejection> Configuration::ForNewCase(const core::WorkflowId& workflow,
                                                                                 const core::TenantId& tenant,
                                                                                 Instant at) const {
  const core::Definition* base = DefinitionAt(workflow, at);
  if (base == nullptr) {
    return Reject(core::RejectionCode::kUnknownWorkflow, "workflow",
                  fmt::format("no version of workflow '{}' is in force", workflow.str()));
  }
  const core::Overrides* overrides = OverridesAt(workflow, tenant, at);
  if (overrides == nullptr) return base;
  const MadeDefinition& made = Made(*base, *overrides);
  if (made.definition != nullptr) return made.definition.get();
  // Two nodes published at once what does not go together. Whose deadlines hold is not for the engine to guess.
  return Reject(
      core::RejectionCode::kVersionNotInForce, "workflow",
      fmt::format("the overrides {}@{} do not fit {}: {}; publish a version of either that does",
                  core::OverridesName(workflow, tenant), overrides->version, base->version.str(), made.why_not));
}

const core::Definition* Configuration::DefinitionAt(const core::WorkflowId& workflow, const core::TenantId& tenant,
                                                    Instant at) const {
  return ForNewCase(workflow, tenant, at).value_or(nullptr);
}

const core::Definition* Configuration::DefinitionAt(const core::WorkflowId& workflow, Instant at) const {
  const auto found = definitions_.find(workflow.str());
  if (found == definitions_.end()) return nullptr;
  const auto* version = InForce(found->second, at);
  return version == nullptr ? nullptr : version->value.get();
}

const core::Tenant* Configuration::TenantAt(const core::TenantId& tenant, Instant at) const {
  const auto found = tenants_.find(tenant.str());
  if (found == tenants_.end()) return nullptr;
  const auto* version = InForce(found->second, at);
  return version == nullptr ? nullptr : version->value.get();
}

const sla::Calendar* Configuration::CalendarAt(const std::string& name, Instant at) const {
  const auto* zones = InForce(time_zones_, at);
  const auto found = calendars_.find(name);
  if (zones == nullptr || found == calendars_.end()) return nullptr;
  const auto* version = InForce(found->second, at);
  if (version == nullptr) return nullptr;
  const auto bound = version->value->by_tz.find(zones->version);
  return bound == version->value->by_tz.end() ? nullptr : bound->second.get();
}

const sla::Calendar* Configuration::FindCalendar(const core::VersionedName& calendar,
                                                 const core::VersionedName& tzdata) const {
  const auto found = calendars_.find(std::string(core::NameOf(calendar)));
  if (found == calendars_.end()) return nullptr;
  const auto version = std::ranges::find(found->second, core::VersionOf(calendar), &Version<CalendarVersion>::version);
  if (version == found->second.end()) return nullptr;
  const auto bound = version->value->by_tz.find(std::string(core::VersionOf(tzdata)));
  return bound == version->value->by_tz.end() ? nullptr : bound->second.get();
}

core::VersionedName Configuration::CalendarVersionAt(const std::string& name, Instant at) const {
  const auto found = calendars_.find(name);
  if (found == calendars_.end()) return {};
  const auto* version = InForce(found->second, at);
  return version == nullptr ? core::VersionedName() : core::MakeVersionedName(name, version->version);
}

std::string Configuration::TimeZoneVersionAt(Instant at) const {
  const auto* zones = InForce(time_zones_, at);
  return zones == nullptr ? std::string() : zones->version;
}

std::vector<const core::Tenant*> Configuration::TenantsAt(Instant at) const {
  std::vector<const core::Tenant*> tenants;
  for (const auto& [name, versions] : tenants_) {
    if (const auto* version = InForce(versions, at)) tenants.push_back(version->value.get());
  }
  std::ranges::sort(tenants, {}, [](const core::Tenant* tenant) { return tenant->id; });
  return tenants;
}

std::vector<const core::Definition*> Configuration::DefinitionsAt(Instant at) const {
  std::vector<const core::Definition*> definitions;
  for (const auto& [name, versions] : definitions_) {
    if (const auto* version = InForce(versions, at)) definitions.push_back(version->value.get());
  }
  std::ranges::sort(definitions, {}, [](const core::Definition* definition) { return definition->id; });
  return definitions;
}

std::vector<const core::Overrides*> Configuration::OverridesAt(Instant at) const {
  std::vector<const core::Overrides*> overrides;
  for (const auto& [name, versions] : overrides_) {
    if (const auto* version = InForce(versions, at)) overrides.push_back(version->value.get());
  }
  return overrides;
}

std::vector<Configuration::Pairing> Configuration::Pairings() const {
  std::vector<Pairing> pairings;
  for (const auto& [name, versions] : overrides_) {
    const auto bases = definitions_.find(versions.front().value->workflow.str());
    if (bases == definitions_.end()) continue;
    std::vector<Instant> changes;
    for (const auto& version : versions) changes.push_back(version.effective_from);
    for (const auto& version : bases->second) changes.push_back(version.effective_from);
    std::ranges::sort(changes);
    changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
    for (const Instant at : changes) {
      const auto* base = InForce(bases->second, at);
      const auto* own = InForce(versions, at);
      if (base != nullptr && own != nullptr) pairings.push_back({base->value.get(), own->value.get(), at});
    }
  }
  return pairings;
}

tl::expected<core::Config, core::Rejection> Configuration::With(const core::Definition* definition,
                                                                const core::TenantId& tenant,
                                                                Instant recorded_at) const {
  core::Config config;
  config.definition = definition;
  config.tenant = TenantAt(tenant, recorded_at);
  if (config.tenant == nullptr) {
    return Reject(core::RejectionCode::kUnknownTenant, "tenant",
                  fmt::format("there is no tenant '{}'; publish it first", tenant.str()));
  }
  if (config.tenant->overseen_by) config.overseer = TenantAt(*config.tenant->overseen_by, recorded_at);
  if (config.overseer != nullptr) config.overseer_calendar = CalendarAt(config.overseer->calendar, recorded_at);
  config.calendar = CalendarAt(config.tenant->calendar, recorded_at);
  if (config.calendar == nullptr) {
    return Reject(core::RejectionCode::kCalendarNotCovered, "tenant",
                  fmt::format("no calendar '{}' with tz data is in force; publish both", config.tenant->calendar));
  }
  config.versions.definition = definition->version;
  config.versions.calendar = CalendarVersionAt(config.tenant->calendar, recorded_at);
  config.versions.directory = config.tenant->version;
  config.versions.tzdata = core::MakeVersionedName("tzdata", InForce(time_zones_, recorded_at)->version);
  return config;
}

tl::expected<core::Config, core::Rejection> Configuration::For(const core::CaseState& state,
                                                               Instant recorded_at) const {
  const core::Definition* definition = FindDefinition(state.definition);
  if (definition == nullptr) {
    return Reject(core::RejectionCode::kVersionNotInForce, "definition",
                  fmt::format("the case needs {}, which is not published", state.definition.str()));
  }
  return With(definition, state.tenant, recorded_at);
}

tl::expected<core::Config, core::Rejection> Configuration::For(const core::CaseState& state,
                                                               const core::Command& command,
                                                               Instant recorded_at) const {
  if (!state.Exists()) {
    if (std::holds_alternative<core::IssueNumber>(command.payload)) {
      return With(&core::RegisterDefinition(), command.tenant, recorded_at);
    }
    const auto* submit = std::get_if<core::SubmitCase>(&command.payload);
    if (submit == nullptr) {
      return Reject(core::RejectionCode::kUnknownCase, "case_id",
                    fmt::format("there is no case {}", command.case_id.str()));
    }
    const auto definition = ForNewCase(submit->workflow, command.tenant, recorded_at);
    if (!definition) return tl::unexpected(definition.error());
    if (submit->version && !IsVersion(**definition, *submit->version)) {
      return Reject(core::RejectionCode::kVersionNotInForce, "version",
                    fmt::format("version '{}' is not in force; {} is", *submit->version, (*definition)->version.str()));
    }
    return With(*definition, command.tenant, recorded_at);
  }
  auto config = For(state, recorded_at);
  if (!config) return config;
  if (const auto* migrate = std::get_if<core::MigrateCase>(&command.payload)) {
    const auto in_force = ForNewCase(config->definition->id, state.tenant, recorded_at);
    if (in_force && IsVersion(**in_force, migrate->to_version)) config->migrate_to = *in_force;
  }
  return config;
}

int64_t Configuration::CalendarEpochAt(Instant at) const {
  const auto effective = [&](const auto& version) { return version.effective_from <= at; };
  auto epoch = std::ranges::count_if(time_zones_, effective);
  for (const auto& [name, versions] : calendars_) epoch += std::ranges::count_if(versions, effective);
  return epoch;
}

std::optional<Instant> Configuration::NextChangeAfter(Instant at) const {
  std::optional<Instant> next;
  const auto look = [&](const auto& versions) {
    for (const auto& version : versions) {
      if (version.effective_from > at && (!next || version.effective_from < *next)) next = version.effective_from;
    }
  };
  look(time_zones_);
  for (const auto& [name, versions] : definitions_) look(versions);
  for (const auto& [name, versions] : tenants_) look(versions);
  for (const auto& [name, versions] : calendars_) look(versions);
  for (const auto& [name, versions] : overrides_) look(versions);
  return next;
}

}  // namespace rasti::runtime
