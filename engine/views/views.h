// The reading side of the views: case pages and histories, now and as of any moment, and the deadlines of a tenant.
//
// Every call reads one snapshot of the store, so that a projection that goes on meanwhile disturbs nothing. States as
// of a moment are folded from the events themselves, read from the log where the history index points.
//
// Views may be of chosen tenants' cases (kept_tenants.h): who asks for another tenant's is answered kNotFound, whatever
// else is said of errors below.
//
// Ownership: store and log outlive it. Threading: all functions from any thread.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/event_codec.h"
#include "engine/core/case_state.h"
#include "engine/core/event.h"
#include "engine/core/ids.h"
#include "engine/ports/event_log.h"
#include "engine/ports/view_store.h"
#include "engine/views/deadline_row.h"
#include "engine/views/history.h"
#include "engine/views/inbox.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/list_total.h"
#include "engine/views/moment.h"
#include "engine/views/number_list.h"
#include "engine/views/public_register.h"
#include "engine/views/rows.h"
#include "engine/views/stats.h"

namespace rasti::views {

/// A page of a list of deadlines.
struct DeadlineQuery {
  /// Whose cases, and those that it holds for another; none: of all tenants.
  std::optional<core::TenantId> tenant;
  std::optional<core::ClockId> clock;
  // What follows is looked for in the cases of the list, one after the other.
  std::optional<core::CategoryId> category;
  std::optional<core::QueueId> queue;
  /// Held in any of them; none: by whomever. They are of the tenant, which has to be named.
  std::vector<InboxPlace> places;
  size_t limit = 100;  // at least 1
  /// `next` of the page before; empty for the first page.
  std::string cursor;
  /// Wall time leaves historic cases alone: their figures are those of the import's end (advanced_to). Set where a
  /// person named the moment: it holds for them too.
  bool historic_at_moment = false;
  /// Count the rows of all pages as well. Of the first page only: behind a cursor there is no total.
  bool count = false;
};
struct DeadlinePage {
  std::vector<DeadlineRow> rows;  // by due_at, then tenant, case and clock
  /// Empty: there is no more. A page may be short and not the last: it passed over kExaminedMost that do not fit.
  std::string next;
  std::optional<ListTotal> total;

  /// Clocks that are passed over for a page, and those that are looked at behind it to count them.
  static constexpr int64_t kExaminedMost = 20'000;
};

/// A page of all cases, in the order of their ids. Registers (core/register_number.h) are not among them.
struct CaseQuery {
  /// None: all tenants.
  std::optional<core::TenantId> tenant;
  Moment moment;
  size_t limit = 1000;  // at least 1
  /// The page ends with the case whose row makes it so large.
  size_t bytes = std::numeric_limits<size_t>::max();
  /// `next` of the page before; none for the first page.
  std::optional<core::CaseId> after;
};
struct CaseList {
  std::vector<CasePage> pages;
  std::optional<core::CaseId> next;  // none: there is no more
};

/// A page of all clocks that time runs for (IsListed), by tenant, due_at, case and clock.
struct RunningQuery {
  /// None: all tenants.
  std::optional<core::TenantId> tenant;
  size_t limit = 1000;  // clocks that are looked at; at least 1
  /// What the page before answered; empty for the first page.
  std::string cursor;
};

/// What waits to be done, over all tenants.
struct Backlog {
  int64_t open_cases = 0;
  int64_t overdue = 0;   // running clocks, as Views::Overdue lists them
  int64_t due_soon = 0;  // those that are due until then, as Views::AtRisk lists them
  bool operator==(const Backlog&) const = default;
};

/// How a tenant's cases stand with a clock. On time is occurred_at <= due_at.
struct StatusTally {
  int64_t closed_on_time = 0;  // the clock was met in time, or ended unmet (withdrawn, merged) before it was late
  int64_t closed_late = 0;
  int64_t open_overdue = 0;  // still to be met, due before the moment
  int64_t open_in_time = 0;  // still to be met; a paused clock does not become late
  int64_t no_deadline = 0;   // no such clock
  bool operator==(const StatusTally&) const = default;
};

class Views {
 public:
  Views(const ports::ViewStore& store, ports::EventLog& log) : store_(store), log_(log) {}

  /// Whose cases the views keep; empty: those of all tenants. Errors: kCorruption; those of the store.
  Result<TenantSet> Kept() const { return KeptTenants(store_); }

  /// The sequence of the next event that the views will take in. Errors: those of the store.
  Result<core::Sequence> NextSequence(core::PartitionId partition) const;

