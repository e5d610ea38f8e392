// `rasti doctor`: what is wrong with a data directory, and what to do about it.
#include <fmt/format.h>

#include "tools/rasti/commands.h"
#include "tools/rasti/health.h"

namespace rasti::cli {
namespace {

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

Outcome<void> RunDoctor(const Context& context, bool quick) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  Findings findings;
  CheckFiles(paths, findings);
  // Without a directory there is nothing inside to look at.
  if (findings.front().health != Health::kProblem) CheckEngine(paths, !quick, findings);

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
  auto quick = std::make_shared<bool>(false);
  CLI::App* command =
      AddCommand(app, context, "doctor",
                 "Look a data directory over and say what to do: format, rights, lock, disk, damage, "
                 "gaps, stale views, clock, calendars that end. Changes nothing",
                 "  rasti doctor --data /var/lib/rasti", [&context, quick] { return RunDoctor(context, *quick); });
  command->add_flag("--quick", *quick, "Do not read every record of the log");
}

}  // namespace rasti::cli
