// `rasti restore`: a data directory from a backup.
#include <fmt/format.h>

#include <filesystem>

#include "tools/rasti/backup/restore.h"
#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace {

struct RestoreOptions {
  std::string directory;
  BackupId id = 0;
};

Outcome<void> RunRestore(const Context& context, const RestoreOptions& options) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_CHECKED(CheckApart(options.directory, paths.root));
  RASTI_TRY(const BackupPlace place, BackupPlace::Open(options.directory, BackupPlace::Access::kRead));
  RASTI_TRY(const BackupEntry entry, place.Find(options.id == 0 ? std::nullopt : std::optional(options.id)));
  RASTI_CHECKED(RestoreBackup(place, entry, paths, [&](const std::string& text) { context.out.Progress(text); }));
  context.out.Progress("");
  context.out.Line(fmt::format("{}: backup {} of {}: {} events in {} partitions, every record and chain checked",
                               paths.root, entry.id, FormatInstant(entry.manifest.made_at), entry.manifest.events(),
                               entry.manifest.marks.size()));
  context.out.Line(fmt::format("State and views are built at the next start: rasti run --data {}", paths.root));
  context.out.Json({{"data", paths.root},
                    {"backup", entry.id},
                    {"made_at", FormatInstant(entry.manifest.made_at)},
                    {"events", entry.manifest.events()},
                    {"last_recorded_at", FormatInstant(entry.manifest.last_recorded_at)}});
  return {};
}

}  // namespace

void AddRestoreCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<RestoreOptions>();
  CLI::App* command = AddCommand(
      app, context, "restore",
      "Make a data directory from a backup: everything is copied and checked before it counts as one; state and views "
      "are built when it is opened. The directory has to be empty or not there. What was acknowledged after the backup "
      "is not in it",
      "  rasti restore /var/backups/rasti --data /var/lib/rasti-restored\n"
      "  rasti restore /var/backups/rasti --backup 1 --data /var/lib/rasti-of-then",
      [&context, options] { return RunRestore(context, *options); });
  command->add_option("DIR", options->directory, "The directory of the backups")->required();
  command->add_option("--backup", options->id, "Which one, as `rasti backup list` numbers them; default: the latest")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
}

}  // namespace rasti::cli
