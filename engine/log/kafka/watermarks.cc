#include "engine/log/kafka/watermarks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace rasti::log::kafka {
namespace {

constexpr std::chrono::milliseconds kBeforeRetry{20};
constexpr Duration kLeast{100};
// librdkafka waits its time once for the leader and once for its answer, so a bound is kept by asking more often.
constexpr int kAttempts = 4;

// librdkafka asks the leader that it remembers, for up to a quarter of an hour, and NOT_LEADER_FOR_PARTITION does not
// make it look again where the client itself reads nothing of the topic.
void RefreshLeaders(rd_kafka_t* client, int timeout_ms) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client, /*all_topics=*/1, nullptr, &metadata, timeout_ms);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_metadata_destroy(metadata);
}

constexpr int64_t kEarliest = -2;
constexpr int64_t kLatest = -1;

// Not rd_kafka_query_watermark_offsets, which waits for ever where the broker is away, whatever time it is given.
rd_kafka_resp_err_t AskOffsets(rd_kafka_t* client, rd_kafka_topic_partition_list_t& list, int64_t which,
                               int timeout_ms) {
  for (int i = 0; i < list.cnt; ++i) list.elems[i].offset = which;
  const auto code = rd_kafka_offsets_for_times(client, &list, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
  for (int i = 0; i < list.cnt; ++i) {
    if (list.elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list.elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t AskOffset(rd_kafka_t* client, const std::string& topic, int32_t partition, int64_t which,
                              int timeout_ms, int64_t& offset) {
  const PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  const auto code = AskOffsets(client, *list, which, timeout_ms);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) offset = list->elems[0].offset;
  return code;
}

// What librdkafka itself does not know: a broker that has just come back names no partition for a while, of topics that
// were there when the log was opened. A topic that is gone is UNKNOWN_TOPIC_OR_PART, which brokers say.
bool IsNotKnownYet(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

// Asks with `ask(patience_ms)` until it succeeds or the time is over.
template <class Ask>
Status AskPatiently(rd_kafka_t* client, const std::string& what, Duration timeout, Ask ask) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto left = [&] {
    const auto until = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::max(until, kLeast).count());
  };
  for (;;) {
    const int patience = std::min(left(), static_cast<int>(timeout.count() / kAttempts));
    const rd_kafka_resp_err_t code = ask(patience);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      NoteAnswer(client);
      return {};
    }
    // The partition has another leader than a moment ago, or a new topic has none yet; or the leader goes or comes, in
    // the midst of a handshake perhaps.
    const bool passes = code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
                        code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                        code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__TIMED_OUT || IsNotKnownYet(code);
    if (!passes || std::chrono::steady_clock::now() > deadline) {
      rd_kafka_poll(client, 0);
      Error error = ToError(code, "asking for the end of " + what);
      if (IsNotKnownYet(code)) error.code = ErrorCode::kUnavailable;
      return Fail(Explained(std::move(error), client));
    }
    std::this_thread::sleep_for(kBeforeRetry);
    RefreshLeaders(client, patience);
  }
}

std::string NameOf(const std::string& topic, int32_t partition) { return fmt::format("{}-{}", topic, partition); }

}  // namespace

Result<std::vector<Watermarks>> AskAllWatermarks(rd_kafka_t* client,
                                                 const std::vector<std::pair<std::string, int32_t>>& partitions,
                                                 Duration timeout) {
  std::vector<Watermarks> ranges(partitions.size());
  if (partitions.empty()) return ranges;
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& [topic, partition] : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  }
  const auto take = [&](int64_t Watermarks::*side) {
    for (size_t i = 0; i < ranges.size(); ++i) ranges[i].*side = list->elems[i].offset;
  };
  const std::string what =
      fmt::format("{} and {} more", NameOf(partitions.front().first, partitions.front().second), partitions.size() - 1);
  RASTI_CHECKED(AskPatiently(client, what, timeout, [&](int patience) {
    const auto code = AskOffsets(client, *list, kLatest, patience);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
    take(&Watermarks::end);
    return AskOffsets(client, *list, kEarliest, patience);
  }));
  take(&Watermarks::begin);
  return ranges;
}

Result<Watermarks> AskWatermarks(rd_kafka_t* client, const std::string& topic, int32_t partition, Duration timeout) {
  Watermarks range;
  RASTI_CHECKED(AskPatiently(client, NameOf(topic, partition), timeout, [&](int patience) {
    const auto code = AskOffset(client, topic, partition, kLatest, patience, range.end);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
    return AskOffset(client, topic, partition, kEarliest, patience, range.begin);
  }));
  return range;
}

Result<int64_t> AskBegin(rd_kafka_t* client, const std::string& topic, int32_t partition, Duration timeout) {
  int64_t begin = 0;
  RASTI_CHECKED(AskPatiently(client, NameOf(topic, partition), timeout, [&](int patience) {
    return AskOffset(client, topic, partition, kEarliest, patience, begin);
  }));
  return begin;
}

Result<std::optional<int64_t>> AskFirstSince(rd_kafka_t* client, const std::string& topic, int32_t partition,
                                             Instant since, Duration timeout) {
  int64_t first = 0;
  RASTI_CHECKED(AskPatiently(client, NameOf(topic, partition), timeout, [&](int patience) {
    return AskOffset(client, topic, partition, ToUnixMillis(since), patience, first);
  }));
  if (first < 0) return std::nullopt;
  return first;
}

}  // namespace rasti::log::kafka
