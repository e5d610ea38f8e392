#include "tools/rasti/data_directory.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/base/directory_lock.h"
#include "engine/base/system_error.h"
#include "engine/log/embedded_event_log.h"
#include "tools/rasti/files.h"
#include "tools/rasti/registry.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

Error FromSystem(const std::string& what, const std::error_code& error) {
  const ErrorCode code = error == std::errc::no_space_on_device  ? ErrorCode::kNoSpace
                         : error == std::errc::permission_denied ? ErrorCode::kPermission
                                                                 : ErrorCode::kIo;
  return {code, fmt::format("{}: {}", what, error.message())};
}

// Removes what an `init` that was cut off left behind; refuses where anything else lies.
Status ClearLeftovers(const DataPaths& paths) {
  static const std::set<std::string> kOurs = {"log",   "log.making",       "LOCK",         "submitters",
                                              "clock", "dead-letters.key", "clock.making", "rasti.json.making"};
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(paths.root, error)) {
    if (!kOurs.contains(entry.path().filename().string())) {
      return Fail(ErrorCode::kAlreadyExists,
                  fmt::format("{}: not empty ('{}' lies there); name a directory that is empty or does not exist",
                              paths.root, entry.path().filename().string()));
    }
    leftovers.push_back(entry.path());
  }
  if (error) return Fail(FromSystem(paths.root, error));
  for (const fs::path& leftover : leftovers) {
    fs::remove_all(leftover, error);
    if (error) return Fail(FromSystem(leftover.string(), error));
  }
  return {};
}

nlohmann::ordered_json ToJson(const KafkaPlace& place) {
  return {{"brokers", place.brokers},
          {"topic_prefix", place.topic_prefix},
          {"group", place.group},
          {"node", place.node},
          {"settings_file", place.settings_file}};
}

Result<KafkaPlace> PlaceFromJson(const nlohmann::json& json, const std::string& path) {
  KafkaPlace place;
  const std::array fields{std::pair("brokers", &place.brokers), std::pair("topic_prefix", &place.topic_prefix),
                          std::pair("group", &place.group), std::pair("node", &place.node),
                          std::pair("settings_file", &place.settings_file)};
  for (const auto& [name, field] : fields) {
    if (!json.is_object() || !json.contains(name) || !json[name].is_string()) {
      return Fail(Error::Corruption(fmt::format("{}: kafka/{} is no text", path, name)));
    }
    *field = json[name].get<std::string>();
  }
  return place;
}

}  // namespace

std::string DataPaths::state(core::PartitionId partition) const {
  return fmt::format("{}/p{}", states(), partition.value);
}

Status CreateDataDirectory(const DataPaths& paths, const NewDirectory& wanted) {
  std::error_code error;
  if (fs::exists(paths.meta(), error)) {
    return Fail(ErrorCode::kAlreadyExists, fmt::format("{}: initialised already; nothing was changed", paths.root));
  }
  const bool is_new = fs::create_directories(paths.root, error);
  if (error) return Fail(FromSystem(fmt::format("cannot make {}", paths.root), error));
  // It holds personal data. Who made the directory beforehand has set its rights on purpose.
  if (is_new) fs::permissions(paths.root, fs::perms::owner_all, error);
  RASTI_CHECKED(ClearLeftovers(paths));
  if (wanted.kafka) {
    RASTI_CHECKED(DirectoryLock::Take(paths.root, DirectoryLock::Mode::kWriter));
  } else {
    RASTI_CHECKED(log::EmbeddedEventLog::Create(paths.log(), wanted.partitions));
  }
  RASTI_CHECKED(wanted.submitters.empty() ? CreateRegistry(paths) : LinkRegistry(paths, wanted.submitters));
  if (wanted.virtual_start) {
    RASTI_CHECKED(WriteFileDurably(paths.clock(), FormatInstant(*wanted.virtual_start) + "\n"));
  }
  nlohmann::ordered_json meta{{"format", kDataFormat},
                              {"clock", wanted.virtual_start ? "virtual" : "wall"},
                              {"created_at", FormatInstant(wanted.created_at)}};
  if (wanted.kafka) meta["kafka"] = ToJson(*wanted.kafka);
  return WriteFileDurably(paths.meta(), meta.dump(2) + "\n");
}

Result<DataMeta> ReadDataMeta(const DataPaths& paths) {
  std::error_code error;
  if (!fs::exists(paths.meta(), error)) {
    if (error) return Fail(SystemError("look at", paths.meta(), error.value()));
    const std::string why = fs::is_directory(paths.root, error) ? "no data directory of rasti" : "not there";
    return Fail(
        Error::NotFound(fmt::format("{}: {}; make one with `rasti init --data {}`", paths.root, why, paths.root)));
  }
  RASTI_TRY(const std::string text, ReadFile(paths.meta()));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool readable = json.is_object() && json.contains("format") && json["format"].is_number_integer();
  if (!readable) {
    return Fail(
        Error::Corruption(fmt::format("{}: not what `rasti init` writes; restore it from a backup", paths.meta())));
  }
  DataMeta meta;
  meta.format = json["format"].get<int>();
  if (meta.format > kDataFormat || meta.format < 1) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("{}: the data are in format {}, this rasti reads up to {}; nothing was changed; use the "
                            "version of rasti that wrote them, or a newer one",
                            paths.root, meta.format, kDataFormat));
  }
  const std::string clock = json.value("clock", "");
  const auto created_at = ParseInstant(json.value("created_at", ""));
  if ((clock != "wall" && clock != "virtual") || !created_at) {
    return Fail(Error::Corruption(
        fmt::format("{}: no kind of clock or time of creation; restore it from a backup", paths.meta())));
  }
  meta.virtual_clock = clock == "virtual";
  meta.created_at = *created_at;
  if (json.contains("kafka")) {
    RASTI_TRY(meta.kafka, PlaceFromJson(json["kafka"], paths.meta()));
  }
  return meta;
}

Result<Instant> ReadVirtualClock(const DataPaths& paths) {
  RASTI_TRY(std::string text, ReadFile(paths.clock()));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto now = ParseInstant(text);
  if (!now) return Fail(Error::Corruption(fmt::format("{}: {}", paths.clock(), now.error().message)));
  return *now;
}

}  // namespace rasti::cli
