// The public register: what anybody may read of a tenant's cases, the newest first. Ask by Views::Public.
//
// A workflow says what of it is public (core::PublicRegister); one that does not say so has no case in the register.
// Personal fields are never in it, nor are people, messages, attachments, or what actions ask for and do not say that
// it is public.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/core/case_state.h"
#include "engine/core/definition.h"
#include "engine/core/ids.h"

namespace rasti::views {

/// A page of a tenant's register.
struct PublicQuery {
  core::TenantId tenant;
  std::optional<core::WorkflowId> workflow;
  // What follows is looked for in the cases, one after the other.
  std::optional<core::CategoryId> category;
  std::optional<bool> ended;  // closed, withdrawn, merged into another; or not
  size_t limit = 50;          // at least 1
  /// `next` of the page before; empty for the first page.
  std::string cursor;

  bool LooksIntoCases() const { return category.has_value() || ended.has_value(); }
};

struct PublicRow {
  core::TenantId tenant;
  std::string reference;
  core::VersionedName definition;
  core::CategoryId category;
  std::optional<std::string> title;  // only where the workflow makes titles public
  core::StageId stage;
  core::CaseStatus status = core::CaseStatus::kOpen;
  Instant received_at;  // when it reached the authority
  Instant stage_since;
  int responses = 0;
  bool operator==(const PublicRow&) const = default;
};

struct PublicPage {
  std::vector<PublicRow> rows;  // by received_at, the latest first
  /// Empty: there is no more. A page may be short and not the last: kExaminedMost cases were looked into for it.
  std::string next;
  int64_t total = 0;  // in all pages

  static constexpr int64_t kExaminedMost = 20'000;
};

/// Closed, withdrawn, or merged into another.
bool IsEnded(const core::CaseState& state);
PublicRow MakePublicRow(const core::CaseState& state, bool with_title);

// ---- public: tenant, workflow, minus received_at, case_id -> whether the title is public ----
// ---- public_counts: tenant, workflow, category, ended -> how many ----

/// A case's row and the count that it is part of.
struct PublicEntry {
  std::string key;
  std::string value;
  std::string count_key;
  bool operator==(const PublicEntry&) const = default;
};
/// Nothing where the case is not public.
std::optional<PublicEntry> PublicEntryOf(const core::CaseState& state, const core::Definition& definition);
/// What the rows of a tenant begin with, and those of a workflow; also what the counts begin with.
std::string PublicPrefix(const core::TenantId& tenant);
std::string PublicPrefix(const core::TenantId& tenant, const core::WorkflowId& workflow);
/// Whether the row says that the title is public.
bool PublicTitleIn(std::string_view value);

/// Whether the count behind a PublicPrefix of a workflow is of such cases. Errors: kCorruption.
Result<bool> CountsAsAsked(std::string_view key_behind_workflow, const PublicQuery& query);

}  // namespace rasti::views
