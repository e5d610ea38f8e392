// `rasti import`: the cases of a legacy system as historic cases.
#include <fmt/format.h>

#include <filesystem>

#include "engine/codec/import_mapping.h"
#include "engine/codec/yaml/yaml_node.h"
#include "engine/sla/calendar.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/import/import_run.h"

namespace rasti::cli {
namespace {

constexpr int kStreamThreads = 2;

struct ImportOptions {
  std::string mapping;
  std::vector<std::string> files;
  std::string until;
  std::string rejects;
  bool go_live = false;

  std::string rejects_path() const { return rejects.empty() ? files.front() + ".rejects.csv" : rejects; }
};

Outcome<void> CheckIssues(codec::Issues issues) {
  if (!issues.HasErrors()) return {};
  std::string text;
  for (const codec::Issue& issue : std::move(issues).Take()) text += issue.ToString() + "\n";
  return Misused(text + "nothing was imported");
}

Outcome<codec::ImportMapping> ReadMapping(const std::string& path) {
  RASTI_TRY(const std::string yaml, ReadFile(path, codec::kYamlBytesMost));
  codec::Issues issues(path);
  auto mapping = codec::ReadImportMapping(yaml, issues);
  RASTI_CHECKED(CheckIssues(std::move(issues)));
  return *std::move(mapping);
}

// What the mapping names, as it is in force now. The configuration outlives the setting.
Outcome<ImportSetting> FindSetting(const codec::ImportMapping& mapping, const runtime::Configuration& configuration,
                                   Instant now, const std::string& path) {
  codec::Issues issues(path);
  ImportSetting setting;
  setting.mapping = &mapping;
  setting.tenant = configuration.TenantAt(core::TenantId(mapping.tenant.text), now);
  if (setting.tenant == nullptr)
    issues.Error(mapping.tenant.mark,
                 fmt::format("there is no tenant '{}' in force; `rasti packages` lists them", mapping.tenant.text));
  setting.definition =
      configuration.DefinitionAt(core::WorkflowId(mapping.workflow.text), core::TenantId(mapping.tenant.text), now);
  if (setting.definition == nullptr)
    issues.Error(mapping.workflow.mark,
                 fmt::format("there is no workflow '{}' in force; `rasti packages` lists them", mapping.workflow.text));
  if (!issues.HasErrors()) codec::CheckImportMapping(mapping, *setting.definition, *setting.tenant, issues);

  const std::string tz_version = configuration.TimeZoneVersionAt(now);
  if (mapping.zone) {
    const auto zone = sla::LoadTimeZone(tz_version, mapping.zone->text);
    if (zone) setting.zone = *zone;
    if (!zone) issues.Error(mapping.zone->mark, fmt::format("zone: {}", zone.error().message));
  } else if (setting.tenant != nullptr) {
    const sla::Calendar* calendar = configuration.CalendarAt(setting.tenant->calendar, now);
    if (calendar != nullptr) setting.zone = calendar->zone();
    if (calendar == nullptr) issues.Error(mapping.tenant.mark, "its calendar is not in force; name a 'zone'");
  }
  RASTI_CHECKED(CheckIssues(std::move(issues)));
  return setting;
}

// One file under whatever names, by links too.
bool IsSameFile(const std::string& one, const std::string& other) {
  std::error_code ignored;
  return std::filesystem::equivalent(one, other, ignored);
}

// Rejected rows would take the place of what is still to be read.
Outcome<void> CheckRejects(const ImportOptions& options) {
  const std::string path = options.rejects_path();
  std::vector<std::string> inputs = options.files;
  inputs.push_back(options.mapping);
  for (const std::string& input : inputs) {
    if (!IsSameFile(input, path)) continue;
    return Misused(
        fmt::format("{}: rejected rows would go there, but {} is read; name another file with --rejects. Nothing was "
                    "imported",
                    path, input == path ? "it" : fmt::format("it is {}, which", input)));
  }
  return {};
}

Outcome<RowSources> OpenFiles(const Context& context, const codec::ImportMapping& mapping,
                              const ImportOptions& options) {
  RowSources sources;
  codec::Issues issues(options.mapping);
  for (const std::string& file : options.files) {
    for (const auto& other : sources) {
      if (IsSameFile(file, other->path())) return Misused(fmt::format("{}: given twice", file));
    }
    RASTI_TRY(sources.emplace_back(), OpenRows(file, mapping));
    if (const Delimiter delimiter = sources.back()->delimiter(); delimiter.is_guess) {
      context.out.Note(
          fmt::format("note: {}: no comma in its first line; its columns are taken to stand between {}. The "
                      "mapping may say so: 'delimiter: {}'",
                      file, delimiter.character == '\t' ? "tabs" : DelimiterText(delimiter.character),
                      DelimiterText(delimiter.character)));
    }
    codec::CheckImportHeader(mapping, sources.back()->header(), file, issues);
  }
  RASTI_CHECKED(CheckIssues(std::move(issues)));
  return sources;
}

Outcome<void> Conclude(const ImportReport& report, const std::string& rejects_path) {
  if (report.interrupted) {
    return Refuse(Failure(Exit::kUnavailable, "interrupted",
                          fmt::format("stopped after {} rows; the same command goes on from there", report.rows)));
  }
  if (report.rejected > 0) {
    return Refuse(
        Failure(Exit::kRejected, "rows_rejected",
                fmt::format("{} of {} rows were not taken; {} says why", report.rejected, report.rows, rejects_path)));
  }
  return {};
}

Outcome<void> RunImport(const Context& context, const ImportOptions& options) {
  RASTI_TRY(const auto until, GivenInstant("--until", options.until));
  RASTI_TRY(const codec::ImportMapping mapping, ReadMapping(options.mapping));
  RASTI_CHECKED(CheckRejects(options));
  RASTI_TRY(RowSources sources, OpenFiles(context, mapping, options));

  RASTI_TRY(const auto session, context.Open(kStreamThreads));
  RASTI_TRY(const auto configuration, session->Configuration());
  RASTI_TRY(const Instant now, session->Now());
  if (until && *until > now) {
    return Misused(fmt::format("--until {}: lies in the future; it is {}", options.until, FormatInstant(now)));
  }
  RASTI_TRY(ImportSetting setting, FindSetting(mapping, *configuration, now, options.mapping));
  setting.until = until;
  if (options.go_live) setting.live_from = until.value_or(now);

  RASTI_TRY(
      const ImportReport report,
      ImportRun(context, *session, setting, std::move(sources), options.rejects_path()).Run(!options.rejects.empty()));
  for (const std::string& line : ToLines(report, options.rejects_path())) context.out.Line(line);
  context.out.JsonLine(ToJson(report, options.rejects_path()));
  RASTI_CHECKED(session->Close());
  return Conclude(report, options.rejects_path());
}

}  // namespace

void AddImportCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = AddCommand(
      app, context, "import",
      "Take over the cases of another system: CSV files whose rows are cases, or events of cases (also as XES), and a\n"
      "mapping that says what their columns mean. Rows that cannot be taken go to a rejects file with line, column and "
      "reason; the rest goes in.\n"
      "Importing the same file again adds nothing twice: after a crash, or once rejected rows were mended, give the\n"
      "same command again. Exit code 0: all rows went in; 1: some were rejected",
      "  rasti import --mapping workflows/boston-311/mapping-computed.yaml requests.csv \\\n"
      "      --until 2016-01-12T22:54:00-05:00 --rejects rejects.csv",
      [&context, options] { return RunImport(context, *options); });
  command
      ->add_option("FILE", options->files,
                   "The table: CSV, its first line names the columns; FILE.xes for XES. Several files are one table. "
                   "Between the columns stands what the mapping says (delimiter: comma, semicolon, tab or bar), else a "
                   "comma, or what the first line has instead")
      ->required();
  command
      ->add_option("--mapping", options->mapping,
                   "What the columns mean, what stands between them, in which encoding (YAML); see "
                   "tools/rasti/import/README.md, "
                   "workflows/boston-311 and workflows/coselog")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--until", options->until,
                   "The end of the history: open cases live up to there, what the table says of later is left out")
      ->type_name("TIME");
  command->add_flag("--go-live", options->go_live, "Hand the open cases to wall time, from --until (or now) on");
  command
      ->add_option("--rejects", options->rejects,
                   "Where rejected rows go, for its owner only; default: FILE.rejects.csv beside the first file, made "
                   "when there are any, and deleted when there are none any more")
      ->type_name("FILE");
}

}  // namespace rasti::cli
