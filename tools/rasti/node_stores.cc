// The state stores of a node: opened for whoever decides or stands by, copied into snapshots.
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "engine/base/system_error.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/store/unsynced_env.h"
#include "tools/rasti/node.h"

namespace rasti::cli {

rocksdb::Env* Node::Env() const { return options_.scratch ? store::UnsyncedEnv() : nullptr; }

Result<std::unique_ptr<ports::ViewStore>> Node::OpenState(core::PartitionId partition) {
  std::error_code ignored;  // the store names the directory that is missing
  std::filesystem::create_directories(paths_.states(), ignored);
  RASTI_TRY(auto store, store::OpenRocksDbViewStore({.directory = paths_.state(partition),
                                                     .tables = runtime::CaseStore::Tables(),
                                                     .budget = budget_,
                                                     .cache_blocks = false,
                                                     .env = Env()}));
  return held_stores_.Hold(partition, std::move(store));
}

void Node::OpenStandby(const runtime::StreamOptions& stream) {
  runtime::StandbyOptions options;
  options.cached_cases_most = stream.cached_cases_most;
  runtime::StandbyHooks hooks;
  hooks.open_store = [this](core::PartitionId partition) { return OpenState(partition); };
  hooks.drop_store = [this](core::PartitionId partition) { return DropState(partition); };
  hooks.on_trouble = [this](core::PartitionId partition, const Error& error) {
    if (options_.observer == nullptr) return;
    options_.observer->Alarm(fmt::format("no standby of partition {}: {}", partition.value, error.message));
  };
  standby_ = std::make_unique<runtime::Standby>(log(), options, std::move(hooks));
}

std::map<core::PartitionId, core::Sequence> Node::standby_positions() const {
  return standby_ == nullptr ? std::map<core::PartitionId, core::Sequence>() : standby_->positions();
}

void Node::Halted(core::PartitionId partition, const std::string& why) {
  {
    const std::lock_guard lock(halted_mutex_);
    if (why.empty()) {
      halted_.erase(partition);
    } else {
      halted_[partition] = why;
    }
  }
  if (options_.observer == nullptr) return;
  options_.observer->Alarm(
      why.empty() ? fmt::format("partition {} goes on", partition.value)
                  : fmt::format("partition {} stands still until it is published: {}", partition.value, why));
}

std::map<core::PartitionId, std::string> Node::halted() const {
  const std::lock_guard lock(halted_mutex_);
  return halted_;
}

Status Node::CopyLog() {
  const std::lock_guard lock(copy_mutex_);
  std::error_code error;
  if (!std::filesystem::is_directory(paths_.log_copy(), error)) {
    return Fail(Error::NotFound(paths_.log_copy() + ": not there; whoever makes a backup makes it"));
  }
  const std::string copy = paths_.log_copy() + "/log";
  std::filesystem::remove_all(copy, error);
  if (error) return Fail(SystemError("delete", copy, error.value()));
  return log_->Checkpoint(copy);
}

Result<SnapshotManifest> Node::Snapshot(const std::string& directory, SnapshotWish wish) {
  if (!options_.decides && wish.partitions.empty()) wish.partial = true;
  const std::lock_guard lock(snapshot_mutex_);
  std::set<core::PartitionId> at_hand;
  std::map<core::PartitionId, std::weak_ptr<ports::ViewStore>> stores;
  for (const auto& [partition, store] : held_stores_.Held()) {
    at_hand.insert(partition);
    stores.emplace(partition, store);
  }
  RASTI_TRY(const auto chosen, ChoosePartitions(wish, at_hand, log().partition_count(), "this node"));
  std::vector<SnapshotSource> sources;
  for (const core::PartitionId partition : chosen) {
    sources.push_back({fmt::format("state/p{}", partition.value), stores.at(partition)});
  }
  sources.push_back({"views", views_->store()});
  return WriteSnapshot(directory, sources, paths_, meta_, log(), clock_->Now());
}

}  // namespace rasti::cli
