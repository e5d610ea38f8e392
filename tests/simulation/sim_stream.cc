#include "tests/simulation/sim_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace rasti::simulation {

Result<std::unique_ptr<SimStream>> SimStream::Open(SimLog& log, int node, const ports::Clock& clock,
                                                   ports::AssignmentListener& listener) {
  RASTI_CHECKED(log.Arrive(node, "OpenStream"));
  std::unique_ptr<SimStream> stream(new SimStream(log, node, clock, listener));
  stream->epoch_ = log.InitProducer(node);
  stream->member_ = log.Join(node);
  return stream;
}

std::vector<core::PartitionId> SimStream::held() const {
  std::vector<core::PartitionId> partitions;
  for (const auto& [id, held] : held_) partitions.push_back(id);
  return partitions;
}

Result<SimStream::Held*> SimStream::Find(core::PartitionId partition) {
  const auto found = held_.find(partition);
  if (found == held_.end()) return Fail(ErrorCode::kFenced, "the partition is not this stream's");
  return &found->second;
}

// --- input ----------------------------------------------------------------------------------------------------------

Result<std::vector<ports::InputRecord>> SimStream::Poll(size_t most, Duration) {
  RASTI_CHECKED(log_.Arrive(node_, "Poll"));
  if (closed_) return Fail(ErrorCode::kUnavailable, "the stream is closed");
  if (transaction_) log_.Violation("Poll within a transaction");
  RASTI_CHECKED(ServeGroup());

  std::vector<ports::InputRecord> records;
  Random& random = log_.faults().random();
  // What was fetched so far is any part of what is there.
  const auto fetched = [&] { return log_.faults().on() && random.Percent(40) ? random.Below(4) : most; };
  for (auto& [id, held] : held_) TakeFrom(id, ports::Input::kFollowUps, std::min(fetched(), most), records);
  std::vector<core::PartitionId> order = held();
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  for (const core::PartitionId id : order) TakeFrom(id, ports::Input::kCommands, std::min(fetched(), most), records);
  decided_at_ = clock_.Now();
  return records;
}

void SimStream::TakeFrom(core::PartitionId partition, ports::Input input, size_t most,
                         std::vector<ports::InputRecord>& records) {
  Held& held = held_.at(partition);
  const Topics& topics = log_.topics(partition);
  const ports::InputPositions end = log_.ReadableEnd(partition);
  size_t taken = 0;
  const auto take = [&](const CommandRecord& record, int64_t& position) {
    if (record.position < position) return true;
    if (taken == most) return false;
    position = record.position + 1;
    if (input == ports::Input::kCommands && log_.Mutates(Mutation::kInputLost, 5)) return true;
    records.push_back({partition, input, record.position, record.taken_at, record.key, record.value});
    ++taken;
    const size_t size = records.size();
    if (taken > 1 && log_.Mutates(Mutation::kInputReordered, 50)) std::swap(records[size - 1], records[size - 2]);
    return true;
  };
  if (input == ports::Input::kCommands) {
    for (const CommandRecord& record : topics.commands) {
      if (record.position >= end.commands) break;
      if (!take(record, held.position.commands)) return;
    }
    if (taken < most) held.position.commands = std::max(held.position.commands, end.commands);
    return;
  }
  for (const FollowUpRecord& one : topics.follow_ups) {
    const TransactionState state = log_.transaction(one.transaction).state;
    if (state == TransactionState::kOpen) return;
    if (one.record.position >= end.follow_ups) break;
    if (state == TransactionState::kCommitted && !take(one.record, held.position.follow_ups)) return;
  }
  if (taken < most) held.position.follow_ups = std::max(held.position.follow_ups, end.follow_ups);
}

Result<ports::InputPositions> SimStream::Committed(core::PartitionId partition) {
  RASTI_CHECKED(log_.Arrive(node_, "Committed"));
  RASTI_TRY(const Held* held, Find(partition));
  return held->committed;
}

