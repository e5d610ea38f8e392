// `rasti test`: plays the scenarios of workflow packages, without a data directory.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/package_folders.h"
#include "tools/rasti/scenario/player.h"
#include "tools/rasti/scenario/scratch_node.h"

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;

struct TestOptions {
  std::vector<std::string> folders;
  std::vector<std::string> with;
  std::vector<std::string> only;
  bool cover_all = false;
};

struct Story {
  std::string file;
  codec::Scenario scenario;
};

struct TestedWorkflow {
  const FoundPackage* package = nullptr;  // the workflow, or a tenant's overrides for one
  core::Definition definition;            // with the overrides that are tested
  std::string tenant;                     // theirs; empty: no overrides
  std::vector<Story> stories;
};

struct Outcomes {
  int played = 0;
  int failed = 0;
  std::vector<std::string> uncovered;  // "issue-report: inspect, make_safe"
  nlohmann::ordered_json workflows = nlohmann::ordered_json::array();
};

// The calendars and tenants around a workflow: what was named, else ./workflows, as `rasti init` takes it.
std::vector<std::string> FoldersAround(const TestOptions& options) {
  std::error_code error;
  if (!options.with.empty() || !fs::is_directory("workflows", error)) return options.with;
  return {"workflows"};
}

Result<std::vector<std::string>> ScenarioFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  const fs::path scenarios = fs::path(folder) / "scenarios";
  if (!fs::exists(scenarios, error)) return files;
  for (fs::directory_iterator it(scenarios, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (it->path().extension() == ".yaml" && !name.starts_with('.')) files.push_back(it->path().string());
  }
  if (error) return Fail(Error::Io(fmt::format("{}: {}", scenarios.string(), error.message())));
  std::ranges::sort(files);
  return files;
}

std::string NameOf(const Story& story) { return fs::path(story.file).stem().string(); }

bool Wanted(const TestOptions& options, const Story& story) {
  return options.only.empty() || std::ranges::find(options.only, NameOf(story)) != options.only.end();
}

// A story in a tenant that nobody brought would be refused in words about something else.
void CheckTenant(const Story& story, const std::set<std::string>& tenants, std::vector<codec::Issue>& wrong) {
  const std::string& name = story.scenario.tenant;
  if (tenants.contains(name)) return;
  const codec::Mark mark = story.scenario.tenant_mark;
  wrong.push_back({story.file, mark.line, mark.column,
                   fmt::format("tenant: no package of '{}' is here; name the folder of tenants with --with", name)});
}

// A story of overrides is about their tenant, whoever else comes up in it.
void CheckOwner(const TestedWorkflow& tested, const Story& story, std::vector<codec::Issue>& wrong) {
  if (tested.tenant.empty() || story.scenario.tenant == tested.tenant) return;
  const codec::Mark mark = story.scenario.tenant_mark;
  wrong.push_back({story.file, mark.line, mark.column,
                   fmt::format("tenant: a story of the overrides of '{0}' is told of '{0}'", tested.tenant)});
}

// A workflow, or overrides together with theirs; nothing where the package is neither, or faulty, as the scan has said.
std::optional<TestedWorkflow> MakeTested(const FoundPackage& package,
                                         const std::vector<codec::PackageFiles>& packages) {
  using Kind = codec::PackageKind;
  if (package.files.kind != Kind::kWorkflow && package.files.kind != Kind::kOverrides) return std::nullopt;
  auto loaded = codec::LoadPackage(package.files);
  if (!loaded) return std::nullopt;
  TestedWorkflow tested;
  tested.package = &package;
  if (auto* definition = std::get_if<core::Definition>(&*loaded)) {
    tested.definition = std::move(*definition);
    return tested;
  }
  const auto& overrides = std::get<core::Overrides>(*loaded);
  const auto base = std::ranges::find_if(packages, [&](const codec::PackageFiles& files) {
    return files.kind == Kind::kWorkflow && files.name == overrides.workflow.view();
  });
  if (base == packages.end()) return std::nullopt;
  const auto workflow = codec::LoadPackage(*base);
  if (!workflow) return std::nullopt;
  tested.definition = core::Materialise(std::get<core::Definition>(*workflow), overrides).definition;
  tested.tenant = overrides.tenant.str();
  return tested;
}

