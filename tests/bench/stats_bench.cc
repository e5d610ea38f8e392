// The ministry's question: 38 tenants, a year, month by month, of as many cases as Boston has in one.
#include <fmt/format.h>

#include <cstdio>
#include <random>

#include "engine/base/check.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tests/bench/bench.h"
#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"

namespace rasti::bench {
namespace {

constexpr int kTenants = 38;
constexpr int kCategories = 24;
constexpr int kDaysOfYear = 365;
constexpr int kAsks = 50;
const std::vector<std::string> kChannels{"portal", "app", "counter", "phone", "email", "post"};

core::TenantId TenantOf(int n) { return core::TenantId(fmt::format("tenant-{}", n)); }

// A life as most are: answered after some days, closed in time or late, one in eight left open.
void WriteLife(test::EventWriter& writer, int64_t n, Instant year, std::mt19937_64& random) {
  const auto below = [&](int64_t bound) { return static_cast<int64_t>(random() % static_cast<uint64_t>(bound)); };
  const core::CaseId id = test::SampleCaseId(static_cast<uint64_t>(n));
  const core::TenantId tenant = TenantOf(static_cast<int>(below(kTenants)));
  const Instant submitted_at = year + std::chrono::minutes(below(int64_t{kDaysOfYear} * 24 * 60));
  core::CaseSubmitted submitted = test::Submitted(id);
  submitted.category = core::CategoryId(fmt::format("category-{}", below(kCategories)));
  submitted.channel = kChannels[static_cast<size_t>(below(static_cast<int64_t>(kChannels.size())))];
  writer.Write(id, tenant, submitted_at, std::move(submitted));
  writer.Write(id, tenant, submitted_at, core::StageEntered{core::StageId("open"), {}, {}, false, "", ""});
  const Instant due_at = submitted_at + std::chrono::hours(24 * 10);
  writer.Write(id, tenant, submitted_at, test::Started("resolve", submitted_at, due_at));
  if (below(8) == 0) return;
  const Instant answered_at = submitted_at + std::chrono::hours(1 + below(int64_t{24} * 6));
  writer.Write(id, tenant, answered_at, core::ResponseSent{"resolved", "It is mended."});
  const Instant closed_at = answered_at + std::chrono::hours(below(int64_t{24} * 8));
  writer.Write(id, tenant, closed_at, core::ClockMet{core::ClockId("resolve"), due_at, closed_at <= due_at});
  writer.Write(
      id, tenant, closed_at,
      core::StageEntered{core::StageId("closed"), core::StageId("open"), core::ActionId("close"), true, "", ""});
  writer.Write(id, tenant, closed_at, core::CaseClosed{"resolved", "a photograph"});
}

double MedianMs(const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < kAsks; ++i) times.push_back(1e3 * Seconds(work));
  return Percentile(times, 0.5);
}

void Run() {
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 120'000);
  const Instant year = *ParseInstant("2026-01-01T00:00:00+01:00");
  test::ManualClock clock(year + std::chrono::hours(24 * 400));
  test::MemoryEventLog log({}, clock);
  test::EventWriter writer(log);
  std::mt19937_64 random(1);
  for (int64_t n = 0; n < cases; ++n) WriteLife(writer, n, year, random);

  const std::filesystem::path directory = BenchDirectory() / "rasti-bench-stats";
  std::filesystem::remove_all(directory);
  store::RocksDbViewStoreOptions options;
  options.directory = directory.string();
  options.tables = views::ViewTables();
  options.budget = store::StoreBudget::Create(160u << 20, 96u << 20);
  auto store = Must(store::OpenRocksDbViewStore(options));
  const auto projector = Must(views::Projector::Open(*store));
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    const auto events = log.events({i});
    for (size_t from = 0; from < events.size(); from += 4096) {
      const size_t count = std::min<size_t>(4096, events.size() - from);
      Must(projector->Project({i}, std::span(events).subspan(from, count)));
    }
  }
  Must(projector->Flush());

  const views::Views views(*store, log);
  views::StatsQuery query;
  for (int i = 0; i < kTenants; ++i) query.tenants.push_back(TenantOf(i));
  query.by_tenant = true;
  for (int month = 1; month <= 12; ++month) {
    query.bounds.push_back(
        *ParseInstant(fmt::format("2026-{:02}-01T00:00:00{}", month, month >= 4 && month <= 10 ? "+02:00" : "+01:00")));
  }
  query.bounds.push_back(*ParseInstant("2027-01-01T00:00:00+01:00"));
  const auto rows = Must(views.Stats(query));
  int64_t submitted = 0;
  for (const views::StatsRow& row : rows) submitted += row.counters.submitted;
  RASTI_CHECK(submitted == cases, "every case of the year is counted once");
  const double months_ms = MedianMs([&] { Must(views.Stats(query)); });
  views::StatsQuery fine = query;
  fine.by_workflow = fine.by_category = fine.by_channel = true;
  const size_t cells = Must(views.Stats(fine)).size();
  const double fine_ms = MedianMs([&] { Must(views.Stats(fine)); });
  int64_t stored = 0;
  const double scan_ms = MedianMs([&] {
    stored = 0;
    const auto scan = store->Scan(views::kStats);
    for (scan->Seek({}); scan->Valid(); scan->Next()) ++stored;
  });
  std::fprintf(stderr, "stats: %zu rows by tenant and month, %zu by everything, of %lld rows stored\n", rows.size(),
               cells, static_cast<long long>(stored));
  Print({"stats.year_of_38_tenants_by_month", months_ms, "ms", scan_ms, 50, false});
  Print({"stats.the_same_by_category_and_channel", fine_ms, "ms", scan_ms, {}, false});
  store.reset();
  std::filesystem::remove_all(directory);
}

}  // namespace

std::vector<Benchmark> StatsBenchmarks() {
  return {{"stats", "a year of 38 tenants by month; baseline: reading the stored rows and nothing else", Run}};
}

}  // namespace rasti::bench
