#include "tests/acceptance/chaos/topic_records.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <set>

namespace rasti::test {
namespace {

constexpr int kWaitMs = 1000;
constexpr std::chrono::seconds kStandstill{60};

struct Destroy {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};

Result<std::unique_ptr<rd_kafka_t, Destroy>> Reader(const std::string& bootstrap) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : {std::pair<const char*, const char*>("bootstrap.servers", bootstrap.c_str()),
                                    {"group.id", "chaos-audit"},
                                    {"isolation.level", "read_committed"},
                                    {"enable.partition.eof", "true"},
                                    {"enable.auto.commit", "false"}}) {
    if (rd_kafka_conf_set(conf, name, value, reason.data(), reason.size()) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return Fail(Error::Invalid(reason.data()));
    }
  }
  std::unique_ptr<rd_kafka_t, Destroy> client(rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason.data(), reason.size()));
  if (client == nullptr) return Fail(Error::Internal(reason.data()));
  rd_kafka_poll_set_consumer(client.get());
  return client;
}

int64_t AnswersOf(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  int64_t number = -1;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
      rd_kafka_header_get_last(headers, "rasti-answers", &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const auto* const text = static_cast<const char*>(value);
    std::from_chars(text, text + size, number);
  }
  return number;
}

std::string TextOf(const void* bytes, size_t size) { return {static_cast<const char*>(bytes), size}; }

}  // namespace

Result<std::vector<TopicRecord>> ReadTopic(const std::string& bootstrap, const std::string& topic, int partitions) {
  RASTI_TRY(const auto client, Reader(bootstrap));
  const std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy> list(rd_kafka_topic_partition_list_new(partitions));
  for (int32_t partition = 0; partition < partitions; ++partition) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  if (rd_kafka_assign(client.get(), list.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(ErrorCode::kUnavailable, fmt::format("reading {}", topic));
  }
  std::vector<TopicRecord> records;
  std::set<int32_t> ended;
  auto give_up_at = std::chrono::steady_clock::now() + kStandstill;
  while (ended.size() < static_cast<size_t>(partitions)) {
    const std::unique_ptr<rd_kafka_message_t, Destroy> message(rd_kafka_consumer_poll(client.get(), kWaitMs));
    const auto now = std::chrono::steady_clock::now();
    if (now > give_up_at) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("{}: reading stands still after {} records", topic, records.size()));
    }
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ended.insert(message->partition);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    give_up_at = now + kStandstill;
    records.push_back(
        {message->partition, message->offset, InstantFromUnixMillis(rd_kafka_message_timestamp(message.get(), nullptr)),
         TextOf(message->key, message->key_len), TextOf(message->payload, message->len), AnswersOf(*message)});
  }
  return records;
}

}  // namespace rasti::test
