#include "tools/rasti/calendar/amendment.h"

#include <gmock/gmock.h>

namespace rasti::cli {
namespace {

using sla::Day;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const sla::DayHours kOpen = {{480, 960}};

class AmendmentTest : public testing::Test {
 protected:
  AmendmentTest() {
    base_.name = "test";
    for (size_t i = 0; i < 5; ++i) base_.week[i] = kOpen;
    base_.covers_from = Day(2026, 1, 1);
    base_.covers_to = Day(2028, 12, 31);
    Off(Day(2027, 3, 9), "Eid al-Fitr", true, false);   // a Tuesday
    Off(Day(2027, 5, 16), "Eid al-Adha", true, false);  // a Sunday,
    Off(Day(2027, 5, 17), "Eid al-Adha", true, true);   // observed on the Monday
    base_.exceptional_days[Day(2027, 6, 12)] = {kOpen, "A Saturday worked"};
  }
  void Off(Day day, const char* name, bool estimated, bool moved) {
    base_.exceptional_days[day] = {{}, name, estimated, "", moved, true};
  }
  static AmendmentWish Wish() {
    AmendmentWish wish;
    wish.legal_basis = "Decision 1";
    return wish;
  }
  Amendment Plan(const AmendmentWish& wish) const {
    auto plan = PlanAmendment(wish, base_, today_);
    EXPECT_TRUE(plan) << plan.error().message;
    return plan ? *std::move(plan) : Amendment();
  }
  void ExpectRefusal(const AmendmentWish& wish, const std::string& part, Exit exit = Exit::kUsage) const {
    const auto plan = PlanAmendment(wish, base_, today_);
    ASSERT_FALSE(plan) << part;
    EXPECT_EQ(plan.error().exit, exit);
    EXPECT_THAT(plan.error().message, HasSubstr(part));
  }

  sla::CalendarSpec base_;
  const Day today_{2027, 3, 1};
};

TEST_F(AmendmentTest, ADayOffIsAdded) {
  AmendmentWish wish = Wish();
  wish.add = {"2027-03-12", "2027-03-10"};
  wish.name = "Flood";
  const Amendment plan = Plan(wish);
  EXPECT_THAT(plan.warnings, IsEmpty());
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].day, Day(2027, 3, 10));
  EXPECT_EQ(plan.changes[0].hours_before, kOpen);
  EXPECT_THAT(plan.changes[0].hours_after, IsEmpty());
  EXPECT_TRUE(plan.changes[0].MovesDeadlines());
  EXPECT_EQ(plan.days().at(Day(2027, 3, 12)), (sla::ExceptionalDay{{}, "Flood", false, "Decision 1"}));
}

TEST_F(AmendmentTest, HalfADayAndASaturdayThatIsWorked) {
  AmendmentWish wish = Wish();
  wish.add = {"2027-03-12", "2027-03-13"};
  wish.name = "Short";
  wish.hours = {"08:00-10:00", "11:00-12:00"};
  const Amendment plan = Plan(wish);
  const sla::DayHours hours = {{480, 600}, {660, 720}};
  EXPECT_EQ(plan.changes[0].hours_after, hours);
  EXPECT_THAT(plan.changes[1].hours_before, IsEmpty());
  EXPECT_EQ(plan.changes[1].hours_after, hours);
  wish.hours = {"08:00-12:00", "11:00-13:00"};
  ExpectRefusal(wish, "--hours: '11:00-13:00' begins before");
  wish.hours = {"8-12"};
  ExpectRefusal(wish, "--hours: '8-12' is no opening hours");
}

TEST_F(AmendmentTest, AMovedDayKeepsItsName) {
  AmendmentWish wish = Wish();
  wish.move = {{"2027-03-09", "2027-03-10"}};
  const Amendment plan = Plan(wish);
  EXPECT_THAT(plan.warnings, IsEmpty());
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].after,
            (sla::ExceptionalDay{kOpen, "Eid al-Fitr, moved to 2027-03-10", false, "Decision 1"}));
  EXPECT_EQ(plan.changes[0].name_before, "Eid al-Fitr");
  EXPECT_EQ(plan.changes[1].after, (sla::ExceptionalDay{{}, "Eid al-Fitr", false, "Decision 1"}));
}

TEST_F(AmendmentTest, TheObservedDayOfAHolidayIsNotForgotten) {
  AmendmentWish wish = Wish();
  wish.move = {{"2027-05-16", "2027-05-18"}};
  const Amendment plan = Plan(wish);
  EXPECT_THAT(plan.warnings,
              ElementsAre(HasSubstr("--move 2027-05-16: is a Sunday, on which it is closed in any case"),
                          HasSubstr("is observed on 2027-05-17, which stays off: take that away too with --remove")));
  EXPECT_FALSE(plan.changes[0].MovesDeadlines());
  wish.remove = {"2027-05-17"};
  EXPECT_THAT(Plan(wish).warnings, ElementsAre(HasSubstr("is a Sunday")));
}

