// The whole product in one process: an opened data directory with log, state, engine, views and their threads. The log
// is in the directory, or Kafka's: then this is one node of several that share its partitions.
//
//   commands -> NodeLog -> Engine (stream threads, state stores) -> events -> NodeViews
//
// Ownership: owns everything in it and holds the directory's lock while it lives.
// Threading: thread-safe, except that one thread opens, advances the clock and closes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/runtime/configuration_reader.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/standby.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/kept_tenants.h"
#include "tools/rasti/audit/node_audit.h"
#include "tools/rasti/data_directory.h"
#include "tools/rasti/events/event_feed.h"
#include "tools/rasti/held_stores.h"
#include "tools/rasti/node_clock.h"
#include "tools/rasti/node_log.h"
#include "tools/rasti/node_observer.h"
#include "tools/rasti/node_views.h"
#include "tools/rasti/rebuild_progress.h"
#include "tools/rasti/snapshot.h"

namespace rasti::cli {

/// How far ahead packages come into force where nodes share a log: each has read them by then, or stopped deciding.
inline constexpr Duration kNoticeOnKafka{5'000};

struct NodeOptions {
  /// False: it decides nothing, follows the events into views of its own, and hands commands on (`rasti serve-views`).
  bool decides = true;
  views::TenantSet tenants;  // whose cases its views keep; empty: those of all
  int stream_threads = 1;
  size_t block_cache_bytes = 64u << 20;   // of all stores together
  size_t write_buffer_bytes = 96u << 20;  // likewise
  size_t cached_cases_most = 100'000;     // clean cases in the memory of the streams, and of the standby
  std::string brokers;                    // of Kafka, where they are others now than when the directory was made
  std::string kafka_settings;             // likewise
  bool standby = false;                   // keeps the stores of partitions that other nodes own up to date
  /// At Kafka's brokers, what it decided is deleted at this age, looked after so often; nothing: it stays.
  std::optional<Duration> keep_commands;
  Duration trim_every{300'000};
  std::string seed_from;  // a snapshot, for stores that the directory does not have yet
  /// Waits at the start until everything due has fired and the views show it.
  bool settle = true;
  /// Told what goes on while a wait is long: "rebuilding the views: 120,000 of 700,000 events". Called by the opening
  /// thread and the engine's.
  std::function<void(const std::string&)> progress;
  std::chrono::milliseconds progress_every{250};  // of a rebuild
  /// Keeps the log's Merkle trees and signs them, where the directory has a key for it (audit/audit_keys.h).
  std::optional<AuditOptions> audit;
  /// The directory is thrown away with the process: nothing of it is synced.
  bool scratch = false;
  /// Asked while it opens and settles, by the threads that do: true ends that in good order. Null: nothing does.
  std::function<bool()> stop_asked;
  /// Told by the node's threads what happens to it; outlives the node. Null: nobody.
  NodeObserver* observer = nullptr;
};

class Node {
 public:
  /// Errors: kInUse (names the holder), kIo (the machine's clock lies before what was recorded), kAborted (it was to
  /// stop), those of SeedFromSnapshot, ReadDataMeta, ReadLocalKey and the log. With kUnavailable and kTimedOut the log
  /// is away, and only with these it is worth trying again.
  static Result<std::unique_ptr<Node>> Open(const DataPaths& paths, NodeOptions options);
  ~Node();

  ports::EventLog& log() { return log_->events(); }
  /// Where commands go in; it says what stopped the engine instead of letting a submitter wait for ever.
  ports::CommandChannel& channel() { return *channel_; }
  runtime::ConfigurationReader& configuration() { return *configuration_; }
  /// What was decided here, and how many timers wait here; nothing where it does not decide.
  runtime::PartitionCounters counters() const;
  size_t timer_count() const;
  /// The next sequence of each store that is kept for a partition which this node does not own.
  std::map<core::PartitionId, core::Sequence> standby_positions() const;
  /// Partitions that stand still, and what they lack.
  std::map<core::PartitionId, std::string> halted() const;
  NodeViews& views() { return *views_; }
  /// The events as they are projected.
  EventFeed& feed() { return *feed_; }
  const NodeClock& clock() const { return *clock_; }
  /// Memory and disk of the stores.
  store::BudgetUse store_use() const;
  const std::string& key() const { return key_; }
  /// How far ahead of now a package is to come into force at the least.
  Duration notice() const { return notice_; }
  /// What was found and mended on the way.
  const std::vector<std::string>& notes() const { return notes_; }

  /// Returns once all input is decided, everything due has fired and the views show it.
  /// Errors: kTimedOut; kAborted (it was to stop); what stopped the engine or the projection.
  Status Settle(std::chrono::milliseconds timeout);
  /// Moves a virtual clock forward and settles. Errors: those of NodeClock::Advance and Settle.
  Status AdvanceClock(Instant to);
  /// Whether records that are nobody's command are kept, sealed to the operator's key, or only told of.
  bool keeps_dead_letters() const { return submitters_ != nullptr && submitters_->dead_letter_key().has_value(); }
  /// To be called now and then. Errors: those of the log.
  Status DropOldDeadLetters() { return log_->DropOldDeadLetters(clock_->Now()); }
  /// What stopped the engine or the projection; success while both run.
  Status status() const;
  /// Its trees and checkpoints; null: none are made here.
  const NodeAudit* audit() const { return audit_.get(); }
  /// Copies the state stores that are wished for, of those that it holds at this moment, and its views. One that
  /// decides nothing has views only. Errors: those of ChoosePartitions and WriteSnapshot.
  Result<SnapshotManifest> Snapshot(const std::string& directory, SnapshotWish wish);
  /// Sets a copy of the log aside, where a client that makes a backup has made room for it (DATA/backup.making), in
  /// place of one that a client left there which was killed. One at a time. Errors: kNotFound (nobody has), those of
  /// NodeLog::Checkpoint.
  Status CopyLog();
  /// Close then leaves the other nodes for good. Errors: those of NodeLog::LeaveForGood.
  Status LeaveForGood() { return log_->LeaveForGood(); }
  /// Commits, flushes and gives the directory free. May be called again. Errors: the first that was met.
  Status Close();

 private:
  Node(DataPaths paths, NodeOptions options) : paths_(std::move(paths)), options_(std::move(options)) {}
  Status OpenClock(const DataMeta& meta);
  Status CheckClock();
  Status OpenConfiguration();
  Status EngineStatus() const;
  Status OpenEngine();
  void Observe(runtime::StreamHooks& hooks);
  Status OpenViews();
  Status OpenAudit();
  /// Of RocksDB's files; null: the machine's.
  rocksdb::Env* Env() const;
  Result<std::unique_ptr<ports::ViewStore>> OpenState(core::PartitionId partition);
  void OpenStandby(const runtime::StreamOptions& stream);
  void Halted(core::PartitionId partition, const std::string& why);
  Status DropState(core::PartitionId partition);
  void Progress(const std::string& text) const;
  /// kAborted where it is to stop.
  Status GoOn() const;

  const DataPaths paths_;
  const NodeOptions options_;
  DataMeta meta_;
  std::string key_;
  Duration notice_{0};
  std::vector<std::string> notes_;
  std::mutex notes_mutex_;  // guards notes_ while stream threads open their stores

  // In the order in which they need each other.
  std::unique_ptr<NodeClock> clock_;
  std::unique_ptr<NodeLog> log_;
  std::unique_ptr<ports::CommandChannel> channel_;
  std::unique_ptr<runtime::Submitters> submitters_;
  std::unique_ptr<runtime::ConfigurationReader> configuration_;
  std::shared_ptr<store::StoreBudget> budget_;
  HeldStores held_stores_;
  RebuildProgress rebuild_{options_.progress_every};
  std::unique_ptr<EventFeed> feed_;
  std::unique_ptr<NodeViews> views_;
  std::unique_ptr<NodeAudit> audit_;
  std::unique_ptr<runtime::Standby> standby_;
  std::unique_ptr<runtime::Engine> engine_;
  std::mutex copy_mutex_;      // held while a copy of the log is made
  std::mutex snapshot_mutex_;  // held while a snapshot is made
  mutable std::mutex halted_mutex_;
  std::map<core::PartitionId, std::string> halted_;  // guarded by halted_mutex_
  std::atomic<NodeViews*> notify_ = nullptr;
  std::chrono::milliseconds settle_most_ = std::chrono::hours(24);
  bool closed_ = false;
};

}  // namespace rasti::cli
