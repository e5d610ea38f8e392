// `rasti replay --verify`: reads the whole log and shows that state and views are what its events make.
#include <fmt/format.h>

#include "tools/rasti/commands.h"
#include "tools/rasti/node_clock.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/replay_check.h"
#include "tools/rasti/scratch_directory.h"

namespace rasti::cli {
namespace {

struct ReplayOptions {
  bool verify = false;
  std::string scratch;
  std::string at;
};

nlohmann::ordered_json ReportJson(const ReplayReport& report, Instant tally_at) {
  nlohmann::ordered_json by_type = nlohmann::ordered_json::object();
  for (const auto& [type, count] : report.events_by_type) by_type[type] = count;
  const views::StatusTally& tally = report.tally;
  return {{"verified", report.differences.empty()},
          {"events", report.events},
          {"cases", report.cases},
          {"signatures", report.signatures},
          {"seconds", report.seconds},
          {"events_per_second", report.seconds > 0 ? static_cast<double>(report.events) / report.seconds : 0},
          {"events_by_type", std::move(by_type)},
          {"tally",
           {{"at", FormatInstant(tally_at)},
            {"closed_on_time", tally.closed_on_time},
            {"closed_late", tally.closed_late},
            {"open_overdue", tally.open_overdue},
            {"open_in_time", tally.open_in_time},
            {"no_deadline", tally.no_deadline}}},
          {"compared", report.compared},
          {"differences", report.differences}};
}

void PrintReport(const Output& out, const ReplayReport& report, Instant tally_at) {
  const double rate = report.seconds > 0 ? static_cast<double>(report.events) / report.seconds : 0;
  out.Line(fmt::format("{} events of {} cases read and checked in {:.1f} s ({:.0f} a second); {} signatures verified",
                       report.events, report.cases, report.seconds, rate, report.signatures));
  for (const std::string& line : report.compared) out.Line("  " + line);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [type, count] : report.events_by_type) rows.push_back({"  " + type, std::to_string(count)});
  for (const std::string& line : Align(rows)) out.Line(line);
  out.Line(
      fmt::format("at {}: closed in time {}, closed late {}, open and overdue {}, open in time {}, without a "
                  "deadline {}",
                  FormatInstant(tally_at), report.tally.closed_on_time, report.tally.closed_late,
                  report.tally.open_overdue, report.tally.open_in_time, report.tally.no_deadline));
  for (const std::string& line : report.differences) out.Line(out.Paint(Colour::kRed, "DIFFERENT: " + line));
  if (report.differences.empty()) {
    out.Line(out.Paint(Colour::kGreen, "verified: state and views are what the log's events make"));
  }
}

Outcome<void> RunReplay(const Context& context, const ReplayOptions& options) {
  if (!options.verify) return Misused("say what the replay is for: rasti replay --verify");
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const auto at, GivenInstant("--at", options.at));
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  NodeClock clock;
  Instant now = clock.Now();
  if (meta.virtual_clock) {
    RASTI_TRY(now, ReadVirtualClock(paths));
  }
  const auto log = NodeLog::Open(paths, meta, clock, NodeLog::Access::kRead);
  if (!log && log.error().code == ErrorCode::kInUse) {
    return Refuse(log.error().At("a replay needs the directory at rest (stop `rasti run`, or verify a copy)"));
  }
  if (!log) return Refuse(log.error());
  for (const std::string& note : (*log)->notes()) context.out.Note("note: " + note);
  RASTI_TRY(const ScratchDirectory scratch, ScratchDirectory::Make("replay", options.scratch));
  // An auditor may read the log without holding the keys; then signatures are left out.
  const auto submitters = ReadRegistry(paths, Keys::kRetiredToo);
  if (!submitters) context.out.Note("note: signatures are not verified: " + submitters.error().message);
  const ReplayPlan plan{.paths = paths,
                        .scratch = scratch.path(),
                        .submitters = submitters ? &*submitters : nullptr,
                        .tally_at = at,
                        .now = now,
                        .progress = [&context](const std::string& text) { context.out.Progress(text); }};
  RASTI_TRY(const ReplayReport report, VerifyByReplay(**log, plan));
  context.out.Progress("");
  PrintReport(context.out, report, at.value_or(now));
  context.out.Json(ReportJson(report, at.value_or(now)));
  if (!report.differences.empty()) {
    return Refuse(Error::Corruption(
        fmt::format("{} differences; the first: {}", report.differences.size(), report.differences.front())));
  }
  return {};
}

}  // namespace

void AddReplayCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = AddCommand(
      app, context, "replay",
      "Read the whole log from its beginning: checks every record, hash, chain, sequence and signature, folds all "
      "cases anew and compares them with state and views. Changes nothing; needs the directory at rest",
      "  rasti replay --verify --data /var/lib/rasti", [&context, options] { return RunReplay(context, *options); });
  command->add_flag("--verify", options->verify, "Compare; exit code 5 on any difference, which is named");
  command
      ->add_option("--scratch", options->scratch,
                   "Where the stores to compare with are built; default: the system's temporary directory. Needs "
                   "about as much room as state and views")
      ->type_name("DIR");
  command
      ->add_option("--at", options->at,
                   "Count how the cases stood then; default: now, for historic cases the end of their history")
      ->type_name("TIME");
}

}  // namespace rasti::cli
