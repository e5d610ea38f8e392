// `rasti snapshot`: a copy of stores and views that a new node can start from.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/runtime/case_store.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/tables.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/node_log.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/snapshot.h"
#include "tools/rasti/socket_session.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr size_t kCacheBytes = 16u << 20;

struct SnapshotOptions {
  std::string directory;
  std::vector<int> partitions;
};

// Of a directory that nobody works in: as its last user left the stores.
Status CopyAtRest(const DataPaths& paths, const DataMeta& meta, const SnapshotOptions& options,
                  const std::string& directory) {
  const ports::SystemClock clock;
  RASTI_TRY(const auto log, NodeLog::Open(paths, meta, clock, NodeLog::Access::kWrite));
  const auto budget = store::StoreBudget::Create(kCacheBytes, kCacheBytes);
  std::vector<std::unique_ptr<ports::ViewStore>> stores;
  std::vector<SnapshotSource> sources;
  const auto add = [&](const std::string& folder, std::vector<std::string> tables) -> Status {
    RASTI_TRY(auto store, store::OpenRocksDbViewStore(
                              {.directory = paths.root + "/" + folder, .tables = std::move(tables), .budget = budget}));
    sources.push_back({folder, store.get()});
    stores.push_back(std::move(store));
    return {};
  };
  std::error_code ignored;
  const auto is_there = [&](int partition) { return fs::is_directory(paths.state({partition}), ignored); };
  for (const int partition : options.partitions) {
    if (is_there(partition)) continue;
    return Fail(Error::NotFound(fmt::format("partition {}: no store of it in {}", partition, paths.root)));
  }
  for (int i = 0; i < log->events().partition_count(); ++i) {
    const bool wanted =
        options.partitions.empty() || std::ranges::find(options.partitions, i) != options.partitions.end();
    if (wanted && is_there(i)) RASTI_CHECKED(add(fmt::format("state/p{}", i), runtime::CaseStore::Tables()));
  }
  if (fs::is_directory(paths.views(), ignored)) RASTI_CHECKED(add("views", views::ViewTables()));
  if (sources.empty()) return Fail(Error::NotFound(fmt::format("{}: no stores yet; run it first", paths.root)));
  RASTI_CHECKED(WriteSnapshot(directory, sources, meta, log->events(), clock.Now()));
  return log->Close();
}

Outcome<void> RunSnapshot(const Context& context, const SnapshotOptions& options) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  RASTI_TRY(const std::string key, ReadLocalKey(paths));
  // The service has a working directory of its own.
  const std::string directory = fs::absolute(options.directory).lexically_normal().string();
  auto session = SocketSession::Connect(paths.socket(), key);
  if (!session && session.error().code != ErrorCode::kUnavailable) return Refuse(session.error());
  if (session) {
    std::vector<core::PartitionId> partitions;
    for (const int partition : options.partitions) partitions.push_back({partition});
    RASTI_CHECKED((*session)->Snapshot(directory, partitions));
  } else {
    RASTI_CHECKED(CopyAtRest(paths, meta, options, directory));
  }
  RASTI_TRY(const SnapshotManifest manifest, ReadSnapshot(directory));
  int stores = 0;
  int64_t events = 0;
  for (const SnapshotPart& part : manifest.parts) {
    if (part.folder == "views") continue;
    ++stores;
    for (const SnapshotPosition& position : part.positions) events += position.next.value;
  }
  context.out.Line(fmt::format("{}: {} of {} partitions with {} events, {} files, {:.1f} MB", directory, stores,
                               manifest.partitions, events, manifest.files.size(),
                               static_cast<double>(manifest.bytes()) / 1e6));
  context.out.Json(ToJson(manifest));
  return {};
}

}  // namespace

void AddSnapshotCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<SnapshotOptions>();
  CLI::App* command =
      AddCommand(app, context, "snapshot",
                 "Copy state stores and views into a new directory, by hard links where possible, while the service "
                 "runs or not. A new node of the same log starts from it: `rasti run --from-snapshot`. It holds "
                 "personal data as the log does, and no keys; it is no backup of the log",
                 "  rasti snapshot /var/backups/rasti-snapshot --data /var/lib/rasti",
                 [&context, options] { return RunSnapshot(context, *options); });
  command->add_option("DIR", options->directory, "Where to; nothing may lie there yet")->required();
  command->add_option("--partitions", options->partitions, "Only these; default: all that the node holds")
      ->type_name("N")
      ->check(CLI::Range(0, 1023));
}

}  // namespace rasti::cli
