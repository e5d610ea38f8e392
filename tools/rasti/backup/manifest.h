// What a backup says about itself: backup.json, written last, so that a backup with one is whole.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tools/rasti/chain_check.h"

namespace rasti::cli {

inline constexpr int kBackupFormat = 1;

/// A small file of a data directory: configuration, registry, keys.
struct BackupFile {
  std::string path;  // below the data directory
  uint64_t size = 0;
  std::string sha256;  // 64 hexadecimal digits
  unsigned mode = 0600;
};

struct BackupManifest {
  Instant made_at;
  std::string rasti;         // the version that made it
  int data_format = 0;       // of the data directory
  Instant last_recorded_at;  // of the last event; kEarliestInstant where there is none
  std::vector<LogMark> marks;
  uint64_t log_bytes = 0;  // of the files of the log
  std::vector<BackupFile> files;

  int64_t events() const;
};

nlohmann::ordered_json ToJson(const BackupManifest& manifest);
/// `path` names it in errors. Errors: kCorruption, kUnsupportedVersion.
Result<BackupManifest> BackupManifestFromJson(std::string_view text, const std::string& path);

}  // namespace rasti::cli
