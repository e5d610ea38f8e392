// The read views of a node: followed, shown, and built anew beside those that are shown.
//
//   log --> ProjectionThread --> Projector --> store 1 <-- views(): what every question is answered from
//       `-> ProjectionThread --> Projector --> store 2     while it is being built; then it takes the place of store 1
//
// When the new ones have caught up, the old ones take in nothing more, the new ones are brought to where those stand,
// and from then on they are shown: no reader ever sees less than before, and nobody waits but those who ask for what is
// committed in these milliseconds. The old store is deleted when its last reader lets go of it.
//
// Ownership: the log outlives it. Threading: thread-safe, except that one thread opens and stops.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "engine/runtime/configuration_source.h"
#include "engine/runtime/projection_thread.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tools/rasti/events/event_feed.h"
#include "tools/rasti/view_home.h"

namespace rasti::cli {

/// What is known of views that were or are being built beside.
struct ViewRebuild {
  enum class State : uint8_t { kNone, kBuilding, kDone, kFailed };
  State state = State::kNone;  // since the node started
  int64_t applied = 0;         // events, of all partitions
  int64_t end = 0;
  Duration took{0};
  std::string error;  // kFailed
};

/// How the views do.
struct ViewStatus {
  struct View {
    std::string name;
    std::string shows;
    ports::TableUse use;
  };
  std::vector<View> views;
  std::vector<runtime::PartitionLag> lags;
  ViewRebuild rebuild;
};

/// The definitions that were published. The source outlives it. Thread-safe.
views::FindDefinition DefinitionsOf(runtime::ConfigurationSource& configuration);

class NodeViews {
 public:
  /// `projector`: whether it keeps events is for the log to say. Damaged views, and those of another format, are built
  /// anew; `notes` says so. `feed`, where there is one, is told of what is projected, and outlives the views. Errors:
  /// those of ViewHome, the store and the projection.
  static Result<std::unique_ptr<NodeViews>> Open(const DataPaths& paths, ports::EventLog& log,
                                                 std::shared_ptr<store::StoreBudget> budget,
                                                 views::ProjectorOptions projector, std::vector<std::string>& notes,
                                                 EventFeed* feed = nullptr, rocksdb::Env* env = nullptr);
  /// Stops.
  ~NodeViews();
  NodeViews(const NodeViews&) = delete;
  NodeViews& operator=(const NodeViews&) = delete;

  /// Those that are shown now; they stay readable while they are held.
  std::shared_ptr<const views::Views> shown() const;
  /// Their store, likewise.
  std::shared_ptr<ports::ViewStore> store() const;

  /// Something was committed.
  void Notify();
  /// Wait until `shown` shows it, whichever are shown by then. Errors: those of runtime::ProjectionThread.
  Status WaitFor(const codec::Token& token, Duration timeout);
  Status WaitForEnd(Duration timeout);
  /// Of those that are shown. Errors: those of the log.
  Result<std::vector<runtime::PartitionLag>> Lag() const;
  /// What stopped those that are shown from following.
  std::optional<Error> error() const;

  /// Starts to build all views anew beside those that are shown, and returns. Errors: kAlreadyExists (that is under
  /// way), kUnavailable (stopped), those of ViewHome and the store.
  Status Rebuild();
  ViewRebuild rebuild() const;
  Result<ViewStatus> status() const;

  /// Ends following, and a rebuild with nothing changed. May be called again. Errors: as of ProjectionThread::Stop.
  Status Stop();

 private:
  // A store with what follows the log into it.
  struct Set {
    std::string directory;
    std::shared_ptr<ports::ViewStore> store;
    std::unique_ptr<views::Projector> projector;
    std::unique_ptr<FedProjection> fed;                     // where there is a feed
    std::shared_ptr<runtime::ProjectionThread> projection;  // guarded by NodeViews::mutex_ once it is shared
    std::unique_ptr<views::Views> views;
    bool drop = false;  // its directory goes with it

    ports::Projection& followed() const;
    ~Set();
  };

  NodeViews(ViewHome home, ports::EventLog& log, std::shared_ptr<store::StoreBudget> budget,
            views::ProjectorOptions projector, EventFeed* feed, rocksdb::Env* env)
      : home_(std::move(home)),
        log_(log),
        budget_(std::move(budget)),
        projector_(std::move(projector)),
        feed_(feed),
        env_(env) {}

  Result<std::shared_ptr<Set>> OpenSet(const std::string& directory);
  std::shared_ptr<runtime::ProjectionThread> projection() const;
  template <class Wait>
  Status WaitOnShown(Duration timeout, const Wait& wait);
  void Build(const std::shared_ptr<Set>& fresh);
  Status CatchUp(Set& fresh);
  Status Swap(const std::shared_ptr<Set>& fresh);

  ViewHome home_;  // used by Open, and by who holds building_
  ports::EventLog& log_;
  const std::shared_ptr<store::StoreBudget> budget_;
  const views::ProjectorOptions projector_;
  EventFeed* const feed_;    // may be null
  rocksdb::Env* const env_;  // likewise

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::shared_ptr<Set> shown_;
  std::shared_ptr<Set> fresh_;  // while it is being built
  bool swapping_ = false;
  bool stopping_ = false;
  ViewRebuild rebuild_;

  std::mutex thread_mutex_;  // guards builder_
  std::thread builder_;
};

}  // namespace rasti::cli
