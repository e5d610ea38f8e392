// How nodes over a real broker come, go and take each other's place.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>

#include "engine/codec/package_codec.h"
#include "engine/log/kafka_event_log.h"
#include "engine/ports/clock.h"
#include "tests/end_to_end/http_client.h"
#include "tests/end_to_end/kafka_fixture.h"
#include "tests/end_to_end/load.h"
#include "tools/rasti/package_folders.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;

// A submission by anybody; so many of them lie in all of four partitions, but for one time in 10^7.
constexpr int kOverAllPartitions = 64;

class KafkaRecoveryTest : public KafkaNodesTest {
 protected:
  static Words Submission() {
    Words words = SubmitWords();
    words.insert(words.end(), {"--role", "citizen"});
    return words;
  }
  std::unique_ptr<cli::SocketSession> Connect(int node) const {
    const cli::DataPaths paths(data_of(node));
    auto session = cli::SocketSession::Connect(paths.socket(), cli::ReadLocalKey(paths).value());
    EXPECT_TRUE(session) << session.error().message;
    return session ? *std::move(session) : nullptr;
  }
  // At the brokers, by the `init` of one node more.
  void Publish(int node, const Words& packages) const {
    Words words = {"init", "--log", "kafka", "--submitters", data_of(0) + "/submitters", "--packages"};
    words.insert(words.end(), packages.begin(), packages.end());
    const Words brokers = Brokers();
    words.insert(words.end(), brokers.begin(), brokers.end());
    const Finished made = At(node, words);
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  // `settings`: more of what the nodes' connections are told.
  void ExpectMovesAtOnceFromWhoRetires(const std::string& settings);
  // Until each partition that the node does not own has a store there which lacks nothing.
  void AwaitStandby(int node) const {
    const auto session = Connect(node);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    for (;;) {
      const auto status = session->EngineStatus();
      ASSERT_TRUE(status) << status.error().message;
      int kept = 0;
      int behind = 0;
      for (const auto& partition : status->partitions()) {
        if (!partition.has_standby()) continue;
        ++kept;
        if (partition.standby() < partition.end()) ++behind;
      }
      if (kept == 2 && behind == 0) return;
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << status->DebugString();
    }
  }
  // All partitions answer this node.
  void ExpectAllAnswer(int node) const {
    for (int i = 0; i < kOverAllPartitions && !HasFailure(); ++i) {
      EXPECT_EQ(JsonAt(node, Submission())["accepted"], true);
    }
  }
};

void KafkaRecoveryTest::ExpectMovesAtOnceFromWhoRetires(const std::string& settings) {
  MakeTopics(4);
  InitNode(0);
  InitNode(1);
  // Longer than this test may take: only who leaves in so many words is missed before.
  WriteFile(root() + "/kafka.settings", "session.timeout.ms=280000\n" + settings);
  const auto first = StartNode(0, {"--kafka-settings", root() + "/kafka.settings"});
  const auto second = StartNode(1, {"--kafka-settings", root() + "/kafka.settings"});
  ExpectAllAnswer(0);
  const auto retired = JsonAt(0, {"retire"});
  EXPECT_EQ(retired["retired"], true);
  EXPECT_EQ(retired["node"], "node-0");
  const Finished ended = first->Finish();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  ExpectAllAnswer(1);
  // It is gone already, and may come back.
  const Finished again = At(0, {"retire"});
  EXPECT_EQ(again.exit_code, 4);
  EXPECT_THAT(again.err, HasSubstr("the node does not run"));
  const auto back = StartNode(0, {"--kafka-settings", root() + "/kafka.settings"});
  ExpectAllAnswer(0);
  StopService(*second);
  StopService(*back);
  for (int node : {0, 1}) EXPECT_EQ(JsonAt(node, {"replay", "--verify"})["verified"], true) << node;
}

TEST_F(KafkaRecoveryTest, WhatARetiredNodeOwnedMovesAtOnce) { ExpectMovesAtOnceFromWhoRetires(""); }

TEST_F(KafkaRecoveryTest, WhatARetiredNodeOwnedMovesAtOnceCooperativelyToo) {
  ExpectMovesAtOnceFromWhoRetires("partition.assignment.strategy=cooperative-sticky\n");
}

TEST_F(KafkaRecoveryTest, ANewNodeStartsFromTheSnapshotOfAnother) {
  MakeTopics(2);
  InitNode(0);
  InitNode(1);
  const auto first = StartNode(0);
  const std::string before = JsonAt(0, Submission())["reference"];
  // Of the running node, whose stores are written meanwhile. Its two streams may still be sharing the partitions out.
  const std::string snapshot = root() + "/snapshot";
  const auto taken = JsonAt(0, {"snapshot", snapshot, "--wait", "60"});
  EXPECT_EQ(taken["parts"].size(), 3U) << taken;
  EXPECT_EQ(taken["log"]["topic_prefix"], topic_prefix());
  const std::string after = JsonAt(0, Submission())["reference"];
  StopService(*first);
  const auto second = StartNode(1, {"--from-snapshot", snapshot});
  for (const std::string& reference : {before, after}) {
    EXPECT_EQ(JsonAt(1, {"act", reference, "register", "--as", "clerk1"})["accepted"], true);
    EXPECT_EQ(JsonAt(1, {"show", reference})["stage"], "assigned");
  }
  second->Signal(SIGTERM);
  const Finished ended = second->Finish();
  EXPECT_EQ(ended.exit_code, 0);
  for (const char* part : {"/state/p0", "/state/p1", "/views"}) {
    EXPECT_THAT(ended.err, HasSubstr(data_of(1) + part + ": taken from the snapshot of"));
  }
  EXPECT_EQ(JsonAt(1, {"replay", "--verify"})["verified"], true);

  // Of topics that are not the snapshot's.
  const Finished other = At(2, {"run", "--log", "kafka", "--brokers", bootstrap(), "--topic-prefix", topic_prefix(),
                                "--from-snapshot", root() + "/nowhere"});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(other.err, HasSubstr("no snapshot, or one that was never finished"));
}

TEST_F(KafkaRecoveryTest, ASnapshotThatIsAheadOfTheLogEndsTheServiceAndIsNotWaitedFor) {
  MakeTopics(1);
  InitNode(0);
  InitNode(1);
  const std::string snapshot = root() + "/snapshot";
  {
    const auto node = StartNode(0);
    JsonAt(0, Submission());
    JsonAt(0, {"snapshot", snapshot});
    StopService(*node);
  }
  // Somebody made the topic of events anew.
  const auto deleted = (*KafkaBroker::Instance())->Delete(topic_prefix() + "events");
  ASSERT_TRUE(deleted) << deleted.error().message;
  MakeTopics(1);
  const Finished ended = At(1, {"run", "--from-snapshot", snapshot});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("the snapshot is ahead of it. Restore the log first"));
  EXPECT_FALSE(std::filesystem::exists(data_of(1) + "/state/p0"));
}

