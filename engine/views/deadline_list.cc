// Lists of deadlines, page by page: range scans over the tenants' rows, merged by due_at.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/views/bytes.h"
#include "engine/views/inbox.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

auto OrderOf(const DeadlineKey& key) { return std::tie(key.due_at, key.tenant, key.case_id, key.clock); }

struct Earlier {
  bool operator()(const DeadlineKey& a, const DeadlineKey& b) const { return OrderOf(a) < OrderOf(b); }
};

std::string EncodeCursor(const DeadlineKey& last) { return ToHex(EncodeDeadlineKey(last)); }

// The key of the last row of the page before, or nothing for the first page.
Result<std::optional<DeadlineKey>> DecodeCursor(const DeadlineQuery& query) {
  if (query.limit == 0) return Fail(Error::Invalid("a page has at least one row"));
  if (!query.places.empty() && !query.tenant) return Fail(Error::Invalid("places: say of which tenant they are"));
  if (query.cursor.empty()) return std::nullopt;
  const auto bytes = BytesFromHex(query.cursor);
  auto key = bytes ? DecodeDeadlineKey(*bytes) : std::nullopt;
  const bool is_time = key && key->due_at >= kEarliestInstant && key->due_at <= kLatestInstant;
  if (!is_time || (query.tenant && key->tenant != *query.tenant)) {
    return Fail(Error::Invalid(fmt::format("cursor '{}': not of a page of this list", query.cursor)));
  }
  return key;
}

// The rows of one tenant that are due in a range, one after the other.
class TenantScan {
 public:
  TenantScan(const ports::ViewReader& reader, const core::TenantId& tenant, Instant from,
             const std::optional<DeadlineKey>& after)
      : rows_(reader.Scan(kDeadlines)), prefix_(DeadlinePrefix(tenant)) {
    std::string start = DeadlineSeekKey(tenant, from);
    if (after && after->due_at >= from) {
      // In the order of the whole list, tenants before the cursor's are through with its due_at.
      start = tenant == after->tenant  ? EncodeDeadlineKey(*after) + '\0'
              : tenant < after->tenant ? DeadlineSeekKey(tenant, after->due_at + Duration{1})
                                       : DeadlineSeekKey(tenant, after->due_at);
    }
    rows_->Seek(start);
    Read();
  }

  const std::optional<DeadlineKey>& key() const { return key_; }
  void Next() {
    rows_->Next();
    Read();
  }
  Status status() const {
    if (is_broken_) {
      return Fail(Error::Corruption("views, table deadlines: a row is broken; delete the views, they are rebuilt"));
    }
    return rows_->status();
  }

 private:
  void Read() {
    key_.reset();
    if (!rows_->Valid() || !rows_->key().starts_with(prefix_)) return;
    key_ = DecodeDeadlineKey(rows_->key());
    is_broken_ = !key_;
  }

  std::unique_ptr<ports::Cursor> rows_;
  std::string prefix_;
  std::optional<DeadlineKey> key_;
  bool is_broken_ = false;
};

// Whether a clock of a case is one that the query asks for; when it is due is not looked at.
bool Fits(const DeadlineQuery& query, const core::CaseState& state, const core::ClockId& clock) {
  if (query.clock && clock != *query.clock) return false;
  if (query.category && state.category != *query.category) return false;
  if (query.queue && state.assignment.queue != query.queue) return false;
  return query.places.empty() || std::ranges::any_of(query.places, [&](const InboxPlace& place) {
           return IsHeldIn(place, *query.tenant, state.assignment);
         });
}

// Rows due in [from, to] that the query asks for and `passes` lets through, as far as the page reaches.
class Lister {
 public:
  using Passes = std::function<bool(const DeadlineRow&, const core::CaseState&)>;

  Lister(const ports::ViewReader& reader, ports::EventLog& log, const DeadlineQuery& query, Passes passes)
      : reader_(reader), cases_(reader, log), query_(query), passes_(std::move(passes)) {}

  Result<DeadlinePage> List(Instant from, Instant to) {
    to_ = to;
    RASTI_TRY(const auto after, DecodeCursor(query_));
    RASTI_CHECKED(CheckKept(reader_, query_.tenant));
    RASTI_CHECKED(Open(from, after));
    DeadlinePage page;
    DeadlineKey last;
    int64_t passed_over = 0;
    while (true) {
      RASTI_TRY(TenantScan* const first, First());
      if (first == nullptr) break;
      RASTI_TRY(auto row, Look(*first->key()));
      const bool is_full = row && page.rows.size() == query_.limit;
      if (is_full || passed_over == DeadlinePage::kExaminedMost) {
        page.next = EncodeCursor(last);
        break;
      }
      if (row) {
        page.rows.push_back(*std::move(row));
      } else {
        ++passed_over;
      }
      last = *first->key();
      first->Next();
    }
    if (query_.count && !after) {
      RASTI_TRY(page.total, CountOn(std::ssize(page.rows)));
    }
    return page;
  }

