// A calendar is amended where several nodes share the cases: each plans its own anew, and any of them tells of all.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

TEST_F(KafkaNodesTest, AnAmendedCalendarMovesTheDeadlinesOfAllNodes) {
  MakeTopics(4);
  InitNode(0);
  InitNode(1);
  const auto first = StartNode(0);
  const auto second = StartNode(1);
  Words submit = SubmitWords();
  submit.insert(submit.end(), {"--role", "citizen"});
  std::vector<std::string> references;
  for (int i = 0; i < 8; ++i) references.push_back(JsonAt(i % 2, submit)["reference"]);

  // A working day within the fifteen of the reply, whenever this test is run.
  std::string day;
  const auto explained = JsonAt(0, {"explain", references[0], "--clock", "reply"});
  for (const auto& step : explained["clocks"][0]["steps"]) {
    if (step["kind"] == "day_counted" && step["number"] == 10) day = step["day"].get<std::string>().substr(0, 10);
  }
  ASSERT_EQ(day.size(), 10U);

  // Whoever follows at one node sees what the other one decides.
  std::string end;
  const auto last = JsonAt(1, {"tail", "--lines", "0"});
  for (const auto& one : last["next"]) {
    end += (end.empty() ? "" : ",") + one["partition"].dump() + ":" + one["sequence"].dump();
  }
  Child follower({Program(), "tail", "--follow", "--json", "--from-sequence", end, "--type", "clock_replanned",
                  "--data", data_of(1)});
  const Words amend = {"calendar", "amend",         "kosovo",     "--add", day,      "--name",
                       "Flood",    "--legal-basis", "Decision 1", "--yes", "--wait", "PT2M"};
  const auto shown =
      JsonAt(1, {"calendar", "amend", "kosovo", "--add", day, "--name", "Flood", "--legal-basis", "Decision 1"});
  EXPECT_GE(shown["forecast"]["total"], 8);
  const auto done = JsonAt(0, amend);
  EXPECT_EQ(done["comparison"]["as_forecast"], shown["forecast"]["total"]) << done["comparison"].dump(2);
  EXPECT_EQ(done["still_to_move"], 0);
  const auto moved = JsonAt(1, {"calendar", "moved", "kosovo"});
  EXPECT_EQ(moved["moved"]["total"], shown["forecast"]["total"]);
  for (const std::string& reference : references) {
    const auto page = JsonAt(1, {"show", reference});
    ASSERT_TRUE(follower.WaitForOutput(page["case_id"])) << reference;
  }
  follower.Signal(SIGINT);
  EXPECT_EQ(follower.Finish().exit_code, 0);
  const auto top = JsonAt(0, {"top", "--once", "--interval", "0.2"});
  EXPECT_EQ(top["partitions"].size(), 4U);
  EXPECT_THAT(top["partitions"].dump(), testing::AllOf(HasSubstr("\"decides\""), HasSubstr("\"elsewhere\"")));
  StopService(*first);
  StopService(*second);
}

}  // namespace
}  // namespace rasti::test
