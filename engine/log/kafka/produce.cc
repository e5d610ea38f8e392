#include "engine/log/kafka/produce.h"

#include <array>

namespace rasti::log::kafka {

KafkaError Produce(rd_kafka_t* producer, const RecordOut& record, void* opaque) {
  // Its API takes pointers that are not const, and copies.
  const auto bytes = [](std::string_view view) { return const_cast<char*>(view.data()); };  // NOLINT
  Owned<rd_kafka_headers_t> headers(rd_kafka_headers_new(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers.get(), name.c_str(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  std::array<rd_kafka_vu_t, 7> arguments{};
  arguments[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  arguments[0].u.cstr = record.topic.c_str();
  arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[1].u.i32 = record.partition;
  arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments[2].u.i = RD_KAFKA_MSG_F_COPY;
  arguments[3].vtype = RD_KAFKA_VTYPE_KEY;
  arguments[3].u.mem = {bytes(record.key), record.key.size()};
  arguments[4].vtype = RD_KAFKA_VTYPE_VALUE;
  arguments[4].u.mem = {bytes(record.value), record.value.size()};
  arguments[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  arguments[5].u.ptr = opaque;
  arguments[6].vtype = RD_KAFKA_VTYPE_HEADERS;
  arguments[6].u.headers = headers.get();
  KafkaError error(rd_kafka_produceva(producer, arguments.data(), arguments.size()));
  if (error == nullptr) static_cast<void>(headers.release());  // the record's now
  return error;
}

}  // namespace rasti::log::kafka
