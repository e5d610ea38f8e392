// Hands events to those who follow them, as they are projected. The latest are kept in memory for all of them together,
// while anybody follows; who has fallen behind that goes on by reading from the log, at its own pace. The projection
// only puts down what it has in hand: no reader, however slow, keeps it or the engine waiting.
//
//   projection thread -> Projected -> the latest events -+-> (feed's thread) a page for who waits
//                                     the log ----------'
//
// Ownership: the log outlives it. Threading: all functions from any thread; answers come from the feed's own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "engine/ports/projection.h"
#include "tools/rasti/events/event_scan.h"

namespace rasti::cli {

struct EventFeedOptions {
  size_t kept_events_most = 8'192;
  size_t kept_bytes_most = size_t{8} << 20;
  size_t followers_most = 64;
  /// The latest events are kept for so long after somebody asked for more.
  std::chrono::milliseconds keep_for{30'000};
};

class EventFeed {
 public:
  using Answer = std::function<void(Result<EventPage>)>;

  explicit EventFeed(ports::EventLog& log, EventFeedOptions options = {});
  /// Stops.
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  /// Where a projection goes on, before it does.
  void StartAt(core::PartitionId partition, core::Sequence next);
  /// Events of the partition were projected, in their order. Where views are built anew beside others, these events
  /// come twice: what was handed on is passed over. Does not wait.
  void Projected(core::PartitionId partition, std::span<const ports::StoredEvent> events);
  /// The last event of each partition that was projected since the start, as the log holds it.
  std::optional<std::string> LastOf(core::PartitionId partition) const;

  /// Answers once: with what there is from the query's positions on (partitions that are not named: from now on), as
  /// soon as something fits, or after `wait`, with where to go on. Errors in the answer: kUnavailable (too many
  /// followers; it stops), kInvalidArgument (a position that there is not), those of the log.
  void Follow(EventQuery query, std::chrono::milliseconds wait, Answer answer);
  /// Whoever waits is told kUnavailable, and so is everybody who comes. May be called again.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Follower {
    EventQuery query;
    Clock::time_point until;
    Answer answer;
    std::unique_ptr<EventSupply> supply;
    bool looked = false;  // at everything that was projected until now
  };
  struct Partition {
    core::Sequence next;                    // of what is projected
    std::deque<ports::StoredEvent> latest;  // ends before `next`
    std::optional<std::string> last;
  };
  class Supply;

  void Run();
  /// Answers where it is time to. False: the follower goes on waiting.
  bool Look(Follower& follower, const EventPositions& ends, bool over);
  EventPositions Ends() const;
  void Trim();

  ports::EventLog& log_;
  const EventFeedOptions options_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<core::PartitionId, Partition> partitions_;
  std::deque<core::PartitionId> order_;  // of the latest events, the oldest first
  size_t kept_bytes_ = 0;
  Clock::time_point asked_at_;
  bool keeping_ = false;
  std::list<Follower> followers_;
  bool stopping_ = false;
  std::thread thread_;
};

/// A projection whose events go on to a feed once they are projected. Both outlive it. Threading: as ports::Projection.
class FedProjection final : public ports::Projection {
 public:
  FedProjection(ports::Projection& projection, EventFeed& feed) : projection_(projection), feed_(feed) {}

  Result<core::Sequence> NextSequence(core::PartitionId partition) override;
  Status Project(core::PartitionId partition, std::span<const ports::StoredEvent> events) override;
  Status Flush() override { return projection_.Flush(); }
  Status BeginFlush() override { return projection_.BeginFlush(); }

 private:
  ports::Projection& projection_;
  EventFeed& feed_;
};

}  // namespace rasti::cli
