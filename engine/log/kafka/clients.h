// The clients of a log, with the settings that exactly-once needs.
#pragma once

#include <cstddef>
#include <string>

#include "engine/log/kafka/handles.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {

/// What a consumer fetches ahead, of each partition that is read outside of a group: bytes of values or records,
/// whichever comes first. Headers and librdkafka's own part of a record come to two or three times as much again.
inline constexpr size_t kQueuedBytesMost = size_t{16} << 20;
inline constexpr size_t kQueuedRecordsMost = 100'000;

enum class Isolation { kCommitted, kUncommitted };

/// Asks and administers; reads nothing. Its watermarks are the real ones, open transactions included.
Result<Client> MakeProbe(const KafkaLogOptions& options);
/// Asks for the ends of partitions, and gives a broker that does not answer up before long: nothing else bounds those
/// questions, and whoever stops waits for them.
Result<Client> MakeInquirer(const KafkaLogOptions& options, Isolation isolation);
/// Reads partitions it is told to read, outside of any group.
Result<Client> MakeReader(const KafkaLogOptions& options, Isolation isolation, size_t queued_bytes = kQueuedBytesMost);
/// A member of the group. Its callbacks get `owner` by OwnerOf; `member` is its number on this node.
using OnRebalance = void (*)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void* opaque);
using OnStatistics = int (*)(rd_kafka_t*, char* json, size_t length, void* opaque);
Result<Client> MakeMember(const KafkaLogOptions& options, int member, OnRebalance on_rebalance, void* owner,
                          OnStatistics on_statistics = nullptr);
/// Writes transactions; init_transactions is the caller's. A member has several, each with a number of its own.
Result<Client> MakeTransactional(const KafkaLogOptions& options, int member, size_t number);
/// Writes single records, each once. `on_delivery` is called from rd_kafka_poll, and gets `owner` by OwnerOf.
using OnDelivery = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void* opaque);
Result<Client> MakeWriter(const KafkaLogOptions& options, OnDelivery on_delivery, void* owner);
/// Writes marks: at once, and twice rather than not at all.
Result<Client> MakeMarkWriter(const KafkaLogOptions& options, OnDelivery on_delivery, void* owner);

}  // namespace rasti::log::kafka
