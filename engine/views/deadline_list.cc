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
  Status status() const { return rows_->status(); }

 private:
  void Read() {
    key_.reset();
    if (rows_->Valid() && rows_->key().starts_with(prefix_)) key_ = DecodeDeadlineKey(rows_->key());
  }

  std::unique_ptr<ports::Cursor> rows_;
  std::string prefix_;
  std::optional<DeadlineKey> key_;
};

// Rows due in [from, to] that `passes` lets through, as far as the page reaches.
Result<DeadlinePage> ListDeadlines(const ports::ViewReader& reader, ports::EventLog& log, const DeadlineQuery& query,
                                   Instant from, Instant to,
                                   const std::function<bool(const DeadlineRow&, const core::CaseState&)>& passes) {
  RASTI_TRY(const auto after, DecodeCursor(query));
  std::vector<core::TenantId> tenants;
  if (query.tenant) {
    tenants.push_back(*query.tenant);
  } else {
    RASTI_TRY(tenants, TenantsOf(reader));
  }
  std::vector<TenantScan> scans;
  for (const core::TenantId& tenant : tenants) scans.emplace_back(reader, tenant, from, after);

  const HistoryReader cases(reader, log);
  DeadlinePage page;
  DeadlineKey last;
  while (true) {
    TenantScan* first = nullptr;
    for (TenantScan& scan : scans) {
      RASTI_CHECKED(scan.status());
      if (scan.key() && (first == nullptr || Earlier()(*scan.key(), *first->key()))) first = &scan;
    }
    if (first == nullptr || first->key()->due_at > to) return page;
    const DeadlineKey key = *first->key();
    RASTI_TRY(const auto found, cases.Current(key.case_id));
    const core::ClockState* clock = found ? found->state.FindClock(key.clock) : nullptr;
    if (clock == nullptr) {
      return Fail(Error::Corruption(
          fmt::format("views: a deadline of case {} that the case does not have; delete the views, they are rebuilt",
                      key.case_id.str())));
    }
    DeadlineRow row = MakeDeadlineRow(found->state, *clock);
    if (passes(row, found->state)) {
      if (page.rows.size() == query.limit) {
        page.next = EncodeCursor(last);
        return page;
      }
      page.rows.push_back(std::move(row));
      last = key;
    }
    first->Next();
  }
}

}  // namespace

Result<DeadlinePage> Views::Overdue(const DeadlineQuery& query, Instant now) const {
  const auto snapshot = store_.Snapshot();
  // On time is occurred_at <= due_at, so that a deadline at this very instant can still be met.
  return ListDeadlines(*snapshot, log_, query, kEarliestInstant, now - Duration{1},
                       [&](const DeadlineRow& row, const core::CaseState& state) {
                         return query.historic_at_moment || row.due_at < EffectiveNow(state, now);
                       });
}

Result<DeadlinePage> Views::AtRisk(const DeadlineQuery& query, Instant from, Instant to) const {
  const auto snapshot = store_.Snapshot();
  return ListDeadlines(*snapshot, log_, query, from, to, [&](const DeadlineRow& row, const core::CaseState&) {
    return query.historic_at_moment || !row.historic;
  });
}

Result<DeadlinePage> Views::OverdueAsOf(const DeadlineQuery& query, const Moment& moment) const {
  RASTI_TRY(const auto after, DecodeCursor(query));
  const auto snapshot = store_.Snapshot();
  // The earliest rows behind the cursor, one more than the page takes.
  std::map<DeadlineKey, DeadlineRow, Earlier> rows;
  const auto look = [&](const CasePage& page) -> Status {
    const core::CaseState& state = page.state;
    if (query.tenant && state.tenant != *query.tenant) return {};
    for (const core::ClockState& clock : state.clocks) {
      if (!IsListed(clock) || clock.plan.due_at >= moment.Now()) continue;
      DeadlineKey key{state.tenant, clock.plan.due_at, state.id, clock.id};
      if (after && !Earlier()(*after, key)) continue;
      rows.emplace(std::move(key), MakeDeadlineRow(state, clock));
      if (rows.size() > query.limit + 1) rows.erase(std::prev(rows.end()));
    }
    return {};
  };
  RASTI_CHECKED(HistoryReader(*snapshot, log_).ForEachCase(moment, look));
  DeadlinePage page;
  for (auto& [key, row] : rows) {
    if (page.rows.size() == query.limit) break;
    if (page.rows.size() + 1 == query.limit && rows.size() > query.limit) page.next = EncodeCursor(key);
    page.rows.push_back(std::move(row));
  }
  return page;
}

}  // namespace rasti::views
