// Views built anew while they are read and written: nobody notices but the disk.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class ViewsRebuildTest : public RastiTest {
 protected:
  std::vector<std::string> Lying() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(data() + "/views"))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }
  int64_t RowsOf(const std::string& view) const {
    const auto list = Json({"views", "list"});
    for (const auto& one : list["views"]) {
      if (one["view"] == view) return one["rows_about"];
    }
    ADD_FAILURE() << "no view " << view;
    return -1;
  }
};

TEST_F(ViewsRebuildTest, AServiceBuildsThemBesideAndSwaps) {
  Init();
  const auto service = StartService();
  std::vector<std::string> references;
  for (int i = 0; i < 5; ++i) references.push_back(SubmitPothole()["reference"]);
  EXPECT_EQ(RowsOf("cases"), 5);
  EXPECT_EQ(Json({"views", "list"})["rebuild"]["state"], "none");

  const auto before = Json({"inbox", "--tenant", "prishtine"})["cases"];
  const auto rebuilt = Json({"views", "rebuild"});
  EXPECT_EQ(rebuilt["state"], "done") << rebuilt;
  EXPECT_EQ(rebuilt["applied"], rebuilt["end"]);
  EXPECT_EQ(Json({"inbox", "--tenant", "prishtine"})["cases"], before);
  EXPECT_THAT(Lying(), ElementsAre("2", "shown"));

  // What comes later is shown by the new ones, at once.
  references.push_back(SubmitPothole()["reference"]);
  for (const std::string& reference : references) EXPECT_EQ(Json({"show", reference})["reference"], reference);
  const auto lag = Json({"views", "lag"});
  EXPECT_FALSE(lag["partitions"].empty());
  for (const auto& partition : lag["partitions"]) EXPECT_EQ(partition["behind"], 0);
  EXPECT_EQ(RowsOf("cases"), 6);
}

TEST_F(ViewsRebuildTest, ADirectoryAtRestIsRebuiltInPlace) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  const Finished rebuilt = Rasti({"views", "rebuild", "--no-wait"});
  EXPECT_EQ(rebuilt.exit_code, 0) << rebuilt.err;
  EXPECT_THAT(rebuilt.out, HasSubstr("rebuilt in"));
  EXPECT_THAT(Lying(), ElementsAre("2", "shown"));
  EXPECT_EQ(Json({"show", reference})["reference"], reference);
  const Finished list = Rasti({"views", "list"});
  EXPECT_THAT(list.out, HasSubstr("inbox"));
  EXPECT_THAT(list.out, HasSubstr("they show every event"));
  EXPECT_EQ(Rasti({"replay", "--verify"}).exit_code, 0);
  EXPECT_EQ(Rasti({"doctor"}).exit_code, 0);
}

TEST_F(ViewsRebuildTest, KilledAtAnyMomentItStartsWithWholeViews) {
  Init();
  std::vector<std::string> references;
  for (int round = 0; round < 6; ++round) {
    auto service = StartService();
    references.push_back(SubmitPothole()["reference"]);
    EXPECT_EQ(Rasti({"views", "rebuild", "--no-wait"}).exit_code, 0);
    // Somewhere in it, or behind it.
    for (int looks = 0; looks < round; ++looks) Json({"views", "lag"});
    service->Signal(SIGKILL);
    service->Finish();
    for (const std::string& reference : references) EXPECT_EQ(Json({"show", reference})["reference"], reference);
    EXPECT_EQ(Lying().size(), 2U);
    EXPECT_EQ(Rasti({"replay", "--verify"}).exit_code, 0);
  }
}

}  // namespace
}  // namespace rasti::test
