// `rasti top` on a terminal: what it draws, and that the terminal is as it was, however it ends.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/end_to_end/rasti_fixture.h"
#include "tests/end_to_end/terminal.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// What xterm is told where a program takes the whole screen, and where it gives it back.
constexpr const char* kEnter = "\033[?1049h";
constexpr const char* kLeave = "\033[?1049l";

class TopTest : public RastiTest {
 protected:
  std::unique_ptr<Terminal> Top(const Words& more = {}, const std::string& term = "xterm-256color", int rows = 24,
                                int columns = 80) const {
    Words words{Program(), "top", "--interval", "0.2", "--data", data()};
    words.insert(words.end(), more.begin(), more.end());
    return std::make_unique<Terminal>(words, Words{"TERM=" + term, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}, rows,
                                      columns);
  }
};

TEST_F(TopTest, DrawsWhatTheNodeDoesAndGivesTheTerminalBack) {
  Init();
  const auto service = StartService();
  SubmitPothole();
  const auto terminal = Top();
  ASSERT_TRUE(terminal->WaitFor(kEnter));
  ASSERT_TRUE(terminal->WaitFor("q quits; arrows scroll the partitions"));
  for (const char* part : {"ready", "commands", "rejections", "lateness", "open case", "memory", "RocksDB", "partition",
                           "decides", "last recorded"}) {
    EXPECT_TRUE(terminal->WaitFor(part)) << part << " in " << terminal->written();
  }
  EXPECT_EQ(terminal->settings().c_lflag & (ICANON | ECHO), 0U) << "keys are read as they are pressed";
  terminal->Type("q");
  EXPECT_EQ(terminal->Finish(), 0);
  EXPECT_THAT(terminal->written(), HasSubstr(kLeave));
  EXPECT_EQ(terminal->settings().c_lflag & (ICANON | ECHO), static_cast<tcflag_t>(ICANON | ECHO));
  StopService(*service);
}

TEST_F(TopTest, FollowsTheSizeOfTheTerminal) {
  Init();
  const auto service = StartService();
  const auto terminal = Top();
  ASSERT_TRUE(terminal->WaitFor("q quits"));
  ASSERT_TRUE(terminal->WaitFor("last recorded"));
  terminal->Forget();
  terminal->Resize(40, 132);
  // All is drawn anew, with the bar in the row that is the last one now.
  EXPECT_TRUE(terminal->WaitFor("q quits")) << terminal->written();
  EXPECT_TRUE(terminal->WaitFor("\033[40")) << terminal->written();
  terminal->Forget();
  // Too small for all of it: what fits, and no harm.
  terminal->Resize(5, 20);
  EXPECT_TRUE(terminal->WaitFor("q quits")) << terminal->written();
  terminal->Type("\033[B\033[Ax");
  terminal->Type("q");
  EXPECT_EQ(terminal->Finish(), 0);
  StopService(*service);
}

TEST_F(TopTest, SignalsAndTheEndOfTheNodeGiveTheTerminalBack) {
  Init();
  auto service = StartService();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto terminal = Top();
    ASSERT_TRUE(terminal->WaitFor("last recorded"));
    terminal->Signal(signal);
    EXPECT_EQ(terminal->Finish(), 0) << signal;
    EXPECT_THAT(terminal->written(), HasSubstr(kLeave));
    EXPECT_NE(terminal->settings().c_lflag & ICANON, 0U) << signal;
  }
  // What ends a program on the spot.
  for (const int signal : {SIGQUIT, SIGABRT}) {
    const auto terminal = Top();
    ASSERT_TRUE(terminal->WaitFor("last recorded"));
    terminal->Signal(signal);
    EXPECT_EQ(terminal->Finish(), -signal);
    EXPECT_THAT(terminal->written(), HasSubstr(kLeave));
    EXPECT_EQ(terminal->settings().c_lflag & (ICANON | ECHO), static_cast<tcflag_t>(ICANON | ECHO)) << signal;
  }
  const auto terminal = Top();
  ASSERT_TRUE(terminal->WaitFor("last recorded"));
  StopService(*service);
  EXPECT_EQ(terminal->Finish(), 4);
  const size_t left = terminal->written().find(kLeave);
  ASSERT_NE(left, std::string::npos);
  EXPECT_THAT(terminal->written().substr(left), HasSubstr("rasti run")) << "the reason stands on the screen that was";
}

TEST_F(TopTest, WithoutATerminalThereIsOneSampleAsText) {
  Init();
  const auto service = StartService();
  for (int i = 0; i < 3; ++i) SubmitPothole();
  ExpectRefusal(
      {"act", Json({"overdue", "--at-risk", "P60D"})["deadlines"][0]["reference"], "confirm", "--as", "clerk1"}, 1,
      {"wrong_stage"});
  const Finished once = Rasti({"top", "--interval", "0.1"});
  EXPECT_EQ(once.exit_code, 0);
  EXPECT_THAT(once.out, HasSubstr("3 open cases, 0 deadlines overdue"));
  EXPECT_THAT(once.out, HasSubstr("views       0 events behind the log"));
  EXPECT_THAT(once.out, Not(HasSubstr("\033")));
  const auto json = Json({"top", "--once", "--interval", "0.1"});
  EXPECT_EQ(json["role"], "engine");
  EXPECT_EQ(json["ready"], true);
  EXPECT_EQ(json["since_start"]["accepted"], 3);
  EXPECT_EQ(json["since_start"]["rejected"], 1);
  EXPECT_GT(json["since_start"]["events"], 10);
  EXPECT_EQ(json["backlog"]["open_cases"], 3);
  EXPECT_EQ(json["views_behind"], 0);
  EXPECT_GT(json["memory"]["resident_bytes"], 1'000'000);
  ASSERT_EQ(json["partitions"].size(), 2U);
  int64_t events = 0;
  for (const auto& partition : json["partitions"]) {
    EXPECT_EQ(partition["role"], "decides");
    events += partition["sequence"].get<int64_t>();
    if (partition["sequence"] > 0) {
      EXPECT_TRUE(partition.contains("last_recorded_at")) << partition;
    }
  }
  EXPECT_EQ(events, json["since_start"]["events"]);
  // On a terminal that nobody can draw on, text can be had.
  const auto dumb = Top({}, "no-such-terminal");
  EXPECT_EQ(dumb->Finish(), 2);
  EXPECT_THAT(dumb->written(), HasSubstr("the terminal 'no-such-terminal' (TERM) is unknown here; --once"));
  const auto once_there = Top({"--once"}, "no-such-terminal");
  EXPECT_EQ(once_there->Finish(), 0);
  EXPECT_THAT(once_there->written(), HasSubstr("3 open cases"));
  StopService(*service);
}

TEST_F(TopTest, WithoutANodeThereIsNothingToWatch) {
  Init();
  ExpectRefusal({"top"}, 4, {"nobody listens on", "rasti run --data"});
  ExpectRefusal({"top", "--interval", "0"}, 2, {"--interval"});
}

}  // namespace
}  // namespace rasti::test
