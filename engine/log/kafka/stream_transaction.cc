// The transactions of a stream.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/log/kafka/events_reader.h"
#include "engine/log/kafka/stream.h"

namespace rasti::log::kafka {
namespace {

using Group = Owned<rd_kafka_consumer_group_metadata_t>;

Error WrittenByAnother(core::PartitionId partition) {
  return {ErrorCode::kFenced,
          fmt::format("kafka: partition {} was written by another owner since it was taken over", partition.value)};
}

}  // namespace

Status Stream::Begin() { return transactions_.Begin(); }

Status Stream::Write(const std::string& topic, int32_t partition, std::string_view key, std::string_view value,
                     const Headers& headers) {
  return transactions_.Write({topic, partition, key, value, headers});
}

Status Stream::Append(ports::EventOut event) {
  RASTI_TRY(Held * held, Find(event.partition));
  if (event.sequence > held->appended) {
    // Who decides has read more events than there were when the partition was given to this stream.
    return Fail(WrittenByAnother(event.partition));
  }
  if (event.sequence != held->appended) {
    return Fail(Error::Internal(fmt::format("partition {}: sequence {} is appended where {} is next",
                                            event.partition.value, event.sequence.value, held->appended.value)));
  }
  Headers headers = std::move(event.headers);
  headers.emplace_back(kSequenceHeader, std::to_string(event.sequence.value));
  headers.emplace_back(kInputHeader, InputHeader(event.input));
  RASTI_CHECKED(Write(core_->names().events, event.partition.value, event.key, event.value, headers));
  held->appended = held->appended.Next();
  held->last_value = std::move(event.value);
  held->last_input = event.input;
  return {};
}

Status Stream::Append(ports::ResultOut result) {
  const Headers headers{{kAnswersHeader, std::to_string(result.answers)}, {kInputHeader, InputHeader(result.input)}};
  return Write(core_->names().results, result.partition.value, result.key, result.value, headers);
}

Status Stream::Append(ports::OutboxOut entry) {
  return Write(core_->names().outbox, entry.partition.value, entry.key, entry.value, {});
}

Status Stream::Append(ports::FollowUpOut follow_up) {
  const core::PartitionId target = ports::PartitionOf(follow_up.key, core_->partition_count());
  return Write(core_->names().follow_ups, target.value, follow_up.key, follow_up.value, {});
}

Status Stream::Append(ports::DeadLetterOut letter) {
  return Write(core_->names().dead_letters, 0, letter.key, letter.value, {});
}

Status Stream::Commit(const std::map<core::PartitionId, ports::InputPositions>& next) {
  // Positions go with every transaction, also where none moved: only so the brokers compare the generation of the group
  // and turn away an owner that was put out.
  for (const auto& [id, positions] : next) RASTI_CHECKED(Find(id));
  std::map<core::PartitionId, ports::InputPositions> sent = next;
  if (sent.empty()) {
    for (const auto& [id, held] : held_) sent[id] = held.committed;
  }
  // Marks and the ends of transactions are no work: whoever looks at the group is not to see a backlog of them.
  std::map<core::PartitionId, ports::InputPositions> told = sent;
  for (auto& [id, positions] : told) {
    const Held& held = held_.at(id);
    positions = {held.commands.Tightened(positions.commands), held.follow_ups.Tightened(positions.follow_ups)};
  }
  const PartitionList offsets = ListOf(told);
  const Group group(rd_kafka_consumer_group_metadata(client_.get()));
  Status committed = transactions_.Commit(*offsets, *group);
  if (!committed && committed.error().code == ErrorCode::kUnavailable) {
    // Nobody knows. A new producer of this name first ends what the old one left open, one way or the other.
    RASTI_CHECKED(transactions_.Start());
    RASTI_TRY(const bool written, WasCommitted(told));
    committed = written ? Status() : Fail(ErrorCode::kAborted, committed.error().message);
  }
  if (!committed) {
    DropAppended();
    return committed;
  }
  for (auto& [id, held] : held_) {
    if (held.end == held.appended) continue;
    held.end = held.appended;
    core_->NoteEnd(id, held.end);
  }
  for (const auto& [id, positions] : sent) {
    Held& held = held_.at(id);
    held.committed = positions;
    held.commands.Committed(positions.commands);
    held.follow_ups.Committed(positions.follow_ups);
    core_->trimmer().Note(id, positions);
  }
  return {};
}

// Its events tell; a transaction without events moved the positions.
Result<bool> Stream::WasCommitted(const std::map<core::PartitionId, ports::InputPositions>& sent) {
  bool has_events = false;
  for (const auto& [id, held] : held_) {
    if (held.appended == held.end) continue;
    has_events = true;
    RASTI_TRY(const bool written, IsWritten(id, held));
    if (!written) return false;
  }
  if (has_events) return true;
  Partitions partitions;
  for (const auto& [id, positions] : sent) partitions.push_back(id);
  RASTI_TRY(const auto found, FetchCommitted(partitions));
  return found == sent;
}

// As many events may be there although they are another's, who had the partition meanwhile: so the bytes are compared.
Result<bool> Stream::IsWritten(core::PartitionId partition, const Held& held) {
  RASTI_CHECKED(AwaitSettled(partition));
  RASTI_TRY(const core::Sequence end, core_->EndSequence(partition));
  if (end <= held.end) return false;
  if (end >= held.appended) {
    EventsReader reader(core_, partition, {held.appended.value - 1});
    RASTI_TRY(const auto found, reader.Read(1, core_->options().request_timeout));
    if (found.empty()) {
      return Fail(ErrorCode::kUnavailable, fmt::format("kafka: partition {}: sequence {} was not read in time",
                                                       partition.value, held.appended.value - 1));
    }
    if (found.front().value == held.last_value && found.front().input == held.last_input) return true;
  }
  return Fail(WrittenByAnother(partition));
}

Status Stream::Abort() {
  DropAppended();
  return transactions_.Abort();
}

void Stream::DropAppended() {
  for (auto& [id, held] : held_) held.appended = held.end;
}

}  // namespace rasti::log::kafka
