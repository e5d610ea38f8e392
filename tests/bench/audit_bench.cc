// Audit: a log verified against a checkpoint, its tree kept in files, and one event of very many proven.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/audit/event_hash.h"
#include "engine/audit/signed_note.h"
#include "engine/audit/tiles.h"
#include "engine/runtime/checkpoint_signer.h"
#include "engine/runtime/tree_projection.h"
#include "engine/store/file_directory.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"
#include "tests/support/forgery.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"
#include "tools/rasti/audit/log_audit.h"

namespace rasti::bench {
namespace {

constexpr core::PartitionId kOnly{0};
constexpr int kProofs = 2'000;

double HashingSeconds(const std::vector<ports::StoredEvent>& events) {
  uint8_t mixed = 0;
  const double seconds = BestSeconds([&] {
    for (const ports::StoredEvent& stored : events) mixed ^= audit::EventHash(stored.value).front();
  });
  std::fprintf(stderr, "audit: digest %d\n", mixed);
  return seconds;
}

void RunVerify() {
  const auto events = LifeEvents(static_cast<size_t>(FromEnvironment("RASTI_BENCH_EVENTS", 60'000)));
  const test::ManualClock clock(test::SampleStart());
  test::MemoryEventLog log({.partitions = 1, .position_gaps = true, .queue_most = 16}, clock);
  log.AppendRaw(kOnly, events);
  std::set<std::string> definitions;
  for (const core::Event& event : test::DecodedEvents(events)) {
    definitions.insert(event.ctx().versions.definition.str());
  }
  for (const std::string& name : definitions) Must(log.Publish("workflow/" + name, "as it is"));
  const std::filesystem::path directory = BenchDirectory() / "rasti-bench-audit";
  std::filesystem::remove_all(directory);
  store::FileDirectory files(directory.string());
  const auto key = audit::SignerKey::Generate("bench.example", audit::NoteKeyType::kSignature);
  runtime::CheckpointSigner signer(files, log, clock, {"bench.example", {key}});
  const auto total = static_cast<double>(events.size());
  const double hashing = HashingSeconds(events);
  const double keeping = BestSeconds([&] {
    std::filesystem::remove_all(directory);
    runtime::TreeProjection trees(files);
    Must(trees.Project(kOnly, events));
    Must(trees.Flush());
    Must(signer.Sign(kOnly, trees.Head(kOnly)));
  });
  Print({"audit.keep_tree", total / keeping, "events/s", total / hashing, std::nullopt});
  cli::AuditWish wish;
  wish.keys = {key.verifier()};
  wish.tiles = &files;
  const double verifying = BestSeconds([&] {
    const auto report = Must(cli::AuditLog(log, wish));
    RASTI_CHECK(report.findings.empty() && report.covered == report.events, "the log is in order");
  });
  Print({"audit.verify", total / verifying, "events/s", total / hashing, 250'000});
  std::filesystem::remove_all(directory);
}

void RunProve() {
  const int64_t size = FromEnvironment("RASTI_BENCH_EVENTS", 10'000'000);
  const std::filesystem::path directory = BenchDirectory() / "rasti-bench-audit";
  std::filesystem::remove_all(directory);
  store::FileDirectory files(directory.string());
  const auto leaf_of = [](int64_t index) { return audit::LeafHash(std::to_string(index)); };
  audit::TreeEdge edge;
  const auto keep = [&](audit::TilePlace place, const std::vector<Hash256>& hashes) {
    Must(files.Write(runtime::TreeFolder(kOnly) + audit::TilePath(place, static_cast<int64_t>(hashes.size())),
                     audit::EncodeTile(hashes)));
  };
  const double building = Seconds([&] {
    for (int64_t i = 0; i < size; ++i) edge.Append(leaf_of(i), keep);
    edge.ForEachPartial(keep);
  });
  std::fprintf(stderr, "audit: a tree of %lld events is there after %.0f s\n", static_cast<long long>(size), building);
  const Hash256 root = edge.Root();
  const runtime::KeptTiles tiles(files, kOnly, size);
  std::mt19937_64 random(7);
  std::vector<double> times;
  size_t hashes_most = 0;
  for (int i = 0; i < kProofs; ++i) {
    const auto index = static_cast<int64_t>(random() % static_cast<uint64_t>(size));
    audit::Proof proof;
    times.push_back(1e3 * Seconds([&] {
                      const audit::TileNodes nodes(tiles, size);
                      proof = Must(audit::ProveInclusion(nodes, index, size));
                    }));
    hashes_most = std::max(hashes_most, proof.size());
    Must(audit::VerifyInclusion(leaf_of(index), index, size, proof, root));
  }
  Print({"audit.prove_p99", Percentile(times, 0.99), "ms", std::nullopt, 5, false});
  const auto bytes = static_cast<double>(hashes_most * sizeof(Hash256));
  Print({"audit.proof_most", bytes, "bytes", std::nullopt, 3'000, false});
  std::filesystem::remove_all(directory);
}

}  // namespace

std::vector<Benchmark> AuditBenchmarks() {
  return {{"audit", "a log verified against its checkpoint; baseline: hashing alone", RunVerify},
          {"audit-proof", "one event of 10,000,000 proven", RunProve}};
}

}  // namespace rasti::bench
