// Hands a record to a producer.
#pragma once

#include <string>
#include <string_view>

#include "engine/log/kafka/handles.h"
#include "engine/log/kafka/records.h"

namespace rasti::log::kafka {

struct RecordOut {
  const std::string& topic;
  int32_t partition;
  std::string_view key;
  std::string_view value;
  const Headers& headers;
};
/// Copies it into the producer's queue; null on success. `opaque` comes back with the delivery report.
KafkaError Produce(rd_kafka_t* producer, const RecordOut& record, void* opaque = nullptr);

}  // namespace rasti::log::kafka
