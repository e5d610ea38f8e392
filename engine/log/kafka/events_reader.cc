#include "engine/log/kafka/events_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engine/log/kafka/records.h"

namespace rasti::log::kafka {
namespace {

constexpr Duration kStep{100};

}  // namespace

Result<std::vector<ports::StoredEvent>> EventsReader::Read(size_t most, Duration timeout) {
  std::vector<ports::StoredEvent> events;
  if (most == 0) return events;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto began = now();
  if (reader_ == nullptr) {
    RASTI_TRY(const int64_t offset, core_->OffsetNear(partition_, next_));
    RASTI_TRY(reader_, core_->readers().Open(core_->names().events, partition_.value, offset));
  }
  for (;;) {
    // Only at the end does the caller's time count: what is there is waited for.
    const auto left = std::chrono::duration_cast<Duration>(began + timeout - now());
    const Duration wait = reader_->at_end() ? std::clamp(left, Duration{0}, kStep) : kStep;
    const int64_t position = reader_->position();
    RASTI_TRY(const auto messages, reader_->Read(most, wait));
    for (const Message& message : messages) RASTI_CHECKED(Take(*message, events));
    if (!events.empty()) return events;
    if (reader_->at_end() && now() >= began + timeout) return events;
    if (!reader_->at_end() && reader_->position() == position && now() > began + core_->options().request_timeout) {
      return Fail(ErrorCode::kUnavailable, fmt::format("kafka: partition {}: no event in time, and not at the end: "
                                                       "are the brokers there?",
                                                       partition_.value));
    }
  }
}

Status EventsReader::Take(const rd_kafka_message_t& message, std::vector<ports::StoredEvent>& events) {
  RASTI_TRY(ports::StoredEvent event, ToEvent(message));
  if (event.sequence < next_) return {};
  if (event.sequence > next_) {
    return Fail(Error::Corruption(fmt::format("{}: sequence {} follows {}: what lay between is missing",
                                              PlaceOf(message), event.sequence.value, next_.value - 1)));
  }
  next_ = next_.Next();
  events.push_back(std::move(event));
  return {};
}

}  // namespace rasti::log::kafka
