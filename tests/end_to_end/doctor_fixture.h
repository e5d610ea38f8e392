// A directory with four cases in it, and what `rasti doctor` says about it.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {

class DoctorTest : public RastiTest {
 protected:
  struct Report {
    int exit_code = 0;
    nlohmann::json findings;
  };

  void Make() const {
    Init({"--virtual-time", "2026-01-05T09:00:00+01:00"});
    for (int i = 0; i < 4; ++i) SubmitPothole();
  }
  Report Examine(const Words& more = {}) const {
    Words words{"doctor", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished finished = Rasti(words);
    Report report{finished.exit_code, finished.json()["findings"]};
    EXPECT_TRUE(report.findings.is_array()) << finished.out << finished.err;
    EXPECT_EQ(finished.json()["healthy"], finished.exit_code == 0);
    static const std::set<std::string> known = Known();
    for (const auto& finding : report.findings) {
      EXPECT_TRUE(known.contains(finding["what"])) << finding;
      if (finding["health"] == "problem") {
        EXPECT_TRUE(finding.contains("remedy")) << finding;
      }
    }
    return report;
  }
  static std::set<std::string> Known() {
    const auto checks = Child({Program(), "doctor", "--checks", "--json"}, "", {"RASTI_DATA="}).Finish().json();
    std::set<std::string> ids;
    for (const auto& check : checks["checks"]) ids.insert(check["what"]);
    return ids;
  }
  static std::string All(const Report& report) { return report.findings.dump(1); }

  // Some finding of that check and health holds all of these parts, in its text or its remedy.
  static void ExpectFinding(const Report& report, const std::string& what, const std::string& health,
                            const std::vector<std::string>& parts) {
    for (const auto& finding : report.findings) {
      if (finding["what"] != what || finding["health"] != health) continue;
      const std::string text = finding["text"].get<std::string>() + " -> " + finding.value("remedy", "");
      if (std::ranges::all_of(parts, [&](const auto& part) { return text.find(part) != std::string::npos; })) return;
    }
    ADD_FAILURE() << "no " << health << " of " << what << " with " << testing::PrintToString(parts) << " in "
                  << All(report);
  }
  void ExpectProblem(const std::string& what, int exit_code, const std::vector<std::string>& parts,
                     const Words& more = {}) const {
    const Report report = Examine(more);
    EXPECT_EQ(report.exit_code, exit_code) << All(report);
    ExpectFinding(report, what, "problem", parts);
  }
  void ExpectNote(const std::string& what, const std::vector<std::string>& parts) const {
    const Report report = Examine();
    EXPECT_EQ(report.exit_code, 0) << All(report);
    ExpectFinding(report, what, "note", parts);
  }
  void ExpectHealthy() const {
    const Report report = Examine();
    EXPECT_EQ(report.exit_code, 0) << All(report);
  }

  static void Flip(const std::filesystem::path& file, size_t byte) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(byte));
    const int value = stream.get();
    stream.seekp(static_cast<std::streamoff>(byte));
    stream.put(static_cast<char>(value ^ 1));
    ASSERT_TRUE(stream.good()) << file;
  }
};

}  // namespace rasti::test
