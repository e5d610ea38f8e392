#include "engine/views/kept_tenants.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

const core::TenantId kOurs("prishtine");
const core::TenantId kTheirs("prizren");

// Everything that views say of one tenant.
struct Answers {
  std::vector<CasePage> cases;
  std::vector<size_t> events;  // of each of them
  std::vector<DeadlineRow> overdue;
  std::vector<InboxRow> inbox;
  std::vector<std::string> published;
  StatusTally tally;
  std::vector<int64_t> submitted;  // in each period
  bool operator==(const Answers&) const = default;
};

Answers AnswersOf(const Views& views, const core::TenantId& tenant, Instant now) {
  Answers answers;
  CaseQuery cases;
  cases.tenant = tenant;
  answers.cases = views.ListCases(cases)->pages;
  for (const CasePage& page : answers.cases) answers.events.push_back(views.History(page.state.id)->events.size());
  DeadlineQuery deadlines;
  deadlines.tenant = tenant;
  answers.overdue = views.Overdue(deadlines, now)->rows;
  InboxQuery inbox;
  inbox.tenant = tenant;
  inbox.limit = 1000;
  answers.inbox = views.Inbox(inbox)->rows;
  PublicQuery shown;
  shown.tenant = tenant;
  shown.limit = 1000;
  const auto page = views.Public(shown);
  for (const PublicRow& row : page->rows) answers.published.push_back(row.reference);
  answers.tally = *views.Tally(tenant, {}, {}, now);
  StatsQuery stats;
  stats.tenants = {tenant};
  stats.bounds = {kEarliestInstant, test::SampleStart(), kLatestInstant};
  const auto rows = views.Stats(stats);
  for (const StatsRow& row : *rows) answers.submitted.push_back(row.counters.submitted);
  return answers;
}

RC_GTEST_PROP(KeptTenantsProperty, ChosenTenantsLookAsTheyDoAmongAll, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 10, .historic_percent = 25});
  test::EventWriter writer(all.log);
  for (uint64_t n = 0; n < 4; ++n) {
    life.RunTo(life.events() + 40);
    const core::CaseId id = core::CaseIdFromKey(kTheirs, std::to_string(n));
    writer.Write(id, kTheirs, life.now(), test::Submitted(id));
    writer.Write(id, kTheirs, life.now(), test::Started("resolve", life.now(), life.now() + hours(life.Below(99))));
  }
  const Instant now = life.now() + hours(50);
  RC_ASSERT(all.Project().has_value());
  RC_ASSERT(KeptTenants(all.store)->empty());
  const Answers ours = AnswersOf(all.views, kOurs, now);
  const Answers theirs = AnswersOf(all.views, kTheirs, now);
  RC_ASSERT(theirs.cases.size() == 4U);

  for (const auto& [tenant, expected] : {std::pair(kOurs, ours), std::pair(kTheirs, theirs)}) {
    all.Reopen({.tenants = {tenant}});
    RC_ASSERT(all.Project(1 + life.Below(30)).has_value());
    RC_ASSERT(*KeptTenants(all.store) == TenantSet{tenant});
    RC_ASSERT(AnswersOf(all.views, tenant, now) == expected);
    CaseQuery everything;
    RC_ASSERT(all.views.ListCases(everything)->pages == expected.cases);
    // A start with the same ones keeps what is there.
    all.Reopen({.tenants = {tenant}});
    RC_ASSERT(all.views.ListCases(everything)->pages == expected.cases);
  }
}

class KeptTenantsTest : public testing::Test {
 protected:
  KeptTenantsTest() : writer_(all_.log) {
    for (const core::TenantId& tenant : {kOurs, kTheirs}) {
      const core::CaseId id = core::CaseIdFromKey(tenant, "1");
      writer_.Write(id, tenant, test::SampleStart(), test::Submitted(id));
    }
    all_.Reopen({.tenants = {kOurs, core::TenantId("mlga")}});
    EXPECT_TRUE(all_.Project().has_value());
  }
  template <class T>
  static void ExpectRefused(const Result<T>& result) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(result.error().message, HasSubstr("here are the cases of mlga, prishtine only"));
  }

  LogAndViews all_;
  test::EventWriter writer_;
};

TEST_F(KeptTenantsTest, QuestionsAboutOthersAreRefused) {
  const Views& views = all_.views;
  const core::CaseId id = core::CaseIdFromKey(kTheirs, "1");
  ExpectRefused(views.GetCase(id));
  ExpectRefused(views.History(id));
  ExpectRefused(views.HistoryFrom(id, {}));
  ExpectRefused(views.FindCase(core::PublicReference(id)));
  DeadlineQuery deadlines;
  deadlines.tenant = kTheirs;
  ExpectRefused(views.Overdue(deadlines, test::SampleStart()));
  ExpectRefused(views.AtRisk(deadlines, test::SampleStart(), kLatestInstant));
  ExpectRefused(views.OverdueAsOf(deadlines, {.at = test::SampleStart(), .known_at = {}}));
  InboxQuery inbox;
  inbox.tenant = kTheirs;
  ExpectRefused(views.Inbox(inbox));
  PublicQuery shown;
  shown.tenant = kTheirs;
  ExpectRefused(views.Public(shown));
  NumberQuery numbers;
  numbers.tenant = kTheirs;
  numbers.register_id = "protocol";
  ExpectRefused(views.Numbers(numbers));
  ExpectRefused(views.Tally(kTheirs, {}, {}, test::SampleStart()));
  StatsQuery stats;
  stats.tenants = {kOurs, kTheirs};
  stats.bounds = {kEarliestInstant, kLatestInstant};
  ExpectRefused(views.Stats(stats));
  CaseQuery cases;
  cases.tenant = kTheirs;
  ExpectRefused(views.ListCases(cases));
  RunningQuery running;
  running.tenant = kTheirs;
  ExpectRefused(views.ForEachRunning(running, [](const CasePage&, const core::ClockState&) -> Status { return {}; }));
  EXPECT_TRUE(views.GetCase(core::CaseIdFromKey(kOurs, "1")).has_value());
}

TEST_F(KeptTenantsTest, OtherOnesThanBeforeBeginAnew) {
  EXPECT_TRUE(all_.views.GetCase(core::CaseIdFromKey(kOurs, "1")).has_value());
  all_.Reopen({.tenants = {kOurs}});
  EXPECT_FALSE(all_.views.GetCase(core::CaseIdFromKey(kOurs, "1")).has_value());
  ASSERT_TRUE(all_.Project().has_value());
  EXPECT_TRUE(all_.views.GetCase(core::CaseIdFromKey(kOurs, "1")).has_value());
  all_.Reopen();
  EXPECT_TRUE(KeptTenants(all_.store)->empty());
  ASSERT_TRUE(all_.Project().has_value());
  EXPECT_TRUE(all_.views.GetCase(core::CaseIdFromKey(kTheirs, "1")).has_value());
}

}  // namespace
}  // namespace rasti::views
