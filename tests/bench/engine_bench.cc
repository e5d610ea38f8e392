// The embedded engine, everything included: signatures, decisions, events, fsync, answers.
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "engine/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

struct Sizes {
  std::vector<std::pair<std::string, std::string>> records;
  size_t per_batch = 1;
};

Sizes SizesOf(EngineUnderTest& engine, int64_t commits) {
  Sizes sizes;
  for (int32_t p = 0; p < engine.log().partition_count(); ++p) {
    const auto reader = engine.log().OpenReader({p}, {0});
    RASTI_CHECK(reader.has_value(), "the log can be read");
    for (;;) {
      auto events = (*reader)->Read(4096, Duration{0});
      RASTI_CHECK(events.has_value(), "the log can be read");
      if (events->empty()) break;
      for (ports::StoredEvent& event : *events) {
        sizes.records.emplace_back(fmt::format("{:04}{:012}", p, event.sequence.value), std::move(event.value));
      }
    }
  }
  sizes.per_batch = std::max<size_t>(1, sizes.records.size() / static_cast<size_t>(std::max<int64_t>(commits, 1)));
  return sizes;
}

// The same records in batches of the same size, written by a bare loop with fsync.
double BareLoop(const std::filesystem::path& directory, const Sizes& sizes, std::vector<double>* latencies) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  RASTI_CHECK(rocksdb::DB::Open(options, directory.string(), &raw).ok(), "a bare database opens");
  const std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::WriteOptions sync;
  sync.sync = true;
  return Seconds([&] {
    for (size_t at = 0; at < sizes.records.size(); at += sizes.per_batch) {
      rocksdb::WriteBatch batch;
      const size_t end = std::min(at + sizes.per_batch, sizes.records.size());
      for (size_t i = at; i < end; ++i) batch.Put(sizes.records[i].first, sizes.records[i].second);
      const double seconds = Seconds([&] { RASTI_CHECK(db->Write(sync, &batch).ok(), "a bare write succeeds"); });
      if (latencies != nullptr) latencies->push_back(seconds * 1000);
    }
  });
}

void RunThroughput() {
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 40'000);
  EngineUnderTest engine({});
  const int64_t count = cases * 5;
  const double seconds = engine.RunClosedLoop(64, count, [&](int64_t n) { return LifeCommand(cases, n); });
  engine.Stop();
  const Sizes sizes = SizesOf(engine, engine.commits());
  const double bare = BareLoop(engine.directory() / "bare", sizes, nullptr);
  const auto commands = static_cast<double>(count);
  Print({"embedded.commands", commands / seconds, "commands/s", commands / bare, 20'000});
  Print({"embedded.share_of_bare_writes", bare / seconds, "ratio", std::nullopt, 0.5});
  Print({"embedded.events_per_batch", static_cast<double>(sizes.per_batch), "events", std::nullopt, std::nullopt});
}

void RunLatency() {
  EngineUnderTest engine({});
  auto latencies = engine.RunOpenLoop(1'000, 10, SubmitCommand);
  engine.Stop();
  const Sizes sizes = SizesOf(engine, engine.commits());
  std::vector<double> bare;
  BareLoop(engine.directory() / "bare", sizes, &bare);
  Print({"embedded.ack_p50", Percentile(latencies, 0.5), "ms", Percentile(bare, 0.5), std::nullopt, false});
  Print({"embedded.ack_p99", Percentile(latencies, 0.99), "ms", Percentile(bare, 0.99), 20, false});
}

}  // namespace

std::vector<Benchmark> EngineBenchmarks() {
  return {{"embedded", "64 submitters, fsync on; baseline: the same records in the same batches by a bare loop",
           RunThroughput},
          {"latency", "submit to acknowledged at 1,000/s; baseline: one bare write with fsync", RunLatency}};
}

}  // namespace rasti::bench
