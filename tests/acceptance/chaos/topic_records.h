// A topic as it lies at the brokers, read whole: for an audit of what the port of the log does not show.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace rasti::test {

struct TopicRecord {
  int32_t partition = 0;
  int64_t offset = 0;
  Instant taken_at;  // the record's own time: of commands, when the broker took it in
  std::string key;
  std::string value;
  int64_t answers = -1;  // header of a result: the offset of the command that it answers
};

/// What is committed, in the order of offsets within each partition. Errors: kUnavailable (the brokers do not answer).
Result<std::vector<TopicRecord>> ReadTopic(const std::string& bootstrap, const std::string& topic, int partitions);

}  // namespace rasti::test