Result<ports::InputPositions> SimStream::End(core::PartitionId partition) {
  RASTI_CHECKED(log_.Arrive(node_, "End"));
  RASTI_CHECKED(Find(partition));
  return log_.ReadableEnd(partition);
}

Result<bool> SimStream::Passed(core::PartitionId partition, ports::InputPositions end) {
  RASTI_TRY(const Held* held, Find(partition));
  return held->position.commands >= end.commands && held->position.follow_ups >= end.follow_ups;
}

Result<ports::InputMark> SimStream::SetMark(core::PartitionId partition) {
  RASTI_CHECKED(log_.Arrive(node_, "SetMark"));
  RASTI_TRY(Held * held, Find(partition));
  ports::InputMark mark{.number = held->marks++, .end = log_.topics(partition).end, .dated = log_.time().now()};
  if (log_.options().mutation == Mutation::kBarrierTooEarly) mark.end = held->position;
  if (log_.options().mutation == Mutation::kMarkReadable) mark.end = log_.ReadableEnd(partition);
  return mark;
}

Result<std::optional<Instant>> SimStream::PassedMark(core::PartitionId partition, const ports::InputMark& mark) {
  RASTI_TRY(const Held* held, Find(partition));
  // Fewer than any log keeps, so that it happens.
  constexpr int64_t kMarksKept = 2;
  if (mark.number < held->marks - kMarksKept) {
    return Fail(Error::NotFound(fmt::format("partition {} has no mark {}", partition.value, mark.number)));
  }
  RASTI_TRY(const bool passed, Passed(partition, mark.end));
  return passed ? std::optional(mark.dated) : std::nullopt;
}

Status SimStream::Rewind(core::PartitionId partition, ports::InputPositions positions) {
  RASTI_TRY(Held * held, Find(partition));
  if (positions.commands < held->committed.commands || positions.follow_ups < held->committed.follow_ups) {
    log_.Violation(fmt::format("partition {}: rewound to before what is committed", partition.value));
  }
  held->position = positions;
  return {};
}

// --- the group ------------------------------------------------------------------------------------------------------

Status SimStream::ServeGroup() {
  if (member_->put_out) {
    Release(held(), true);
    member_ = log_.Join(node_);
  }
  if (member_->rejoining) {
    Release(held(), false);
    member_->rejoining = false;
  }
  std::vector<core::PartitionId> revoked;
  for (const core::PartitionId id : held()) {
    if (!member_->target.contains(id)) revoked.push_back(id);
  }
  if (!revoked.empty()) Release(revoked, false);
  // Put out while it wrote its stores: it learns of that with the next call.
  if (member_->put_out) return {};

  std::vector<core::PartitionId> assigned;
  for (const core::PartitionId id : member_->target) {
    if (held_.contains(id) || !log_.MayTake(id)) continue;
    log_.Take(id, member_);
    const ports::InputPositions committed = log_.topics(id).committed;
    const core::Sequence end = log_.EndSequence(id);
    held_[id] = {committed, committed, end, end};
    assigned.push_back(id);
  }
  if (assigned.empty()) return {};
  log_.faults().Note(
      fmt::format("node {} takes {} partitions over, {} the first", node_, assigned.size(), assigned.front().value));
  return listener_.OnAssigned(assigned);
}

void SimStream::Release(const std::vector<core::PartitionId>& partitions, bool lost) {
  if (partitions.empty()) return;
  if (lost) {
    listener_.OnLost(partitions);
  } else {
    listener_.OnRevoked(partitions);
  }
  for (const core::PartitionId id : partitions) {
    held_.erase(id);
    log_.GiveUp(id, *member_);
  }
}

Status SimStream::Close() {
  if (closed_) return {};
  closed_ = true;
  static_cast<void>(Abort());
  Release(held(), member_->put_out);
  log_.Leave(member_);
  return {};
}

// --- transactions ---------------------------------------------------------------------------------------------------

