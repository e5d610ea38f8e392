// `rasti snapshot`: a copy of stores and views that a new node can start from.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

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
constexpr std::chrono::milliseconds kAskAgain{200};

struct SnapshotOptions {
  std::string directory;
  std::vector<int> partitions;
  bool partial = false;
  // A node that comes or goes makes the others share the partitions out anew, which takes up to a session.
  double wait_s = 15;

  SnapshotWish wish() const {
    SnapshotWish wish;
    for (const int partition : partitions) wish.partitions.push_back({partition});
    wish.partial = partial;
    return wish;
  }
};

// Of a directory that nobody works in: as its last user left the stores.
Status CopyAtRest(const DataPaths& paths, const DataMeta& meta, const SnapshotOptions& options,
                  const std::string& directory) {
  const ports::SystemClock clock;
  RASTI_TRY(const auto log, NodeLog::Open(paths, meta, clock, NodeLog::Access::kWrite));
  const auto budget = store::StoreBudget::Create(kCacheBytes, kCacheBytes);
  std::vector<std::shared_ptr<ports::ViewStore>> stores;
  std::vector<SnapshotSource> sources;
  const auto add = [&](const std::string& folder, const std::string& place, std::vector<std::string> tables) -> Status {
    RASTI_TRY(std::shared_ptr<ports::ViewStore> store,
              store::OpenRocksDbViewStore({.directory = place, .tables = std::move(tables), .budget = budget}));
    sources.push_back({folder, store});
    stores.push_back(std::move(store));
    return {};
  };
  std::error_code ignored;
  std::set<core::PartitionId> at_hand;
  const int partitions = log->events().partition_count();
  for (int32_t i = 0; i < partitions; ++i) {
    if (fs::is_directory(paths.state({i}), ignored)) at_hand.insert({i});
  }
  const bool has_views = fs::is_directory(paths.views(), ignored);
  if (at_hand.empty() && !has_views) {
    return Fail(Error::NotFound(fmt::format("{}: no stores yet; run it first", paths.root)));
  }
  RASTI_TRY(const auto chosen, ChoosePartitions(options.wish(), at_hand, partitions, paths.root));
  for (const core::PartitionId partition : chosen) {
    RASTI_CHECKED(add(fmt::format("state/p{}", partition.value), paths.state(partition), runtime::CaseStore::Tables()));
  }
  if (has_views) RASTI_CHECKED(add("views", paths.views(), views::ViewTables()));
  RASTI_CHECKED(WriteSnapshot(directory, sources, paths, meta, log->events(), clock.Now()));
  return log->Close();
}

// By the node that runs. Where it does not hold all of them, it may be about to.
Status CopyAtWork(const Context& context, SocketSession& session, const SnapshotOptions& options,
                  const std::string& directory) {
  const auto wait = std::chrono::duration<double>(options.wait_s);
  const auto until = std::chrono::steady_clock::now() + wait;
  for (;;) {
    Status copied = session.Snapshot(directory, options.wish());
    const bool is_missing = !copied && copied.error().code == ErrorCode::kNotFound;
    if (!is_missing || std::chrono::steady_clock::now() >= until) {
      context.out.Progress("");
      return copied;
    }
    context.out.Progress("waiting until the node holds the partitions");
    std::this_thread::sleep_for(kAskAgain);
  }
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
    RASTI_CHECKED(CopyAtWork(context, **session, options, directory));
  } else {
    RASTI_CHECKED(CopyAtRest(paths, meta, options, directory));
  }
  RASTI_TRY(const SnapshotManifest manifest, ReadSnapshot(directory));
  std::vector<int32_t> stores;
  int64_t events = 0;
  for (const SnapshotPart& part : manifest.parts) {
    if (part.folder == "views") continue;
    for (const SnapshotPosition& position : part.positions) {
      stores.push_back(position.partition.value);
      events += position.next.value;
    }
  }
  context.out.Line(fmt::format("{}: {} of {} partitions{} with {} events, {} files, {:.1f} MB", directory,
                               stores.size(), manifest.partitions,
                               stores.empty() ? "" : fmt::format(" ({})", fmt::join(stores, ", ")), events,
                               manifest.files.size(), static_cast<double>(manifest.bytes()) / 1e6));
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
                 "  rasti snapshot /var/backups/rasti-snapshot --data /var/lib/rasti\n"
                 "  rasti snapshot /var/backups/rasti-snapshot-part --data /var/lib/rasti --partial",
                 [&context, options] { return RunSnapshot(context, *options); });
  command->add_option("DIR", options->directory, "Where to; nothing may lie there yet")->required();
  command->add_option("--partitions", options->partitions, "Only these; default: all of the log")
      ->type_name("N")
      ->check(CLI::Range(0, 1023));
  command->add_flag("--partial", options->partial, "Those of them that the node holds, where others hold the rest");
  command
      ->add_option("--wait", options->wait_s,
                   "How long to wait for a node that does not hold all of them: it may be about to, as others come and "
                   "go; default: 15")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 3600.0));
}

}  // namespace rasti::cli
