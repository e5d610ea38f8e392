// The configuration of the engine: every published version of every workflow, calendar, tenant, overrides and tz data
// package, and which of them is in force when. A snapshot is immutable and shared by all threads; ConfigurationReader
// replaces it. A workflow with a tenant's overrides is made when it is first asked for.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/node_hash_map.h>

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/decide.h"
#include "engine/core/overrides.h"

namespace rasti::runtime {

/// One version of something, in force from an instant on until another version is.
template <class T>
struct Version {
  std::string version;
  Instant effective_from;
  int64_t position = 0;  // in the log; of two with the same instant the later one holds
  std::shared_ptr<const T> value;
};

class Configuration {
 public:
  // ---- building: by one thread, before the snapshot is shared ----

  /// Each answers kAlreadyExists for a version that is there already: the first one holds.
  Status AddDefinition(core::Definition definition, Instant effective_from, int64_t position);
  Status AddDefinition(std::shared_ptr<const core::Definition> definition, Instant effective_from, int64_t position);
  Status AddTenant(core::Tenant tenant, Instant effective_from, int64_t position);
  Status AddTenant(std::shared_ptr<const core::Tenant> tenant, Instant effective_from, int64_t position);
  Status AddOverrides(std::shared_ptr<const core::Overrides> overrides, Instant effective_from, int64_t position);
  Status AddCalendar(sla::CalendarSpec spec, std::string version, Instant effective_from, int64_t position);
  /// The zones of a version, registered with sla::RegisterTimeZones before.
  Status AddTimeZones(std::string version, Instant effective_from, int64_t position);
  /// Binds calendars to time zones. Errors: kNotFound: a calendar names a zone that no tz data package has.
  Status Build();

  // ---- lookups: thread-safe ----

  /// What a command for this case is decided with. `state` may be of a case that does not exist yet; then the command
  /// says workflow and version. The pointers live as long as this snapshot.
  /// Rejections: kUnknownTenant, kUnknownWorkflow, kVersionNotInForce, kCalendarNotCovered (no calendar or no tz data
  /// is in force), kUnknownCase.
  tl::expected<core::Config, core::Rejection> For(const core::CaseState& state, const core::Command& command,
                                                  Instant recorded_at) const;
  /// The same for what time does to an existing case.
  tl::expected<core::Config, core::Rejection> For(const core::CaseState& state, Instant recorded_at) const;

  /// Also by the name of a workflow with overrides: "issue-report@2+ferizaj.1".
  const core::Definition* FindDefinition(const core::VersionedName& version) const;
  /// The workflow in force as the tenant has it, with its overrides; nullptr where there is none.
  const core::Definition* DefinitionAt(const core::WorkflowId& workflow, const core::TenantId& tenant,
                                       Instant at) const;
  /// The workflow in force, without anybody's overrides, or nullptr.
  const core::Definition* DefinitionAt(const core::WorkflowId& workflow, Instant at) const;
  const core::Tenant* TenantAt(const core::TenantId& tenant, Instant at) const;
  /// The calendar of a name with the tz data in force; nullptr when there is none.
  const sla::Calendar* CalendarAt(const std::string& name, Instant at) const;
  /// "kosovo@1" of that calendar as events record it.
  core::VersionedName CalendarVersionAt(const std::string& name, Instant at) const;
  /// The calendar that events name, whenever it was in force; nullptr when it was never published.
  const sla::Calendar* FindCalendar(const core::VersionedName& calendar, const core::VersionedName& tzdata) const;
  /// The version of the tz data in force, for sla::LoadTimeZone; empty when there is none.
  std::string TimeZoneVersionAt(Instant at) const;
  std::vector<const core::Tenant*> TenantsAt(Instant at) const;
  std::vector<const core::Definition*> DefinitionsAt(Instant at) const;
  std::vector<const core::Overrides*> OverridesAt(Instant at) const;

  /// A version of a workflow and one of its overrides that are in force together at some time.
  struct Pairing {
    const core::Definition* base = nullptr;
    const core::Overrides* overrides = nullptr;
    Instant from;
  };
  std::vector<Pairing> Pairings() const;

  /// Grows whenever a calendar or tz data version comes into force: cases may have to be planned anew.
  int64_t CalendarEpochAt(Instant at) const;
  /// The next instant after `at` at which another version comes into force; nothing if none is published.
  std::optional<Instant> NextChangeAfter(Instant at) const;

 private:
  template <class T>
  using Versions = std::vector<Version<T>>;  // ascending by (effective_from, position)
  struct CalendarVersion {
    sla::CalendarSpec spec;
    std::map<std::string, std::shared_ptr<const sla::Calendar>> by_tz;  // bound to each tz data version
  };
  struct TimeZones {};
  // A workflow with overrides, or why there is none.
  struct MadeDefinition {
    std::shared_ptr<const core::Definition> definition;
    std::string why_not;
  };

  template <class T>
  static const Version<T>* InForce(const Versions<T>& versions, Instant at);
  template <class T>
  static Status Add(Versions<T>& versions, Version<T> version, std::string_view what);

  /// The overrides of a tenant that are in force, or nullptr.
  const core::Overrides* OverridesAt(const core::WorkflowId& workflow, const core::TenantId& tenant, Instant at) const;
  /// Made once, kept as long as this snapshot.
  const MadeDefinition& Made(const core::Definition& base, const core::Overrides& overrides) const;
  /// What a new case of the tenant gets.
  tl::expected<const core::Definition*, core::Rejection> ForNewCase(const core::WorkflowId& workflow,
                                                                    const core::TenantId& tenant, Instant at) const;
  tl::expected<core::Config, core::Rejection> With(const core::Definition* definition, const core::TenantId& tenant,
                                                   Instant recorded_at) const;

  absl::flat_hash_map<std::string, Versions<core::Definition>> definitions_;
  absl::flat_hash_map<std::string, std::shared_ptr<const core::Definition>> by_versioned_name_;
  absl::flat_hash_map<std::string, Versions<core::Tenant>> tenants_;
  absl::flat_hash_map<std::string, Versions<CalendarVersion>> calendars_;
  Versions<TimeZones> time_zones_;
  absl::flat_hash_map<std::string, Versions<core::Overrides>> overrides_;  // by OverridesName
  mutable std::shared_mutex made_mutex_;
  mutable absl::node_hash_map<std::string, MadeDefinition> made_;  // by versioned name; they stay where they are
};

}  // namespace rasti::runtime
