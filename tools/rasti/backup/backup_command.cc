// `rasti backup`: a consistent copy of the truth, while the service runs or not; what is new only.
#include <fmt/format.h>

#include <filesystem>

#include "engine/ports/clock.h"
#include "tools/rasti/backup/backup_place.h"
#include "tools/rasti/backup/last_backup.h"
#include "tools/rasti/backup/log_copy.h"
#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

struct BackupOptions {
  std::string directory;
  int keep = 0;
  BackupId id = 0;
  bool quick = false;
};

constexpr double kMegabyte = 1e6;

std::string Size(uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / kMegabyte); }

std::string UpTo(const BackupManifest& manifest) {
  return manifest.events() == 0 ? "no events"
                                : fmt::format("{} events in {} partitions, the last of {}", manifest.events(),
                                              manifest.marks.size(), FormatInstant(manifest.last_recorded_at));
}

nlohmann::ordered_json Summary(const BackupEntry& entry) {
  auto json = ToJson(entry.manifest);
  return {{"backup", entry.id},
          {"made_at", json["made_at"]},
          {"rasti", json["rasti"]},
          {"events", entry.manifest.events()},
          {"last_recorded_at", json["log"]["last_recorded_at"]},
          {"positions", json["log"]["positions"]},
          {"files", entry.files},
          {"bytes", entry.bytes}};
}

Outcome<void> RunBackup(const Context& context, const BackupOptions& options) {
  if (options.directory.empty()) return Misused("name the directory of the backups: rasti backup DIR");
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  RASTI_CHECKED(CheckApart(options.directory, paths.root));
  const ports::SystemClock clock;
  const auto patience = std::chrono::milliseconds(static_cast<int64_t>(context.patience_s * 1000));
  // A directory that cannot be a backup's is told of before the service is asked for anything.
  RASTI_TRY(BackupPlace place, BackupPlace::Open(options.directory, BackupPlace::Access::kWrite));
  const Instant now = clock.Now();
  context.out.Progress("setting a copy of the log aside");
  RASTI_TRY(const LogCopy copy, LogCopy::Make(paths, meta, patience));
  context.out.Progress("copying what is new");
  RASTI_TRY(const BackupPlace::Added added, place.Add(copy.path(), paths, meta, now));
  const LastBackup last{now, fs::absolute(options.directory).lexically_normal().string(), added.entry.id};
  // The backup is whole, whatever becomes of a note on it on a disk that may be full.
  if (const Status noted = WriteLastBackup(paths, last); !noted) {
    context.out.Note(fmt::format("note: `rasti doctor` will not know of this backup: {}", noted.error().message));
  }
  std::vector<BackupId> deleted;
  if (options.keep > 0) {
    RASTI_TRY(deleted, place.Keep(static_cast<size_t>(options.keep)));
  }
  context.out.Progress("");
  context.out.Line(fmt::format("backup {}: {}; {} files with {}, of which {} with {} are new{}", added.entry.id,
                               UpTo(added.entry.manifest), added.entry.files, Size(added.entry.bytes), added.new_files,
                               Size(added.new_bytes),
                               deleted.empty() ? "" : fmt::format("; deleted: {}", fmt::join(deleted, ", "))));
  auto json = Summary(added.entry);
  json["new_files"] = added.new_files;
  json["new_bytes"] = added.new_bytes;
  json["deleted"] = deleted;
  context.out.Json(json);
  return {};
}

