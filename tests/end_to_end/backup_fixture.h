// A data directory, a directory of backups and one to restore into, for each test.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {

class BackupTest : public RastiTest {
 protected:
  std::string backups() const { return root() + "/backups"; }
  std::string restored() const { return root() + "/restored"; }

  Finished On(const std::string& directory, Words words) const {
    words.insert(words.begin(), Program());
    words.insert(words.end(), {"--data", directory});
    return Child(words, "", {"RASTI_DATA=", "RASTI_AS="}).Finish();
  }
  nlohmann::json Backup(const Words& more = {}) const {
    Words words{"backup", backups()};
    words.insert(words.end(), more.begin(), more.end());
    return Json(words);
  }
  Finished Restore(const Words& more = {}) const {
    Words words{"restore", backups()};
    words.insert(words.end(), more.begin(), more.end());
    return On(restored(), words);
  }
  std::string EventsOf(const std::string& directory) const {
    const Finished exported = On(directory, {"export", "--events"});
    EXPECT_EQ(exported.exit_code, 0) << exported.err;
    return exported.out;
  }
  std::string CasesOf(const std::string& directory) const {
    const Finished exported = On(directory, {"export"});
    EXPECT_EQ(exported.exit_code, 0) << exported.err;
    return exported.out;
  }
  nlohmann::json Listed() const { return Json({"backup", "list", backups()}); }
  void InitVirtual() const { Init({"--virtual-time", "2026-01-05T09:00:00+01:00"}); }
};

}  // namespace rasti::test
