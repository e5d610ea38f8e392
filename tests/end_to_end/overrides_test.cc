// Municipalities that do otherwise than a workflow says, from their folder to the reason of a deadline.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kForm =
    R"({"description":"A deep hole before the school.","location":{"address":"Main street"}})";

class OverridesTest : public RastiTest {
 protected:
  void InitFor(const Words& more) const {
    Words words{"init",
                "--partitions",
                "2",
                "--packages",
                "workflows/issue-report",
                "workflows/request",
                "workflows/calendars/kosovo",
                "workflows/tenants/ferizaj",
                "workflows/tenants/peje",
                "workflows/tenants/mlga",
                "workflows/tzdata/2025b"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished finished = Rasti(words);
    ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("9 packages published"));
  }
  std::string Submit(const std::string& tenant, const std::string& category = "pothole") const {
    return Json({"submit", "--workflow", "issue-report", "--tenant", tenant, "--category", category, "--title", "Hole",
                 "--channel", "portal", "--role", "citizen", "--form", kForm})["reference"];
  }
  std::string Explain(const std::string& reference) const {
    return Rasti({"explain", reference, "--clock", "resolve"}).out;
  }
  void WriteOverrides(const std::string& version, const std::string& more) const {
    WriteFile(root() + "/ferizaj/overrides.yaml",
              "overrides: issue-report\ntenant: ferizaj\nversion: \"" + version + "\"\n" + more);
  }
};

TEST_F(OverridesTest, ComeWithTheFolderOfTheirTenantAndAreNamedAsTheReason) {
  InitFor({"--virtual-time", "2026-02-09T09:30:00+01:00"});
  EXPECT_THAT(Rasti({"packages"}).out, HasSubstr("overrides  issue-report+ferizaj@1"));
  const std::string ours = Submit("ferizaj");
  const std::string theirs = Submit("peje");
  EXPECT_EQ(Json({"show", ours})["definition"], "issue-report@1+ferizaj.1");
  EXPECT_EQ(Json({"show", theirs})["definition"], "issue-report@1");
  EXPECT_THAT(Explain(ours), AllOf(HasSubstr("due Thu 2026-02-12 09:30:00 +01:00"),
                                   HasSubstr("said by   the overrides issue-report+ferizaj@1; issue-report@1 says: 7 "
                                             "calendar days")));
  EXPECT_THAT(Rasti({"explain", ours, "--clock", "acknowledge"}).out,
              HasSubstr("said by   issue-report@1; the overrides issue-report+ferizaj@1 leave it so"));
  EXPECT_THAT(Explain(theirs), Not(HasSubstr("said by")));
  const auto clock = Json({"explain", ours, "--clock", "resolve"})["clocks"][0];
  EXPECT_EQ(clock["overrides"], "issue-report+ferizaj@1");
  EXPECT_EQ(clock["workflow"], "issue-report@1");
  EXPECT_THAT(std::string(clock["instead_of"]), HasSubstr("7 calendar days"));
  ExpectRefusal({"submit", "--workflow", "issue-report", "--tenant", "peje", "--category", "bus_stop", "--title",
                 "Roof", "--channel", "portal", "--role", "citizen", "--form", kForm},
                1, {"unknown_category"});
  EXPECT_EQ(Submit("ferizaj", "bus_stop").size(), 16U);
  // What the cases say of themselves can be replayed from the log.
  EXPECT_EQ(Rasti({"replay", "--verify"}).exit_code, 0);
}

TEST_F(OverridesTest, OfANewVersionHoldForNewCasesAlsoWhileTheEngineRuns) {
  InitFor({});
  const std::string before = Submit("ferizaj");
  const auto service = StartService();
  WriteOverrides("2", "clocks: {resolve: {due_by_category: {pothole: {count: elapsed, length: PT48H}}}}\n");
  const auto published = Json({"publish", root() + "/ferizaj"});
  EXPECT_EQ(published["packages"][0]["package"], "overrides/issue-report+ferizaj@2");
  const std::string after = Submit("ferizaj");
  EXPECT_EQ(Json({"show", before})["definition"], "issue-report@1+ferizaj.1");
  EXPECT_EQ(Json({"show", after})["definition"], "issue-report@1+ferizaj.2");
  EXPECT_THAT(Explain(before), HasSubstr("issue-report+ferizaj@1"));
  EXPECT_THAT(Explain(after), HasSubstr("issue-report+ferizaj@2"));
  // A running case goes over on purpose.
  EXPECT_EQ(Json({"act", after, "register", "--as", "clerk1"})["case"]["stage"], "assigned");
  StopService(*service);
}

TEST_F(OverridesTest, ThatDoNotFitAreToldWithTheirPlaceAndChangeNothing) {
  InitFor({});
  WriteOverrides("2", "clocks:\n  resolv: {due: {count: working_days, number: 3}}\n");
  const Finished unfit = Rasti({"publish", root() + "/ferizaj"});
  EXPECT_EQ(unfit.exit_code, 2) << unfit.err;
  EXPECT_THAT(
      unfit.out,
      HasSubstr("/ferizaj/overrides.yaml:5:3: error: clocks.resolv: issue-report@1 has no clock 'resolv', did you "
                "mean 'resolve'?"));
  WriteOverrides("2", "permissions: {submit: [clerk]}\n");
  const Finished roles = Rasti({"lint", root() + "/ferizaj"});
  EXPECT_EQ(roles.exit_code, 2);
  EXPECT_THAT(roles.out, HasSubstr("overrides.yaml:4:1: error: permissions: not for overrides to change"));
  EXPECT_EQ(Json({"packages"})["packages"].size(), 9U);

  // The other way round: a workflow that overrides in force do not fit.
  WriteFile(root() + "/next/workflow.yaml", [] {
    std::ifstream in("workflows/issue-report/workflow.yaml");
    std::string yaml{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    yaml.replace(yaml.find("version: \"1\""), 12, "version: \"2\"");
    const size_t extension = yaml.rfind("    extension:");
    return yaml.erase(extension, yaml.find("\n\n", extension) - extension);
  }());
  ExpectRefusal({"publish", root() + "/next"}, 2,
                {"the overrides issue-report+ferizaj@1 do not fit issue-report@2", "allows no extension"});
  EXPECT_EQ(Json({"packages"})["packages"].size(), 9U);
}

}  // namespace
}  // namespace rasti::test