Outcome<void> RunList(const Context& context, const BackupOptions& options) {
  RASTI_TRY(const BackupPlace place, BackupPlace::Open(options.directory, BackupPlace::Access::kLook));
  RASTI_TRY(const BackupListing listing, place.List());
  std::vector<std::vector<std::string>> rows;
  auto list = nlohmann::ordered_json::array();
  for (const BackupEntry& entry : listing.whole) {
    rows.push_back(
        {std::to_string(entry.id), FormatInstant(entry.manifest.made_at), UpTo(entry.manifest), Size(entry.bytes)});
    list.push_back(Summary(entry));
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  if (rows.empty()) context.out.Line("no whole backup");
  for (const std::string& damaged : listing.damaged) {
    context.out.Line(context.out.Paint(Colour::kRed, "DAMAGED: " + damaged));
  }
  if (listing.unfinished > 0) {
    context.out.Line(fmt::format("{} unfinished: under way, or cut short; the next backup clears what was cut short",
                                 listing.unfinished));
  }
  context.out.Json({{"backups", std::move(list)}, {"damaged", listing.damaged}, {"unfinished", listing.unfinished}});
  if (listing.damaged.empty()) return {};
  return Refuse(Error::Corruption(listing.damaged.front()));
}

Outcome<void> RunVerify(const Context& context, const BackupOptions& options) {
  RASTI_TRY(const BackupPlace place, BackupPlace::Open(options.directory, BackupPlace::Access::kRead));
  RASTI_TRY(const BackupListing listing, place.List());
  std::vector<BackupEntry> chosen;
  if (options.id != 0) {
    RASTI_TRY(chosen.emplace_back(), place.Find(options.id));
  } else if (!listing.damaged.empty()) {
    return Refuse(Error::Corruption(options.directory + ": " + listing.damaged.front()));
  } else if (listing.whole.empty()) {
    return Refuse(Error::NotFound(options.directory + ": no whole backup here"));
  } else {
    chosen = listing.whole;
  }
  auto list = nlohmann::ordered_json::array();
  for (const BackupEntry& entry : chosen) {
    context.out.Progress(fmt::format("reading backup {}", entry.id));
    RASTI_CHECKED(place.Verify(entry, !options.quick));
    context.out.Progress("");
    context.out.Line(fmt::format("backup {}: whole: {}; {}", entry.id, UpTo(entry.manifest),
                                 options.quick ? "checksums agree" : "checksums, records, hashes and chains agree"));
    list.push_back(entry.id);
  }
  context.out.Json({{"verified", std::move(list)}, {"thorough", !options.quick}});
  return {};
}

}  // namespace

void AddBackupCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* command = AddCommand(
      app, context, "backup",
      "Back up what cannot be computed again (the log, the registry of submitters with its keys, the configuration "
      "of the directory), while the service runs or not; only what is new is copied. Restored by `rasti restore`. It "
      "holds personal data and keys: for its owner only.\n"
      "Where brokers keep the log (`rasti init --log kafka`) it is refused (exit code 2): back the cluster up instead, "
      "by "
      "snapshots of the brokers' disks, of all of them at about the same time, and beside them the registry of "
      "submitters with its keys and each node's rasti.json; deploy/README.md says how it is restored. `rasti snapshot` "
      "copies stores and views of a node",
      "  rasti backup /var/backups/rasti --data /var/lib/rasti --keep 14\n"
      "  rasti backup list /var/backups/rasti\n"
      "  rasti backup verify /var/backups/rasti",
      [] { return Outcome<void>(); });
  // `list` and `verify` stand below it, and run in its place.
  command->callback([&context, options, command] {
    if (command->get_subcommands().empty()) context.run = [&context, options] { return RunBackup(context, *options); };
  });
  command->add_option("DIR", options->directory, "Where to: backups of this directory only, or nothing yet");
  command->add_option("--keep", options->keep, "Then delete all but the latest ones; default: none is deleted")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));

  CLI::App* list =
      AddCommand(*command, context, "list", "Show the backups in a directory", "  rasti backup list /var/backups/rasti",
                 [&context, options] { return RunList(context, *options); });
  list->add_option("DIR", options->directory, "The directory of the backups")->required();

  CLI::App* verify = AddCommand(
      *command, context, "verify",
      "Read backups where they lie and check them: checksums of all files, then every record, hash, chain and sequence",
      "  rasti backup verify /var/backups/rasti --backup 1",
      [&context, options] { return RunVerify(context, *options); });
  verify->add_option("DIR", options->directory, "The directory of the backups")->required();
  verify->add_option("--backup", options->id, "Only this one; default: all")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verify->add_flag("--quick", options->quick, "Only the checksums of the files");
}

}  // namespace rasti::cli