Status SimStream::Begin() {
  RASTI_CHECKED(log_.Arrive(node_, "Begin"));
  RASTI_CHECK(!transaction_, "one transaction at a time");
  if (log_.IsFenced(node_, epoch_)) epoch_ = log_.InitProducer(node_);
  transaction_ = log_.Begin(node_, decided_at_);
  return {};
}

Result<size_t> SimStream::Open() const {
  RASTI_CHECK(transaction_.has_value(), "a transaction is open");
  if (log_.transaction(*transaction_).state == TransactionState::kOpen) return *transaction_;
  return Fail(ErrorCode::kFenced, "the brokers ended the transaction");
}

Status SimStream::Append(ports::EventOut event) {
  RASTI_CHECKED(log_.Arrive(node_, "Append an event"));
  RASTI_TRY(Held * held, Find(event.partition));
  RASTI_TRY(const size_t open, Open());
  if (event.sequence > held->appended) return Fail(ErrorCode::kFenced, "another owner has written since");
  if (event.sequence != held->appended) {
    return Fail(Error::Internal(
        fmt::format("sequence {} is appended where {} is next", event.sequence.value, held->appended.value)));
  }
  held->appended = held->appended.Next();
  log_.Append(open, std::move(event));
  return {};
}

Status SimStream::Append(ports::ResultOut result) {
  RASTI_CHECKED(log_.Arrive(node_, "Append a result"));
  RASTI_TRY(const size_t open, Open());
  log_.open_transaction(open).results.push_back(std::move(result));
  return {};
}

Status SimStream::Append(ports::OutboxOut entry) {
  RASTI_TRY(const size_t open, Open());
  log_.open_transaction(open).outbox.push_back(std::move(entry));
  return {};
}

Status SimStream::Append(ports::FollowUpOut follow_up) {
  RASTI_CHECKED(log_.Arrive(node_, "Append a follow-up"));
  RASTI_TRY(const size_t open, Open());
  log_.Append(open, std::move(follow_up));
  return {};
}

Status SimStream::Append(ports::DeadLetterOut letter) {
  RASTI_TRY(const size_t open, Open());
  log_.open_transaction(open).dead_letters.push_back(std::move(letter));
  return {};
}

Status SimStream::Refused(ErrorCode code, std::string message) {
  if (transaction_ && log_.transaction(*transaction_).state == TransactionState::kOpen) log_.End(*transaction_, false);
  transaction_.reset();
  for (auto& [id, held] : held_) held.appended = held.end;
  return Fail(code, std::move(message));
}

Status SimStream::Commit(const std::map<core::PartitionId, ports::InputPositions>& next) {
  RASTI_CHECKED(log_.Arrive(node_, "Commit"));
  for (const auto& [id, positions] : next) RASTI_CHECKED(Find(id));
  Faults& faults = log_.faults();
  const bool unfenced = log_.options().mutation == Mutation::kNoFencing;
  if (faults.Strikes(Fault::kAbort, 15)) {
    faults.Note(fmt::format("a commit of node {} is aborted", node_));
    return Refused(ErrorCode::kAborted, "as the simulation wants it");
  }
  if (!unfenced) {
    const bool fatal = faults.random().Percent(30);
    if (auto open = Open(); !open) return Refused(fatal ? ErrorCode::kFenced : ErrorCode::kAborted, "it took too long");
    if (member_->put_out) return Refused(fatal ? ErrorCode::kFenced : ErrorCode::kAborted, "another generation");
  }
  if (Open()) log_.open_transaction(*transaction_).next = next;

  RASTI_CHECKED(log_.Arrive(node_, "Commit, positions sent"));
  // From here on only the brokers' ending the transaction keeps it from being committed.
  if (auto open = Open(); !open) return Refused(ErrorCode::kFenced, "it took too long");
  const bool untold = faults.Strikes(Fault::kUnknown, 15);
  if (untold && faults.random().Percent(50)) {
    faults.Note(fmt::format("a commit of node {} is not written, and it is not told", node_));
    return Refused(ErrorCode::kUnavailable, "the outcome is unknown");
  }
  log_.End(*transaction_, true);
  transaction_.reset();
  if (untold) {
    faults.Note(fmt::format("a commit of node {} is written, and it is not told", node_));
    return Fail(ErrorCode::kUnavailable, "the outcome is unknown");
  }
  RASTI_CHECKED(log_.Arrive(node_, "Commit, written"));
  for (auto& [id, held] : held_) held.end = held.appended;
  for (const auto& [id, positions] : next) held_.at(id).committed = positions;
  return {};
}

