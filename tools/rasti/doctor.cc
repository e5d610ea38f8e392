// `rasti doctor`: what is wrong with a data directory, and what to do about it.
#include <fmt/format.h>

#include "tools/rasti/commands.h"
#include "tools/rasti/health.h"
#include "tools/rasti/size_option.h"

namespace rasti::cli {
namespace {

struct DoctorOptions {
  HealthOptions health;
  bool quick = false;
  bool list = false;
};

std::string_view NameOf(Health health) {
  switch (health) {
    case Health::kGood: return "good";
    case Health::kNote: return "note";
    case Health::kProblem: return "problem";
  }
  return "";
}

Colour ColourOf(Health health) {
  switch (health) {
    case Health::kGood: return Colour::kGreen;
    case Health::kNote: return Colour::kYellow;
    case Health::kProblem: return Colour::kRed;
  }
  return Colour::kBold;
}

Outcome<void> ListChecks(const Context& context) {
  std::vector<std::vector<std::string>> rows;
  auto list = nlohmann::ordered_json::array();
  for (const CheckInfo& check : AllChecks()) {
    rows.push_back({std::string(check.id), std::string(check.looks_for)});
    list.push_back({{"what", check.id}, {"looks_for", check.looks_for}});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  context.out.Json({{"checks", std::move(list)}});
  return {};
}

Outcome<void> RunDoctor(const Context& context, const DoctorOptions& options) {
  if (options.list) return ListChecks(context);
  RASTI_TRY(const DataPaths paths, context.Paths());
  HealthOptions health = options.health;
  health.thorough = !options.quick;
  Findings findings;
  CheckFiles(paths, health, findings);
  // Without a directory there is nothing inside to look at.
  if (findings.front().health != Health::kProblem) CheckEngine(paths, health, findings);

  auto list = nlohmann::ordered_json::array();
  const Finding* first = nullptr;
  int problems = 0;
  for (const Finding& finding : findings) {
    context.out.Line(fmt::format(
        "{} {}: {}", context.out.Paint(ColourOf(finding.health), fmt::format("{:<8}", NameOf(finding.health))),
        finding.what, finding.text));
    if (!finding.remedy.empty()) context.out.Line(fmt::format("{:<9}-> {}", "", finding.remedy));
    nlohmann::ordered_json json{{"what", finding.what}, {"health", NameOf(finding.health)}, {"text", finding.text}};
    if (!finding.remedy.empty()) json["remedy"] = finding.remedy;
    list.push_back(std::move(json));
    if (finding.health != Health::kProblem) continue;
    ++problems;
    if (first == nullptr) first = &finding;
  }
  context.out.Json({{"healthy", problems == 0}, {"findings", std::move(list)}});
  if (first == nullptr) return {};
  return Refuse(
      Failure(first->exit, "unhealthy",
              fmt::format("{} problem{} found; the first: {}", problems, problems == 1 ? "" : "s", first->text)));
}

}  // namespace

void AddDoctorCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command =
      AddCommand(app, context, "doctor",
                 "Look a data directory over and say what to do: format, rights, keys, room, leftovers, lock, damage, "
                 "gaps, broken chains, stale views, clock, calendars that end, versions that open cases lack. Changes "
                 "nothing. The exit code is that of the first problem",
                 "  rasti doctor --data /var/lib/rasti\n"
                 "  rasti doctor --checks",
                 [&context, options] { return RunDoctor(context, *options); });
  command->add_flag("--quick", options->quick,
                    "Do not read every record of the log, every block of the stores and every case");
  command->add_flag("--copy", options->health.copy,
                    "Where `rasti run` holds the directory: have it set a copy of its log aside by hard links, check "
                    "that, and delete it");
  command->add_flag("--checks", options->list, "Only list what is looked at");
  AddSizeOption(*command, "--least-free", {kMiB, 1024 * 1024 * kGiB}, "Less room than this on the disk is a problem",
                options->health.free_bytes_least);
}

}  // namespace rasti::cli
