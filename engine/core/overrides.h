// What one tenant does otherwise than a workflow says: deadlines, categories and texts, and nothing else. Loaded from
// YAML (engine/codec), immutable, shared freely.
//
// Overrides float on whichever version of the workflow is in force; together they make a definition of its own, which
// is called after both: "issue-report@2+ferizaj.1". A case is opened with that name and keeps it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/definition.h"

namespace rasti::core {

/// Only what is set differs.
struct ClockOverride {
  std::optional<Texts> title;
  std::optional<sla::Rule> due;
  std::map<CategoryId, std::optional<sla::Rule>>
      due_by_category;                                   // beside the workflow's own; nullopt: no clock for it
  std::optional<std::vector<sla::Offset>> warnings;      // in place of the workflow's
  std::vector<std::pair<int, sla::Offset>> escalations;  // level, and how long after the deadline
  std::optional<sla::Rule> extend_by;                    // how long; how often and why stays
  bool operator==(const ClockOverride&) const = default;
};

/// A category that the workflow has, of which only what is set differs, or one more.
struct CategoryOverride {
  CategoryId id;
  std::optional<Texts> title;  // needed for one more
  std::optional<QueueId> queue;
  std::optional<bool> offered;
  bool operator==(const CategoryOverride&) const = default;
};

struct TitleOverrides {
  std::optional<Texts> workflow;
  std::map<StageId, Texts> stages;
  std::map<ActionId, Texts> actions;
  std::map<ActionId, std::map<std::string, Texts>> fields;  // of actions, by their ids
  std::map<std::string, Texts> form;                        // by JSON Pointer: "/location/address"
  bool operator==(const TitleOverrides&) const = default;
};

/// Of a response template that the workflow has.
struct ResponseOverride {
  std::optional<Texts> title;
  std::optional<Texts> text;
  bool operator==(const ResponseOverride&) const = default;
};

struct Overrides {
  WorkflowId workflow;
  TenantId tenant;
  std::string version;
  std::map<ClockId, ClockOverride> clocks;
  std::vector<CategoryOverride> categories;  // in the order of the file
  TitleOverrides titles;
  std::map<std::string, Texts> templates;
  std::map<std::string, ResponseOverride> responses;
  std::map<std::string, std::string> numbers;  // how numbers of a register are written
  bool operator==(const Overrides&) const = default;
};

/// "issue-report+ferizaj": what the overrides of a tenant for a workflow are called as a package.
std::string OverridesName(const WorkflowId& workflow, const TenantId& tenant);

/// The name of a workflow's version with overrides: "issue-report@2" and prishtine's version 1 make
/// "issue-report@2+prishtine.1".
VersionedName WithOverrides(const VersionedName& base, const TenantId& tenant, std::string_view version);

/// The parts of such a name.
struct DefinitionName {
  VersionedName base;          // "issue-report@2"
  std::string_view tenant;     // empty where there are no overrides
  std::string_view overrides;  // their version
};
/// The views point into `versioned`.
DefinitionName PartsOf(const VersionedName& versioned);

/// A workflow with overrides, and those of them that it has no place for, by their path in the overrides
/// ("clocks.resolve", "categories[\"Street Light\"]"). Overrides without a place change nothing.
struct Materialised {
  Definition definition;
  std::vector<DefinitionIssue> issues;
};
Materialised Materialise(const Definition& base, const Overrides& overrides);

/// Everything that keeps overrides from fitting a workflow: what has no place there, and what the workflow as a whole
/// would be wrong with (CheckDefinition), by its path in the overrides. Empty: they fit.
std::vector<DefinitionIssue> CheckOverrides(const Definition& base, const Overrides& overrides);

}  // namespace rasti::core
