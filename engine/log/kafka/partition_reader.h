// Reads one partition of a topic from an offset on, outside of any group. Many readers share a client.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/handles.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {

class ReaderPool;

/// Belongs to one thread.
class PartitionReader {
 public:
  ~PartitionReader();
  PartitionReader(const PartitionReader&) = delete;
  PartitionReader& operator=(const PartitionReader&) = delete;

  /// The next committed records, at most `most`; waits up to `timeout` for the first. Empty at the end of the
  /// partition, or when the time has passed. Errors: kUnavailable (a position that is gone, among others), kCorruption.
  Result<std::vector<Message>> Read(size_t most, Duration timeout);
  /// Everything that was committed before this offset was read: what takes an offset but is no record counts as read.
  int64_t position() const { return position_; }
  /// The end was met, and nothing came since.
  bool at_end() const { return at_end_; }

 private:
  friend class ReaderPool;
  using Place = std::pair<std::string, int32_t>;
  struct Slot {
    Client client;
    std::set<Place> in_use;
  };

  PartitionReader(ReaderPool& pool, std::shared_ptr<Slot> slot, Place place, Topic topic, int64_t offset)
      : pool_(pool), slot_(std::move(slot)), place_(std::move(place)), topic_(std::move(topic)), position_(offset) {}
  Status Take(Message message, const std::string& what, std::vector<Message>& messages);
  /// Nothing is queued. Once its queue was full, librdkafka before 2.2 looks at it again only after a second, however
  /// soon it is empty (#2879); a seek to where the reader stands makes it look now.
  void FetchOn();

  ReaderPool& pool_;
  const std::shared_ptr<Slot> slot_;
  const Place place_;
  Topic topic_;
  int64_t position_;
  bool at_end_ = false;
  size_t run_bytes_ = 0;  // of values, taken since nothing was queued
  size_t run_records_ = 0;
};

/// Thread-safe. Outlives its readers.
class ReaderPool {
 public:
  explicit ReaderPool(const KafkaLogOptions& options) : options_(options) {}

  /// So many partitions may be read at once, and share what is fetched ahead. To be said before the first is read.
  void ShareAmong(int partitions);

  Result<std::unique_ptr<PartitionReader>> Open(const std::string& topic, int32_t partition, int64_t offset);

 private:
  friend class PartitionReader;
  void Release(PartitionReader::Slot& slot, const PartitionReader::Place& place);
  Result<std::shared_ptr<PartitionReader::Slot>> Take(const PartitionReader::Place& place);

  const KafkaLogOptions& options_;
  size_t queued_bytes_ = kQueuedBytesMost;  // of a partition
  std::mutex mutex_;
  // A client reads a partition once at a time: a second reader of it takes the next client.
  std::vector<std::shared_ptr<PartitionReader::Slot>> slots_;
};

}  // namespace rasti::log::kafka
