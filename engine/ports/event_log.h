// EventLog: the log is the truth. One port, two logs behind it: a directory (embedded) and Apache Kafka.
//
// The shape is Kafka's, because a directory can act like a broker but not the other way round: partitions are assigned
// and revoked, a transaction may abort, positions have gaps, a stream can be rewound.
//
//   stream thread:  Poll -> (decide) -> Begin, Append..., Commit(next positions)        [LogStream, one per thread]
//   everyone else:  Read events of a partition from a sequence                          [EventReader, one per thread]
//
// Threading: EventLog is thread-safe. A LogStream and an EventReader belong to one thread each.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/core/ids.h"

namespace rasti::ports {

using core::PartitionId;
using core::Sequence;

/// The two inputs of a partition.
enum class Input : uint8_t { kCommands, kFollowUps };

/// The next positions to be read of both inputs of a partition. Positions only grow; they may have gaps.
struct InputPositions {
  int64_t commands = 0;
  int64_t follow_ups = 0;
  auto operator<=>(const InputPositions&) const = default;
};

/// A record that a stream thread is to decide: a serialised rasti.v1.Signed (commands) or rasti.v1.Command
/// (follow-ups).
struct InputRecord {
  PartitionId partition;
  Input input = Input::kCommands;
  int64_t position = 0;
  Instant taken_at;  // when the log took it in
  std::string key;   // 16 bytes of case_id
  std::string value;
};

/// A record to be written in a transaction.
struct EventOut {
  PartitionId partition;
  Sequence sequence;
  std::string key;       // 16 bytes of case_id
  std::string value;     // serialised rasti.v1.Stored
  InputPositions input;  // header `rasti-input`
  std::vector<std::pair<std::string, std::string>> headers;
};
struct ResultOut {
  PartitionId partition;
  int64_t answers = 0;  // position of the command in kCommands
  std::string key;
  std::string value;  // serialised rasti.v1.Result
  InputPositions input;
};
struct OutboxOut {
  PartitionId partition;
  std::string key;    // the entry's id
  std::string value;  // serialised rasti.v1.OutboxEntry
};
struct FollowUpOut {
  std::string key;    // 16 bytes of the target's case_id; the log places it
  std::string value;  // serialised rasti.v1.Command
};

/// A record that was set aside because it is nobody's command, or a note on what became of one. Opaque here.
struct DeadLetterOut {
  std::string key;    // the letter's id
  std::string value;  // serialised rasti.v1.DeadLetterRecord
};

/// An event as it is stored.
struct StoredEvent {
  PartitionId partition;
  Sequence sequence;
  std::string key;
  std::string value;  // serialised rasti.v1.Stored
  InputPositions input;
};

/// A place behind what both inputs of a partition held. What it says is the log's own: others hand it back as it is.
struct InputMark {
  int64_t number = 0;
  InputPositions end;
  Instant dated;
};

/// Told, from within Poll and Close, which partitions a stream owns. Called by the stream's own thread.
class AssignmentListener {
 public:
  virtual ~AssignmentListener() = default;
  /// The stream owns these from now on. Their input comes only after this returned.
  virtual Status OnAssigned(const std::vector<PartitionId>& partitions) = 0;
  /// The stream is about to lose these in good order: what is open was committed or aborted before; flush and release.
  virtual void OnRevoked(const std::vector<PartitionId>& partitions) = 0;
  /// Another owner already has these: drop everything that is not committed.
  virtual void OnLost(const std::vector<PartitionId>& partitions) = 0;
};

class LogStream {
 public:
  virtual ~LogStream() = default;

  /// Waits up to `timeout` for input and returns at most `most` records, of a partition in the order of its positions.
  /// An empty answer means that the time passed or that Wake was called. Follow-ups come before commands.
  /// Errors: kIo, kCorruption (stop); kFenced (drop, reopen); kUnavailable (try again).
  virtual Result<std::vector<InputRecord>> Poll(size_t most, Duration timeout) = 0;
  /// Ends a Poll that waits, from any thread.
  virtual void Wake() = 0;

  /// The positions that were committed last: where Poll goes on after an assignment.
  virtual Result<InputPositions> Committed(PartitionId partition) = 0;
  /// The end of both inputs as of now: what is taken in later lies at or behind it. What was taken in before and cannot
  /// be read yet may lie behind it too: see SetMark.
  virtual Result<InputPositions> End(PartitionId partition) = 0;
  /// Whether Poll has returned everything that lies before `end`. Positions that are no records (a transaction's end
  /// takes one) count as returned, so that this comes true where a comparison with the last record's would not.
  virtual Result<bool> Passed(PartitionId partition, InputPositions end) = 0;
  /// Sets a mark in both inputs, behind everything that they took in until now, be it readable yet or not.
  virtual Result<InputMark> SetMark(PartitionId partition) = 0;
  /// Nothing until Poll has returned everything before the mark, so ask again after each Poll: one that meets the mark
  /// ends early. Then an instant: what Poll returns from now on was taken in (`taken_at`) at or after it.
  /// Errors: kUnavailable; kPermission, kInvalidArgument (no mark can be set); kNotFound (a stream may forget marks
  /// that were set before the last 8: set another).
  virtual Result<std::optional<Instant>> PassedMark(PartitionId partition, const InputMark& mark) = 0;
  /// Poll goes on from these positions. They are not before the committed ones.
  virtual Status Rewind(PartitionId partition, InputPositions positions) = 0;
  /// While a partition is paused, Poll returns nothing of it. An assignment begins unpaused.
  virtual Status SetPaused(PartitionId /*partition*/, bool /*paused*/) {
    return Fail(Error::Internal("this stream cannot pause a partition"));
  }