Status SimStream::Abort() {
  if (transaction_) static_cast<void>(Refused(ErrorCode::kAborted, {}));
  return {};
}

// --- the log of a node ----------------------------------------------------------------------------------------------

namespace {

class SimReader final : public ports::EventReader {
 public:
  SimReader(SimLog& log, int node, core::PartitionId partition, core::Sequence from)
      : log_(log), node_(node), partition_(partition), next_(from) {}

  Result<std::vector<ports::StoredEvent>> Read(size_t most, Duration) override {
    RASTI_CHECKED(log_.Arrive(node_, "Read"));
    auto events = log_.Stable(partition_, next_, 1 + log_.faults().random().Below(most));
    if (!events.empty()) next_ = events.back().sequence.Next();
    return events;
  }

 private:
  SimLog& log_;
  int node_;
  core::PartitionId partition_;
  core::Sequence next_;
};

}  // namespace

Result<std::unique_ptr<ports::LogStream>> NodeLog::OpenStream(ports::AssignmentListener& listener) {
  return SimStream::Open(log_, node_, clock_, listener);
}

Result<std::unique_ptr<ports::EventReader>> NodeLog::OpenReader(core::PartitionId partition, core::Sequence from) {
  RASTI_CHECKED(log_.Arrive(node_, "OpenReader"));
  return std::make_unique<SimReader>(log_, node_, partition, from);
}

Result<core::Sequence> NodeLog::EndSequence(core::PartitionId partition) {
  RASTI_CHECKED(log_.Arrive(node_, "EndSequence"));
  return log_.EndSequence(partition);
}

Result<std::vector<ports::StoredEvent>> NodeLog::ReadAt(core::PartitionId partition,
                                                        const std::vector<core::Sequence>& sequences) {
  RASTI_CHECKED(log_.Arrive(node_, "ReadAt"));
  std::vector<ports::StoredEvent> found;
  for (const core::Sequence sequence : sequences) {
    auto events = log_.Stable(partition, sequence, 1);
    if (events.empty() || events.front().sequence != sequence) return Fail(Error::NotFound("no such event"));
    found.push_back(std::move(events.front()));
  }
  return found;
}

Result<int64_t> NodeLog::Publish(std::string key, std::string value) {
  return log_.Publish(std::move(key), std::move(value));
}

Result<std::vector<ports::DefinitionRecord>> NodeLog::ReadDefinitions(int64_t from) {
  RASTI_CHECKED(log_.Arrive(node_, "ReadDefinitions"));
  const auto& all = log_.definitions();
  return std::vector<ports::DefinitionRecord>(all.begin() + std::min<int64_t>(from, std::ssize(all)), all.end());
}

Result<int64_t> NodeLog::WriteDeadLetter(ports::DeadLetterOut note) {
  RASTI_CHECKED(log_.Arrive(node_, "WriteDeadLetter"));
  return log_.Keep(std::move(note));
}

Result<std::vector<ports::DeadLetterRecord>> NodeLog::ReadDeadLetters(int64_t from, size_t most) {
  RASTI_CHECKED(log_.Arrive(node_, "ReadDeadLetters"));
  std::vector<ports::DeadLetterRecord> found;
  for (const ports::DeadLetterRecord& letter : log_.dead_letters()) {
    if (letter.position >= from && found.size() < most) found.push_back(letter);
  }
  return found;
}

}  // namespace rasti::simulation
