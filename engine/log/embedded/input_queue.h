// What waits to be decided in one partition: commands (in memory only) and follow-ups (rows of the log as well).
//
//   taken in -> delivered by Poll -> committed (removed, commands answered)
//                   ^____ Rewind or a new owner: delivered again
//
// Threading: thread-safe. Submitters and other streams push; the stream that owns the partition does the rest.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/embedded/position_allocator.h"
#include "engine/log/embedded/scan.h"
#include "engine/log/embedded/stream_signal.h"
#include "engine/log/poll_room.h"
#include "engine/ports/command_channel.h"
#include "engine/ports/event_log.h"

namespace rasti::log::embedded {

/// A callback and what to tell it: called after all locks are released.
using Answer = std::pair<ports::ResultCallback, Result<std::string>>;

class InputQueue {
 public:
  /// `stored`: the follow-ups that were not committed yet, by position. `waiting_commands` counts those of all queues.
  InputQueue(core::PartitionId partition, ports::InputPositions committed, std::map<int64_t, FollowUp> stored,
             std::atomic<int64_t>& waiting_commands);

  // -- taking in --
  /// The clock says when it was taken in, read under the queue's lock: whoever asks for the end at T has everything
  /// that was taken in before T. Errors: kUnavailable after FailAll.
  Status PushCommand(const ports::Clock& clock, std::string key, std::string value, ports::ResultCallback done);
  /// Positions for follow-ups whose transaction is about to commit; the first of them. They are dated as commands are.
  int64_t AllocateFollowUps(const ports::Clock& clock, std::vector<FollowUp>& follow_ups);
  /// Their transaction is committed: they are delivered, in order, once all before them are committed too.
  void FinishFollowUps(int64_t first, std::vector<FollowUp> follow_ups);

  // -- the owner --
  /// Raised whenever something comes in; null when nobody owns the partition. Delivery begins at the committed
  /// positions.
  void SetOwner(std::shared_ptr<StreamSignal> signal);
  /// Appends the records of one input that there is room for; how many.
  size_t Take(ports::Input input, PollRoom& room, std::vector<ports::InputRecord>& to);
  bool HasWaiting(ports::Input input) const;
  ports::InputPositions Committed() const;
  ports::InputPositions End() const;
  /// Behind everything that was dated until now, what is not committed yet included.
  ports::InputMark Mark(const ports::Clock& clock) const;
  /// Whether everything before `end` was delivered.
  bool Passed(ports::InputPositions end) const;
  /// Errors: kInvalidArgument when before the committed positions or behind the end.
  Status Rewind(ports::InputPositions positions);
  /// Errors: kInternal where `next` goes back or beyond what was delivered.
  Status CheckNext(ports::InputPositions next) const;
  /// Positions of the follow-ups that a commit of `next` consumes.
  std::vector<int64_t> FollowUpsBefore(int64_t next) const;
  /// `next` is committed. `results`: position of a command -> its result.
  std::vector<Answer> MarkCommitted(ports::InputPositions next, std::map<int64_t, std::string> results);

  /// Takes nothing in from now on; everything that waits gets `error`.
  std::vector<Answer> FailAll(const Error& error);

 private:
  struct Command {
    Instant taken_at;
    std::string key;
    std::string value;
    ports::ResultCallback done;
  };

  void RaiseOwner();
  size_t TakeCommands(PollRoom& room, std::vector<ports::InputRecord>& to);
  size_t TakeFollowUps(PollRoom& room, std::vector<ports::InputRecord>& to);
  void UpdateHints();

  const core::PartitionId partition_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::shared_ptr<StreamSignal> owner_;
  ports::InputPositions committed_;
  ports::InputPositions cursor_;            // the next to be delivered
  std::deque<Command> commands_;            // the first is at committed_.commands
  std::map<int64_t, FollowUp> follow_ups_;  // from committed_.follow_ups on; those behind the visible end wait
  PositionAllocator follow_up_positions_;
  // So that a Poll over a thousand idle partitions takes no locks.
  std::atomic<bool> has_commands_ = false;
  std::atomic<bool> has_follow_ups_ = false;
  std::atomic<int64_t>& waiting_commands_;
};

}  // namespace rasti::log::embedded
