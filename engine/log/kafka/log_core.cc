#include "engine/log/kafka/log_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/records.h"

namespace rasti::log::kafka {
namespace {

// So many offsets are read through rather than searched.
constexpr int64_t kNear = 256;
// The last record lies within so many offsets of the end, or within eight times as many, and so on.
constexpr int64_t kTailFirst = 16;
constexpr int64_t kTailGrowth = 8;

Result<int64_t> SequenceOf(const rd_kafka_message_t& message) {
  const auto header = HeaderOf(message, kSequenceHeader);
  const auto number = header ? ParseNumber(*header) : std::nullopt;
  if (!number) return Fail(Error::Corruption(fmt::format("{}: no header {}", PlaceOf(message), kSequenceHeader)));
  return *number;
}

}  // namespace

Result<std::shared_ptr<LogCore>> LogCore::Open(KafkaLogOptions options) {
  RASTI_TRY(const Client probe, MakeProbe(options));
  RASTI_TRY(const int partitions,
            CheckTopics(probe.get(), TopicNames(options.topic_prefix), options.request_timeout, options.keep_commands));
  return OpenUnchecked(std::move(options), partitions);
}

Result<std::shared_ptr<LogCore>> LogCore::OpenUnchecked(KafkaLogOptions options, int partitions) {
  RASTI_TRY(Client committed, MakeInquirer(options, Isolation::kCommitted));
  RASTI_TRY(Client uncommitted, MakeInquirer(options, Isolation::kUncommitted));
  std::shared_ptr<LogCore> core(new LogCore(std::move(options), std::move(committed), std::move(uncommitted)));
  core->partitions_ = partitions;
  core->readers_.ShareAmong(partitions);
  core->tails_.resize(static_cast<size_t>(partitions));
  return core;
}

Status LogCore::CheckPartition(core::PartitionId partition) const {
  if (partition.value >= 0 && partition.value < partitions_) return {};
  return Fail(Error::NotFound(fmt::format("there is no partition {}: the log has {}", partition.value, partitions_)));
}

Result<LogCore::Range> LogCore::Stable(const std::string& topic, int32_t partition) {
  return AskWatermarks(committed_.get(), topic, partition, options_.request_timeout);
}

Result<LogCore::Range> LogCore::Real(const std::string& topic, int32_t partition) {
  return AskWatermarks(uncommitted_.get(), topic, partition, options_.request_timeout);
}

Result<std::vector<LogCore::Range>> LogCore::Real(const std::vector<std::pair<std::string, int32_t>>& partitions) {
  return AskAllWatermarks(uncommitted_.get(), partitions, options_.request_timeout);
}

Result<std::vector<Message>> LogCore::ReadToEnd(const std::string& topic, int32_t partition, int64_t from,
                                                size_t most) {
  RASTI_TRY(const Range range, Stable(topic, partition));
  std::vector<Message> all;
  from = std::max(from, range.begin);
  if (from >= range.end) return all;
  RASTI_TRY(const auto reader, readers_.Open(topic, partition, from));
  auto give_up = std::chrono::steady_clock::now() + options_.request_timeout;
  while (reader->position() < range.end && all.size() < most) {
    RASTI_TRY(auto messages, reader->Read(most - all.size(), Duration{100}));
    const auto now = std::chrono::steady_clock::now();
    if (!messages.empty()) give_up = now + options_.request_timeout;
    // After a pause of the whole process the time is over although the end was met.
    if (now > give_up && reader->position() < range.end) {
      return Fail(ErrorCode::kUnavailable, fmt::format("kafka: {}-{}: reading stands still at offset {} of {}", topic,
                                                       partition, reader->position(), range.end));
    }
    for (Message& message : messages) {
      if (message->offset < range.end) all.push_back(std::move(message));
    }
  }
  return all;
}

// Null where none is left before the end.
Result<Message> LogCore::FirstFrom(const std::string& topic, int32_t partition, int64_t offset) {
  RASTI_TRY(const auto reader, readers_.Open(topic, partition, offset));
  const auto deadline = std::chrono::steady_clock::now() + options_.request_timeout;
  while (!reader->at_end() && std::chrono::steady_clock::now() < deadline) {
    RASTI_TRY(auto messages, reader->Read(1, Duration{100}));
    if (!messages.empty()) return std::move(messages.front());
  }
  if (reader->at_end()) return Message();
  return Fail(ErrorCode::kUnavailable, fmt::format("kafka: {}-{}: no record in time", topic, partition));
}

// Null where there is none.
Result<Message> LogCore::LastOf(const std::string& topic, int32_t partition, const Range& range) {
  for (int64_t back = kTailFirst;; back *= kTailGrowth) {
    const int64_t from = std::max(range.begin, range.end - back);
    RASTI_TRY(auto messages, ReadToEnd(topic, partition, from));
    if (!messages.empty()) return std::move(messages.back());
    if (from == range.begin) return Message();
  }
}

Result<core::Sequence> LogCore::EndSequence(core::PartitionId partition) {
  RASTI_TRY(const Range range, Stable(names_.events, partition.value));
  Tail known;
  {
    const std::lock_guard lock(mutex_);
    known = tails_[static_cast<size_t>(partition.value)];
  }
  if (known.offset >= range.end) return std::max(known.end, known.committed);
  RASTI_TRY(const Message last, LastOf(names_.events, partition.value, range));
  Tail found{range.end, {}, {}};
  if (last != nullptr) {
    RASTI_TRY(const int64_t sequence, SequenceOf(*last));
    found.end.value = sequence + 1;
  }
  const std::lock_guard lock(mutex_);
  Tail& tail = tails_[static_cast<size_t>(partition.value)];
  if (found.offset > tail.offset) {
    tail.offset = found.offset;
    tail.end = found.end;
  }
  return std::max(found.end, tail.committed);
}

void LogCore::NoteEnd(core::PartitionId partition, core::Sequence end) {
  const std::lock_guard lock(mutex_);
  Tail& tail = tails_[static_cast<size_t>(partition.value)];
  tail.committed = std::max(tail.committed, end);
}

Result<int64_t> LogCore::OffsetNear(core::PartitionId partition, core::Sequence sequence) {
  RASTI_TRY(Range range, Stable(names_.events, partition.value));
  if (sequence.value <= 0) return range.begin;
  // Sequences are dense and offsets are not, so an event's offset is never below its sequence.
  int64_t probe = range.begin + sequence.value;
  while (range.end - range.begin > kNear) {
    if (probe <= range.begin || probe >= range.end) probe = range.begin + (range.end - range.begin) / 2;
    RASTI_TRY(const Message message, FirstFrom(names_.events, partition.value, probe));
    if (message == nullptr) {
      range.end = probe;
    } else {
      RASTI_TRY(const int64_t found, SequenceOf(*message));
      if (found == sequence.value) return message->offset;
      if (found > sequence.value) {
        range.end = probe;
      } else {
        range.begin = message->offset + 1;
      }
    }
    probe = -1;
  }
  return range.begin;
}

Result<ports::InputPositions> LogCore::LastInput(core::PartitionId partition) {
  ports::InputPositions next;
  for (const std::string& topic : {names_.events, names_.results}) {
    RASTI_TRY(const Range range, Stable(topic, partition.value));
    RASTI_TRY(const Message last, LastOf(topic, partition.value, range));
    if (last == nullptr) continue;
    const auto header = HeaderOf(*last, kInputHeader);
    const auto input = header ? ParseInputHeader(*header) : std::nullopt;
    if (!input) return Fail(Error::Corruption(fmt::format("{}: no header {}", PlaceOf(*last), kInputHeader)));
    next.commands = std::max(next.commands, input->commands);
    next.follow_ups = std::max(next.follow_ups, input->follow_ups);
  }
  // What was trimmed was decided, also where nothing but a result said so and that is gone too.
  RASTI_TRY(const Range commands, Stable(names_.commands, partition.value));
  RASTI_TRY(const Range follow_ups, Stable(names_.follow_ups, partition.value));
  next.commands = std::max(next.commands, commands.begin);
  next.follow_ups = std::max(next.follow_ups, follow_ups.begin);
  return next;
}

int LogCore::TakeMember() {
  const std::lock_guard lock(mutex_);
  int member = 0;
  while (!members_.insert(member).second) ++member;
  return member;
}

void LogCore::GiveBackMember(int member) {
  const std::lock_guard lock(mutex_);
  members_.erase(member);
}

}  // namespace rasti::log::kafka
