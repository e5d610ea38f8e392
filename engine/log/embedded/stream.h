// LogStream over the shared core: polls the queues of the partitions it owns, commits in one synced write.
#pragma once

#include <rocksdb/write_batch.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/log/embedded/log_core.h"

namespace rasti::log::embedded {

class Stream : public ports::LogStream {
 public:
  Stream(std::shared_ptr<LogCore> core, ports::AssignmentListener& listener);
  /// Without a Close before: what was not committed is dropped and the listener is not called.
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

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
  using Next = std::map<core::PartitionId, ports::InputPositions>;
  struct FollowUpRun {
    int64_t first = 0;
    std::vector<FollowUp> follow_ups;
  };
  struct Transaction {
    bool open = false;
    rocksdb::WriteBatch batch;
    std::map<core::PartitionId, int64_t> end_sequences;  // of the partitions that got events
    std::map<core::PartitionId, std::map<int64_t, std::string>> results;
    std::vector<ports::OutboxOut> outbox;
    std::map<core::PartitionId, FollowUpRun> follow_ups;
    std::vector<ports::DeadLetterOut> dead_letters;
    void Clear();
  };

  Status Rebalance();
  void Take(ports::Input input, PollRoom& room, std::vector<ports::InputRecord>& to);
  Status CheckOwned(core::PartitionId partition) const;
  Status CheckTransaction(core::PartitionId partition) const;
  Status AddPositions(const LogCore::Use& use, const Next& next);
  Status AddOutbox(const LogCore::Use& use, int64_t first);
  Status AddFollowUps(const LogCore::Use& use);
  Status CheckCommit(const Next& next) const;
  Result<std::vector<Answer>> Write(const Next& next);
  std::vector<Answer> Install(const Next& next, int64_t first_outbox, int64_t first_dead_letter);

  const std::shared_ptr<LogCore> core_;
  ports::AssignmentListener& listener_;
  const std::shared_ptr<StreamSignal> signal_ = std::make_shared<StreamSignal>();
  const Assignment::MemberId member_;
  uint64_t seen_generation_ = 0;
  std::vector<core::PartitionId> owned_;  // in order
  std::set<core::PartitionId> paused_;    // of them
  size_t next_turn_ = 0;                  // index into owned_ of the partition that is asked first
  std::atomic<bool> woken_ = false;
  bool closed_ = false;
  Transaction transaction_;
  RowWriter writer_;
};

}  // namespace rasti::log::embedded
