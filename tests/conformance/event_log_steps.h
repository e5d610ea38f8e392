// Steps that the conformance tests are written in.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/command_channel.h"
#include "engine/ports/event_log.h"

namespace rasti::conformance {

using core::PartitionId;
using core::Sequence;
using ports::InputPositions;
using ports::InputRecord;

inline constexpr Duration kShort{20};
inline constexpr Duration kDeadline{20'000};

/// Keeps what a stream was told, and checks that it was told nothing impossible.
class Listener : public ports::AssignmentListener {
 public:
  Status OnAssigned(const std::vector<PartitionId>& partitions) override;
  void OnRevoked(const std::vector<PartitionId>& partitions) override;
  void OnLost(const std::vector<PartitionId>& partitions) override;

  /// Partitions that any listener holds at this moment: two owners at once are a failure.
  struct Shared {
    std::mutex mutex;
    std::set<PartitionId> owned;
  };
  explicit Listener(Shared* shared = nullptr) : shared_(shared) {}

  const std::set<PartitionId>& owned() const { return owned_; }
  bool fail_next = false;  // the next OnAssigned answers with an error

 private:
  void Drop(const std::vector<PartitionId>& partitions);

  Shared* shared_;
  std::set<PartitionId> owned_;
};

/// Waits for answers of submitted commands.
class Answers {
 public:
  ports::ResultCallback Expect(const std::string& name);
  /// The answer, or nothing as long as there is none.
  std::optional<Result<std::string>> Of(const std::string& name) const;
  size_t count() const;
  /// How often the same command was answered again: never, if all is well.
  int repeats() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Result<std::string>> answers_;
  int repeats_ = 0;
};

/// A key that the log places in this partition.
std::string KeyIn(PartitionId partition, int partition_count, int salt = 0);

ports::EventOut Event(PartitionId partition, int64_t sequence, std::string value, InputPositions input = {});
ports::ResultOut ResultFor(const InputRecord& command, std::string value);

/// The positions behind these records, beginning with the committed ones.
std::map<PartitionId, InputPositions> Behind(ports::LogStream& stream, const std::vector<InputRecord>& records);

/// Polls until `most` records came or the deadline passed.
std::vector<InputRecord> PollFor(ports::LogStream& stream, size_t most, Duration deadline = kDeadline);
/// Polls all streams in turn, dropping what comes, until the listeners own `partitions` together and evenly.
void Settle(const std::vector<ports::LogStream*>& streams, const std::vector<Listener*>& listeners, int partitions);

/// Polls until the log says that everything before `end` was returned; false when it does not say so in time. What the
/// polls return is a failure: it lies before `end` where it was not polled for.
bool AwaitPassed(ports::LogStream& stream, PartitionId partition, InputPositions end);
/// The same for a mark: its date, or nothing when it is not passed in time.
std::optional<Instant> AwaitMark(ports::LogStream& stream, PartitionId partition, const ports::InputMark& mark);

/// One committed transaction with these events; `next` as they are.
void CommitEvents(ports::LogStream& stream, ports::EventLog& log, PartitionId partition,
                  const std::vector<std::string>& values);

/// All committed events of a partition, checked for dense sequences.
std::vector<std::string> ReadAll(ports::EventLog& log, PartitionId partition);

}  // namespace rasti::conformance

#define RASTI_ASSERT_OK(expression)                            \
  do {                                                         \
    const auto& rasti_result = (expression);                   \
    ASSERT_TRUE(rasti_result) << rasti_result.error().message; \
  } while (false)
#define RASTI_EXPECT_OK(expression)                            \
  do {                                                         \
    const auto& rasti_result = (expression);                   \
    EXPECT_TRUE(rasti_result) << rasti_result.error().message; \
  } while (false)
