#include "engine/log/kafka/records.h"

#include <fmt/format.h>

#include <charconv>

namespace rasti::log::kafka {

std::string InputHeader(const ports::InputPositions& input) {
  return fmt::format("{}/{}", input.commands, input.follow_ups);
}

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number < 0) return std::nullopt;
  return number;
}

std::optional<ports::InputPositions> ParseInputHeader(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto commands = ParseNumber(text.substr(0, slash));
  const auto follow_ups = ParseNumber(text.substr(slash + 1));
  if (!commands || !follow_ups) return std::nullopt;
  return ports::InputPositions{*commands, *follow_ups};
}

std::optional<std::string_view> HeaderOf(const rd_kafka_message_t& message, const char* name) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  const void* value = nullptr;
  size_t size = 0;
  if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return std::string_view(static_cast<const char*>(value), size);
}

std::string_view KeyOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.key), message.key_len};
}

std::string_view ValueOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.len};
}

Instant TakenAt(const rd_kafka_message_t& message) {
  return InstantFromUnixMillis(rd_kafka_message_timestamp(&message, nullptr));
}

std::string PlaceOf(const rd_kafka_message_t& message) {
  return fmt::format("{}-{} offset {}", rd_kafka_topic_name(message.rkt), message.partition, message.offset);
}

Result<ports::StoredEvent> ToEvent(const rd_kafka_message_t& message) {
  const auto sequence = HeaderOf(message, kSequenceHeader);
  const auto number = sequence ? ParseNumber(*sequence) : std::nullopt;
  const auto input = HeaderOf(message, kInputHeader);
  const auto positions = input ? ParseInputHeader(*input) : std::nullopt;
  if (!number || !positions) {
    return Fail(Error::Corruption(fmt::format("{}: not an event of this log: it has no header {}", PlaceOf(message),
                                              number ? kInputHeader : kSequenceHeader)));
  }
  return ports::StoredEvent{.partition = {message.partition},
                            .sequence = {*number},
                            .key = std::string(KeyOf(message)),
                            .value = std::string(ValueOf(message)),
                            .input = *positions};
}

}  // namespace rasti::log::kafka
