// The drill: a service under load is backed up twice, killed with -9, and its directory is lost. What was acknowledged
// before the last backup began is there again, the clients ask again for what came later, and work goes on.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "engine/log/embedded_event_log.h"
#include "tests/end_to_end/audit.h"
#include "tests/end_to_end/command_book.h"
#include "tests/end_to_end/load.h"
#include "tests/end_to_end/rasti_fixture.h"
#include "tools/rasti/data_directory.h"
#include "tools/rasti/node_clock.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;

constexpr int64_t kSomeAnswers = 300;

class RestoreDrillTest : public RastiTest {
 protected:
  std::string backups() const { return root() + "/backups"; }

  std::unique_ptr<cli::SocketSession> Connect() const {
    const std::string key = cli::ReadLocalKey(cli::DataPaths(data())).value();
    auto session = cli::SocketSession::Connect(data() + "/rasti.sock", key);
    EXPECT_TRUE(session) << session.error().message;
    return *std::move(session);
  }
  static void AskOnAndOn(CommandBook& book, Load& load, client::CommandClient& service) {
    while (book.Ask(service, book.Add(load.Next(book)))) {
    }
  }
  // Waits for so many more answers than there are.
  static void LetItWork(CommandBook& book) { book.WaitForAnswers(book.answers() + kSomeAnswers, minutes(2)); }
};

TEST_F(RestoreDrillTest, WhatWasAcknowledgedBeforeTheBackupComesBackAndWorkGoesOn) {
  Init();
  const uint64_t seed = std::random_device()();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  Load load(seed);
  CommandBook book;
  std::vector<CommandBook::Entry> safe;  // acknowledged before the second backup began
  {
    const auto service = StartService();
    const auto session = Connect();
    book.StartRound();
    std::thread asking([&] { AskOnAndOn(book, load, session->commands()); });
    LetItWork(book);
    const auto first = Json({"backup", backups()});
    EXPECT_EQ(first["backup"], 1);
    LetItWork(book);
    safe = book.Accepted();
    const auto second = Json({"backup", backups()});
    EXPECT_EQ(second["backup"], 2);
    EXPECT_GT(second["events"], first["events"]);
    EXPECT_LT(second["new_bytes"], second["bytes"]);
    // The service worked all the while, and goes on.
    LetItWork(book);
    EXPECT_GT(book.Accepted().size(), safe.size());
    service->Signal(SIGKILL);
    book.Kill();
    asking.join();
    EXPECT_EQ(service->Finish().signal, SIGKILL);
    book.WaitUntilNothingIsUnderWay();
  }
  ASSERT_GT(safe.size(), 100U);
  fs::remove_all(data());

  EXPECT_EQ(Json({"backup", "verify", backups()})["verified"].size(), 2U);
  const auto restored = Json({"restore", backups()});
  EXPECT_EQ(restored["backup"], 2);
  EXPECT_EQ(Json({"doctor"})["healthy"], true);
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);

  CommandBook again;
  again.StartRound();
  const auto service = StartService();
  auto session = Connect();
  for (const CommandBook::Entry& entry : safe) ASSERT_TRUE(again.Ask(session->commands(), again.Add(entry.command)));
  again.WaitUntilNothingIsUnderWay();
  for (size_t i = 0; i < safe.size(); ++i) {
    EXPECT_EQ(again.entries()[i].answer, safe[i].answer) << safe[i].command.command_id.str();
  }
  // What the clients were told of later, and what they were told nothing of: it happens now, once.
  std::set<std::pair<core::CaseId, std::string>> known;
  for (const CommandBook::Entry& entry : safe) known.emplace(entry.command.case_id, entry.command.command_id.str());
  for (const CommandBook::Entry& entry : book.entries()) {
    if (known.contains({entry.command.case_id, entry.command.command_id.str()})) continue;
    ASSERT_TRUE(again.Ask(session->commands(), again.Add(entry.command)));
  }
  again.WaitUntilNothingIsUnderWay();
  EXPECT_EQ(again.size(), book.size());
  EXPECT_TRUE(again.Unanswered().empty());
  std::thread asking([&] { AskOnAndOn(again, load, session->commands()); });
  LetItWork(again);
  again.Kill();
  asking.join();
  again.WaitUntilNothingIsUnderWay();
  // The next backup goes on where the restored one ended.
  EXPECT_EQ(Json({"backup", backups(), "--keep", "1"})["deleted"], nlohmann::json::array({1, 2}));
  const Instant settled_at = ports::SystemClock().Now();
  ASSERT_TRUE(session->Settle(minutes(1)));
  session.reset();
  StopService(*service);

  const cli::NodeClock clock;
  {
    const auto log = log::EmbeddedEventLog::Open({.directory = cli::DataPaths(data()).log(), .read_only = true}, clock);
    ASSERT_TRUE(log) << log.error().message;
    const Audit audit(again.entries(), **log, settled_at);
    audit.Expect();
    std::printf("%zu acknowledged before the backup, %zu commands asked, %lld events\n", safe.size(), again.size(),
                static_cast<long long>(audit.events()));
  }
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
}

}  // namespace
}  // namespace rasti::test