TEST_F(KafkaRecoveryTest, ASnapshotOfHalfTheLogIsNotTakenForAWholeOne) {
  MakeTopics(4);
  InitNode(0);
  InitNode(1);
  auto first = StartNode(0);
  const auto second = StartNode(1);
  // Once the second holds something, the first does not hold all.
  size_t parts = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  for (int i = 0; parts < 2 && std::chrono::steady_clock::now() < deadline; ++i) {
    parts = JsonAt(1, {"snapshot", root() + "/part-" + std::to_string(i), "--partial"})["parts"].size();
  }
  EXPECT_GE(parts, 2U);
  EXPECT_LT(parts, 5U);
  const std::string snapshot = root() + "/snapshot";
  const Finished refused = At(0, {"snapshot", snapshot, "--wait", "0"});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("this node has no store of partition"), HasSubstr("--standby")));
  EXPECT_FALSE(std::filesystem::exists(snapshot));
  // It waits while the other one leaves.
  auto waiting = std::async(std::launch::async, [&] { return JsonAt(0, {"snapshot", snapshot, "--wait", "60"}); });
  JsonAt(1, {"retire"});
  EXPECT_EQ(waiting.get()["parts"].size(), 5U);
  EXPECT_EQ(second->Finish().exit_code, 0);
  StopService(*first);
}

TEST_F(KafkaRecoveryTest, AVersionThatIsMissingStopsItsPartitionUntilItIsPublished) {
  MakeTopics(1);
  InitNode(0);
  Load load(1);
  const core::Command submit = load.Submission();
  {
    const auto node = StartNode(0);
    const auto accepted = Connect(0)->commands().Execute(submit);
    ASSERT_TRUE(accepted) << accepted.error().message;
    ASSERT_TRUE(accepted->accepted());
    StopService(*node);
  }
  // Somebody made the topic of definitions anew, without the workflow.
  const auto deleted = (*KafkaBroker::Instance())->Delete(topic_prefix() + "definitions");
  ASSERT_TRUE(deleted) << deleted.error().message;
  MakeTopics(1);
  Publish(1, {"workflows/calendars/kosovo", "workflows/tenants/prishtine", "workflows/tenants/mlga",
              "workflows/tzdata/2025b"});
  const auto node = StartNode(0, {"--metrics-port", "0"});
  const int port = MetricsPortIn(node->error_text());
  CommandBook book;
  core::Command act = submit;
  act.command_id = core::CommandId("register");
  act.received_at.reset();
  act.payload = core::TakeAction{core::ActionId("register"), {}, {}};
  const auto session = Connect(0);
  ASSERT_TRUE(book.Ask(session->commands(), book.Add(act)));
  ASSERT_TRUE(
      node->WaitForError("stands still until it is published: case " + act.case_id.str() + " needs issue-report@"));
  EXPECT_THAT(At(0, {"doctor"}).out, HasSubstr("partition 0 stands still"));
  EXPECT_EQ(Scrape(port).at("rasti_partition_halted{partition=\"0\"}"), 1);
  const HttpAnswer halted = HttpGet(port, "/health/ready");
  EXPECT_EQ(halted.status, 503);
  EXPECT_THAT(halted.body, HasSubstr("partition 0 stands still until it is published: case " + act.case_id.str()));
  EXPECT_EQ(HttpGet(port, "/health/live").status, 200) << "to start it again would not help";
  EXPECT_EQ(book.answers(), 0);
  Publish(2, {"workflows/issue-report"});
  ASSERT_TRUE(node->WaitForError("partition 0 goes on"));
  const Metrics after = ScrapeUntil(port, [](const Metrics& metrics) { return metrics.at("rasti_ready") == 1; });
  EXPECT_EQ(after.Sum("rasti_partition_halted"), 0);
  book.WaitUntilNothingIsUnderWay();
  ASSERT_EQ(book.answers(), 1);
  const codec::CommandResult& answer = *book.entries().front().answer;
  EXPECT_TRUE(answer.accepted()) << std::get<core::Rejection>(answer.outcome).message;
  EXPECT_EQ(JsonAt(0, {"show", act.case_id.str()})["stage"], "assigned");
  StopService(*node);
}

