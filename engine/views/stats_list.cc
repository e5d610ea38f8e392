// Statistics of periods: one scan over each tenant's buckets, from the first, because what is open is a sum of them
// all.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "engine/views/kept_tenants.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

struct Open {
  int64_t cases = 0;
  int64_t since_s = 0;
  int64_t stopped = 0;
  int64_t stopped_at_s = 0;

  void Add(const StatsCounters& counters) {
    cases += counters.open_change;
    since_s += counters.open_since_s;
    stopped += counters.stopped_change;
    stopped_at_s += counters.stopped_at_s;
  }
};

StatsGroup AskedBy(const StatsQuery& query, StatsGroup group) {
  if (!query.by_tenant) group.tenant = core::TenantId();
  if (!query.by_workflow) group.workflow.clear();
  if (!query.by_category) group.category = core::CategoryId();
  if (!query.by_channel) group.channel.clear();
  return group;
}

class Summing {
 public:
  explicit Summing(const StatsQuery& query) : query_(query), changes_(query.bounds.size() - 1) {}

  void Add(const StatsGroup& group, Instant bucket, const StatsCounters& counters) {
    const StatsGroup asked = AskedBy(query_, group);
    const auto after = std::ranges::upper_bound(query_.bounds, bucket);
    if (after == query_.bounds.begin()) {
      before_[asked].Add(counters);
      return;
    }
    const auto period = static_cast<size_t>(after - query_.bounds.begin()) - 1;
    if (period < changes_.size()) changes_[period][asked].Add(counters);
  }

  std::vector<StatsRow> Rows() {
    std::vector<StatsRow> rows;
    for (size_t period = 0; period < changes_.size(); ++period) {
      // Who had open cases stands in every period, also where nothing happened.
      for (const auto& [group, open] : before_) {
        if (open.cases != 0) changes_[period].try_emplace(group);
      }
      for (auto& [group, counters] : changes_[period]) {
        Open& open = before_[group];
        open.Add(counters);
        rows.push_back({period, group, std::move(counters), open.cases, open.since_s, open.stopped, open.stopped_at_s});
      }
    }
    return rows;
  }

 private:
  const StatsQuery& query_;
  std::vector<std::map<StatsGroup, StatsCounters>> changes_;  // by period
  std::map<StatsGroup, Open> before_;
};

Status AddTenant(const ports::ViewReader& reader, const core::TenantId& tenant, Instant end, Summing& sum) {
  const std::string prefix = StatsTenantPrefix(tenant);
  const auto rows = reader.Scan(kStats);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    const auto key = DecodeStatsKey(rows->key());
    if (!key) return Fail(Error::Corruption("views, table stats: a row is broken; delete the views, they are rebuilt"));
    if (key->second >= end) break;
    RASTI_TRY(const StatsCounters counters, DecodeStatsCounters(rows->value()));
    sum.Add(key->first, key->second, counters);
  }
  return rows->status();
}

}  // namespace

Result<std::vector<StatsRow>> Views::Stats(const StatsQuery& query) const {
  const bool ascending = std::ranges::is_sorted(query.bounds, std::ranges::less_equal());
  if (query.bounds.size() < 2 || !ascending) {
    return Fail(Error::Invalid("statistics are of periods: at least two instants, each after the one before"));
  }
  const auto snapshot = store_.Snapshot();
  std::vector<core::TenantId> tenants = query.tenants;
  for (const core::TenantId& tenant : tenants) RASTI_CHECKED(CheckKept(*snapshot, tenant));
  if (tenants.empty()) {
    RASTI_TRY(tenants, TenantsOf(*snapshot));
  }
  Summing sum(query);
  for (const core::TenantId& tenant : tenants) {
    RASTI_CHECKED(AddTenant(*snapshot, tenant, query.bounds.back(), sum));
  }
  return sum.Rows();
}

}  // namespace rasti::views
