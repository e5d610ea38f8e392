// Kills `rasti run` with -9, again and again, at random instants of starting up, recovering and working under load:
// what was acknowledged is there, a repeated command finds its first answer, and no event is in the log twice.
#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <thread>

#include "engine/log/embedded_event_log.h"
#include "tests/end_to_end/audit.h"
#include "tests/end_to_end/command_book.h"
#include "tests/end_to_end/load.h"
#include "tests/end_to_end/rasti_fixture.h"
#include "tests/support/nightly.h"
#include "tools/rasti/data_directory.h"
#include "tools/rasti/node_clock.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::test {
namespace {

using std::chrono::milliseconds;

class KillTest : public RastiTest {
 protected:
  std::unique_ptr<Child> Spawn() const {
    return std::make_unique<Child>(Words{Program(), "run", "--data", data()}, "", Words{"RASTI_DATA="});
  }

  // Connects as soon as the service listens; nothing once it was killed before.
  std::unique_ptr<cli::SocketSession> Connect() {
    const std::string key = cli::ReadLocalKey(cli::DataPaths(data())).value();
    do {
      auto session = cli::SocketSession::Connect(data() + "/rasti.sock", key);
      if (session) return *std::move(session);
    } while (!book_.WaitForKill(milliseconds(2)));
    return nullptr;
  }

  // The service's life from its start to its death: everything that stands open is asked again, then there is load.
  void LiveAndDie(Load& load) {
    book_.StartRound();
    const auto service = Spawn();
    const bool while_starting = load.Below(4) == 0;
    const auto answers = static_cast<int64_t>(load.Below(300));
    const milliseconds delay(load.Below(while_starting ? 250 : 120));
    std::thread killer([&] {
      if (!while_starting) book_.WaitForAnswers(answers, std::chrono::minutes(1));
      book_.WaitForKill(delay);
      service->Signal(SIGKILL);
      book_.Kill();
    });
    if (const auto session = Connect()) {
      bool alive = true;
      for (const size_t entry : book_.Unanswered()) {
        alive = alive && book_.Ask(session->commands(), entry);
      }
      while (alive) {
        const size_t known = book_.size();
        const bool again = known > 0 && load.Below(10) == 0;
        alive = book_.Ask(session->commands(), again ? load.Below(known) : book_.Add(load.Next(book_)));
      }
      // A service that went away by itself would be found out below: its exit is no kill.
    }
    killer.join();
    const Finished ended = service->Finish();
    EXPECT_EQ(ended.signal, SIGKILL) << "it ended by itself, with " << ended.exit_code << ": " << ended.err;
    // Whoever waited for an answer was told that there is none.
    book_.WaitUntilNothingIsUnderWay();
    if (book_.answers() > 0) ++kills_under_load_;
  }

  CommandBook book_;
  int kills_under_load_ = 0;
};

TEST_F(KillTest, NothingAcknowledgedIsLostAndNothingHappensTwice) {
  Init();
  const uint64_t seed = std::random_device()();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  Load load(seed);
  const int kills = tests::RoundsOf({.every_change = 50, .nightly = 500});
  for (int i = 0; i < kills && !HasFailure(); ++i) LiveAndDie(load);
  ASSERT_FALSE(HasFailure());
  EXPECT_GT(kills_under_load_, kills / 3);

  // Everything is asked once more: what had an answer gets the same one, what had none gets one now.
  book_.StartRound();
  const auto service = StartService();
  const auto session = Connect();
  ASSERT_NE(session, nullptr);
  for (size_t entry = 0; entry < book_.size(); ++entry) ASSERT_TRUE(book_.Ask(session->commands(), entry));
  book_.WaitUntilNothingIsUnderWay();
  EXPECT_TRUE(book_.Unanswered().empty());
  EXPECT_EQ(book_.changed_answers(), 0);
  const Instant settled_at = ports::SystemClock().Now();
  ASSERT_TRUE(session->Settle(std::chrono::minutes(1)));
  StopService(*service);

  const cli::NodeClock clock;
  const auto log = log::EmbeddedEventLog::Open({.directory = cli::DataPaths(data()).log(), .read_only = true}, clock);
  ASSERT_TRUE(log) << log.error().message;
  const Audit audit(book_.entries(), **log, settled_at);
  audit.Expect();
  EXPECT_GT(audit.accepted(), book_.size() / 4);
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
  std::printf("%d kills, %d of them under load; %zu commands asked, %zu accepted, %lld events\n", kills,
              kills_under_load_, book_.size(), audit.accepted(), static_cast<long long>(audit.events()));
}

}  // namespace
}  // namespace rasti::test
