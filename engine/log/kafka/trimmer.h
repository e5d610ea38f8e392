// Deletes input that was decided and is old: commands and follow-ups are kept for a while, not for ever.
//
//   streams: Note(partition, committed) --> thread: every trim_every, what was committed a look ago and is old enough
//
// Nothing is lost by it: only what a transaction committed goes, and then its events, its result or its dead letter are
// there. So the beginning of an input is a lower bound of where a lost position may begin again (LogCore::LastInput).
// Results are kept at least as long, because only they say that a command which was refused has been decided.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/log/kafka/handles.h"
#include "engine/log/kafka/topics.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {

/// Of one input of one partition.
struct TrimBounds {
  int64_t begin = 0;    // the first position that is kept
  int64_t settled = 0;  // the next that was to be read, committed for a while
  /// The first that was not taken in long enough ago; nothing: all are old.
  std::optional<int64_t> young;
};

/// Where the input is to begin from now on; nothing: where it does.
std::optional<int64_t> ChooseTrim(const TrimBounds& bounds);

/// How long to wait after so many looks in a row that failed.
Duration TrimWait(Duration every, int failures);

/// Thread-safe. Its thread starts with the first Note, where options.keep_commands says that anything goes at all.
class Trimmer {
 public:
  /// What it is given outlives it; the client asks and administers.
  Trimmer(const KafkaLogOptions& options, const TopicNames& names, rd_kafka_t* client)
      : options_(options), names_(names), client_(client) {}
  /// Waits for a question to the brokers that is under way.
  ~Trimmer();
  Trimmer(const Trimmer&) = delete;
  Trimmer& operator=(const Trimmer&) = delete;

  /// The partition is decided here, and these positions are committed.
  void Note(core::PartitionId partition, const ports::InputPositions& committed);
  /// It is decided here no longer.
  void Release(core::PartitionId partition);

 private:
  struct Progress {
    ports::InputPositions committed;
    std::optional<ports::InputPositions> settled;  // as of the last look
  };
  using Positions = std::map<core::PartitionId, ports::InputPositions>;

  /// What is to go of one input of a partition.
  struct Part {
    const std::string* topic = nullptr;
    int32_t partition = 0;
    int64_t begin = 0;
    int64_t to = 0;
    int64_t gone_to = 0;  // where it begins now
  };

  void Run();
  /// What was committed by the last look; begins another one. REQUIRES: mutex_ is held.
  Positions TakeSettled();
  KafkaTrim Trim(const Positions& settled);
  /// Nothing where all of it stays.
  Result<std::optional<Part>> PartOf(const std::string& topic, core::PartitionId partition, int64_t settled) const;
  Status Delete(std::vector<Part>& parts) const;
  bool is_stopping() const;

  const KafkaLogOptions& options_;
  const TopicNames& names_;
  rd_kafka_t* const client_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<core::PartitionId, Progress> partitions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace rasti::log::kafka
