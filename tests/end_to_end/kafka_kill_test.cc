// Two nodes over a real broker. One of them is killed with -9 or paused for longer than its session lasts, again and
// again under load: what was acknowledged is in the log once, whoever answered.
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <random>
#include <thread>

#include "engine/log/kafka_event_log.h"
#include "tests/end_to_end/audit.h"
#include "tests/end_to_end/kafka_fixture.h"
#include "tests/end_to_end/load.h"
#include "tests/support/nightly.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::test {
namespace {

using std::chrono::milliseconds;

constexpr int kNodes = 2;
// The shortest that lets a busy machine of two cores send its heartbeats in time.
constexpr const char* kSettings = "session.timeout.ms=3000\ntransaction.timeout.ms=3000\n";
// So many cases lie in all of four partitions, but for one time in 10^7.
constexpr int kOverAllPartitions = 64;

// The parameter: how the group shares its partitions out.
class KafkaKillTest : public KafkaNodesTest, public testing::WithParamInterface<const char*> {
 protected:
  using Session = std::unique_ptr<cli::SocketSession>;

  void Prepare() {
    MakeTopics(4);
    for (int node = 0; node < kNodes; ++node) InitNode(node);
    settings_ = root() + "/kafka.settings";
    WriteFile(settings_, std::string(kSettings) + "partition.assignment.strategy=" + GetParam() + "\n");
    for (int node = 0; node < kNodes; ++node) Start(node);
  }
  // What was decided is deleted as soon as may be, so that whoever takes over finds it gone.
  void Start(int node) {
    nodes_.at(node) =
        StartNode(node, {"--kafka-settings", settings_, "--keep-commands", "PT1S", "--trim-every", "PT1S"});
  }
  void Stop(int node) {
    StopService(*nodes_.at(node));
    nodes_.at(node).reset();
  }
  Session Connect(int node) {
    const cli::DataPaths paths(data_of(node));
    auto session = cli::SocketSession::Connect(paths.socket(), cli::ReadLocalKey(paths).value());
    if (session) return *std::move(session);
    nodes_.at(node)->Signal(SIGKILL);
    ADD_FAILURE() << session.error().message << "; node " << node << ": " << nodes_.at(node)->Finish().err;
    return nullptr;
  }

  // Load over both nodes until the victim is gone; what it left open is asked again in the next round.
  void Round(Load& load, int victim, int signal) {
    book_.StartRound();
    std::array<Session, kNodes> sessions;
    for (int node = 0; node < kNodes; ++node) sessions.at(node) = Connect(node);
    ASSERT_TRUE(sessions[0] && sessions[1]);
    const auto answers = static_cast<int64_t>(load.Below(200));
    std::thread killer([&] {
      book_.WaitForAnswers(answers, std::chrono::minutes(1));
      nodes_.at(victim)->Signal(signal);
      book_.Kill();
    });
    bool alive = true;
    for (const size_t entry : book_.Unanswered())
      alive = alive && book_.Ask(sessions.at(load.Below(kNodes))->commands(), entry);
    while (alive) {
      const size_t known = book_.size();
      const bool again = known > 0 && load.Below(10) == 0;
      const size_t entry = again ? load.Below(known) : book_.Add(load.Next(book_));
      alive = book_.Ask(sessions.at(load.Below(kNodes))->commands(), entry);
    }
    killer.join();
    if (book_.answers() > 0) ++rounds_under_load_;
    if (signal == SIGKILL) {
      const Finished ended = nodes_.at(victim)->Finish();
      EXPECT_EQ(ended.signal, SIGKILL) << "it ended by itself, with " << ended.exit_code << ": " << ended.err;
      // Soon enough, and nothing moves; or late, and the other one takes over.
      if (load.Below(2) == 0) Start(victim);
      book_.WaitUntilNothingIsUnderWay();
      if (nodes_.at(victim)->pid() <= 0) Start(victim);
      return;
    }
    // Paused, until the other one has taken everything over and answered in each partition. What it had begun before,
    // it may not end then.
    sessions.at(victim).reset();
    book_.StartRound();
    for (int i = 0; i < kOverAllPartitions; ++i) {
      ASSERT_TRUE(book_.Ask(sessions.at(1 - victim)->commands(), book_.Add(load.Submission())));
    }
    book_.WaitUntilNothingIsUnderWay();
    nodes_.at(victim)->Signal(SIGCONT);
  }

  void AskEverythingOnceMore() {
    book_.StartRound();
    std::array<Session, kNodes> sessions;
    for (int node = 0; node < kNodes; ++node) sessions.at(node) = Connect(node);
    ASSERT_TRUE(sessions[0] && sessions[1]);
    for (size_t entry = 0; entry < book_.size(); ++entry)
      ASSERT_TRUE(book_.Ask(sessions.at(entry % kNodes)->commands(), entry));
    book_.WaitUntilNothingIsUnderWay();
    EXPECT_TRUE(book_.Unanswered().empty());
    EXPECT_EQ(book_.changed_answers(), 0);
    settled_at_ = ports::SystemClock().Now();
    // Follow-ups go from node to node.
    for (int i = 0; i < 2; ++i) {
      for (const Session& session : sessions) ASSERT_TRUE(session->Settle(std::chrono::minutes(1)));
    }
  }

  CommandBook book_;
  std::string settings_;
  std::array<std::unique_ptr<Child>, kNodes> nodes_;
  int rounds_under_load_ = 0;
  Instant settled_at_;
};

TEST_P(KafkaKillTest, NothingAcknowledgedIsLostAndNothingHappensTwice) {
  Prepare();
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Load load(seed);
  const int rounds = tests::RoundsOf({.every_change = 4, .nightly = 60});
  for (int i = 0; i < rounds && !HasFailure(); ++i) {
    Round(load, static_cast<int>(load.Below(kNodes)), i % 3 == 2 ? SIGSTOP : SIGKILL);
  }
  ASSERT_FALSE(HasFailure());
  EXPECT_GT(rounds_under_load_, rounds / 3);
  AskEverythingOnceMore();
  for (int node = 0; node < kNodes; ++node) Stop(node);

  log::KafkaLogOptions options;
  options.brokers = bootstrap();
  options.topic_prefix = topic_prefix();
  const auto log = log::KafkaEventLog::Open(options);
  ASSERT_TRUE(log) << log.error().message;
  const Audit audit(book_.entries(), **log, settled_at_);
  audit.Expect();
  EXPECT_GT(audit.accepted(), book_.size() / 4);
  for (int node = 0; node < kNodes; ++node) EXPECT_EQ(JsonAt(node, {"replay", "--verify"})["verified"], true);
  std::printf("%d kills and pauses, %d of them under load; %zu commands asked, %zu accepted, %lld events\n", rounds,
              rounds_under_load_, book_.size(), audit.accepted(), static_cast<long long>(audit.events()));
}

INSTANTIATE_TEST_SUITE_P(Eager, KafkaKillTest, testing::Values("range"));
INSTANTIATE_TEST_SUITE_P(Cooperative, KafkaKillTest, testing::Values("cooperative-sticky"));

}  // namespace
}  // namespace rasti::test
