// Records of Kafka: their headers, and a message as ours.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/ports/event_log.h"

namespace rasti::log::kafka {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The next positions of both inputs: "17/4" (commands/followups).
inline constexpr char kInputHeader[] = "rasti-input";
/// The dense sequence of an event in its partition.
inline constexpr char kSequenceHeader[] = "rasti-sequence";
/// On a result, the offset of the command that it answers.
inline constexpr char kAnswersHeader[] = "rasti-answers";

std::string InputHeader(const ports::InputPositions& input);
std::optional<ports::InputPositions> ParseInputHeader(std::string_view text);
std::optional<int64_t> ParseNumber(std::string_view text);

/// The header's value, or nothing. Valid as long as the message.
std::optional<std::string_view> HeaderOf(const rd_kafka_message_t& message, const char* name);

std::string_view KeyOf(const rd_kafka_message_t& message);
std::string_view ValueOf(const rd_kafka_message_t& message);
/// When the broker took it in.
Instant TakenAt(const rd_kafka_message_t& message);

/// An event of the events topic. Errors: kCorruption naming the topic, partition and offset.
Result<ports::StoredEvent> ToEvent(const rd_kafka_message_t& message);
/// "rasti.events-3 offset 17".
std::string PlaceOf(const rd_kafka_message_t& message);

}  // namespace rasti::log::kafka
