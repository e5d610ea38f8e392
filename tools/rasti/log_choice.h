// The options that say which log a directory stands on, shared by the commands that make one or go to the brokers.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "engine/log/kafka_event_log.h"
#include "tools/rasti/context.h"

namespace rasti::cli {

struct LogChoice {
  std::string log;  // "embedded", "kafka", or empty: not said
  KafkaPlace kafka;
  std::string submitters;  // the folder of the registry that nodes share
};

/// --brokers, --topic-prefix, --kafka-settings.
void AddBrokerOptions(CLI::App& command, KafkaPlace& place);
/// --log and, for Kafka, the brokers' options, --group and --node.
void AddLogOptions(CLI::App& command, LogChoice& choice);

/// With the defaults of what was not said: topic prefix and group.
KafkaPlace Completed(KafkaPlace place);
/// Where the log is; nothing: in the directory. A node without a name gets one of the machine's and a random part.
/// Errors: exit 2 where options contradict each other or brokers are missing.
Outcome<std::optional<KafkaPlace>> PlaceOf(const LogChoice& choice);

/// The brokers' log as `place` says; opened once to see that it is there and fits.
Outcome<std::unique_ptr<log::KafkaEventLog>> OpenAtBrokers(const KafkaPlace& place);

}  // namespace rasti::cli