// All that is to be played, or everything that is wrong with it.
Outcome<std::vector<TestedWorkflow>> ReadStories(const Context& context, const TestOptions& options,
                                                 const PackageScan& scan,
                                                 const std::vector<codec::PackageFiles>& packages) {
  const std::set<std::string> tenants = codec::ContextOf(packages).tenants;
  std::vector<TestedWorkflow> workflows;
  std::vector<codec::Issue> wrong;
  for (const FoundPackage& package : scan.packages) {
    auto made = MakeTested(package, packages);
    if (!made) continue;
    TestedWorkflow& tested = *made;
    RASTI_TRY(const auto files, ScenarioFiles(package.folder));
    for (const std::string& file : files) {
      RASTI_TRY(const std::string yaml, ReadFile(file));
      codec::Issues issues(file);
      auto scenario = codec::ReadScenario(yaml, tested.definition, issues);
      std::ranges::move(std::move(issues).Take(), std::back_inserter(wrong));
      if (!scenario) continue;
      Story story{file, *std::move(scenario)};
      if (!Wanted(options, story)) continue;
      CheckTenant(story, tenants, wrong);
      CheckOwner(tested, story, wrong);
      tested.stories.push_back(std::move(story));
    }
    workflows.push_back(*std::move(made));
  }
  if (!codec::HasErrors(wrong)) return workflows;
  PrintIssues(wrong, context.out);
  context.out.Json({{"issues", IssuesJson(wrong)}});
  return Refuse(IssuesFailure(wrong, "in the scenarios"));
}

Outcome<PlayedScenario> PlayStory(const TestedWorkflow& workflow, const Story& story,
                                  const std::vector<codec::PackageFiles>& packages) {
  auto node = ScratchNode::Open(packages, story.scenario.begins_at);
  if (!node) return Refuse(node.error().At(story.file));
  auto played = ScenarioPlayer((*node)->session(), story.scenario, workflow.definition).Play();
  if (!played) return Refuse(played.error().At(story.file));
  return *std::move(played);
}

// All but other workflows: their forms take longer to read than a story takes to play. The stories of a workflow are
// told of what it says itself; those of overrides with all that there are for it, so that two tenants can be compared.
std::vector<codec::PackageFiles> NeededFor(const TestedWorkflow& workflow,
                                           const std::vector<codec::PackageFiles>& packages) {
  using Kind = codec::PackageKind;
  const std::string& name = workflow.definition.id.str();
  const bool with_overrides = !workflow.tenant.empty();
  std::vector<codec::PackageFiles> needed;
  for (const codec::PackageFiles& files : packages) {
    if (files.kind == Kind::kWorkflow && files.name != name) continue;
    if (files.kind == Kind::kOverrides && !(with_overrides && files.name.starts_with(name + "+"))) continue;
    needed.push_back(files);
  }
  return needed;
}

Outcome<void> TestWorkflow(const Context& context, const TestedWorkflow& workflow,
                           const std::vector<codec::PackageFiles>& all_packages, Outcomes& outcomes) {
  const std::vector<codec::PackageFiles> packages = NeededFor(workflow, all_packages);
  const std::string name = workflow.package->files.id().str();
  std::set<core::ActionId> taken;
  auto stories = nlohmann::ordered_json::array();
  for (const Story& story : workflow.stories) {
    context.out.Progress(fmt::format("{}: {}", name, NameOf(story)));
    RASTI_TRY(const PlayedScenario played, PlayStory(workflow, story, packages));
    context.out.Progress("");
    taken.insert(played.actions.begin(), played.actions.end());
    const bool passed = played.disagreements.empty();
    ++outcomes.played;
    if (!passed) ++outcomes.failed;
    std::vector<codec::Issue> issues;
    for (const Disagreement& one : played.disagreements) {
      issues.push_back({story.file, one.mark.line, one.mark.column, one.message});
    }
    context.out.Line(
        fmt::format("{}  {}  {}: {}",
                    passed ? context.out.Paint(Colour::kGreen, "ok    ") : context.out.Paint(Colour::kRed, "FAILED"),
                    name, NameOf(story), Printable(story.scenario.title)));
    PrintIssues(issues, context.out);
    stories.push_back({{"file", story.file},
                       {"scenario", story.scenario.title},
                       {"passed", passed},
                       {"disagreements", IssuesJson(issues)}});
  }
  std::vector<std::string> missing;
  for (const core::Action& action : workflow.definition.actions) {
    // Overrides have no actions of their own.
    if (!workflow.tenant.empty()) break;
    if (!taken.contains(action.id)) missing.push_back(action.id.str());
  }
  if (!missing.empty()) outcomes.uncovered.push_back(fmt::format("{}: {}", name, fmt::join(missing, ", ")));
  outcomes.workflows.push_back({{"package", name},
                                {"scenarios", std::move(stories)},
                                {"actions", workflow.definition.actions.size()},
                                {"actions_not_taken", missing}});
  return {};
}

