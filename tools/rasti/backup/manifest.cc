#include "tools/rasti/backup/manifest.h"

#include <fmt/format.h>

#include <filesystem>
#include <numeric>

namespace rasti::cli {
namespace {

constexpr unsigned kModeMost = 0777;

// A name from a file becomes a path.
bool IsBelow(const std::string& path) {
  if (path.empty() || path.starts_with('/')) return false;
  const std::filesystem::path parts(path);
  return std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part == ".." || part == "."; });
}

// Nothing where it is not what ToJson writes; may throw what the JSON library throws.
std::optional<LogMark> MarkFrom(const nlohmann::json& json, size_t place) {
  LogMark mark;
  mark.partition = {json.at("partition").get<int32_t>()};
  mark.next = {json.at("next_sequence").get<int64_t>()};
  if (mark.partition.value != static_cast<int32_t>(place) || mark.next.value < 0) return std::nullopt;
  if (mark.next.value == 0) return mark;
  mark.last = HashFromHex(json.at("last_event").get<std::string>());
  if (!mark.last) return std::nullopt;
  return mark;
}

std::optional<BackupManifest> ManifestFrom(const nlohmann::json& json) {
  BackupManifest manifest;
  const auto made_at = ParseInstant(json.at("made_at").get<std::string>());
  const auto& log = json.at("log");
  const auto last = ParseInstant(log.at("last_recorded_at").get<std::string>());
  if (!made_at || !last) return std::nullopt;
  manifest.made_at = *made_at;
  manifest.last_recorded_at = *last;
  manifest.rasti = json.at("rasti").get<std::string>();
  manifest.data_format = json.at("data_format").get<int>();
  manifest.log_bytes = log.at("bytes").get<uint64_t>();
  for (const auto& at : log.at("positions")) {
    auto mark = MarkFrom(at, manifest.marks.size());
    if (!mark) return std::nullopt;
    manifest.marks.push_back(*std::move(mark));
  }
  for (const auto& one : json.at("files")) {
    BackupFile file{one.at("path").get<std::string>(), one.at("size").get<uint64_t>(),
                    one.at("sha256").get<std::string>(), one.at("mode").get<unsigned>()};
    if (!IsBelow(file.path) || file.mode > kModeMost) return std::nullopt;
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

}  // namespace

int64_t BackupManifest::events() const {
  return std::accumulate(marks.begin(), marks.end(), int64_t{0},
                         [](int64_t sum, const LogMark& mark) { return sum + mark.next.value; });
}

nlohmann::ordered_json ToJson(const BackupManifest& manifest) {
  auto positions = nlohmann::ordered_json::array();
  for (const LogMark& mark : manifest.marks) {
    nlohmann::ordered_json at{{"partition", mark.partition.value}, {"next_sequence", mark.next.value}};
    if (mark.last) at["last_event"] = ToHex(AsBytes(*mark.last));
    positions.push_back(std::move(at));
  }
  auto files = nlohmann::ordered_json::array();
  for (const BackupFile& file : manifest.files) {
    files.push_back({{"path", file.path}, {"size", file.size}, {"sha256", file.sha256}, {"mode", file.mode}});
  }
  return {{"format", kBackupFormat},
          {"made_at", FormatInstant(manifest.made_at)},
          {"rasti", manifest.rasti},
          {"data_format", manifest.data_format},
          {"log",
           {{"bytes", manifest.log_bytes},
            {"partitions", manifest.marks.size()},
            {"last_recorded_at", FormatInstant(manifest.last_recorded_at)},
            {"positions", std::move(positions)}}},
          {"files", std::move(files)}};
}

Result<BackupManifest> BackupManifestFromJson(std::string_view text, const std::string& path) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto broken = [&] { return Fail(Error::Corruption(path + ": not what `rasti backup` writes")); };
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer()) return broken();
  if (const int format = json["format"].get<int>(); format > kBackupFormat) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("{}: a backup of format {}, this rasti reads up to {}; use the version that made it, or a "
                            "newer one",
                            path, format, kBackupFormat));
  }
  try {
    if (auto manifest = ManifestFrom(json)) return *std::move(manifest);
  } catch (const nlohmann::json::exception&) {
    return broken();
  }
  return broken();
}

}  // namespace rasti::cli
