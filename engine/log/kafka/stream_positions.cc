// Where the inputs of a stream's partitions stand.
#include <fmt/format.h>

#include "engine/log/kafka/stream.h"

namespace rasti::log::kafka {

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
