#include "tools/rasti/log_choice.h"

#include <fmt/format.h>

#include <boost/asio/ip/host_name.hpp>
#include <filesystem>

#include "tools/rasti/files.h"
#include "tools/rasti/kafka_settings.h"

namespace rasti::cli {
namespace {

// Of a machine whose directories are made anew, two nodes must not have one name: they would put each other out.
std::string FreshNodeName() {
  boost::system::error_code ignored;
  const std::string host = boost::asio::ip::host_name(ignored);
  return fmt::format("{}-{}", host.empty() ? "node" : host, FormatUuid(RandomUuid()).substr(0, 8));
}

}  // namespace

void AddBrokerOptions(CLI::App& command, KafkaPlace& place) {
  command.add_option("--brokers", place.brokers, "Kafka's bootstrap servers, divided by commas")
      ->type_name("HOST:PORT")
      ->envname("RASTI_BROKERS");
  command.add_option("--topic-prefix", place.topic_prefix, "What the names of all topics begin with; default: rasti.")
      ->envname("RASTI_TOPIC_PREFIX");
  command
      .add_option("--kafka-settings", place.settings_file,
                  "A file of librdkafka's settings, name=value a line: security.protocol, sasl.*, ssl.*")
      ->type_name("FILE")
      ->envname("RASTI_KAFKA_SETTINGS");
}

void AddLogOptions(CLI::App& command, LogChoice& choice) {
  command
      .add_option("--log", choice.log, "Where the log is: in the directory (embedded), or at Kafka's brokers (kafka)")
      ->check(CLI::IsMember({"embedded", "kafka"}))
      ->envname("RASTI_LOG");
  AddBrokerOptions(command, choice.kafka);
  command
      .add_option("--group", choice.kafka.group,
                  "The consumer group of the nodes that share the partitions; default: rasti-engine")
      ->envname("RASTI_GROUP");
  command
      .add_option("--node", choice.kafka.node,
                  "This node's name among them, for ever; default: the machine's and a random part")
      ->envname("RASTI_NODE");
  command
      .add_option("--submitters", choice.submitters,
                  "The folder with submitters.yaml and keys that all nodes of the log share; default: one of the "
                  "directory's own is made")
      ->type_name("DIR")
      ->envname("RASTI_SUBMITTERS");
}

KafkaPlace Completed(KafkaPlace place) {
  if (place.topic_prefix.empty()) place.topic_prefix = "rasti.";
  if (place.group.empty()) place.group = "rasti-engine";
  return place;
}

Outcome<std::optional<KafkaPlace>> PlaceOf(const LogChoice& choice) {
  if (choice.log == "embedded" || (choice.log.empty() && choice.kafka.brokers.empty())) {
    return std::optional<KafkaPlace>();
  }
  if (choice.kafka.brokers.empty()) return Misused("--log kafka wants --brokers HOST:PORT, or RASTI_BROKERS");
  KafkaPlace place = Completed(choice.kafka);
  if (place.node.empty()) place.node = FreshNodeName();
  // It is kept in the directory, and the node may be started from elsewhere.
  std::error_code ignored;
  if (!place.settings_file.empty()) place.settings_file = std::filesystem::absolute(place.settings_file, ignored);
  return std::optional(place);
}

Outcome<std::unique_ptr<log::KafkaEventLog>> OpenAtBrokers(const KafkaPlace& place) {
  if (place.brokers.empty()) return Misused("no brokers are named: give --brokers HOST:PORT, or set RASTI_BROKERS");
  RASTI_TRY(log::KafkaLogOptions options, KafkaOptionsOf(place));
  auto log = log::KafkaEventLog::Open(std::move(options));
  if (!log) return Refuse(WithSettingsFile(log.error(), place));
  return *std::move(log);
}

}  // namespace rasti::cli
