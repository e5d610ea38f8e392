// The inbox: open cases by who holds them, the most urgent first. Ask by Views::Inbox.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/core/case_state.h"
#include "engine/core/ids.h"
#include "engine/views/list_total.h"

namespace rasti::views {

/// A list of open cases, kept as rows of its own. An open case stands in `kAll` of its tenant, and in those that say
/// who holds it; of another tenant's inbox it is part while that tenant holds it.
enum class InboxList : uint8_t {
  kAll = 'a',
  kQueue = 'q',        // in a queue, whether or not somebody has taken it
  kUnclaimed = 'u',    // in a queue, and nobody has taken it
  kPerson = 'p',       // held by a person
  kDirectorate = 'd',  // held by a directorate that has put it into no queue
  kNobody = 'n',       // held by nobody at all
};

struct InboxPlace {
  InboxList list = InboxList::kAll;
  std::string id;  // of the queue, the person, the directorate; empty for kAll and kNobody
};

/// A page of an inbox.
struct InboxQuery {
  core::TenantId tenant;
  /// The union of lists that share no case; none: all of the tenant.
  std::vector<InboxPlace> places;
  std::optional<core::StageId> stage;
  std::optional<Instant> due_before;
  // What follows is looked for in the cases of these lists, one after the other.
  std::optional<core::CategoryId> category;
  std::optional<core::QueueId> queue;
  std::string text;   // in title or reference, whatever its capitals and marks (folded_text.h)
  size_t limit = 50;  // at least 1
  /// `next` of the page before; empty for the first page.
  std::string cursor;
  /// Count the cases of all pages as well where that takes looking at each. Of the first page only: behind a cursor
  /// they are not counted.
  bool count = false;

  bool LooksIntoCases() const { return category || queue || !text.empty(); }
};

struct InboxRow {
  core::TenantId tenant;
  core::CaseId case_id;
  std::string reference;
  std::string title;
  core::CategoryId category;
  core::StageId stage;
  core::CaseStatus status = core::CaseStatus::kOpen;
  core::Assignment holder;
  /// The clock that is due first; none: time runs for none of them.
  std::optional<core::ClockId> clock;
  Instant due_at;  // of that clock; kLatestInstant without
  bool breached = false;
  int escalated_to = 0;  // the highest level of any of its clocks
  Instant submitted_at;
  Instant last_occurred_at;
  bool historic = false;  // imported and not live yet
  /// Of a historic case: when its history ends. Wall time says nothing about how late it is.
  std::optional<Instant> ended_at;
  bool operator==(const InboxRow&) const = default;
};

struct InboxPage {
  std::vector<InboxRow> rows;  // by due_at, then case; those without a deadline last
  /// Empty: there is no more. A page may be short and not the last: kExaminedMost cases were looked into for it.
  std::string next;
  /// Cases in all pages; where a moment or what is in the cases decides, only if they were to be counted.
  std::optional<ListTotal> total;

  /// Cases that are looked into for a page, and behind it to count them.
  static constexpr int64_t kExaminedMost = 20'000;
};

/// Whether a tenant's case is held in one of its own places, whatever its status.
bool IsHeldIn(const InboxPlace& place, const core::TenantId& tenant, const core::Assignment& holder);

/// Whether a case stands in inboxes: it is not ended.
bool IsInInbox(const core::CaseState& state);
InboxRow MakeInboxRow(const core::CaseState& state);

// ---- inbox: tenant, list, id, stage, due_at, case_id -> nothing ----
// ---- inbox_counts: tenant, list, id, stage -> how many ----

/// What the rows of a list begin with.
std::string InboxPrefix(const core::TenantId& tenant, const InboxPlace& place);
/// The same for one stage; also the key of their count.
std::string InboxStagePrefix(const std::string& prefix, const core::StageId& stage);
/// The rows of a case, sorted; none where it is in no inbox.
std::vector<std::string> InboxKeysOf(const core::CaseState& state);

}  // namespace rasti::views