  /// Errors: kNotFound (no such case, or not yet at the moment); kCorruption; those of log and store.
  Result<CasePage> GetCase(const core::CaseId& id, const Moment& moment = {}) const;
  Result<CaseHistory> History(const core::CaseId& id, const Moment& moment = {}) const;
  /// A part of it, whose chain is for the caller to verify. Errors: as above; kInvalidArgument (no such revision).
  Result<HistoryPage> HistoryFrom(const core::CaseId& id, const HistoryQuery& query) const;
  Result<CasePage> CaseAt(const core::CaseId& id, Instant at) const { return GetCase(id, {.at = at, .known_at = {}}); }
  Result<CasePage> CaseKnownAt(const core::CaseId& id, Instant known_at) const {
    return GetCase(id, {.at = {}, .known_at = known_at});
  }

  /// The cases of a public reference as people write it: none, one or, very rarely, several.
  /// Errors: kInvalidArgument (no reference: says what is wrong with it); those of the store.
  Result<std::vector<core::CaseId>> FindReference(std::string_view reference) const;
  /// The one case of a case_id in text or a public reference. Errors: kInvalidArgument (neither of both; or several
  /// cases, which are named), kNotFound (no case of that reference; a case_id is not looked up).
  Result<core::CaseId> FindCase(std::string_view text) const;

  /// Clocks that time runs for (a paused one waits) whose deadline lies before `now`, of cases as they are. Range
  /// scans, and a look into the case of each row. Errors: kInvalidArgument (a cursor of another list; places without a
  /// tenant); those of the store.
  Result<DeadlinePage> Overdue(const DeadlineQuery& query, Instant now) const;
  /// Those whose deadline lies in [from, to]: at risk are those from now to now + N. Without historic cases, unless the
  /// query says otherwise. Errors as above.
  Result<DeadlinePage> AtRisk(const DeadlineQuery& query, Instant from, Instant to) const;
  /// What was overdue at a moment in the past, whatever happened since. Reads every case. The moment holds for historic
  /// cases too. REQUIRES: a moment that is not now. Errors: as of Overdue and Tally.
  Result<DeadlinePage> OverdueAsOf(const DeadlineQuery& query, const Moment& moment) const;

  /// Calls `visit` with each clock of the page and its case. Answers where the next page begins; empty: there is no
  /// more. Ends early where `visit` returns an error, with that error. Errors: kInvalidArgument (a cursor of another
  /// list); kCorruption; those of the store.
  Result<std::string> ForEachRunning(
      const RunningQuery& query, const std::function<Status(const CasePage&, const core::ClockState&)>& visit) const;

  /// Counts what is overdue and what is due from now to `soon`, a look at each of them, and open cases by the
  /// statistics. Errors: kCorruption; those of the store.
  Result<Backlog> CountBacklog(Instant now, Instant soon) const;

  /// Open cases by who holds them. Range scans, and a look into each row of the page; where the query looks into
  /// cases, into InboxPage::kExaminedMost at most. Errors: kInvalidArgument (a cursor of another list); kCorruption;
  /// those of the store.
  Result<InboxPage> Inbox(const InboxQuery& query) const;

  /// What anybody may read of a tenant's cases. Range scans, as of Inbox. Errors: likewise.
  Result<PublicPage> Public(const PublicQuery& query) const;

  /// The numbers that a register gave: none where it gave none yet. Errors: kInvalidArgument; kCorruption; those of log
  /// and store.
  Result<NumberPage> Numbers(const NumberQuery& query) const;

  /// Counts a tenant's cases (none: of all tenants) by how they stood at a moment with one clock (none: with all of
  /// theirs: open before closed, late before in time). With `at`: cases submitted later do not count, and what happened
  /// later is not known. Without: as they are at `now`, historic ones at the end of their history (EffectiveNow). Reads
  /// every case. Errors: kCorruption; those of log and store.
  Result<StatusTally> Tally(const std::optional<core::TenantId>& tenant, const std::optional<core::ClockId>& clock,
                            std::optional<Instant> at, Instant now) const;

  /// What happened in periods, and what was open at their ends. A row for each group that has anything in a period, in
  /// the order of periods and groups. Errors: kInvalidArgument (bounds that do not ascend); kCorruption; those of the
  /// store.
  Result<std::vector<StatsRow>> Stats(const StatsQuery& query) const;

  /// A tenant's cases as of a moment, page by page. Reads every case on the way. Errors: kCorruption; those of log and
  /// store.
  Result<CaseList> ListCases(const CaseQuery& query) const;

  /// All cases in the order of their ids; ends early where `visit` returns an error, with that error.
  Status ForEachCase(const std::function<Status(const CasePage&)>& visit) const;

 private:
  const ports::ViewStore& store_;
  ports::EventLog& log_;
};

}  // namespace rasti::views
