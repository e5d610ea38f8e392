// `rasti audit verify`: reads the log and tells every event that is not as it was written.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/store/file_directory.h"
#include "tools/rasti/audit/audit_keys.h"
#include "tools/rasti/audit/commands.h"
#include "tools/rasti/audit/log_audit.h"
#include "tools/rasti/files.h"
#include "tools/rasti/node_log.h"

namespace rasti::cli {
namespace {

struct VerifyOptions {
  std::string tenant;
  std::string case_id;
  std::optional<int32_t> partition;
  int64_t from = 0;
  std::optional<int64_t> to;
  std::vector<std::string> key_files;
  std::vector<std::string> checkpoint_files;
  int threads = 0;
};

// Several notes may stand in a file behind each other, as `audit checkpoint` prints them: each ends where, behind its
// signatures, an empty line or the file does.
std::vector<std::string> NotesIn(const std::string& text) {
  std::vector<std::string> notes;
  std::string note;
  bool is_signed = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1);
    const std::string_view line = std::string_view(text).substr(at, end + 1 - at);
    at = end + 1;
    const bool is_signature = line.starts_with("\u2014 ");
    if (is_signed && !is_signature) {
      notes.push_back(std::exchange(note, ""));
      is_signed = false;
      if (line == "\n") continue;
    }
    is_signed = is_signature;
    note += line;
  }
  if (!note.empty()) notes.push_back(std::move(note));
  return notes;
}

Outcome<AuditWish> WishOf(const DataPaths& paths, const VerifyOptions& options, int partitions) {
  AuditWish wish;
  if (!options.tenant.empty()) wish.tenant = core::TenantId(options.tenant);
  if (!options.case_id.empty()) {
    const auto id = ParseUuid(options.case_id);
    if (!id) return Misused(fmt::format("--case {}: {}", options.case_id, id.error().message));
    wish.case_id = core::CaseId{*id};
    wish.partitions = {ports::PartitionOf(id->AsBytes(), partitions)};
  }
  if (options.partition) {
    if (*options.partition >= partitions) {
      return Misused(
          fmt::format("--partition {}: this log has those from 0 to {}", *options.partition, partitions - 1));
    }
    if (wish.case_id && wish.partitions.front().value != *options.partition) {
      return Misused(fmt::format("--partition {}: the case {} lies in partition {}", *options.partition,
                                 options.case_id, wish.partitions.front().value));
    }
    wish.partitions = {{*options.partition}};
  }
  if ((options.from > 0 || options.to) && wish.partitions.empty()) {
    return Misused("--from and --to count the events of one partition: name it by --partition");
  }
  wish.from = {options.from};
  if (options.to) wish.to = core::Sequence{*options.to};
  for (const std::string& file : options.key_files) {
    RASTI_TRY(const auto keys, ReadVerifierKeys(file));
    wish.keys.insert(wish.keys.end(), keys.begin(), keys.end());
  }
  if (options.key_files.empty()) {
    RASTI_TRY(const AuditKeys own, ReadAuditKeys(paths));
    for (const audit::SignerKey& key : own.signing) wish.keys.push_back(key.verifier());
    wish.keys.insert(wish.keys.end(), own.earlier.begin(), own.earlier.end());
  }
  if (wish.keys.empty() && !options.checkpoint_files.empty()) {
    return Misused("--checkpoint: without --key nobody's signature counts");
  }
  for (const std::string& file : options.checkpoint_files) {
    RASTI_TRY(const std::string text, ReadFile(file));
    for (std::string& note : NotesIn(text)) wish.checkpoints.emplace_back(file, std::move(note));
  }
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  wish.threads = options.threads > 0 ? options.threads : cores;
  return wish;
}

nlohmann::ordered_json ReportJson(const AuditReport& report, double seconds) {
  auto checkpoints = nlohmann::ordered_json::array();
  for (const CheckedPoint& point : report.checkpoints) {
    checkpoints.push_back({{"partition", point.of.partition.value},
                           {"origin", point.of.checkpoint.origin},
                           {"size", point.of.checkpoint.size},
                           {"root", ToHex(AsBytes(point.of.checkpoint.root))},
                           {"source", point.source},
                           {"signers", point.of.signers},
                           {"compared", point.compared},
                           {"holds", point.holds}});
  }
  auto findings = nlohmann::ordered_json::array();
  for (const AuditFinding& finding : report.findings) {
    nlohmann::ordered_json one{{"partition", finding.partition.value}};
    if (finding.sequence) one["sequence"] = finding.sequence->value;
    one["rule"] = finding.rule;
    if (!finding.case_id.empty()) one["case_id"] = finding.case_id;
    one["message"] = finding.message;
    findings.push_back(std::move(one));
  }
  return {{"verified", report.findings.empty()},
          {"events", report.events},
          {"cases", report.cases},
          {"covered_by_checkpoints", report.covered},
          {"seconds", seconds},
          {"events_per_second", seconds > 0 ? static_cast<double>(report.events) / seconds : 0},
          {"checkpoints", std::move(checkpoints)},
          {"findings", std::move(findings)},
          {"more_findings", report.cut}};
}

