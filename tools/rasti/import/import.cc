// `rasti import`: the cases of a legacy system as historic cases.
#include <fmt/format.h>

#include <chrono>

#include "engine/codec/import_mapping.h"
#include "engine/codec/yaml/yaml_node.h"
#include "engine/sla/calendar.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/import/csv_reader.h"
#include "tools/rasti/import/interrupt.h"
#include "tools/rasti/import/pipeline.h"
#include "tools/rasti/import/rejects_file.h"
#include "tools/rasti/import/report.h"
#include "tools/rasti/import/row_planner.h"

namespace rasti::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kStreamThreads = 2;
constexpr auto kSettleMost = std::chrono::hours(24);
constexpr auto kProgressEvery = std::chrono::milliseconds(200);

struct ImportOptions {
  std::string mapping;
  std::string file;
  std::string until;
  std::string rejects;
  bool go_live = false;

  std::string rejects_path() const { return rejects.empty() ? file + ".rejects.csv" : rejects; }
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
  setting.definition = configuration.DefinitionAt(core::WorkflowId(mapping.workflow.text), now);
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

// One import: rows from the table through planner and pipeline, refused ones into the rejects file.
class Import {
 public:
  Import(const Context& context, const ImportOptions& options, Session& session, ImportSetting setting,
         CsvReader& reader)
      : context_(context),
        session_(session),
        mapping_(*setting.mapping),
        tenant_(setting.tenant->id),
        reader_(reader),
        planner_(setting, reader.header()),
        rejects_(options.rejects_path()),
        pipeline_(session.commands(), {}, [this](const ImportRow& row) { return Finished(row); }) {
    report_.until = setting.until;
  }

  Result<ImportReport> Run(bool open_rejects) {
    if (open_rejects) RASTI_CHECKED(rejects_.Open());
    RASTI_TRY(ends_before_, session_.Ends());
    const InterruptGuard guard;
    const Status done = ReadRows(guard);
    const Status closed = rejects_.Close();
    RASTI_CHECKED(done);
    RASTI_CHECKED(closed);
    context_.out.Progress("bringing the views up to date");
    RASTI_CHECKED(session_.Settle(kSettleMost));
    report_.seconds = Seconds();
    RASTI_TRY(const auto ends, session_.Ends());
    for (size_t i = 0; i < ends.size(); ++i) report_.events += ends[i].value - ends_before_[i].value;
    if (report_.until) {
      RASTI_TRY(report_.tally, session_.Tally(tenant_, std::nullopt, *report_.until));
    }
    context_.out.Progress("");
    return report_;
  }

 private:
  double Seconds() const { return std::chrono::duration<double>(SteadyClock::now() - started_).count(); }

  Status ReadRows(const InterruptGuard& guard) {
    for (;;) {
      if (guard.interrupted()) {
        report_.interrupted = true;
        pipeline_.Stop();
        break;
      }
      RASTI_TRY(auto row, reader_.Next());
      if (!row) break;
      ++report_.rows;
      RASTI_CHECKED(Take(*std::move(row)));
      ShowProgress();
    }
    return pipeline_.Drain();
  }

  Status Take(CsvRow row) {
    if (!row.fault.empty()) return Reject({row.line, row.column, row.fault, std::move(row.raw)});
    Plan plan = planner_.PlanRow(row);
    if (const auto* fault = std::get_if<RowFault>(&plan)) {
      return Reject({row.line, fault->column, fault->reason, std::move(row.raw)});
    }
    if (std::holds_alternative<NotYetOpened>(plan)) {
      ++report_.not_yet_opened;
      return {};
    }
    ImportRow planned;
    planned.line = row.line;
    planned.raw = std::move(row.raw);
    planned.planned = std::get<PlannedCase>(std::move(plan));
    return pipeline_.Add(std::move(planned));
  }

  Status Reject(const RejectedRow& row) {
    ++report_.rejected;
    return rejects_.Add(row);
  }

  Status Finished(const ImportRow& row) {
    if (row.rejection) return Reject(RejectedBy(row, mapping_));
    ++report_.cases;
    const auto partition = static_cast<size_t>(row.first_token->partition.value);
    if (partition < ends_before_.size() && row.first_token->sequence < ends_before_[partition]) ++report_.cases_before;
    return {};
  }

  void ShowProgress() {
    const auto now = SteadyClock::now();
    if (!context_.out.progress_wanted() || now - shown_ < kProgressEvery) return;
    shown_ = now;
    const double share = reader_.bytes_total() > 0
                             ? static_cast<double>(reader_.bytes_read()) / static_cast<double>(reader_.bytes_total())
                             : 0;
    context_.out.Progress(ProgressText(report_, share, Seconds()));
  }

  const Context& context_;
  Session& session_;
  const codec::ImportMapping& mapping_;
  const core::TenantId tenant_;
  CsvReader& reader_;
  RowPlanner planner_;
  RejectsFile rejects_;
  ImportPipeline pipeline_;
  ImportReport report_;
  std::vector<core::Sequence> ends_before_;
  const SteadyClock::time_point started_ = SteadyClock::now();
  SteadyClock::time_point shown_ = started_;
};

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
  RASTI_TRY(const auto reader, CsvReader::Open(options.file));
  codec::Issues header_issues(options.mapping);
  codec::CheckImportHeader(mapping, reader->header(), options.file, header_issues);
  RASTI_CHECKED(CheckIssues(std::move(header_issues)));

  RASTI_TRY(const auto session, context.Open(kStreamThreads));
  RASTI_TRY(const auto configuration, session->Configuration());
  RASTI_TRY(const Instant now, session->Now());
  if (until && *until > now) {
    return Misused(fmt::format("--until {}: lies in the future; it is {}", options.until, FormatInstant(now)));
  }
  RASTI_TRY(ImportSetting setting, FindSetting(mapping, *configuration, now, options.mapping));
  setting.until = until;
  if (options.go_live) setting.live_from = until.value_or(now);

  RASTI_TRY(const ImportReport report,
            Import(context, options, *session, setting, *reader).Run(!options.rejects.empty()));
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
      "Take over the cases of another system: a CSV file whose rows are cases, and a mapping that says what its\n"
      "columns mean. Rows that cannot be taken go to a rejects file with line, column and reason; the rest goes in.\n"
      "Importing the same file again adds nothing twice: after a crash, or once rejected rows were mended, give the\n"
      "same command again. Exit code 0: all rows went in; 1: some were rejected",
      "  rasti import --mapping workflows/boston-311/mapping-computed.yaml requests.csv \\\n"
      "      --until 2016-01-12T22:54:00-05:00 --rejects rejects.csv",
      [&context, options] { return RunImport(context, *options); });
  command->add_option("FILE.csv", options->file, "The table: UTF-8, commas, its first line names the columns")
      ->required();
  command->add_option("--mapping", options->mapping, "What the columns mean (YAML); see workflows/boston-311")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--until", options->until,
                   "The end of the history: open cases live up to there, what the table says of later is left out")
      ->type_name("TIME");
  command->add_flag("--go-live", options->go_live, "Hand the open cases to wall time, from --until (or now) on");
  command
      ->add_option("--rejects", options->rejects,
                   "Where rejected rows go; default: FILE.csv.rejects.csv, made when there are any")
      ->type_name("FILE");
}

}  // namespace rasti::cli
