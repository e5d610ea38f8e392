// A member of the consumer group with a transactional producer: what a stream thread polls, decides and commits.
//
// The group is subscribed to commands; followups are assigned beside them, because no assignor promises to keep the
// partitions of two topics together. Records are taken one by one, not in batches: a batch may hold records from both
// sides of a rebalance.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "engine/log/kafka/input_buffer.h"
#include "engine/log/kafka/log_core.h"
#include "engine/log/kafka/marks.h"
#include "engine/log/kafka/transactions.h"

namespace rasti::log::kafka {

class Stream : public ports::LogStream {
 public:
  static Result<std::unique_ptr<Stream>> Open(std::shared_ptr<LogCore> core, ports::AssignmentListener& listener);
  /// Without a Close the listener is told nothing, as after a crash; the group learns of it at once.
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
  using Partitions = std::vector<core::PartitionId>;
  struct Held {
    ports::InputPositions committed;
    InputBuffer commands;
    InputBuffer follow_ups;
    core::Sequence end;        // of its events, as committed
    core::Sequence appended;   // in the open transaction
    std::string last_value{};  // of the last event that was appended, with its input
    ports::InputPositions last_input{};
    bool announced = false;
    bool paused = false;
  };

  Stream(std::shared_ptr<LogCore> core, ports::AssignmentListener& listener);
  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
                          void* opaque);
  static int OnStatistics(rd_kafka_t* client, char* json, size_t length, void* opaque);
  Status Assign(const Partitions& partitions);
  void Revoke(const Partitions& partitions, bool lost);
  /// Answers the group that nothing of what it assigned is taken.
  Status AssignNothing();
  Status Announce();
  /// Waits until no transaction is open that an earlier owner may have begun.
  Status AwaitSettled(core::PartitionId partition);
  /// Gives the subscription up and waits until the group has forgotten this member: closing alone would keep a static
  /// one's partitions until its session ends.
  void GiveUpMembership();
  bool IsMember(const std::string& id) const;
  /// Leaves the group, serving its last rebalance. Not for ever, because closing can hang in librdkafka 2.0 (#4528):
  /// the brokers give a member up that is silent, and its commits are refused from then on.
  void Leave();
  /// librdkafka 2.0 dies of an assertion (rd_kafka_sticky_assignor_state_destroy) when a member goes that has joined
  /// and was never assigned anything, not even nothing.
  void AwaitFirstAssignment();
  bool IsUndying() const;
  /// Where the group has got to. A position that the brokers have lost, or that lies outside of what they keep, is
  /// found again in the log. Errors: kUnavailable, kPermission; kCorruption where the log has decided input that is
  /// gone.
  Result<std::map<core::PartitionId, ports::InputPositions>> FetchCommitted(const Partitions& partitions);
  PartitionList ListOf(const std::map<core::PartitionId, ports::InputPositions>& positions) const;
  /// Takes in at most `most` records, and serves the group; waits up to `timeout` for the first.
  Status Fetch(size_t most, Duration timeout);
  Status Accept(const rd_kafka_message_t& message);
  std::vector<ports::InputRecord> Take(size_t most);
  size_t waiting() const;
  Result<Held*> Find(core::PartitionId partition);
  Status Write(const std::string& topic, int32_t partition, std::string_view key, std::string_view value,
               const Headers& headers);
  Result<bool> WasCommitted(const std::map<core::PartitionId, ports::InputPositions>& sent);
  /// Whether the last event that was appended is in the log. Errors: kFenced where another owner's is in its place.
  Result<bool> IsWritten(core::PartitionId partition, const Held& held);
  void DropAppended();
  bool is_cooperative() const;

  const std::shared_ptr<LogCore> core_;
  ports::AssignmentListener& listener_;
  const int member_;
  Transactions transactions_;
  std::unique_ptr<Marks> marks_;
  Client client_;
  Queue queue_;
  std::map<core::PartitionId, Held> held_;
  Status rebalanced_;          // what the last rebalance met
  bool listening_ = true;      // false while it goes without a Close
  bool was_assigned_ = false;  // or was told that it gets nothing
  bool changed_ = false;       // since Poll began: there was a rebalance, or a mark was met
  bool leaving_ = false;       // what is assigned from now on is not taken
  bool closed_ = false;
  bool broken_ = false;  // an assignment failed: nothing more is polled
  size_t turn_ = 0;      // whose commands come first
  std::atomic<bool> woken_ = false;
};

}  // namespace rasti::log::kafka
