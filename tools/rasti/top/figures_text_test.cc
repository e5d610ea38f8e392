#include "tools/rasti/top/figures_text.h"

#include <gmock/gmock.h>

namespace rasti::cli {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using Wire = v1::Response::Figures;

Wire Sample(int64_t up_ms, int64_t done) {
  Wire figures;
  figures.set_version("0.1.0");
  figures.set_now_at_ms(1'800'000'000'000);
  figures.set_up_ms(up_ms);
  figures.set_clients(3);
  figures.set_commands_accepted(done);
  figures.set_commands_rejected(done / 10);
  figures.set_events(done * 5);
  figures.set_timers_fired(done);
  figures.set_timers_waiting(1'234'567);
  for (const int64_t bound : {10, 50, 100}) figures.add_lateness_bounds_ms(bound);
  figures.add_lateness_counts(done);
  figures.add_lateness_counts(0);
  figures.add_lateness_counts(0);
  figures.add_lateness_counts(0);
  figures.set_lateness_ms_most(7);
  return figures;
}

TEST(PercentileMs, IsTheBoundOfTheBucketThatTheShareEndsIn) {
  EXPECT_EQ(PercentileMs({10, 50, 100}, {0, 0, 0, 0}, 0, 0.99), std::nullopt);
  EXPECT_EQ(PercentileMs({10, 50, 100}, {99, 1, 0, 0}, 42, 0.99), 10);
  EXPECT_EQ(PercentileMs({10, 50, 100}, {98, 2, 0, 0}, 42, 0.99), 42) << "no more than the most that there was";
  EXPECT_EQ(PercentileMs({10, 50, 100}, {90, 2, 8, 0}, 88, 0.5), 10);
  EXPECT_EQ(PercentileMs({10, 50, 100}, {0, 0, 0, 4}, 7'000, 0.99), 7'000) << "beyond the last bound";
  EXPECT_EQ(PercentileMs({10, 50, 100}, {1, 0, 0, 0}, 3, 0.99), 3);
}

TEST(RatesBetween, AreWhatHappenedASecond) {
  const auto rates = RatesBetween(Sample(1'000, 100), Sample(3'000, 140));
  ASSERT_TRUE(rates);
  EXPECT_DOUBLE_EQ(rates->accepted, 20);
  EXPECT_DOUBLE_EQ(rates->rejected, 2);
  EXPECT_DOUBLE_EQ(rates->events, 100);
  EXPECT_DOUBLE_EQ(rates->timers, 20);
  EXPECT_EQ(rates->lateness_p99_ms, 7);
  EXPECT_EQ(RatesBetween(Sample(1'000, 100), Sample(2'000, 100))->lateness_p99_ms, std::nullopt) << "none fired";
  // The node was started again in between, or there was no time.
  EXPECT_FALSE(RatesBetween(Sample(3'000, 140), Sample(1'000, 2)));
  EXPECT_FALSE(RatesBetween(Sample(1'000, 1), Sample(1'000, 1)));
}

TEST(FiguresText, TellsWhatIsKnownAndDashesWhatIsNot) {
  Wire now = Sample(7'200'000, 1'000);
  auto& partition = *now.add_partitions();
  partition.set_partition(0);
  partition.set_role(Wire::Partition::ROLE_DECIDES);
  partition.set_end(1'000'000);
  partition.set_shown(999'990);
  partition.set_last_recorded_at_ms(1'800'000'000'250);
  now.add_partitions()->set_partition(1);
  now.mutable_partitions(1)->set_role(Wire::Partition::ROLE_STANDBY);
  now.set_resident_bytes(uint64_t{412} << 20);
  now.set_state_disk_bytes((uint64_t{12} << 30) / 10);
  const FiguresText text = TextOf(now, std::nullopt);
  EXPECT_FALSE(text.alarming);
  EXPECT_THAT(text.head, ElementsAre("rasti 0.1.0  engine  ready  up 2 h 0 min  2027-01-15T08:00:00Z  3 clients"));
  EXPECT_THAT(text.lines, Contains(AllOf(HasSubstr("commands    -"), HasSubstr("1,000 since the start"))));
  EXPECT_THAT(text.lines, Contains(HasSubstr("1,234,567 waiting")));
  EXPECT_THAT(text.lines, Contains("lateness    p99 - now, 7 ms since the start; at most 7 ms"));
  EXPECT_THAT(text.lines, Contains("backlog     not counted yet"));
  EXPECT_THAT(text.lines, Contains("views       10 events behind the log"));
  EXPECT_THAT(text.lines, Contains(HasSubstr("412 MiB; RocksDB")));
  EXPECT_THAT(text.lines, Contains(HasSubstr("state 1.2 GiB")));
  EXPECT_THAT(text.partitions, ElementsAre("0          decides  1,000,000  10            2027-01-15T08:00:00.250Z",
                                           "1          standby  0          0             -"));
  // All of it, with four partitions, fits 80 columns and 24 rows.
  EXPECT_LE(text.head.size() + text.lines.size() + 1 + 4 + 1, 24U);
  for (const std::string& line : text.lines) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_LE(text.head.front().size(), 80U);
}

TEST(FiguresText, SaysWhatIsWrongFirst) {
  Wire now = Sample(1'000, 0);
  now.add_not_ready("partitions that are being caught up: 3");
  now.set_open_cases(12);
  now.set_overdue(2);
  now.set_backlog_counted_at_ms(now.now_at_ms() - 9'000);
  const FiguresText text = TextOf(now, RatesBetween(Sample(500, 0), now));
  EXPECT_TRUE(text.alarming);
  EXPECT_THAT(text.head, ElementsAre(HasSubstr("NOT READY"), "  partitions that are being caught up: 3"));
  EXPECT_THAT(text.lines,
              Contains(HasSubstr("12 open cases, 2 deadlines overdue, 0 due within 24 h (counted 9 s ago)")));
  EXPECT_THAT(text.lines, Contains(HasSubstr("0.0/s")));
  EXPECT_THAT(text.lines, Contains("lateness    p99 - now, - since the start; at most -"));
  const auto json = JsonOf(now, std::nullopt);
  EXPECT_EQ(json["ready"], false);
  EXPECT_EQ(json["backlog"]["overdue"], 2);
  EXPECT_FALSE(json.contains("a_second"));
}

}  // namespace
}  // namespace rasti::cli