void PrintReport(const Output& out, const AuditReport& report, bool has_keys, bool from_middle, double seconds) {
  out.Line(fmt::format("{} events of {} cases in {:.1f} s ({:.0f} a second)", report.events, report.cases, seconds,
                       seconds > 0 ? static_cast<double>(report.events) / seconds : 0));
  for (const CheckedPoint& point : report.checkpoints) {
    out.Line(fmt::format("  {}, {} events, signed by {} ({}): {}", point.of.checkpoint.origin, point.of.checkpoint.size,
                         fmt::join(point.of.signers, ", "), point.source,
                         !point.compared ? "not compared"
                         : point.holds   ? "holds"
                                         : "DOES NOT HOLD"));
  }
  for (const AuditFinding& finding : report.findings) {
    const std::string place = finding.sequence ? fmt::format(", sequence {}", finding.sequence->value) : "";
    out.Line(out.Paint(Colour::kRed, fmt::format("partition {}{}, {}: {}", finding.partition.value, place, finding.rule,
                                                 Printable(finding.message))));
  }
  if (report.cut) out.Line("and more");
  if (!has_keys) {
    out.Note(
        "note: no key, so no checkpoint was looked at: whoever could write the log could have made all of it anew");
  } else if (from_middle) {
    out.Note("note: checkpoints are of a log from its beginning, and none was held against this part");
  } else if (report.covered < report.events) {
    out.Note(fmt::format("note: {} events lie behind the last checkpoint that holds: nobody has signed them yet",
                         report.events - report.covered));
  }
  if (report.findings.empty()) out.Line(out.Paint(Colour::kGreen, "verified"));
}

Outcome<void> RunVerify(const Context& context, const VerifyOptions& options) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  const ports::SystemClock clock;
  const auto log = NodeLog::Open(paths, meta, clock, NodeLog::Access::kRead);
  if (!log && log.error().code == ErrorCode::kInUse) {
    return Refuse(log.error().At("a verification needs the directory at rest (stop `rasti run`, or verify a copy)"));
  }
  if (!log) return Refuse(log.error());
  RASTI_TRY(AuditWish wish, WishOf(paths, options, (*log)->events().partition_count()));
  const store::FileDirectory tiles(paths.audit());
  wish.tiles = &tiles;
  std::mutex progress_mutex;
  wish.progress = [&context, &progress_mutex](int64_t done, int64_t total) {
    const std::lock_guard lock(progress_mutex);
    context.out.Progress(fmt::format("checked {} of {} events", done, total));
  };
  const auto started = std::chrono::steady_clock::now();
  RASTI_TRY(const AuditReport report, AuditLog((*log)->events(), wish));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  context.out.Progress("");
  PrintReport(context.out, report, !wish.keys.empty(), options.from > 0, seconds);
  context.out.Json(ReportJson(report, seconds));
  if (!report.findings.empty()) {
    return Refuse(Error::Corruption(
        fmt::format("{} findings; the first: {}", report.findings.size(), report.findings.front().message)));
  }
  return {};
}

}  // namespace

void AddAuditVerifyCommand(CLI::App& audit, Context& context) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = AddCommand(
      audit, context, "verify",
      "Read the log and check every event: its hash, the chain of its case, sequences, times, definitions; and that it "
      "continues what was signed. Exit code 5 where something is wrong, with each event and the rule that it breaks. "
      "Changes nothing; needs the directory at rest. Signatures of commands, state and views: `rasti replay --verify`",
      "  rasti audit verify\n"
      "  rasti audit verify --key rasti.keys --checkpoint checkpoints-2026-11-23.txt\n"
      "  rasti audit verify --partition 3 --from 120000 --to 130000",
      [&context, options] { return RunVerify(context, *options); });
  command->add_option("--tenant", options->tenant, "Only what is wrong with events of this tenant")
      ->type_name("TENANT");
  command->add_option("--case", options->case_id, "Only the case with this id (its partition is read)")
      ->type_name("ID");
  command->add_option("--partition", options->partition, "Only this partition")->check(CLI::NonNegativeNumber);
  command->add_option("--from", options->from, "From this sequence of the partition on")->check(CLI::NonNegativeNumber);
  command->add_option("--to", options->to, "Up to the one before this sequence")->check(CLI::NonNegativeNumber);
  command
      ->add_option("--key", options->key_files,
                   "Public keys whose signatures count, as `rasti audit keys list` prints them; default: the "
                   "directory's own, which proves nothing to those who do not trust whoever runs it")
      ->type_name("FILE");
  command
      ->add_option("--checkpoint", options->checkpoint_files,
                   "Checkpoints that you kept, beside those that the log keeps; one file may hold several")
      ->type_name("FILE");
  command->add_option("--threads", options->threads, "Partitions that are read at once; default: one a core")
      ->check(CLI::Range(1, 64));
}

}  // namespace rasti::cli
