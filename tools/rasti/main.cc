// `rasti`: the command line, and the composition root of the embedded engine.
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>
#include <exception>

#include "engine/core/expression/names.h"
#include "tools/rasti/actions.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/version.h"

namespace rasti::cli {
namespace {

constexpr const char* kAbout =
    "Rasti: case workflow for public administration, on an event log.\n"
    "\n"
    "A first walk:\n"
    "  export RASTI_DATA=/tmp/rasti-first\n"
    "  rasti init --packages workflows\n"
    "  rasti submit --workflow issue-report --tenant prishtine --category pothole \\\n"
    "      --title 'Hole in Rruga B' --channel portal --role citizen \\\n"
    "      --form '{\"description\":\"Half a metre wide.\",\"location\":{\"address\":\"Rruga B 12\"}}'\n"
    "  rasti overdue --tenant prishtine --at-risk P7D\n"
    "  rasti show REFERENCE; rasti history REFERENCE; rasti explain REFERENCE\n"
    "  rasti replay --verify";

constexpr const char* kMore =
    "TIME is RFC 3339 (2026-11-21T09:00:00+01:00), DURATION is ISO 8601 (P7D, PT48H). CASE is a case id or the public\n"
    "reference that the citizen was told. Where `rasti run` holds the data directory, commands go through its socket;\n"
    "otherwise they open the directory themselves and first let happen what fell due.\n";

void AddSharedOptions(CLI::App& app, Context& context) {
  app.add_option("--data", context.data, "The data directory")->type_name("DIR")->envname("RASTI_DATA");
  app.add_flag_callback(
      "--json", [&context] { context.out.set_json(true); }, "Print JSON, for scripts");
  app.add_option("--now", context.now,
                 "When it happened, for roles that may back-date; moves a virtual clock forward to there")
      ->type_name("TIME");
  app.add_option("--patience", context.patience_s, "Seconds to wait for a data directory that another command is using")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  app.set_version_flag("--version", std::string("rasti ") + kVersion);
}

void AddCommands(CLI::App& app, Context& context) {
  AddInitCommand(app, context);
  AddLintCommand(app, context);
  AddTestCommand(app, context);
  AddPublishCommand(app, context);
  AddPackagesCommand(app, context);
  AddCalendarCommand(app, context);
  AddSubmitCommand(app, context);
  AddActionsCommand(app, context);
  AddActCommand(app, context);
  AddAssignCommand(app, context);
  AddReleaseCommand(app, context);
  AddReassignCommand(app, context);
  AddMessageCommand(app, context);
  AddAttachCommand(app, context);
  AddExtendCommand(app, context);
  AddPauseCommand(app, context);
  AddResumeCommand(app, context);
  AddReopenCommand(app, context);
  AddMergeCommand(app, context);
  AddReferCommand(app, context);
  AddWithdrawCommand(app, context);
  AddRateCommand(app, context);
  AddCorrectCommand(app, context);
  AddMigrateCommand(app, context);
  AddShowCommand(app, context);
  AddHistoryCommand(app, context);
  AddExplainCommand(app, context);
  AddInboxCommand(app, context);
  AddOverdueCommand(app, context);
  AddStatsCommand(app, context);
  AddTallyCommand(app, context);
  AddDeadlinesCommand(app, context);
  AddPublicCommand(app, context);
  AddNumbersCommand(app, context);
  AddResponsesCommand(app, context);
  AddExportCommand(app, context);
  AddTailCommand(app, context);
  AddViewsCommand(app, context);
  AddImportCommand(app, context);
  AddGoLiveCommand(app, context);
  AddTopicsCommand(app, context);
  AddDeadLettersCommand(app, context);
  AddRunCommand(app, context);
  AddServeViewsCommand(app, context);
  AddTopCommand(app, context);
  AddConfigCommand(app, context);
  AddRetireCommand(app, context);
  AddSnapshotCommand(app, context);
  AddBackupCommand(app, context);
  AddRestoreCommand(app, context);
  AddReplayCommand(app, context);
  AddAuditCommand(app, context);
  AddWitnessCommand(app, context);
  AddDoctorCommand(app, context);
  AddClockCommand(app, context);
  AddManualCommands(app, context);
}

// The first word at or behind `begin` that is neither an option nor the value of one; argc where there is none.
int NextWord(int begin, int argc, char** argv) {
  for (int i = begin; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (word.starts_with("--") && word.find('=') == std::string_view::npos && word != "--json") ++i;
    if (!word.starts_with("-")) return i;
  }
  return argc;
}

std::vector<std::string_view> NamesOfCommands(const CLI::App& group) {
  std::vector<std::string_view> names;
  for (const CLI::App* command : group.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// CLI11 says what was not expected; people want to hear what they probably meant.
std::string UnknownCommandText(const CLI::App& app, int argc, char** argv) {
  const int at = NextWord(1, argc, argv);
  if (at == argc) return "name a command; `rasti --help` lists them";
  std::string hint = core::expression::DidYouMean(argv[at], NamesOfCommands(app));
  if (hint.empty()) hint = "; `rasti --help` lists the commands";
  return fmt::format("there is no command '{}'{}", argv[at], hint);
}

// The same below a command that has commands of its own; these are few, so all are named.
std::string UnknownCommandText(const CLI::App& group, const std::string& path, int argc, char** argv) {
  const auto names = NamesOfCommands(group);
  const std::string there_are = "there are " + core::expression::JoinNames(names);
  int at = 1;
  while (at < argc && group.get_name() != argv[at]) ++at;
  at = NextWord(at + 1, argc, argv);
  if (at >= argc) return fmt::format("{}: say what; {}", path, there_are);
  std::string hint = core::expression::DidYouMean(argv[at], names);
  if (hint.empty()) hint = "; " + there_are;
  return fmt::format("{}: there is no '{}'{}", path, argv[at], hint);
}

// The command as far as it was understood: "calendar show" and what it is.
std::pair<std::string, const CLI::App*> Understood(const CLI::App& app) {
  std::string path;
  const CLI::App* command = &app;
  for (auto named = app.get_subcommands(); !named.empty(); named = command->get_subcommands()) {
    command = named.front();
    path += (path.empty() ? "" : " ") + command->get_name();
  }
  return {path, command};
}

int ParseFailed(const Context& context, const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);  // --help, --version
  std::string text = error.what();
  const auto [path, command] = Understood(app);
  if (path.empty()) {
    text = UnknownCommandText(app, argc, argv);
  } else if (command->get_require_subcommand_min() > 0) {
    text = UnknownCommandText(*command, path, argc, argv);
  } else {
    text += fmt::format("; see `rasti {} --help`", path);
  }
  const Failure failure(Error::Invalid(std::move(text)));
  context.out.Failed(failure);
  return static_cast<int>(failure.exit);
}

int Main(int argc, char** argv) {
  Context context;
  context.words.assign(argv + 1, argv + argc);
  CLI::App app(kAbout, "rasti");
  app.require_subcommand(1);
  app.footer(kMore + std::string("\n") + std::string(ExitCodeHelp()));
  AddSharedOptions(app, context);
  AddCommands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ParseFailed(context, app, error, argc, argv);
  }
  auto done = context.run();
  if (done) {
    if (const Status printed = context.out.Check(); !printed) done = Refuse(printed.error());
  }
  if (done) return static_cast<int>(Exit::kOk);
  context.out.Progress("");
  context.out.Failed(done.error());
  return static_cast<int>(done.error().exit);
}

// As many open files as this user may have: shells and service managers begin with 1,024, which is for programs that
// use select(), and stores, clients and brokers may take more.
void RaiseOpenFiles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // where it may not, it goes on with what it has
}

}  // namespace
}  // namespace rasti::cli

int main(int argc, char** argv) {
  // A reader that goes away (`rasti history ... | head`) is no reason to die half-way through a commit.
  std::signal(SIGPIPE, SIG_IGN);
  // Nor is a limit on the size of files: the write says so, as it does of a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rasti::cli::RaiseOpenFiles();
  try {
    return rasti::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "rasti: a bug: {}\n", error.what());
    return static_cast<int>(rasti::cli::Exit::kInternal);
  }
}