 private:
  Status Open(Instant from, const std::optional<DeadlineKey>& after) {
    std::vector<core::TenantId> tenants;
    if (query_.tenant) {
      tenants.push_back(*query_.tenant);
    } else {
      RASTI_TRY(tenants, TenantsOf(reader_));
    }
    for (const core::TenantId& tenant : tenants) scans_.emplace_back(reader_, tenant, from, after);
    return {};
  }

  // The scan with the earliest row that is left; null: there is none.
  Result<TenantScan*> First() {
    TenantScan* first = nullptr;
    for (TenantScan& scan : scans_) {
      RASTI_CHECKED(scan.status());
      if (scan.key() && (first == nullptr || Earlier()(*scan.key(), *first->key()))) first = &scan;
    }
    return first != nullptr && first->key()->due_at <= to_ ? first : nullptr;
  }

  // The row of a key, where it is asked for.
  Result<std::optional<DeadlineRow>> Look(const DeadlineKey& key) {
    if (query_.clock && key.clock != *query_.clock) return std::nullopt;
    RASTI_TRY(const auto found, cases_.Current(key.case_id));
    const core::ClockState* clock = found ? found->state.FindClock(key.clock) : nullptr;
    if (clock == nullptr) {
      return Fail(Error::Corruption(
          fmt::format("views: a deadline of case {} that the case does not have; delete the views, they are rebuilt",
                      key.case_id.str())));
    }
    // Of all tenants, each stands in its own one's list.
    const bool is_again = !query_.tenant && found->state.tenant != key.tenant;
    if (is_again || !Fits(query_, found->state, key.clock)) return std::nullopt;
    std::optional<DeadlineRow> row = MakeDeadlineRow(found->state, *clock);
    if (!passes_(*row, found->state)) row.reset();
    return row;
  }

  // Those before where the scans are are `rows`.
  Result<ListTotal> CountOn(int64_t rows) {
    for (int64_t examined = 0;; ++examined) {
      RASTI_TRY(TenantScan* const first, First());
      if (first == nullptr) return ListTotal{rows, true};
      if (examined == DeadlinePage::kExaminedMost) return ListTotal{rows, false};
      RASTI_TRY(const auto row, Look(*first->key()));
      if (row) ++rows;
      first->Next();
    }
  }

  const ports::ViewReader& reader_;
  const HistoryReader cases_;
  const DeadlineQuery& query_;
  const Passes passes_;
  Instant to_;
  std::vector<TenantScan> scans_;
};

}  // namespace

Result<DeadlinePage> Views::Overdue(const DeadlineQuery& query, Instant now) const {
  const auto snapshot = store_.Snapshot();
  // On time is occurred_at <= due_at, so that a deadline at this very instant can still be met.
  const auto passes = [&](const DeadlineRow& row, const core::CaseState& state) {
    return query.historic_at_moment || row.due_at < EffectiveNow(state, now);
  };
  return Lister(*snapshot, log_, query, passes).List(kEarliestInstant, now - Duration{1});
}

Result<DeadlinePage> Views::AtRisk(const DeadlineQuery& query, Instant from, Instant to) const {
  const auto snapshot = store_.Snapshot();
  const auto passes = [&](const DeadlineRow& row, const core::CaseState&) {
    return query.historic_at_moment || !row.historic;
  };
  return Lister(*snapshot, log_, query, passes).List(from, to);
}

Result<DeadlinePage> Views::OverdueAsOf(const DeadlineQuery& query, const Moment& moment) const {
  RASTI_TRY(const auto after, DecodeCursor(query));
  const auto snapshot = store_.Snapshot();
  RASTI_CHECKED(CheckKept(*snapshot, query.tenant));
  // The earliest rows behind the cursor, one more than the page takes.
  std::map<DeadlineKey, DeadlineRow, Earlier> rows;
  int64_t total = 0;
  const auto look = [&](const CasePage& page) -> Status {
    const core::CaseState& state = page.state;
    if (query.tenant && state.tenant != *query.tenant && HoldingTenant(state) != *query.tenant) return {};
    for (const core::ClockState& clock : state.clocks) {
      if (!IsListed(clock) || clock.plan.due_at >= moment.Now() || !Fits(query, state, clock.id)) continue;
      ++total;
      DeadlineKey key{query.tenant.value_or(state.tenant), clock.plan.due_at, state.id, clock.id};
      if (after && !Earlier()(*after, key)) continue;
      rows.emplace(std::move(key), MakeDeadlineRow(state, clock));
      if (rows.size() > query.limit + 1) rows.erase(std::prev(rows.end()));
    }
    return {};
  };
  RASTI_CHECKED(HistoryReader(*snapshot, log_).ForEachCase(moment, look));
  DeadlinePage page;
  if (query.count && !after) page.total = ListTotal{total, true};
  for (auto& [key, row] : rows) {
    if (page.rows.size() == query.limit) break;
    if (page.rows.size() + 1 == query.limit && rows.size() > query.limit) page.next = EncodeCursor(key);
    page.rows.push_back(std::move(row));
  }
  return page;
}

}  // namespace rasti::views
