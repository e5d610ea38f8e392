// Data directories as released versions left them (tests/data/golden-directories), opened with the program of today.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/base/file_hash.h"
#include "engine/runtime/case_store.h"
#include "engine/views/tables.h"
#include "tests/end_to_end/rasti_fixture.h"
#include "tests/end_to_end/store_format.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kGolden = "tests/data/golden-directories";

std::vector<std::string> Versions() {
  std::vector<std::string> versions;
  for (const auto& entry : fs::directory_iterator(kGolden)) {
    if (entry.is_directory()) versions.push_back(entry.path().filename().string());
  }
  std::ranges::sort(versions);
  return versions;
}

std::vector<nlohmann::json> Lines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the older version said is there and the same; a newer one may say more.
void ExpectSaysAll(const nlohmann::json& said, const nlohmann::json& says, const std::string& where) {
  if (said.is_object() && says.is_object()) {
    for (const auto& [name, value] : said.items()) {
      if (!says.contains(name)) {
        ADD_FAILURE() << where << "/" << name << ": gone; it was " << value;
      } else {
        ExpectSaysAll(value, says[name], where + "/" + name);
      }
    }
  } else if (said.is_array() && says.is_array() && said.size() == says.size()) {
    for (size_t i = 0; i < said.size(); ++i) ExpectSaysAll(said[i], says[i], where + "/" + std::to_string(i));
  } else {
    EXPECT_EQ(said, says) << where;
  }
}

class GoldenDirectoryTest : public RastiTest, public testing::WithParamInterface<std::string> {
 protected:
  static std::string Golden() { return std::string(kGolden) + "/" + GetParam(); }

  void SetUp() override {
    fs::create_directories(root());
    const Finished unpacked = Child({"/usr/bin/tar", "--extract", "--xz", "--preserve-permissions", "--no-same-owner",
                                     "--directory", root(), "--file", Golden() + "/directory.tar.xz"})
                                  .Finish();
    ASSERT_EQ(unpacked.exit_code, 0) << unpacked.err;
    ASSERT_TRUE(fs::exists(data() + "/rasti.json"));
  }
  // Of answers that are a line each, or one document.
  void ExpectSameLines(const Words& words, const std::string& file) const {
    const Finished finished = Rasti(words);
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
    const auto said = Lines(ReadFile(Golden() + "/" + file));
    const auto says = Lines(finished.out);
    ASSERT_EQ(said.size(), says.size()) << file;
    ASSERT_FALSE(said.empty()) << file;
    for (size_t i = 0; i < said.size(); ++i) ExpectSaysAll(said[i], says[i], file + ":" + std::to_string(i + 1));
  }
  void ExpectEverythingAsItWas() const {
    ExpectSameLines({"export", "--events"}, "events.jsonl");
    ExpectSameLines({"export"}, "cases.jsonl");
    ExpectSaysAll(nlohmann::json::parse(ReadFile(Golden() + "/overdue.json")), Json({"overdue"}), "overdue");
    EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
    EXPECT_EQ(Json({"doctor"})["healthy"], true);
  }
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(data())) {
      if (!entry.is_regular_file()) continue;
      files[entry.path().string()] = ToHex(AsBytes(Sha256OfFile(entry.path().string()).value()));
    }
    return files;
  }
};

TEST_P(GoldenDirectoryTest, IsWholeBeforeItIsOpened) {
  const auto before = Files();
  EXPECT_EQ(Json({"doctor"})["healthy"], true);
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
  EXPECT_EQ(Files(), before);
}

TEST_P(GoldenDirectoryTest, SaysTheSameAndWorkGoesOn) {
  ExpectEverythingAsItWas();
  Json({"clock", "advance", "2026-03-02T09:00:00+01:00"});
  const std::string reference = SubmitPothole()["reference"];
  Json({"act", reference, "register", "--as", "clerk1"});
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
}

TEST_P(GoldenDirectoryTest, IsBackedUpAndRestored) {
  Json({"backup", root() + "/backups"});
  fs::remove_all(data());
  Json({"restore", root() + "/backups"});
  ExpectEverythingAsItWas();
}

TEST_P(GoldenDirectoryTest, StateAndViewsOfAnotherFormatAreBuiltAnew) {
  for (const char* format : {"1", "99"}) {
    WriteStoreFormat(data() + "/views/shown", views::ViewTables(), std::string("views ") + format + ", states 1");
    WriteStoreFormat(data() + "/state/p0", runtime::CaseStore::Tables(), std::string("rows ") + format + ", states 1");
    WriteStoreFormat(data() + "/state/p1", runtime::CaseStore::Tables(), std::string("rows ") + format + ", states 1");
    ExpectEverythingAsItWas();
  }
}

TEST_P(GoldenDirectoryTest, OfANewerFormatItIsRefusedAndLeftAsItIs) {
  const std::string meta = ReadFile(data() + "/rasti.json");
  auto newer = nlohmann::json::parse(meta);
  newer["format"] = 99;
  WriteFile(data() + "/rasti.json", newer.dump());
  auto before = Files();
  for (const Words& words : {Words{"packages"}, Words{"run"}, Words{"backup", root() + "/backups"}, Words{"doctor"}}) {
    ExpectRefusal(words, 7, {"format 99"});
  }
  EXPECT_EQ(Files(), before);
  WriteFile(data() + "/rasti.json", meta);
  WriteFile(data() + "/log/FORMAT", "rasti embedded log, format 99\n");
  before = Files();
  for (const Words& words : {Words{"packages"}, Words{"run"}, Words{"doctor"}, Words{"replay", "--verify"}}) {
    ExpectRefusal(words, 7, {"format 99"});
  }
  EXPECT_EQ(Files(), before);
}

INSTANTIATE_TEST_SUITE_P(Released, GoldenDirectoryTest, testing::ValuesIn(Versions()), [](const auto& tested) {
  std::string name = tested.param;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

// Each release adds its own: tools/make-golden-directory.sh.
TEST(GoldenDirectories, TheVersionAtHandIsAmongThem) {
  EXPECT_THAT(Versions(), testing::Contains(std::string(RASTI_VERSION)));
}

}  // namespace
}  // namespace rasti::test
