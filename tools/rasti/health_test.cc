#include "tools/rasti/health.h"

#include <gmock/gmock.h>

#include <set>

#include "tools/rasti/health_parts.h"

namespace rasti::cli {
namespace {

using testing::HasSubstr;

constexpr uint64_t kGiBytes = uint64_t{1} << 30;

Findings Judged(const DiskRoom& room) {
  Findings findings;
  JudgeRoom(room, "/data", kGiBytes, 5 * kGiBytes, findings);
  return findings;
}

const Finding* Of(const Findings& findings, std::string_view what) {
  for (const Finding& finding : findings) {
    if (finding.what == what) return &finding;
  }
  return nullptr;
}

TEST(HealthTest, EveryCheckHasAnIdOfItsOwnAndSaysWhatItLooksFor) {
  std::set<std::string_view> ids;
  for (const CheckInfo& check : AllChecks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_EQ(check.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << check.id;
    EXPECT_FALSE(check.looks_for.empty()) << check.id;
  }
}

TEST(HealthTest, RoomIsGoodWhereThereIsEnoughToBuildEverythingAnew) {
  const Findings findings = Judged({.free_bytes = 6 * kGiBytes, .inodes = 1'000'000, .free_inodes = 500'000});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(Of(findings, "disk")->health, Health::kGood);
  EXPECT_EQ(Of(findings, "inodes")->health, Health::kGood);
}

TEST(HealthTest, RoomThatARebuildNeedsIsMissedInTime) {
  const Findings findings = Judged({.free_bytes = 4 * kGiBytes});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].health, Health::kNote);
  EXPECT_THAT(findings[0].text, HasSubstr("less than the 5120 MiB"));
}

TEST(HealthTest, AFullDiskIsAProblem) {
  const Findings findings = Judged({.free_bytes = kGiBytes - 1});
  EXPECT_EQ(findings[0].health, Health::kProblem);
  EXPECT_EQ(findings[0].exit, Exit::kIo);
  EXPECT_THAT(findings[0].remedy, HasSubstr("make room"));
}

TEST(HealthTest, WithoutInodesThereIsNoRoomEither) {
  const Findings findings = Judged({.free_bytes = 9 * kGiBytes, .inodes = 65'536, .free_inodes = 12});
  EXPECT_EQ(Of(findings, "disk")->health, Health::kGood);
  EXPECT_EQ(Of(findings, "inodes")->health, Health::kProblem);
  EXPECT_THAT(Of(findings, "inodes")->text, HasSubstr("12 of 65536 inodes free"));
}

Findings JudgedClock(const ClockFacts& facts) {
  Findings findings;
  JudgeClock(facts, findings);
  EXPECT_EQ(findings.size(), 1U);
  return findings;
}

const Instant kNow = ParseInstant("2026-11-22T08:00:00Z").value();

TEST(HealthTest, AClockThatIsKeptRightAndBehindNothingIsGood) {
  const ClockFacts facts{.now = kNow,
                         .made_at = kNow - std::chrono::hours(5),
                         .last_event = kNow + std::chrono::seconds(59),
                         .last_backup = kNow - std::chrono::hours(1),
                         .kept_right = true};
  EXPECT_EQ(JudgedClock(facts)[0].health, Health::kGood);
  ClockFacts unknown = facts;
  unknown.kept_right.reset();
  unknown.last_event.reset();
  EXPECT_EQ(JudgedClock(unknown)[0].health, Health::kGood);
}

TEST(HealthTest, AClockThatNothingKeepsRightIsANote) {
  const Findings findings = JudgedClock({.now = kNow, .made_at = kNow, .kept_right = false});
  EXPECT_EQ(findings[0].health, Health::kNote);
  EXPECT_THAT(findings[0].remedy, HasSubstr("time service"));
}

TEST(HealthTest, AClockBehindWhatWasWrittenDownIsAProblemThatSaysWhat) {
  const Instant later = kNow + std::chrono::seconds(61);
  const std::vector<std::pair<ClockFacts, std::string>> behind{
      {{.now = kNow, .made_at = later, .last_event = later}, "the last event was recorded at 2026-11-22T08:01:01Z"},
      {{.now = kNow, .made_at = later, .last_event = kNow}, "the directory was made at 2026-11-22T08:01:01Z"},
      {{.now = kNow, .made_at = kNow, .last_backup = later}, "the last backup was made at 2026-11-22T08:01:01Z"}};
  for (const auto& [facts, part] : behind) {
    const Findings findings = JudgedClock(facts);
    EXPECT_EQ(findings[0].health, Health::kProblem) << part;
    EXPECT_EQ(findings[0].exit, Exit::kUnavailable) << part;
    EXPECT_THAT(findings[0].text, HasSubstr("the machine says 2026-11-22T08:00:00Z, but " + part));
    EXPECT_THAT(findings[0].remedy, HasSubstr("NTP"));
  }
}

TEST(HealthTest, AFileSystemThatCanOnlyBeReadIsNamed) {
  const Findings findings = Judged({.free_bytes = 9 * kGiBytes, .read_only = true});
  EXPECT_EQ(findings[0].exit, Exit::kIo);
  EXPECT_THAT(findings[0].text, HasSubstr("can only be read"));
}

}  // namespace
}  // namespace rasti::cli
