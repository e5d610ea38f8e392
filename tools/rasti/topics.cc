// `rasti topics`: the topics of a log on Kafka, as code.
#include <fmt/format.h>

#include "tools/rasti/commands.h"
#include "tools/rasti/kafka_settings.h"
#include "tools/rasti/log_choice.h"
#include "tools/rasti/service_options.h"

namespace rasti::cli {
namespace {

struct TopicsOptions {
  KafkaPlace place;
  int partitions = 4;
  int replicas = 1;
  std::optional<Duration> keep_results;
  Duration keep_commands = kKeepCommands;
};

// The brokers that are named, or those of the directory that is.
Outcome<KafkaPlace> PlaceOf(const Context& context, const TopicsOptions& options) {
  KafkaPlace place = Completed(options.place);
  if (place.brokers.empty() && !context.data.empty()) {
    RASTI_TRY(const DataMeta meta, ReadDataMeta(DataPaths(context.data)));
    if (!meta.kafka) return Misused(fmt::format("{}: its log is in the directory, there are no topics", context.data));
    place = *meta.kafka;
  }
  if (place.brokers.empty()) return Misused("no brokers are named: give --brokers HOST:PORT, or set RASTI_BROKERS");
  return place;
}

Outcome<std::vector<log::KafkaTopic>> Inspect(const KafkaPlace& place,
                                              std::optional<Duration> keep_commands = std::nullopt) {
  RASTI_TRY(log::KafkaLogOptions at, KafkaOptionsOf(place));
  at.keep_commands = keep_commands;
  auto topics = log::KafkaEventLog::InspectTopics(at);
  if (!topics) return Refuse(WithSettingsFile(topics.error(), place));
  return *std::move(topics);
}

nlohmann::ordered_json ToJson(const std::vector<log::KafkaTopic>& topics) {
  auto list = nlohmann::ordered_json::array();
  for (const log::KafkaTopic& topic : topics) {
    list.push_back({{"topic", topic.name},
                    {"partitions", topic.partitions},
                    {"replicas", topic.replicas},
                    {"settings", topic.settings},
                    {"faults", topic.faults}});
  }
  return list;
}

void Print(const Output& out, const std::vector<log::KafkaTopic>& topics, bool with_settings) {
  std::vector<std::vector<std::string>> rows;
  for (const log::KafkaTopic& topic : topics) {
    std::vector<std::string> settings;
    for (const auto& [name, value] : topic.settings) settings.push_back(fmt::format("{}={}", name, value));
    rows.push_back({topic.name, fmt::format("{} partitions", topic.partitions),
                    fmt::format("{} replicas", topic.replicas),
                    with_settings ? fmt::format("{}", fmt::join(settings, " ")) : std::string()});
  }
  for (const std::string& line : Align(rows)) out.Line(line);
}

Outcome<void> RunCreate(const Context& context, const TopicsOptions& options) {
  RASTI_TRY(const KafkaPlace place, PlaceOf(context, options));
  RASTI_TRY(const log::KafkaLogOptions at, KafkaOptionsOf(place));
  const Status made = log::KafkaEventLog::CreateTopics(at, options.partitions, options.replicas, options.keep_results);
  if (!made) return Refuse(WithSettingsFile(made.error(), place));
  RASTI_TRY(const auto topics, Inspect(place));
  Print(context.out, topics, false);
  context.out.Json({{"topics", ToJson(topics)}});
  return {};
}

Outcome<void> RunCheck(const Context& context, const TopicsOptions& options) {
  RASTI_TRY(const KafkaPlace place, PlaceOf(context, options));
  RASTI_TRY(const auto topics, Inspect(place, options.keep_commands));
  std::vector<std::string> faults;
  for (const log::KafkaTopic& topic : topics) {
    for (const std::string& fault : topic.faults) faults.push_back(fmt::format("topic {}: {}", topic.name, fault));
  }
  for (const std::string& fault : faults) context.out.Line(context.out.Paint(Colour::kRed, fault));
  if (faults.empty()) context.out.Line(fmt::format("{} topics are as they must be", topics.size()));
  context.out.Json({{"topics", ToJson(topics)}, {"faults", faults}});
  if (faults.empty()) return {};
  return Refuse(Error::Invalid(
      fmt::format("{} fault{} found; the first: {}", faults.size(), faults.size() == 1 ? "" : "s", faults.front())));
}

Outcome<void> RunDescribe(const Context& context, const TopicsOptions& options) {
  RASTI_TRY(const KafkaPlace place, PlaceOf(context, options));
  RASTI_TRY(const auto topics, Inspect(place));
  Print(context.out, topics, true);
  context.out.Json({{"topics", ToJson(topics)}});
  return {};
}

}  // namespace

void AddTopicsCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<TopicsOptions>();
  CLI::App* topics = app.add_subcommand("topics", "The topics of a log on Kafka: make, check and describe them");
  topics->fallthrough();
  topics->require_subcommand(1);
  CLI::App* create = AddCommand(*topics, context, "create",
                                "Make the topics that are missing and mend the settings of the others. The number of "
                                "partitions is for ever: it says where each case lies",
                                "  rasti topics create --brokers broker-1:9092 --partitions 32 --replicas 3\n"
                                "  rasti topics create --brokers broker-1:9092 --partitions 32 --replicas 3 "
                                "--keep-results P90D",
                                [&context, options] { return RunCreate(context, *options); });
  create->add_option("--partitions", options->partitions, "Of commands, followups, events, results and outbox")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  create->add_option("--replicas", options->replicas, "Of each partition; with 3 or more, 2 must have a record")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  CLI::App* check = AddCommand(*topics, context, "check", "Say what is wrong with the topics, and what mends it",
                               "  rasti topics check --brokers broker-1:9092\n"
                               "  rasti topics check --brokers broker-1:9092 --keep-commands P30D",
                               [&context, options] { return RunCheck(context, *options); });
  CLI::App* describe = AddCommand(*topics, context, "describe", "Partitions, replicas and settings",
                                  "  rasti topics describe --data /var/lib/rasti --json",
                                  [&context, options] { return RunDescribe(context, *options); });
  AddDurationOption(*create, "--keep-results", kKeepRange, "",
                    "How long results are kept, at least as long as commands; default: as they are, and P30D where "
                    "the topic is made",
                    [options](Duration given) { options->keep_results = given; });
  AddKeepCommandsOption(*check, options->keep_commands);
  for (CLI::App* command : {create, check, describe}) AddBrokerOptions(*command, options->place);
}

}  // namespace rasti::cli
