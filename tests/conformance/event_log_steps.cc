#include "tests/conformance/event_log_steps.h"

#include <algorithm>
#include <chrono>

namespace rasti::conformance {
namespace {

auto DeadlineIn(Duration duration) { return std::chrono::steady_clock::now() + duration; }
bool Passed(std::chrono::steady_clock::time_point deadline) { return std::chrono::steady_clock::now() > deadline; }

}  // namespace

Status Listener::OnAssigned(const std::vector<PartitionId>& partitions) {
  EXPECT_FALSE(partitions.empty());
  if (std::exchange(fail_next, false)) return Fail(ErrorCode::kUnavailable, "not yet");
  for (const PartitionId partition : partitions) {
    EXPECT_TRUE(owned_.insert(partition).second) << "assigned twice: " << partition;
    if (shared_ == nullptr) continue;
    const std::lock_guard lock(shared_->mutex);
    EXPECT_TRUE(shared_->owned.insert(partition).second) << "two owners of partition " << partition;
  }
  return {};
}

void Listener::OnRevoked(const std::vector<PartitionId>& partitions) { Drop(partitions); }
void Listener::OnLost(const std::vector<PartitionId>& partitions) { Drop(partitions); }

void Listener::Drop(const std::vector<PartitionId>& partitions) {
  for (const PartitionId partition : partitions) {
    EXPECT_EQ(owned_.erase(partition), 1U) << "taken though not owned: " << partition;
    if (shared_ == nullptr) continue;
    const std::lock_guard lock(shared_->mutex);
    shared_->owned.erase(partition);
  }
}

ports::ResultCallback Answers::Expect(const std::string& name) {
  return [this, name](Result<std::string> result) {
    const std::lock_guard lock(mutex_);
    if (!answers_.emplace(name, std::move(result)).second) ++repeats_;
  };
}

std::optional<Result<std::string>> Answers::Of(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(name);
  if (found == answers_.end()) return std::nullopt;
  return found->second;
}

size_t Answers::count() const {
  const std::lock_guard lock(mutex_);
  return answers_.size();
}

int Answers::repeats() const {
  const std::lock_guard lock(mutex_);
  return repeats_;
}

std::string KeyIn(PartitionId partition, int partition_count, int salt) {
  for (int i = 0;; ++i) {
    std::string key = "key-" + std::to_string(salt) + "-" + std::to_string(i);
    key.resize(16, '.');
    if (ports::PartitionOf(key, partition_count) == partition) return key;
  }
}

ports::EventOut Event(PartitionId partition, int64_t sequence, std::string value, InputPositions input) {
  return {.partition = partition,
          .sequence = {sequence},
          .key = "0123456789abcdef",
          .value = std::move(value),
          .input = input,
          .headers = {}};
}

ports::ResultOut ResultFor(const InputRecord& command, std::string value) {
  return {.partition = command.partition,
          .answers = command.position,
          .key = command.key,
          .value = std::move(value),
          .input = {}};
}

std::map<PartitionId, InputPositions> Behind(ports::LogStream& stream, const std::vector<InputRecord>& records) {
  std::map<PartitionId, InputPositions> next;
  for (const InputRecord& record : records) {
    if (!next.contains(record.partition)) {
      const auto committed = stream.Committed(record.partition);
      EXPECT_TRUE(committed);
      if (committed) next[record.partition] = *committed;
    }
    InputPositions& positions = next[record.partition];
    int64_t& position = record.input == ports::Input::kCommands ? positions.commands : positions.follow_ups;
    position = std::max(position, record.position + 1);
  }
  return next;
}

std::vector<InputRecord> PollFor(ports::LogStream& stream, size_t most, Duration deadline) {
  const auto end = DeadlineIn(deadline);
  std::vector<InputRecord> records;
  while (records.size() < most && !Passed(end)) {
    auto polled = stream.Poll(most - records.size(), kShort);
    EXPECT_TRUE(polled) << polled.error().message;
    if (!polled) break;
    std::move(polled->begin(), polled->end(), std::back_inserter(records));
  }
  return records;
}

void Settle(const std::vector<ports::LogStream*>& streams, const std::vector<Listener*>& listeners, int partitions) {
  const auto end = DeadlineIn(kDeadline);
  const auto settled = [&] {
    size_t owned = 0;
    size_t least = SIZE_MAX;
    size_t most = 0;
    for (const Listener* listener : listeners) {
      owned += listener->owned().size();
      least = std::min(least, listener->owned().size());
      most = std::max(most, listener->owned().size());
    }
    return owned == static_cast<size_t>(partitions) && most - least <= 1;
  };
  while (!settled()) {
    ASSERT_FALSE(Passed(end)) << "the partitions were not spread evenly in time";
    for (ports::LogStream* stream : streams) {
      const auto polled = stream->Poll(0, Duration{1});
      ASSERT_TRUE(polled) << polled.error().message;
    }
  }
}

std::optional<Instant> AwaitMark(ports::LogStream& stream, PartitionId partition, const ports::InputMark& mark) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto passed = stream.PassedMark(partition, mark);
    EXPECT_TRUE(passed) << passed.error().message;
    if (!passed || passed->has_value()) return passed ? *passed : std::nullopt;
    const auto records = stream.Poll(1, kShort);
    EXPECT_TRUE(records && records->empty());
  }
  return std::nullopt;
}

bool AwaitPassed(ports::LogStream& stream, PartitionId partition, InputPositions end) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto passed = stream.Passed(partition, end);
    EXPECT_TRUE(passed) << passed.error().message;
    if (!passed || *passed) return passed && *passed;
    const auto records = stream.Poll(1, kShort);
    EXPECT_TRUE(records && records->empty());
  }
  return false;
}

void CommitEvents(ports::LogStream& stream, ports::EventLog& log, PartitionId partition,
                  const std::vector<std::string>& values) {
  const auto end = log.EndSequence(partition);
  RASTI_ASSERT_OK(end);
  const auto committed = stream.Committed(partition);
  RASTI_ASSERT_OK(committed);
  RASTI_ASSERT_OK(stream.Begin());
  int64_t sequence = end->value;
  for (const std::string& value : values) RASTI_ASSERT_OK(stream.Append(Event(partition, sequence++, value)));
  RASTI_ASSERT_OK(stream.Commit({{partition, *committed}}));
}

std::vector<std::string> ReadAll(ports::EventLog& log, PartitionId partition) {
  std::vector<std::string> values;
  const auto end = log.EndSequence(partition);
  auto reader = log.OpenReader(partition, {0});
  EXPECT_TRUE(end && reader);
  if (!end || !reader) return values;
  while (static_cast<int64_t>(values.size()) < end->value) {
    const auto events = (*reader)->Read(1'000, kDeadline);
    EXPECT_TRUE(events) << events.error().message;
    if (!events || events->empty()) break;
    for (const ports::StoredEvent& event : *events) {
      EXPECT_EQ(event.sequence.value, static_cast<int64_t>(values.size()));
      EXPECT_EQ(event.partition, partition);
      values.push_back(event.value);
    }
  }
  return values;
}

}  // namespace rasti::conformance
