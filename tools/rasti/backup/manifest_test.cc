#include "tools/rasti/backup/manifest.h"

#include <gmock/gmock.h>

namespace rasti::cli {
namespace {

using testing::HasSubstr;

BackupManifest Sample() {
  BackupManifest manifest;
  manifest.made_at = ParseInstant("2026-11-21T08:00:00Z").value();
  manifest.last_recorded_at = ParseInstant("2026-11-21T07:59:59.250Z").value();
  manifest.rasti = "0.1.0";
  manifest.data_format = 1;
  manifest.marks = {{{0}, {3}, Sha256({"last"})}, {{1}, {0}, std::nullopt}};
  manifest.log_bytes = 4'711;
  manifest.files = {{"rasti.json", 84, std::string(64, 'a'), 0644},
                    {"submitters/local.key", 32, std::string(64, 'b'), 0600}};
  return manifest;
}

Result<BackupManifest> Read(const nlohmann::ordered_json& json) {
  return BackupManifestFromJson(json.dump(), "backups/1/backup.json");
}

TEST(BackupManifestTest, ComesBackAsItWasWritten) {
  const BackupManifest sample = Sample();
  const auto read = Read(ToJson(sample));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->marks, sample.marks);
  EXPECT_EQ(read->made_at, sample.made_at);
  EXPECT_EQ(read->last_recorded_at, sample.last_recorded_at);
  EXPECT_EQ(read->log_bytes, 4'711U);
  EXPECT_EQ(read->events(), 3);
  EXPECT_EQ(ToJson(*read), ToJson(sample));
}

TEST(BackupManifestTest, WhatIsNoneIsDamageAndSaysWhichFile) {
  const std::vector<std::function<void(nlohmann::ordered_json&)>> spoil{
      [](auto& json) { json.erase("format"); },
      [](auto& json) { json["format"] = "1"; },
      [](auto& json) { json["made_at"] = "yesterday"; },
      [](auto& json) { json["log"].erase("positions"); },
      [](auto& json) { json["log"].erase("bytes"); },
      [](auto& json) { json["log"]["positions"][0]["partition"] = 7; },
      [](auto& json) { json["log"]["positions"][0]["next_sequence"] = -1; },
      [](auto& json) { json["log"]["positions"][0]["last_event"] = "zz"; },
      [](auto& json) { json["log"]["positions"][0].erase("last_event"); },
      [](auto& json) { json["files"][0]["path"] = "../../etc/passwd"; },
      [](auto& json) { json["files"][0]["path"] = "/etc/passwd"; },
      [](auto& json) { json["files"][0]["mode"] = 04755; },
      [](auto& json) { json["files"][0]["size"] = "many"; }};
  for (size_t i = 0; i < spoil.size(); ++i) {
    auto json = ToJson(Sample());
    spoil[i](json);
    const auto read = Read(json);
    ASSERT_FALSE(read) << i;
    EXPECT_EQ(read.error().code, ErrorCode::kCorruption) << i;
    EXPECT_THAT(read.error().message, HasSubstr("backups/1/backup.json: not what `rasti backup` writes")) << i;
  }
  const std::string whole = ToJson(Sample()).dump();
  for (size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_FALSE(BackupManifestFromJson(whole.substr(0, size), "file")) << size;
  }
}

TEST(BackupManifestTest, ANewerFormatIsRefused) {
  auto json = ToJson(Sample());
  json["format"] = kBackupFormat + 1;
  EXPECT_EQ(Read(json).error().code, ErrorCode::kUnsupportedVersion);
}

}  // namespace
}  // namespace rasti::cli