TEST_F(AmendmentTest, WhatMovesNoDeadlineIsSaid) {
  AmendmentWish wish = Wish();
  wish.add = {"2027-03-09"};
  Amendment plan = Plan(wish);
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("--add 2027-03-09: is off already ('Eid al-Fitr', estimated)")));
  EXPECT_FALSE(plan.changes[0].MovesDeadlines());
  EXPECT_FALSE(plan.changes[0].after.estimated) << "the date is fixed now";

  wish.add = {"2027-03-07"};
  wish.name = "A Sunday";
  plan = Plan(wish);
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("--add 2027-03-07: is a Sunday, closed in any case")));
  EXPECT_THAT(plan.warnings.front(), HasSubstr("--add 2027-03-08"));
}

TEST_F(AmendmentTest, WhatIsLikeThatAlreadyIsNoChange) {
  base_.exceptional_days[Day(2027, 3, 9)] = {{}, "Eid al-Fitr", false, "Decision 1", false, false};
  AmendmentWish wish = Wish();
  wish.add = {"2027-03-09"};
  ExpectRefusal(wish, "--add 2027-03-09: is 'Eid al-Fitr' already, just so", Exit::kRejected);
}

TEST_F(AmendmentTest, RefusalsNameTheOptionAndWhatWouldBeRight) {
  AmendmentWish wish = Wish();
  ExpectRefusal(wish, "say what changes: --add DATE");
  wish.estimated = true;
  wish.remove = {"2027-03-09"};
  ExpectRefusal(wish, "--estimated: of a day that is added");
  wish = Wish();
  wish.add = {"2027-03-10"};
  ExpectRefusal(wish, "--name: what 2027-03-10 is called");
  wish.name = "Flood";
  wish.add = {"10.3.2027"};
  ExpectRefusal(wish, "--add 10.3.2027: a date is wanted, as in 2027-03-20");
  wish.add = {"2027-02-30"};
  ExpectRefusal(wish, "--add 2027-02-30: a date is wanted");
  wish.add = {"2029-01-02"};
  ExpectRefusal(wish, "--add 2029-01-02: the calendar 'test' covers 2026-01-01 to 2028-12-31");
  wish.add = {"2027-02-26"};
  ExpectRefusal(wish, "--add 2027-02-26: lies in the past (it is 2027-03-01)");
  wish.past = true;
  EXPECT_EQ(Plan(wish).changes.size(), 1U);
  wish.add = {"2027-03-10", "2027-03-10"};
  ExpectRefusal(wish, "--add 2027-03-10: this day is named twice");
  wish = Wish();
  wish.remove = {"2027-03-10"};
  ExpectRefusal(wish,
                "--remove 2027-03-10: is a Wednesday like any other (08:00-16:00), there is nothing to take away; "
                "nearby: 2027-03-09 'Eid al-Fitr'");
  wish.remove = {"2027-03-14"};
  ExpectRefusal(wish, "is a Sunday like any other (closed)");
  wish = Wish();
  wish.move = {{"2027-03-09", "2027-03-09"}};
  ExpectRefusal(wish, "--move 2027-03-09: this day is named twice");
}

TEST_F(AmendmentTest, ASaturdayThatWasToBeWorkedIsTakenAway) {
  AmendmentWish wish = Wish();
  wish.remove = {"2027-06-12"};
  const Amendment plan = Plan(wish);
  EXPECT_THAT(plan.changes[0].hours_after, IsEmpty());
  EXPECT_TRUE(plan.changes[0].MovesDeadlines());
  // Taken away once, it is a day like any other.
  base_.exceptional_days[Day(2027, 3, 9)] = {kOpen, "Eid al-Fitr, withdrawn"};
  wish.remove = {"2027-03-09"};
  ExpectRefusal(wish, "is a Tuesday like any other");
}

TEST(VersionAfter, NumbersAreCountedOn) {
  EXPECT_EQ(VersionAfter({"1"}, ""), "2");
  EXPECT_EQ(VersionAfter({"9", "10", "3"}, ""), "11");
  EXPECT_EQ(VersionAfter({"1", "2026b"}, "2026c"), "2026c");
  const auto unnamed = VersionAfter({"1", "2026b"}, "");
  ASSERT_FALSE(unnamed);
  EXPECT_THAT(unnamed.error().message, HasSubstr("--as-version: how the new version is called"));
  const auto taken = VersionAfter({"1", "2"}, "2");
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("--as-version 2: is published already"));
}

}  // namespace
}  // namespace rasti::cli
