// Where the inputs of a stream's partitions stand.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/log/kafka/stream.h"

namespace rasti::log::kafka {
namespace {

// Of one input of one partition: what the brokers have, and what the group had committed (negative: nothing).
struct GroupPosition {
  const rd_kafka_topic_partition_t& position;
  const LogCore::Range& kept;

  bool is_kept() const { return position.offset >= kept.begin && position.offset <= kept.end; }
  /// `found`: what the log says. Errors: kCorruption.
  Result<int64_t> OrElse(int64_t found) const {
    const int64_t next = is_kept() ? std::max(found, position.offset) : found;
    if (next <= kept.end) return next;
    return Fail(Error::Corruption(fmt::format(
        "kafka: {0}-{1} ends at offset {2}, and the log's events and results say that it was decided up to {3}: "
        "records "
        "that were there are gone, as where the topic was made anew. New ones would be taken for decided: give it its "
        "records back, or fill it up with records that have neither key nor value but the header rasti-mark, until it "
        "ends at {3}",
        position.topic, position.partition, kept.end, next)));
  }
};

}  // namespace

Result<std::map<core::PartitionId, ports::InputPositions>> Stream::FetchCommitted(const Partitions& partitions) {
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(2 * partitions.size())));
  std::vector<std::pair<std::string, int32_t>> inputs;
  for (const core::PartitionId id : partitions) {
    for (const std::string* topic : {&core_->names().commands, &core_->names().follow_ups}) {
      rd_kafka_topic_partition_list_add(list.get(), topic->c_str(), id.value);
      inputs.emplace_back(*topic, id.value);
    }
  }
  const auto timeout = static_cast<int>(core_->options().request_timeout.count());
  const auto code = rd_kafka_committed(client_.get(), list.get(), timeout);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "asking for the committed positions"));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    return Fail(ToError(one.err, fmt::format("the committed position of {}-{}", one.topic, one.partition)));
  }
  RASTI_TRY(const auto kept, core_->Real(inputs));

  std::map<core::PartitionId, ports::InputPositions> positions;
  for (size_t i = 0; i < partitions.size(); ++i) {
    const GroupPosition commands{list->elems[2 * i], kept[2 * i]};
    const GroupPosition follow_ups{list->elems[2 * i + 1], kept[2 * i + 1]};
    ports::InputPositions& found = positions[partitions[i]];
    if (commands.is_kept() && follow_ups.is_kept()) {
      found = {commands.position.offset, follow_ups.position.offset};
      continue;
    }
    // Never committed, forgotten by the brokers, or set to what they do not have: what was written last says how far it
    // had been read.
    RASTI_TRY(const ports::InputPositions last, core_->LastInput(partitions[i]));
    RASTI_TRY(found.commands, commands.OrElse(last.commands));
    RASTI_TRY(found.follow_ups, follow_ups.OrElse(last.follow_ups));
  }
  return positions;
}

Result<ports::InputPositions> Stream::Committed(core::PartitionId partition) {
  RASTI_TRY(const Held* held, Find(partition));
  return held->committed;
}

Result<ports::InputPositions> Stream::End(core::PartitionId partition) {
  RASTI_TRY(const LogCore::Range commands, core_->Real(core_->names().commands, partition.value));
  RASTI_TRY(const LogCore::Range follow_ups, core_->Real(core_->names().follow_ups, partition.value));
  return ports::InputPositions{commands.end, follow_ups.end};
}

Result<bool> Stream::Passed(core::PartitionId partition, ports::InputPositions end) {
  RASTI_TRY(const Held* held, Find(partition));
  return held->commands.Passed(end.commands) && held->follow_ups.Passed(end.follow_ups);
}

Result<ports::InputMark> Stream::SetMark(core::PartitionId partition) {
  RASTI_CHECKED(Find(partition));
  RASTI_TRY(const int64_t number, marks_->Set(partition));
  return ports::InputMark{.number = number, .end = {}, .dated = {}};
}

Result<std::optional<Instant>> Stream::PassedMark(core::PartitionId partition, const ports::InputMark& mark) {
  RASTI_CHECKED(Find(partition));
  RASTI_TRY(const auto place, marks_->Find(partition, mark.number));
  if (!place) return std::nullopt;
  RASTI_TRY(const bool passed, Passed(partition, place->behind));
  return passed ? std::optional(place->dated) : std::nullopt;
}

Status Stream::Rewind(core::PartitionId partition, ports::InputPositions positions) {
  RASTI_TRY(Held * held, Find(partition));
  held->commands.Rewind(positions.commands);
  held->follow_ups.Rewind(positions.follow_ups);
  return {};
}

// What was fetched before stays here, so that a pause is not paid for with memory.
Status Stream::SetPaused(core::PartitionId partition, bool paused) {
  RASTI_TRY(Held * held, Find(partition));
  if (held->paused == paused) return {};
  const PartitionList both = ListOf({{partition, held->committed}});
  const auto code = paused ? rd_kafka_pause_partitions(client_.get(), both.get())
                           : rd_kafka_resume_partitions(client_.get(), both.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(ToError(code, fmt::format("{} partition {}", paused ? "pausing" : "going on with", partition.value)));
  }
  held->paused = paused;
  return {};
}

}  // namespace rasti::log::kafka