  /// One transaction at a time. REQUIRES: none is open / one is open.
  virtual Status Begin() = 0;
  virtual Status Append(EventOut event) = 0;
  virtual Status Append(ResultOut result) = 0;
  virtual Status Append(OutboxOut entry) = 0;
  virtual Status Append(FollowUpOut follow_up) = 0;
  virtual Status Append(DeadLetterOut letter) = 0;
  /// Makes everything appended and the positions durable, all or nothing. Only then results reach their submitters.
  /// Errors: kAborted (nothing was written: drop scratch and rewind); kFenced; kNoSpace, kIo (outcome as for kAborted
  /// unless the message says unknown); kPermission, kInvalidArgument (nothing was written, and no repeat will help).
  virtual Status Commit(const std::map<PartitionId, InputPositions>& next) = 0;
  virtual Status Abort() = 0;

  /// Revokes what is assigned, in good order.
  virtual Status Close() = 0;
};

class EventReader {
 public:
  virtual ~EventReader() = default;
  /// The next committed events, in order of sequence, at most `most`; waits up to `timeout` when at the end.
  /// Errors: kCorruption naming the file and the last good sequence; kIo.
  virtual Result<std::vector<StoredEvent>> Read(size_t most, Duration timeout) = 0;
};

/// A published package of configuration: raw, as it was published.
struct DefinitionRecord {
  int64_t position = 0;
  std::string key;    // "workflow/issue-report@3"
  std::string value;  // serialised rasti.v1.Package
};

/// A dead letter or a note on one, as it is stored.
struct DeadLetterRecord {
  int64_t position = 0;
  Instant written_at;
  std::string key;
  std::string value;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual int partition_count() const = 0;
  /// Whether the headers of events are kept, for readers that do not open the body.
  virtual bool keeps_headers() const { return false; }
  /// Whether ReadAt finds events on this machine. Views of a log that asks others for them keep the events themselves.
  virtual bool is_local() const { return true; }

  virtual Result<std::unique_ptr<LogStream>> OpenStream(AssignmentListener& listener) = 0;
  /// Reads from `from` on. Errors: kNotFound when the log begins later.
  virtual Result<std::unique_ptr<EventReader>> OpenReader(PartitionId partition, Sequence from) = 0;
  /// The sequence that the next committed event of the partition will have.
  virtual Result<Sequence> EndSequence(PartitionId partition) = 0;
  /// Events by sequence; every one must exist. Errors: kNotFound, kCorruption.
  virtual Result<std::vector<StoredEvent>> ReadAt(PartitionId partition, const std::vector<Sequence>& sequences) = 0;

  /// Appends a package; durable when it returns. Its position orders packages of one key: the lowest wins.
  virtual Result<int64_t> Publish(std::string key, std::string value) = 0;
  /// All packages at or behind `from`, in order, up to an end asked for by this call.
  virtual Result<std::vector<DefinitionRecord>> ReadDefinitions(int64_t from) = 0;

  /// Keeps the partition's last checkpoint, a signed note, in place of the one before; durable when it returns.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): who overrides it keeps it
  virtual Status WriteCheckpoint(PartitionId /*partition*/, std::string /*note*/) {
    return Fail(Error::Internal("this log keeps no checkpoints"));
  }
  /// The last one that was written, up to an end asked for by this call; nothing where there is none.
  virtual Result<std::optional<std::string>> LastCheckpoint(PartitionId /*partition*/) { return std::nullopt; }

  /// Appends a note on a dead letter, outside of any stream; durable when it returns, with its position.
  virtual Result<int64_t> WriteDeadLetter(DeadLetterOut note) = 0;
  /// Dead letters and notes at or behind `from`, in order, at most `most`, up to an end asked for by this call: fewer
  /// than `most` are all. They are kept for a bounded time, the oldest go first.
  virtual Result<std::vector<DeadLetterRecord>> ReadDeadLetters(int64_t from, size_t most) = 0;
};

/// The partition of a key: murmur2 as the Java client's default partitioner places it.
PartitionId PartitionOf(std::string_view key, int partition_count);

}  // namespace rasti::ports
