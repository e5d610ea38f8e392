// A stream of the simulated cluster: a member of the group with a transactional producer. At each call its process may
// stand still, die, or find the brokers away; a commit may be refused, or its outcome not be told.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "tests/simulation/sim_log.h"

namespace rasti::simulation {

class SimStream final : public ports::LogStream {
 public:
  /// All referred to outlives the stream. Gone without Close, it is as if its process had died.
  static Result<std::unique_ptr<SimStream>> Open(SimLog& log, int node, const ports::Clock& clock,
                                                 ports::AssignmentListener& listener);

  Result<std::vector<ports::InputRecord>> Poll(size_t most, Duration timeout) override;
  void Wake() override {}
  Result<ports::InputPositions> Committed(core::PartitionId partition) override;
  Result<ports::InputPositions> End(core::PartitionId partition) override;
  Result<bool> Passed(core::PartitionId partition, ports::InputPositions end) override;
  Result<ports::InputMark> SetMark(core::PartitionId partition) override;
  Result<std::optional<Instant>> PassedMark(core::PartitionId partition, const ports::InputMark& mark) override;
  Status Rewind(core::PartitionId partition, ports::InputPositions positions) override;
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
  struct Held {
    ports::InputPositions committed;
    ports::InputPositions position;  // of what Poll returns next
    core::Sequence appended;         // the sequence that is to come next
    core::Sequence end;              // the same, without the open transaction
    int64_t marks = 0;               // that were set
  };

  SimStream(SimLog& log, int node, const ports::Clock& clock, ports::AssignmentListener& listener)
      : log_(log), node_(node), clock_(clock), listener_(listener) {}

  Status ServeGroup();
  void Release(const std::vector<core::PartitionId>& partitions, bool lost);
  std::vector<core::PartitionId> held() const;
  Result<Held*> Find(core::PartitionId partition);
  void TakeFrom(core::PartitionId partition, ports::Input input, size_t most, std::vector<ports::InputRecord>& records);
  /// The transaction that is open; kFenced where the brokers ended it or another process has the node's name.
  Result<size_t> Open() const;
  Status Refused(ErrorCode code, std::string message);

  SimLog& log_;
  const int node_;
  const ports::Clock& clock_;
  ports::AssignmentListener& listener_;
  std::shared_ptr<Member> member_;
  int epoch_ = 0;
  std::map<core::PartitionId, Held> held_;
  std::optional<size_t> transaction_;
  Instant decided_at_{};
  bool closed_ = false;
};

/// The cluster as one node sees it.
class NodeLog final : public ports::EventLog {
 public:
  NodeLog(SimLog& log, int node, const ports::Clock& clock) : log_(log), node_(node), clock_(clock) {}

  int partition_count() const override { return log_.options().partitions; }
  Result<std::unique_ptr<ports::LogStream>> OpenStream(ports::AssignmentListener& listener) override;
  Result<std::unique_ptr<ports::EventReader>> OpenReader(core::PartitionId partition, core::Sequence from) override;
  Result<core::Sequence> EndSequence(core::PartitionId partition) override;
  Result<std::vector<ports::StoredEvent>> ReadAt(core::PartitionId partition,
                                                 const std::vector<core::Sequence>& sequences) override;
  Result<int64_t> Publish(std::string key, std::string value) override;
  Result<std::vector<ports::DefinitionRecord>> ReadDefinitions(int64_t from) override;
  Result<int64_t> WriteDeadLetter(ports::DeadLetterOut note) override;
  Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(int64_t from, size_t most) override;

 private:
  SimLog& log_;
  const int node_;
  const ports::Clock& clock_;
};

}  // namespace rasti::simulation
