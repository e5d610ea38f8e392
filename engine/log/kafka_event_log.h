// EventLog over Apache Kafka: exactly-once transactions, partitions shared among the streams of a consumer group.
//
//   submitters --> commands --+                              +--> events, results, outbox, followups, offsets
//                             +--> stream (one transaction) -+
//        streams --> followups+
//
// commands, followups, events and results have the same number of partitions, and a case is in the same one of each.
// Kafka's offsets stay in this folder: positions of the port are offsets, sequences are not (a transaction's end takes
// an offset too).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/command_channel.h"
#include "engine/ports/event_log.h"

namespace rasti::log {

/// How the group shares its partitions out.
enum class KafkaAssignor {
  kRange,  // eager: everything is taken away before it is shared out anew
  /// Moves only what has to move; but in librdkafka 2.0 it can loop without end (confluentinc/librdkafka#4800): the
  /// group then gives the member up, and its commits are refused until it is restarted.
  kCooperativeSticky,
};

/// What a look for input that is old and decided came to.
struct KafkaTrim {
  int64_t commands = 0;          // positions that were deleted, of all partitions
  int64_t follow_ups = 0;        // likewise; a transaction's end takes one too
  std::optional<Error> failure;  // why some of it, or all, had to stay
};

struct KafkaLogOptions {
  std::string brokers;                  // "host:port,host:port"
  std::string topic_prefix = "rasti.";  // of all topics: rasti.commands, rasti.events, ...
  std::string group = "rasti-engine";
  /// Names this node among all of them, the same after each restart: the transactional ids are built from it, so that a
  /// node that starts again undoes what it had left open. Two nodes of one name put each other out.
  std::string node = "node";
  /// The node keeps its partitions over a restart that is shorter than session_timeout (group.instance.id).
  bool static_membership = true;
  KafkaAssignor assignor = KafkaAssignor::kRange;
  Duration session_timeout{10'000};
  Duration transaction_timeout{10'000};
  /// How long one answer of the brokers is waited for before the call fails with kUnavailable.
  Duration request_timeout{10'000};
  /// How long a submitter waits for its answer before it is told kTimedOut.
  Duration answer_timeout{60'000};
  /// Further settings of librdkafka, for every client: security.protocol, sasl.*, ssl.*.
  std::map<std::string, std::string> client_settings;
  /// Told by the threads of the streams, every few seconds, what librdkafka says of each member of the group: a JSON
  /// document (its STATISTICS.md). Must not block. Null: nothing is asked.
  std::function<void(std::string_view)> on_statistics;
  /// Commands and follow-ups that streams of this log have decided are deleted at the brokers once they are as old as
  /// this; results have to be kept at least as long. Nothing: they stay.
  std::optional<Duration> keep_commands;
  /// How often that is looked after, beginning with the first partition: what was committed by one look may go at the
  /// next.
  Duration trim_every{300'000};
  /// Told of each look by a thread of the log's own, or null. Must not block.
  std::function<void(const KafkaTrim&)> on_trim;
};

/// A topic of a log as the brokers have it.
struct KafkaTopic {
  std::string name;
  int partitions = 0;                           // 0: there is no such topic
  int replicas = 0;                             // of the partition that has the fewest
  std::map<std::string, std::string> settings;  // those that the log cares about
  std::vector<std::string> faults;              // what is wrong with it and what would be right; empty: nothing
};

class KafkaEventLog : public ports::EventLog, public ports::CommandChannel {
 public:
  /// Makes the topics that are missing, with `partitions` partitions and so many replicas, and mends the settings of
  /// the others; a number of partitions never changes. `keep_results`: for how long; nothing: 30 days where the topic
  /// is made, and as it is where it was there. Errors: kInvalidArgument (partitions outside 1..1024; a topic is there
  /// with another number), kUnavailable, kPermission.
  static Status CreateTopics(const KafkaLogOptions& options, int partitions, int replicas,
                             std::optional<Duration> keep_results = std::nullopt);
  /// All topics of a log, in the order in which a command goes through them; that results are kept as long as
  /// options.keep_commands is among what is looked at. Errors: kUnavailable, kPermission.
  static Result<std::vector<KafkaTopic>> InspectTopics(const KafkaLogOptions& options);
  /// Errors: kUnavailable (no broker answers), kNotFound (a topic is missing), kInvalidArgument (topics that do not fit
  /// each other: the message says which and what would be right).
  static Result<std::unique_ptr<KafkaEventLog>> Open(KafkaLogOptions options);

  /// What the outbox holds: (key, value), oldest first, of all partitions.
  virtual Result<std::vector<std::pair<std::string, std::string>>> ReadOutbox() = 0;
  /// Streams that are closed from now on leave their group for good: their partitions move at once, also where the
  /// membership is static and would outlast a restart.
  virtual void LeaveForGood() = 0;
  /// Whoever waits for an answer is told kUnavailable. Streams and readers are closed before.
  virtual Status Close() = 0;
};

}  // namespace rasti::log
