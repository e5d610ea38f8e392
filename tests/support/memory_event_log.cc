#include "tests/support/memory_event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/support/memory_log_stream.h"

namespace rasti::test {

class MemoryEventLog::Reader : public ports::EventReader {
 public:
  Reader(MemoryEventLog& log, core::PartitionId partition, core::Sequence from)
      : log_(log), partition_(partition), next_(static_cast<size_t>(from.value)) {}

  Result<std::vector<ports::StoredEvent>> Read(size_t most, Duration timeout) override {
    std::unique_lock lock(log_.mutex_);
    const auto& events = log_.At(partition_).events;
    log_.changed_.wait_for(lock, timeout, [&] { return events.size() > next_; });
    std::vector<ports::StoredEvent> read;
    for (; next_ < events.size() && read.size() < most; ++next_) read.push_back(events[next_]);
    return read;
  }

 private:
  MemoryEventLog& log_;
  core::PartitionId partition_;
  size_t next_;
};

MemoryEventLog::MemoryEventLog(MemoryLogOptions options, const ports::Clock& clock)
    : options_(options), clock_(clock), partitions_(static_cast<size_t>(options.partitions)) {
  for (size_t i = 0; i < partitions_.size(); ++i) partitions_[i].id = {static_cast<int32_t>(i)};
}

MemoryEventLog::~MemoryEventLog() { Crash(/*keep_commands=*/false); }

Status MemoryEventLog::CheckPartition(core::PartitionId partition) const {
  if (partition.value >= 0 && partition.value < options_.partitions) return {};
  return Fail(Error::Invalid(fmt::format("there is no partition {}", partition.value)));
}

Result<std::unique_ptr<ports::LogStream>> MemoryEventLog::OpenStream(ports::AssignmentListener& listener) {
  auto stream = std::make_unique<Stream>(*this, listener);
  const std::scoped_lock lock(mutex_);
  if (const auto fails = std::exchange(next_open_fails_, std::nullopt)) return Fail(*fails);
  streams_.push_back(stream.get());
  Share();
  return stream;
}

void MemoryEventLog::Share() {
  for (Stream* stream : streams_) stream->target_.clear();
  for (size_t i = 0; i < partitions_.size() && !streams_.empty(); ++i) {
    streams_[i % streams_.size()]->target_.insert(partitions_[i].id);
  }
  changed_.notify_all();
}

void MemoryEventLog::Forget(Stream& stream) {
  stream.closed_ = true;
  stream.owned_.clear();
  stream.target_.clear();
  for (Partition& partition : partitions_) {
    if (partition.owner == &stream) partition.owner = nullptr;
  }
  if (std::erase(streams_, &stream) > 0) Share();
}

Result<std::unique_ptr<ports::EventReader>> MemoryEventLog::OpenReader(core::PartitionId partition,
                                                                       core::Sequence from) {
  RASTI_CHECKED(CheckPartition(partition));
  return std::make_unique<Reader>(*this, partition, from);
}

Result<core::Sequence> MemoryEventLog::EndSequence(core::PartitionId partition) {
  RASTI_CHECKED(CheckPartition(partition));
  const std::scoped_lock lock(mutex_);
  return core::Sequence{static_cast<int64_t>(At(partition).events.size())};
}

Result<std::vector<ports::StoredEvent>> MemoryEventLog::ReadAt(core::PartitionId partition,
                                                               const std::vector<core::Sequence>& sequences) {
  RASTI_CHECKED(CheckPartition(partition));
  const std::scoped_lock lock(mutex_);
  const auto& events = At(partition).events;
  std::vector<ports::StoredEvent> found;
  for (const core::Sequence sequence : sequences) {
    if (sequence.value < 0 || sequence.value >= static_cast<int64_t>(events.size())) {
      return Fail(Error::NotFound(fmt::format("partition {} has no event {}", partition.value, sequence.value)));
    }
    found.push_back(events[static_cast<size_t>(sequence.value)]);
  }
  return found;
}

Result<int64_t> MemoryEventLog::Publish(std::string key, std::string value) {
  const std::scoped_lock lock(mutex_);
  const auto position = static_cast<int64_t>(definitions_.size());
  definitions_.push_back({position, std::move(key), std::move(value)});
  return position;
}

Result<std::vector<ports::DefinitionRecord>> MemoryEventLog::ReadDefinitions(int64_t from) {
  const std::scoped_lock lock(mutex_);
  const auto skipped = std::clamp(from, int64_t{0}, static_cast<int64_t>(definitions_.size()));
  return std::vector<ports::DefinitionRecord>(definitions_.begin() + skipped, definitions_.end());
}

Status MemoryEventLog::WriteCheckpoint(core::PartitionId partition, std::string note) {
  const std::scoped_lock lock(mutex_);
  checkpoints_[partition] = std::move(note);
  return {};
}

Result<std::optional<std::string>> MemoryEventLog::LastCheckpoint(core::PartitionId partition) {
  const std::scoped_lock lock(mutex_);
  const auto found = checkpoints_.find(partition);
  if (found == checkpoints_.end()) return std::nullopt;
  return found->second;
}

int64_t MemoryEventLog::Keep(ports::DeadLetterOut letter) {
  const auto position = static_cast<int64_t>(dead_letters_.size());
  dead_letters_.push_back({position, clock_.Now(), std::move(letter.key), std::move(letter.value)});
  return position;
}

Result<int64_t> MemoryEventLog::WriteDeadLetter(ports::DeadLetterOut note) {
  const std::scoped_lock lock(mutex_);
  return Keep(std::move(note));
}

Result<std::vector<ports::DeadLetterRecord>> MemoryEventLog::ReadDeadLetters(int64_t from, size_t most) {
  const std::scoped_lock lock(mutex_);
  const auto end = static_cast<int64_t>(dead_letters_.size());
  const int64_t first = std::clamp(from, int64_t{0}, end);
  const int64_t last = first + static_cast<int64_t>(std::min(most, static_cast<size_t>(end - first)));
  return std::vector<ports::DeadLetterRecord>(dead_letters_.begin() + first, dead_letters_.begin() + last);
}

Status MemoryEventLog::Submit(std::string key, std::string signed_command, ports::ResultCallback done) {
  const std::scoped_lock lock(mutex_);
  size_t waiting = 0;
  for (const Partition& partition : partitions_) waiting += partition.commands.size();
  if (waiting >= options_.queue_most) return Fail(ErrorCode::kUnavailable, "too many commands wait: try again later");
  Partition& partition = At(ports::PartitionOf(key, options_.partitions));
  if (std::exchange(partition.gap_in_commands, false)) ++partition.end.commands;
  partition.commands[partition.end.commands++] = {std::move(key), std::move(signed_command), clock_.Now(),
                                                  std::move(done)};
  changed_.notify_all();
  return {};
}

Status MemoryEventLog::CheckTransaction(const Stream& stream, const Transaction& transaction,
                                        const NextPositions& next) const {
  std::map<core::PartitionId, int64_t> expected;
  for (const ports::EventOut& event : transaction.events) {
    RASTI_CHECKED(CheckPartition(event.partition));
    if (!stream.owned_.contains(event.partition)) return Fail(ErrorCode::kFenced, "the partition has another owner");
    auto [at, first] = expected.try_emplace(event.partition, static_cast<int64_t>(At(event.partition).events.size()));
    if (event.sequence.value != at->second++) {
      return Fail(Error::Internal(
          fmt::format("partition {}: event {} is not the next one", event.partition.value, event.sequence.value)));
    }
  }
  for (const auto& [partition, positions] : next) {
    RASTI_CHECKED(CheckPartition(partition));
    if (!stream.owned_.contains(partition)) return Fail(ErrorCode::kFenced, "the partition has another owner");
    const Partition& own = At(partition);
    const bool inside = positions.commands >= own.committed.commands && positions.commands <= own.end.commands &&
                        positions.follow_ups >= own.committed.follow_ups && positions.follow_ups <= own.end.follow_ups;
    if (!inside) {
      return Fail(Error::Internal(fmt::format("partition {}: positions outside what is waiting", partition.value)));
    }
  }
  return {};
}

MemoryEventLog::Answers MemoryEventLog::Install(Transaction transaction, const NextPositions& next) {
  for (ports::EventOut& event : transaction.events) {
    At(event.partition)
        .events.push_back({event.partition, event.sequence, std::move(event.key), std::move(event.value), event.input});
  }
  Answers answers;
  for (ports::ResultOut& result : transaction.results) {
    auto& commands = At(result.partition).commands;
    if (const auto asked = commands.find(result.answers); asked != commands.end() && asked->second.done) {
      answers.emplace_back(std::exchange(asked->second.done, nullptr), result.value);
    }
    results_.push_back(std::move(result));
  }
  std::ranges::move(transaction.outbox, std::back_inserter(outbox_));
  for (ports::DeadLetterOut& letter : transaction.dead_letters) Keep(std::move(letter));
  for (const auto& [id, positions] : next) {
    Partition& partition = At(id);
    partition.committed = positions;
    for (auto& [position, command] : partition.commands) {
      if (position >= positions.commands || !command.done) continue;
      answers.emplace_back(std::move(command.done), Fail(Error::Invalid("the command was dropped without a result")));
    }
    partition.commands.erase(partition.commands.begin(), partition.commands.lower_bound(positions.commands));
    partition.follow_ups.erase(partition.follow_ups.begin(), partition.follow_ups.lower_bound(positions.follow_ups));
    partition.gap_in_commands = partition.gap_in_follow_ups = options_.position_gaps;
  }
  for (ports::FollowUpOut& follow_up : transaction.follow_ups) {
    Partition& target = At(ports::PartitionOf(follow_up.key, options_.partitions));
    if (std::exchange(target.gap_in_follow_ups, false)) ++target.end.follow_ups;
    target.follow_ups[target.end.follow_ups++] = {std::move(follow_up.key), std::move(follow_up.value), clock_.Now(),
                                                  nullptr};
  }
  return answers;
}

void MemoryEventLog::Answer(Answers answers) {  // NOLINT(performance-unnecessary-value-param): its results are moved
  for (auto& [done, result] : answers) done(std::move(result));
}

void MemoryEventLog::FailNextOpen(Error error) {
  const std::scoped_lock lock(mutex_);
  next_open_fails_ = std::move(error);
}

void MemoryEventLog::FailNextCommit(Error error, bool written) {
  const std::scoped_lock lock(mutex_);
  next_commit_fails_.emplace(std::move(error), written);
}

void MemoryEventLog::ForgetMarks() {
  const std::scoped_lock lock(mutex_);
  for (Stream* stream : streams_) stream->marks_forgotten_ = stream->marks_;
}

void MemoryEventLog::HoldMarks(bool hold) {
  const std::scoped_lock lock(mutex_);
  holds_marks_ = hold;
}

void MemoryEventLog::LoseAssignments() {
  const std::scoped_lock lock(mutex_);
  for (Stream* stream : streams_) {
    stream->lost_.insert(stream->owned_.begin(), stream->owned_.end());
    stream->owned_.clear();
    stream->positions_.clear();
    stream->fenced_ = stream->transaction_.has_value();
  }
  for (Partition& partition : partitions_) partition.owner = nullptr;
  changed_.notify_all();
}

void MemoryEventLog::Crash(bool keep_commands) {
  Answers answers;
  {
    const std::scoped_lock lock(mutex_);
    for (Stream* stream : streams_) {
      stream->dead_ = true;
      stream->owned_.clear();
    }
    streams_.clear();
    for (Partition& partition : partitions_) {
      partition.owner = nullptr;
      for (auto& [position, command] : partition.commands) {
        if (!command.done) continue;
        answers.emplace_back(std::exchange(command.done, nullptr),
                             Fail(ErrorCode::kUnavailable, "the engine went away: submit again"));
      }
      if (!keep_commands) partition.commands.clear();
    }
    changed_.notify_all();
  }
  Answer(std::move(answers));
}

void MemoryEventLog::AppendRaw(core::PartitionId partition, std::vector<ports::StoredEvent> events) {
  const std::scoped_lock lock(mutex_);
  for (ports::StoredEvent& event : events) At(partition).events.push_back(std::move(event));
  changed_.notify_all();
}

void MemoryEventLog::FlipByte(core::PartitionId partition, core::Sequence sequence, size_t offset) {
  const std::scoped_lock lock(mutex_);
  std::string& value = At(partition).events.at(static_cast<size_t>(sequence.value)).value;
  value.at(offset) = static_cast<char>(value.at(offset) ^ 0x01);
}

std::vector<ports::StoredEvent> MemoryEventLog::events(core::PartitionId partition) const {
  const std::scoped_lock lock(mutex_);
  return At(partition).events;
}

std::vector<ports::OutboxOut> MemoryEventLog::outbox() const {
  const std::scoped_lock lock(mutex_);
  return outbox_;
}

std::vector<ports::ResultOut> MemoryEventLog::results() const {
  const std::scoped_lock lock(mutex_);
  return results_;
}

size_t MemoryEventLog::pending_commands() const {
  const std::scoped_lock lock(mutex_);
  size_t pending = 0;
  for (const Partition& partition : partitions_) pending += partition.commands.size();
  return pending;
}

size_t MemoryEventLog::pending_follow_ups() const {
  const std::scoped_lock lock(mutex_);
  size_t pending = 0;
  for (const Partition& partition : partitions_) pending += partition.follow_ups.size();
  return pending;
}

}  // namespace rasti::test
