#include "engine/runtime/configuration.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::runtime {
namespace {

tl::unexpected<core::Rejection> Reject(core::RejectionCode code, std::string field, std::string message) {
  return tl::unexpected(core::Rejection{code, std::move(field), std::move(message)});
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
  const auto shared = std::make_shared<const core::Definition>(std::move(definition));
  const std::string version(core::VersionOf(shared->version));
  RASTI_CHECKED(Add(definitions_[shared->id.str()], {version, effective_from, position, shared}, shared->id.view()));
  by_versioned_name_[shared->version.str()] = shared;
  return {};
}

Status Configuration::AddTenant(core::Tenant tenant, Instant effective_from, int64_t position) {
  const auto shared = std::make_shared<const core::Tenant>(std::move(tenant));
  const std::string version(core::VersionOf(shared->version));
  return Add(tenants_[shared->id.str()], {version, effective_from, position, shared}, shared->id.view());
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
  const auto found = by_versioned_name_.find(version.str());
  return found == by_versioned_name_.end() ? nullptr : found->second.get();
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
    const auto* submit = std::get_if<core::SubmitCase>(&command.payload);
    if (submit == nullptr) {
      return Reject(core::RejectionCode::kUnknownCase, "case_id",
                    fmt::format("there is no case {}", command.case_id.str()));
    }
    const core::Definition* definition = DefinitionAt(submit->workflow, recorded_at);
    if (definition == nullptr) {
      return Reject(core::RejectionCode::kUnknownWorkflow, "workflow",
                    fmt::format("no version of workflow '{}' is in force", submit->workflow.str()));
    }
    if (submit->version && *submit->version != core::VersionOf(definition->version)) {
      return Reject(core::RejectionCode::kVersionNotInForce, "version",
                    fmt::format("version '{}' is not in force; {} is", *submit->version, definition->version.str()));
    }
    return With(definition, command.tenant, recorded_at);
  }
  auto config = For(state, recorded_at);
  if (!config) return config;
  if (const auto* migrate = std::get_if<core::MigrateCase>(&command.payload)) {
    const core::Definition* target =
        FindDefinition(core::MakeVersionedName(core::NameOf(state.definition), migrate->to_version));
    const core::Definition* in_force = DefinitionAt(config->definition->id, recorded_at);
    if (target != nullptr && target == in_force) config->migrate_to = target;
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
  return next;
}

}  // namespace rasti::runtime
