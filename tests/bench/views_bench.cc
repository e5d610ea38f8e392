// The read side: how fast views are built from the log, and how long a page of an inbox takes with few open cases in
// one tenant and with a million.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "engine/base/check.h"
#include "engine/codec/event_codec.h"
#include "engine/core/apply.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

constexpr int64_t kFew = 10'000;
constexpr size_t kBatch = 1000;
constexpr int kPages = 200;

struct Measured {
  double events_per_second = 0;
  double read_per_second = 0;  // decoding and folding alone
  double page_ms = 0;          // the first one of all cases of the tenant
  double deep_page_ms = 0;     // behind half of them
  double stage_page_ms = 0;    // of one stage
};

// All events of a partition from its beginning, batch by batch.
template <class Take>
int64_t ReadAll(ports::EventLog& log, const Take& take) {
  int64_t count = 0;
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    const auto reader = Must(log.OpenReader({i}, {}));
    while (true) {
      const auto events = Must(reader->Read(kBatch, Duration{0}));
      if (events.empty()) break;
      take(core::PartitionId{i}, events);
      count += static_cast<int64_t>(events.size());
    }
  }
  return count;
}

double MedianPageMs(const views::Views& views, const views::InboxQuery& query) {
  std::vector<double> times;
  for (int i = 0; i < kPages; ++i) {
    times.push_back(1e3 * Seconds([&] { RASTI_CHECK(!Must(views.Inbox(query)).rows.empty(), "the page has cases"); }));
  }
  return Percentile(times, 0.5);
}

Measured Measure(int64_t cases) {
  EngineUnderTest engine({});
  engine.RunClosedLoop(1024, cases, SubmitCommand);
  RASTI_CHECK(engine.engine().WaitUntilIdle(std::chrono::minutes(5)), "the submissions settle");
  const std::filesystem::path directory = BenchDirectory() / "rasti-bench-views";
  std::filesystem::remove_all(directory);
  store::RocksDbViewStoreOptions options;
  options.directory = directory.string();
  options.tables = views::ViewTables();
  options.budget = store::StoreBudget::Create(160u << 20, 96u << 20);
  auto store = Must(store::OpenRocksDbViewStore(options));
  auto projector = Must(views::Projector::Open(*store));

  Measured measured;
  int64_t events = 0;
  const double building = Seconds([&] {
    events = ReadAll(engine.log(), [&](core::PartitionId partition, const auto& batch) {
      Must(projector->Project(partition, batch));
    });
    Must(projector->Flush());
  });
  const double reading = Seconds([&] {
    codec::EventDecoder decoder;
    ReadAll(engine.log(), [&](core::PartitionId, const auto& batch) {
      for (const ports::StoredEvent& stored : batch) Must(decoder.Decode(stored.value));
    });
  });
  measured.events_per_second = static_cast<double>(events) / building;
  measured.read_per_second = static_cast<double>(events) / reading;

  const views::Views views(*store, engine.log());
  views::InboxQuery query;
  query.tenant = SubmitCommand(0).tenant;
  const auto first = Must(views.Inbox(query));
  RASTI_CHECK(first.total == cases, "all cases are open and in the inbox");
  measured.page_ms = MedianPageMs(views, query);
  query.stage = first.rows.front().stage;
  measured.stage_page_ms = MedianPageMs(views, query);
  query.stage.reset();
  views::InboxQuery walk = query;
  walk.limit = static_cast<size_t>(cases / 2);
  query.cursor = Must(views.Inbox(walk)).next;
  measured.deep_page_ms = MedianPageMs(views, query);

  store.reset();
  std::filesystem::remove_all(directory);
  return measured;
}

void Run() {
  const int64_t many = FromEnvironment("RASTI_BENCH_CASES", 1'000'000);
  const Measured few_cases = Measure(kFew);
  const Measured many_cases = Measure(many);
  std::fprintf(stderr, "views: a page has %zu cases\n", views::InboxQuery().limit);
  Print({"views.rebuild", many_cases.events_per_second, "events/s", many_cases.read_per_second, 100'000});
  Print(
      {"views.inbox_page", many_cases.page_ms, "ms", few_cases.page_ms, std::min(5.0, 1.3 * few_cases.page_ms), false});
  Print({"views.inbox_page_of_a_stage", many_cases.stage_page_ms, "ms", few_cases.stage_page_ms,
         std::min(5.0, 1.3 * few_cases.stage_page_ms), false});
  Print({"views.inbox_page_half_way", many_cases.deep_page_ms, "ms", few_cases.deep_page_ms,
         std::min(5.0, 1.3 * few_cases.deep_page_ms), false});
}

}  // namespace

std::vector<Benchmark> ViewsBenchmarks() {
  return {{"views", "views built from the log; inbox pages with 1,000,000 open cases; baseline: with 10,000", Run}};
}

}  // namespace rasti::bench
