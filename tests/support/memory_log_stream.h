// A stream of the log in memory. Its state is guarded by the log's mutex; calls come from the stream's own thread.
#pragma once

#include <set>

#include "tests/support/memory_event_log.h"

namespace rasti::test {

class MemoryEventLog::Stream : public ports::LogStream {
 public:
  Stream(MemoryEventLog& log, ports::AssignmentListener& listener) : log_(log), listener_(listener) {}
  ~Stream() override;

  Result<std::vector<ports::InputRecord>> Poll(size_t most, Duration timeout) override;
  void Wake() override;
  Result<ports::InputPositions> Committed(core::PartitionId partition) override;
  Result<ports::InputPositions> End(core::PartitionId partition) override;
  Result<bool> Passed(core::PartitionId partition, ports::InputPositions end) override;
  Result<ports::InputMark> SetMark(core::PartitionId partition) override;
  Result<std::optional<Instant>> PassedMark(core::PartitionId partition, const ports::InputMark& mark) override;
  Status Rewind(core::PartitionId partition, ports::InputPositions positions) override;
  Status SetPaused(core::PartitionId partition, bool paused) override;
  Status Begin() override;
  Status Append(ports::EventOut event) override;
  Status Append(ports::ResultOut result) override;
  Status Append(ports::OutboxOut entry) override;
  Status Append(ports::FollowUpOut follow_up) override;
  Status Append(ports::DeadLetterOut letter) override;
  Status Commit(const std::map<core::PartitionId, ports::InputPositions>& next) override;
  Status Abort() override;
  Status Close() override;

 private:
  friend class MemoryEventLog;
  using Lock = std::unique_lock<std::mutex>;

  Status Rebalance(Lock& lock);
  std::vector<ports::InputRecord> TakeInput(size_t most);
  void TakeFrom(core::PartitionId partition, ports::Input input, size_t most, std::vector<ports::InputRecord>& records);
  /// Runs `change` on the open transaction. Errors: kFenced.
  template <class Change>
  Status InTransaction(Change change);

  MemoryEventLog& log_;
  ports::AssignmentListener& listener_;
  std::set<core::PartitionId> owned_;
  std::set<core::PartitionId> paused_;  // of them
  std::set<core::PartitionId> target_;  // what it is to own
  std::set<core::PartitionId> lost_;    // not told yet
  std::map<core::PartitionId, ports::InputPositions> positions_;
  std::map<core::PartitionId, int64_t> marks_;            // how many were set,
  std::map<core::PartitionId, int64_t> marks_forgotten_;  // and forgotten, the first ones
  std::optional<Transaction> transaction_;
  bool fenced_ = false;  // the open transaction will not be committed
  bool woken_ = false;
  bool dead_ = false;  // the process crashed
  bool closed_ = false;
};

}  // namespace rasti::test
