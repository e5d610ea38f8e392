// The log that a data directory stands on: its own (embedded), or one that brokers keep (Kafka).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/embedded_event_log.h"
#include "engine/log/kafka_event_log.h"
#include "engine/ports/clock.h"
#include "engine/ports/command_channel.h"
#include "engine/ports/event_log.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

/// As long as the topic's own retention, where brokers keep the log and were not told otherwise.
inline constexpr Duration kDeadLettersKept = std::chrono::hours(30 * 24);

/// What a service wants of a log that brokers keep; log::KafkaLogOptions says what each means.
struct AtBrokers {
  std::function<void(std::string_view)> on_statistics;
  std::optional<Duration> keep_commands;
  Duration trim_every{300'000};
  std::function<void(const log::KafkaTrim&)> on_trim;
};

/// Holds the directory's lock while it lives. Threading: as ports::EventLog.
class NodeLog {
 public:
  enum class Access { kWrite, kRead };
  /// `env`: of the log's own files; null: the machine's. Errors: kInUse (names the holder), those of
  /// EmbeddedEventLog::Open and KafkaEventLog::Open.
  static Result<std::unique_ptr<NodeLog>> Open(const DataPaths& paths, const DataMeta& meta, const ports::Clock& clock,
                                               Access access, AtBrokers at_brokers = {}, rocksdb::Env* env = nullptr);
  virtual ~NodeLog() = default;

  virtual ports::EventLog& events() = 0;
  virtual ports::CommandChannel& commands() = 0;
  /// What was found and mended on opening.
  virtual std::vector<std::string> notes() const = 0;
  /// Reads every record as it is stored: for `doctor` and `replay --verify`. `progress` gets (done, total) records.
  /// On Kafka this is the brokers' business, who check each batch that they hand out.
  virtual Status VerifyRecords(const std::function<void(int64_t, int64_t)>& progress) = 0;
  /// Makes a log at `directory`, where nothing lies yet, with everything committed until now, while this one is
  /// written. Errors: kInvalidArgument where brokers keep the log; those of EmbeddedEventLog::Checkpoint.
  virtual Status Checkpoint(const std::string& directory) = 0;
  /// What this node owns moves to the others as soon as it closes. Errors: kInvalidArgument where the log is in the
  /// directory: nobody else can own it.
  virtual Status LeaveForGood() = 0;
  /// Drops dead letters that are older than kDeadLettersKept. On Kafka the topic's retention does.
  virtual Status DropOldDeadLetters(Instant now) = 0;
  /// Whoever waits for an answer is told kUnavailable; the directory is given free.
  virtual Status Close() = 0;
};

}  // namespace rasti::cli
