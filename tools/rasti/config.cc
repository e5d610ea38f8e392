// `rasti config`: what a service would run with, and what is wrong with it, before it is started.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "engine/log/kafka_settings_check.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/kafka_settings.h"
#include "tools/rasti/package_folders.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/service_options.h"
#include "tools/rasti/settings.h"
#include "tools/rasti/snapshot.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;

void Print(const Output& out, const std::vector<Setting>& settings, const std::vector<codec::Issue>& issues,
           const std::vector<std::string>& faults) {
  std::vector<std::vector<std::string>> rows;
  auto list = Json::array();
  for (const Setting& setting : settings) {
    rows.push_back({setting.name, setting.value.empty() ? "-" : Printable(setting.value), setting.source});
    list.push_back({{"name", setting.name}, {"value", setting.value}, {"source", setting.source}});
  }
  for (const std::string& line : Align(rows)) out.Line(line);
  PrintIssues(issues, out);
  for (const std::string& fault : faults) out.Line(out.Paint(Colour::kRed, fault));
  out.Json({{"settings", std::move(list)}, {"issues", IssuesJson(issues)}, {"faults", faults}});
}

// The settings as librdkafka takes them; no broker is asked.
Status CheckKafka(const KafkaPlace& place) {
  RASTI_TRY(log::KafkaLogOptions read, KafkaOptionsOf(place));
  const Status taken = log::CheckKafkaSettings(std::move(read));
  return taken ? taken : Fail(taken.error().At(place.settings_file));
}

// Files that settings name, read as a start would read them. A value of theirs is never shown.
std::vector<std::string> CheckFilesOf(const ServiceOptions& options) {
  std::vector<std::string> faults;
  const LogChoice& choice = options.log;
  if (!choice.kafka.settings_file.empty()) {
    if (const Status taken = CheckKafka(choice.kafka); !taken) {
      faults.push_back("kafka-settings: " + taken.error().message);
    }
  }
  if (!choice.submitters.empty()) {
    if (const Status read = CheckRegistry(choice.submitters); !read) {
      faults.push_back("submitters: " + read.error().message);
    }
  }
  if (!options.from_snapshot.empty()) {
    if (const auto read = ReadSnapshot(options.from_snapshot); !read) {
      faults.push_back("from-snapshot: " + read.error().message);
    }
  }
  if (choice.log == "kafka" && choice.kafka.brokers.empty()) {
    faults.emplace_back("brokers: log is kafka, and no brokers are named");
  }
  return faults;
}

Outcome<void> RunShow(CLI::App& command, const Context& context, ServiceOptions& options, bool check) {
  std::vector<codec::Issue> issues;
  const std::string file = ConfigFile(options.config);
  RASTI_TRY(const auto settings, Resolve(command, context.words, file, issues));
  const bool wrong = codec::HasErrors(issues);
  const auto faults = check && !wrong ? CheckFilesOf(options) : std::vector<std::string>();
  Print(context.out, settings, issues, faults);
  if (wrong) return Refuse(IssuesFailure(issues, "in " + file));
  if (!faults.empty()) return Misused(faults.front());
  return {};
}

}  // namespace

void AddConfigCommand(CLI::App& app, Context& context) {
  CLI::App* config = app.add_subcommand("config", "The settings of `rasti run` and `rasti serve-views`");
  config->fallthrough();
  config->require_subcommand(1);
  auto checked = std::make_shared<ServiceOptions>();
  CLI::App* check = AddCommand(*config, context, "check",
                               "Say what is wrong with a file of settings, by line and column, and with the files that "
                               "it names; then what a service would run with",
                               "  rasti config check /etc/rasti/rasti.yaml", {});
  check->add_option("file", checked->config, "The file")->type_name("FILE")->required();
  AddServiceOptions(*check, *checked, true);
  SetRun(*check, context, [&context, check, checked] { return RunShow(*check, context, *checked, true); });

  auto shown = std::make_shared<ServiceOptions>();
  CLI::App* show = AddCommand(*config, context, "show",
                              "What a service would run with, and where each value comes from; takes the same options "
                              "and the same environment",
                              "  rasti config show --config /etc/rasti/rasti.yaml --threads 4", {});
  AddServiceOptions(*show, *shown, true);
  SetRun(*show, context, [&context, show, shown] { return RunShow(*show, context, *shown, false); });
}

}  // namespace rasti::cli
