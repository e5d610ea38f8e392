// What waits to be done, in three numbers.
#include <fmt/format.h>

#include "engine/views/tables.h"
#include "engine/views/views.h"

namespace rasti::views {

Result<Backlog> Views::CountBacklog(Instant now, Instant soon) const {
  Backlog backlog;
  StatsQuery all;
  all.bounds = {kEarliestInstant, kLatestInstant};
  RASTI_TRY(const auto rows, Stats(all));
  for (const StatsRow& row : rows) backlog.open_cases += row.open_at_end;

  const auto snapshot = store_.Snapshot();
  const HistoryReader cases(*snapshot, log_);
  const auto clocks = snapshot->Scan(kDeadlines);
  RASTI_TRY(const auto tenants, TenantsOf(*snapshot));
  for (const core::TenantId& tenant : tenants) {
    const std::string prefix = DeadlinePrefix(tenant);
    for (clocks->Seek(prefix); clocks->Valid() && clocks->key().starts_with(prefix); clocks->Next()) {
      const auto key = DecodeDeadlineKey(clocks->key());
      if (!key) {
        return Fail(Error::Corruption("views, table deadlines: a row is broken; delete the views, they are rebuilt"));
      }
      if (key->due_at > soon) break;
      RASTI_TRY(const auto page, cases.Current(key->case_id));
      if (!page) {
        return Fail(Error::Corruption(fmt::format(
            "views: a deadline of case {} that there is not; delete the views, they are rebuilt", key->case_id.str())));
      }
      // Counted in its own tenant's list.
      if (page->state.tenant != tenant) continue;
      if (key->due_at < EffectiveNow(page->state, now)) {
        ++backlog.overdue;
      } else if (page->state.IsLive()) {
        ++backlog.due_soon;
      }
    }
    RASTI_CHECKED(clocks->status());
  }
  return backlog;
}

}  // namespace rasti::views
