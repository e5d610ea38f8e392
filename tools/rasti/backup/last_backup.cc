#include "tools/rasti/backup/last_backup.h"

#include <nlohmann/json.hpp>

#include "tools/rasti/files.h"

namespace rasti::cli {

Status WriteLastBackup(const DataPaths& paths, const LastBackup& backup) {
  const nlohmann::ordered_json json{
      {"made_at", FormatInstant(backup.made_at)}, {"directory", backup.directory}, {"backup", backup.id}};
  return WriteFileDurably(paths.last_backup(), json.dump(2) + "\n");
}

Result<LastBackup> ReadLastBackup(const DataPaths& paths) {
  RASTI_TRY(const std::string text, ReadFile(paths.last_backup()));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto broken = [&] { return Fail(Error::Corruption(paths.last_backup() + ": not what `rasti backup` writes")); };
  if (!json.is_object()) return broken();
  const auto text_of = [&](const char* name) {
    return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : std::string();
  };
  const auto made_at = ParseInstant(text_of("made_at"));
  if (!made_at || !json.contains("backup") || !json["backup"].is_number_unsigned()) return broken();
  return LastBackup{*made_at, text_of("directory"), json["backup"].get<uint32_t>()};
}

}  // namespace rasti::cli
