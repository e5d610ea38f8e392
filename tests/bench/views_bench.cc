// The read side: how fast views are built from the log, and how long a page of an inbox takes with few open cases in
// one tenant and with a million.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "engine/base/check.h"
#include "engine/codec/event_codec.h"
#include "engine/core/apply.h"
#include "engine/runtime/projection_thread.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

constexpr int64_t kFew = 10'000;
constexpr int kPages = 200;

struct Measured {
  double events_per_second = 0;
  double read_per_second = 0;  // decoding and folding alone
  double page_ms = 0;          // the first one of all cases of the tenant
  double deep_page_ms = 0;     // behind half of them
  double stage_page_ms = 0;    // of one stage
  double log_bytes = 0;        // on disk, a case
  double state_bytes = 0;      // likewise
  double view_bytes = 0;       // likewise
};

// All events of a partition from its beginning, in batches of the size that the engine makes.
template <class Take>
int64_t ReadAll(ports::EventLog& log, const Take& take) {
  const size_t batch_most = runtime::ProjectionOptions().batch_most;
  int64_t count = 0;
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    const auto reader = Must(log.OpenReader({i}, {}));
    while (true) {
      const auto events = Must(reader->Read(batch_most, Duration{0}));
      if (events.empty()) break;
      take(core::PartitionId{i}, events);
      count += static_cast<int64_t>(events.size());
    }
  }
  return count;
}

// Of all files below the folders of that name or whose names begin so.
double BytesBelow(const std::filesystem::path& root, const std::string& beginning) {
  uintmax_t bytes = 0;
  for (const auto& folder : std::filesystem::directory_iterator(root)) {
    if (!folder.path().filename().string().starts_with(beginning)) continue;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (file.is_regular_file()) bytes += file.file_size();
    }
  }
  return static_cast<double>(bytes);
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
  auto projector = Must(views::Projector::Open(*store, {.find_definition = engine.definitions()}));

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
  RASTI_CHECK(first.total == (views::ListTotal{cases, true}), "all cases are open and in the inbox");
  measured.page_ms = MedianPageMs(views, query);
  query.stage = first.rows.front().stage;
  measured.stage_page_ms = MedianPageMs(views, query);
  query.stage.reset();
  views::InboxQuery walk = query;
  walk.limit = static_cast<size_t>(cases / 2);
  query.cursor = Must(views.Inbox(walk)).next;
  measured.deep_page_ms = MedianPageMs(views, query);

  const auto count = static_cast<double>(cases);
  engine.Stop();  // writes what the state holds in memory
  measured.log_bytes = BytesBelow(engine.directory(), "log") / count;
  measured.state_bytes = BytesBelow(engine.directory(), "state-") / count;
  measured.view_bytes = static_cast<double>(store->DiskBytes()) / count;
  for (const views::ViewInfo& view : views::AllViews()) {
    uint64_t bytes = 0;
    for (const ports::Table table : view.tables) bytes += store->UseOf(table).disk_bytes;
    std::fprintf(stderr, "views: %s takes %.0f bytes a case\n", view.name.c_str(), static_cast<double>(bytes) / count);
  }
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
  // Of cases that were submitted and no more, on disk.
  Print({"views.disk_per_case_of_the_log", many_cases.log_bytes, "bytes", {}, {}, false});
  Print({"views.disk_per_case_of_the_state", many_cases.state_bytes, "bytes", many_cases.log_bytes, {}, false});
  Print({"views.disk_per_case_of_the_views", many_cases.view_bytes, "bytes", many_cases.log_bytes, {}, false});
}

}  // namespace

std::vector<Benchmark> ViewsBenchmarks() {
  return {{"views", "views built from the log; inbox pages with 1,000,000 open cases; baseline: with 10,000", Run}};
}

}  // namespace rasti::bench