TEST_F(KafkaRecoveryTest, AVersionThatNotEveryNodeCanKnowInTimeIsRefusedOrHeldBack) {
  MakeTopics(1);
  InitNode(0);
  const auto node = StartNode(0);
  const ports::SystemClock clock;
  const Finished near =
      At(0, {"publish", "workflows/tenants/prizren", "--effective-from", FormatInstant(clock.Now() + seconds(1))});
  EXPECT_EQ(near.exit_code, 2);
  EXPECT_THAT(near.err, AllOf(HasSubstr("too near for everybody who decides to know it by then"), HasSubstr("give 2")));
  // Whoever asks the node itself is told the same.
  const auto scan = cli::ScanPackages({"workflows/tenants/prizren"}, {});
  ASSERT_TRUE(scan);
  const auto session = Connect(0);
  const Instant soon = clock.Now() + seconds(1);
  const auto refused = session->Publish(cli::ToPublish(*scan, soon, clock.Now()));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("is too near for every node to know it by then"), HasSubstr("or later would be right")));

  // Past all nodes, at the brokers: by their clock it comes into force later than it says.
  log::KafkaLogOptions options;
  options.brokers = bootstrap();
  options.topic_prefix = topic_prefix();
  const auto brokers = log::KafkaEventLog::Open(options);
  ASSERT_TRUE(brokers) << brokers.error().message;
  const auto packages = cli::ToPublish(*scan, clock.Now() + seconds(1), clock.Now());
  ASSERT_TRUE((*brokers)->Publish(packages.front().Key(), codec::EncodePackage(packages.front())));
  const auto known = session->Packages();
  ASSERT_TRUE(known) << known.error().message;
  const auto held = std::ranges::find(*known, packages.front().Key(), &codec::PublishedPackage::Key);
  ASSERT_NE(held, known->end());
  EXPECT_GT(held->effective_from, packages.front().effective_from + seconds(3));
  EXPECT_LT(held->effective_from, packages.front().effective_from + minutes(1));
  StopService(*node);
}

TEST_F(KafkaRecoveryTest, AStandbyTakesOverWithTheStoresThatItKept) {
  MakeTopics(4);
  InitNode(0);
  InitNode(1);
  WriteFile(root() + "/kafka.settings", "session.timeout.ms=3000\ntransaction.timeout.ms=3000\n");
  const Words more = {"--standby", "--kafka-settings", root() + "/kafka.settings"};
  const auto first = StartNode(0, more);
  ExpectAllAnswer(0);
  const auto second = StartNode(1, more);
  for (int round = 0; round < 3; ++round) {
    ExpectAllAnswer(round % 2);
    AwaitStandby(0);
    AwaitStandby(1);
  }
  first->Signal(SIGKILL);
  EXPECT_EQ(first->Finish().signal, SIGKILL);
  ExpectAllAnswer(1);
  const auto back = StartNode(0, more);
  ExpectAllAnswer(0);
  StopService(*second);
  ExpectAllAnswer(0);
  StopService(*back);
  for (int node : {0, 1}) EXPECT_EQ(JsonAt(node, {"replay", "--verify"})["verified"], true) << node;
}

TEST_F(KafkaRecoveryTest, ADirectoryWithItsOwnLogCannotBeRetired) {
  Init();
  ExpectRefusal({"retire"}, 2, {"nobody else can take it over; end `rasti run` with SIGTERM"});
}

}  // namespace
}  // namespace rasti::test