Outcome<void> RunTest(const Context& context, const TestOptions& options) {
  RASTI_TRY(const PackageScan around, ScanPackages(FoldersAround(options), {}));
  RASTI_TRY(const PackageScan scan, ScanPackages(options.folders, ToPublish(around, Instant{}, Instant{})));
  for (const PackageScan* each : {&around, &scan}) {
    if (!each->HasErrors()) continue;
    PrintIssues(each->issues, context.out);
    context.out.Json({{"issues", IssuesJson(each->issues)}});
    return Refuse(IssuesFailure(each->issues));
  }
  // What is tested takes the place of its namesake.
  std::vector<codec::PackageFiles> packages;
  for (const FoundPackage& package : scan.packages) packages.push_back(package.files);
  for (const FoundPackage& package : around.packages) {
    const bool known = std::ranges::any_of(packages, [&](const codec::PackageFiles& files) {
      return files.kind == package.files.kind && files.id() == package.files.id();
    });
    if (!known) packages.push_back(package.files);
  }
  RASTI_TRY(const std::vector<TestedWorkflow> workflows, ReadStories(context, options, scan, packages));
  Outcomes outcomes;
  for (const TestedWorkflow& workflow : workflows) {
    RASTI_CHECKED(TestWorkflow(context, workflow, packages, outcomes));
  }
  if (outcomes.played == 0) {
    return Refuse(Error::NotFound(
        options.only.empty() ? fmt::format("{}: no scenarios there: a workflow's are in scenarios/*.yaml beside it",
                                           fmt::join(options.folders, ", "))
                             : fmt::format("--only {}: there is no such scenario", fmt::join(options.only, ", "))));
  }
  // Where only some are played, what they leave out says nothing.
  const bool judge_cover = options.only.empty();
  if (judge_cover) {
    for (const std::string& line : outcomes.uncovered) {
      context.out.Line(context.out.Paint(Colour::kYellow, "no scenario takes these actions of " + line));
    }
  }
  context.out.Line(fmt::format("{} scenarios played, {} failed", outcomes.played, outcomes.failed));
  context.out.Json({{"workflows", outcomes.workflows}, {"played", outcomes.played}, {"failed", outcomes.failed}});
  if (outcomes.failed > 0) {
    return Refuse(
        Failure(Exit::kRejected, "scenario_failed",
                fmt::format("{} of {} scenarios went otherwise than told", outcomes.failed, outcomes.played)));
  }
  if (options.cover_all && judge_cover && !outcomes.uncovered.empty()) {
    return Refuse(Failure(Exit::kRejected, "actions_not_covered", "there are actions that no scenario takes"));
  }
  return {};
}

}  // namespace

void AddTestCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* command =
      AddCommand(app, context, "test",
                 "Play the scenarios of workflows and of tenants' overrides (scenarios/*.yaml beside them) over "
                 "virtual time, each "
                 "on an engine of its own",
                 "  rasti test workflows/issue-report\n"
                 "  workflows/issue-report/scenarios/happy.yaml:14:5: error: stage: expected acknowledged, is received",
                 [&context, options] { return RunTest(context, *options); });
  command->add_option("DIR", options->folders, "Folders of packages; sub-folders are looked through")->required();
  command
      ->add_option("--with", options->with,
                   "Folders of the calendars, tenants and time zones that they need; default: ./workflows, if there is "
                   "such a folder")
      ->type_name("DIR");
  command->add_option("--only", options->only, "These scenarios, by the names of their files")->type_name("NAME");
  command->add_flag("--cover-all", options->cover_all, "Fail where no scenario takes an action of a workflow");
}

}  // namespace rasti::cli
