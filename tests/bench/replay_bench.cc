// Replay: events decoded, their hashes checked, cases folded; into memory and into a store.
#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "engine/audit/event_hash.h"
#include "engine/base/check.h"
#include "engine/codec/event_codec.h"
#include "engine/core/apply.h"
#include "engine/runtime/case_store.h"
#include "engine/store/rocksdb_view_store.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

void Run() {
  const auto count = static_cast<size_t>(FromEnvironment("RASTI_BENCH_EVENTS", 60'000));
  const std::vector<ports::StoredEvent> events = LifeEvents(count);
  size_t cases_seen = 0;
  const double in_memory = BestSeconds([&] {
    codec::EventDecoder decoder;
    absl::flat_hash_map<core::CaseId, core::CaseState> cases;
    for (const ports::StoredEvent& stored : events) {
      const auto decoded = decoder.Decode(stored.value);
      RASTI_CHECK(decoded.has_value(), "the events can be read");
      core::Apply(cases[decoded->event.ctx().case_id], decoded->event);
    }
    cases_seen = cases.size();
  });
  RASTI_CHECK(cases_seen > 0, "there are cases");
  uint8_t mixed = 0;
  const double hashing = BestSeconds([&] {
    for (const ports::StoredEvent& stored : events) mixed ^= audit::EventHash(stored.value).front();
  });
  const auto total = static_cast<double>(events.size());
  Print({"replay.memory", total / in_memory, "events/s", total / hashing, 300'000});
  std::fprintf(
      stderr, "replay: %zu bytes an event on average, digest %d\n",
      [&] {
        size_t bytes = 0;
        for (const auto& event : events) bytes += event.value.size();
        return bytes / events.size();
      }(),
      mixed);

  const std::filesystem::path directory = BenchDirectory() / "rasti-bench-replay";
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    std::filesystem::remove_all(directory);
    store::RocksDbViewStoreOptions options;
    options.directory = directory.string();
    options.tables = runtime::CaseStore::Tables();
    options.budget = store::StoreBudget::Create(32u << 20, 64u << 20);
    auto opened = store::OpenRocksDbViewStore(options);
    RASTI_CHECK(opened.has_value(), "a store opens");
    auto cases = runtime::CaseStore::Open(*std::move(opened), 100'000);
    RASTI_CHECK(cases.has_value(), "a store opens");
    best = std::min(best, Seconds([&] {
                      codec::EventDecoder decoder;
                      for (const ports::StoredEvent& stored : events) {
                        const auto decoded = decoder.Decode(stored.value);
                        RASTI_CHECK(decoded && (*cases)->Replay(decoded->event, decoded->hash, stored.input),
                                    "the events can be replayed");
                        if ((*cases)->dirty_count() >= 20'000)
                          RASTI_CHECK((*cases)->Checkpoint(false), "a checkpoint succeeds");
                      }
                      RASTI_CHECK((*cases)->Checkpoint(true), "a checkpoint succeeds");
                    }));
  }
  std::filesystem::remove_all(directory);
  Print({"replay.store", total / best, "events/s", total / in_memory, 150'000});
}

}  // namespace

std::vector<Benchmark> ReplayBenchmarks() {
  return {{"replay", "decode, verify and fold on one core; baselines: hashing alone, and the fold in memory", Run}};
}

}  // namespace rasti::bench
