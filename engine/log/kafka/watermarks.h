// Where a partition begins and ends, as its leader says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/log/kafka/handles.h"

namespace rasti::log::kafka {

struct Watermarks {
  int64_t begin = 0;
  int64_t end = 0;  // for a read_committed client the stable end
};

/// Waits through a change of leaders for as long. Errors: kUnavailable, kNotFound, kPermission. Thread-safe.
Result<Watermarks> AskWatermarks(rd_kafka_t* client, const std::string& topic, int32_t partition, Duration timeout);
/// Those of several partitions (topic, number), in their order, with two questions to each leader. Otherwise as
/// AskWatermarks.
Result<std::vector<Watermarks>> AskAllWatermarks(rd_kafka_t* client,
                                                 const std::vector<std::pair<std::string, int32_t>>& partitions,
                                                 Duration timeout);
/// The first offset that is kept. Otherwise as AskWatermarks.
Result<int64_t> AskBegin(rd_kafka_t* client, const std::string& topic, int32_t partition, Duration timeout);
/// That of the first record with a timestamp of `since` (1970 or later) or later; nothing: there is none. Otherwise as
/// AskWatermarks.
Result<std::optional<int64_t>> AskFirstSince(rd_kafka_t* client, const std::string& topic, int32_t partition,
                                             Instant since, Duration timeout);

}  // namespace rasti::log::kafka
