// Kills `rasti run` with -9, again and again, at random instants of starting up, recovering and working under load:
// what was acknowledged is there, a repeated command finds its first answer, and no event is in the log twice.
#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "engine/codec/event_codec.h"
#include "engine/log/embedded_event_log.h"
#include "tests/end_to_end/command_book.h"
#include "tests/end_to_end/rasti_fixture.h"
#include "tests/support/nightly.h"
#include "tools/rasti/data_directory.h"
#include "tools/rasti/node_clock.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::test {
namespace {

using std::chrono::milliseconds;

// Of Prishtina's directory: clerk1 and roads.officer1.
constexpr const char* kClerk = "a5459050-b2fb-5905-a969-0e2c78511918";
constexpr const char* kOfficer = "93796807-0ae3-5fb1-9601-0500cdcb6354";

class Load {
 public:
  explicit Load(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  core::Command Next(const CommandBook& book) {
    core::Command command;
    command.command_id = core::CommandId("c" + std::to_string(++count_));
    command.tenant = core::TenantId("prishtine");
    command.actor = {core::ActorId(kClerk), core::Role("clerk")};
    const auto known = book.SomeCase(random_());
    const uint64_t kind = known ? Below(10) : 0;
    if (kind < 4) return Submit(std::move(command));
    command.case_id = *known;
    switch (kind) {
      case 4:
      case 5: command.payload = core::TakeAction{core::ActionId("register"), {}, {}}; break;
      case 6:
      case 7: {
        core::AssignCase assign;
        assign.to.queue = core::QueueId("waste");
        assign.reason = "round " + std::to_string(count_);
        command.payload = std::move(assign);
        break;
      }
      case 8:
        command.actor = {core::ActorId(kOfficer), core::Role("officer")};
        command.payload = core::ReleaseCase{"too much to do"};
        break;
      default: command.payload = core::MergeInto{book.SomeCase(random_()).value(), "the same hole"}; break;
    }
    return command;
  }

 private:
  core::Command Submit(core::Command command) {
    command.case_id = core::CaseIdFromKey(command.tenant, command.command_id.str());
    // Some were handed in on paper long ago: everything that their clocks hold falls due at once, beside the commands.
    if (Below(4) == 0) command.received_at = WallNow() - std::chrono::hours(24 * 90);
    core::SubmitCase submit;
    submit.workflow = core::WorkflowId("issue-report");
    submit.title = "Hole";
    submit.category = core::CategoryId("pothole");
    submit.channel = "portal";
    submit.form = R"({"description":"A deep hole there.","location":{"address":"Rruga B"}})";
    command.payload = std::move(submit);
    return command;
  }
  static Instant WallNow() { return cli::NodeClock().Now(); }

  std::mt19937_64 random_;
  int64_t count_ = 0;
};

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

  // False once there is no service to ask any more.
  bool Ask(cli::SocketSession& session, size_t entry) {
    if (!book_.Begin()) return false;
    const Status started = session.commands().Start(
        book_.CommandOf(entry),
        [this, entry](const Result<codec::CommandResult>& result) { book_.End(entry, result); });
    if (!started) book_.End(entry, Fail(started.error()));
    return started.has_value();
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
        alive = alive && Ask(*session, entry);
      }
      while (alive) {
        const size_t known = book_.size();
        const bool again = known > 0 && load.Below(10) == 0;
        alive = Ask(*session, again ? load.Below(known) : book_.Add(load.Next(book_)));
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

// Reads the log as an auditor would, beside what the clients noted down.
class Audit {
 public:
  Audit(const std::deque<CommandBook::Entry>& asked, const std::string& log_directory) {
    for (const CommandBook::Entry& entry : asked) Note(entry);
    cli::NodeClock clock;
    log::EmbeddedLogOptions options;
    options.directory = log_directory;
    options.read_only = true;
    auto log = log::EmbeddedEventLog::Open(options, clock);
    EXPECT_TRUE(log) << log.error().message;
    if (!log) return;
    for (int32_t p = 0; p < (*log)->partition_count(); ++p) ReadPartition(**log, {p});
  }

  void Run() {
    for (const auto& [key, accepted] : accepted_) {
      const auto found = made_.find(key);
      ASSERT_NE(found, made_.end()) << "lost: " << key.second << " of " << key.first.str();
      EXPECT_EQ(found->second.first, accepted.first_revision.value);
      EXPECT_EQ(found->second.last, accepted.last_revision.value);
      EXPECT_EQ(found->second.last_sequence, accepted.token.sequence.value);
    }
    for (const auto& [key, made] : made_) {
      EXPECT_EQ(made.events, made.last - made.first + 1) << "twice: " << key.second << " of " << key.first.str();
      if (asked_.contains(key)) {
        EXPECT_TRUE(accepted_.contains(key)) << "made, but never answered: " << key.second;
      }
    }
    EXPECT_EQ(once_.size(), once_events_) << "a breach, an escalation or a link happened twice";
    for (const auto& [id, open] : merges_open_) EXPECT_EQ(open, 0) << id.str() << " waits for the answer to its merge";
    EXPECT_GT(events_, 0);
  }
  int64_t events() const { return events_; }
  size_t accepted() const { return accepted_.size(); }
  size_t once() const { return once_events_; }

 private:
  using Key = std::pair<core::CaseId, std::string>;
  struct Made {
    int64_t first = 0;
    int64_t last = 0;
    int64_t events = 0;
    int64_t last_sequence = 0;
  };

  void Note(const CommandBook::Entry& entry) {
    const Key key(entry.command.case_id, entry.command.command_id.str());
    asked_.insert(key);
    if (!entry.answer || !entry.answer->accepted()) return;
    accepted_[key] = std::get<codec::Accepted>(entry.answer->outcome);
  }

  void ReadPartition(log::EmbeddedEventLog& log, core::PartitionId partition) {
    const int64_t end = log.EndSequence(partition).value().value;
    const auto reader = log.OpenReader(partition, core::Sequence{0}).value();
    for (int64_t next = 0; next < end;) {
      const auto batch = reader->Read(4096, Duration{0}).value();
      ASSERT_FALSE(batch.empty()) << "sequence " << next;
      for (const ports::StoredEvent& stored : batch) {
        const auto decoded = codec::DecodeEvent(stored.value);
        ASSERT_TRUE(decoded) << decoded.error().message;
        ASSERT_EQ(decoded->event.sequence.value, next++);
        See(decoded->event);
      }
    }
  }

  void See(const core::Event& event) {
    ++events_;
    const core::CaseId& id = event.ctx().case_id;
    if (event.ctx().command_id.view() != "timer" && event.ctx().command_id.view() != "replan") {
      Made& made = made_[{id, event.ctx().command_id.str()}];
      if (made.events++ == 0) made.first = event.revision.value;
      made.last = event.revision.value;
      made.last_sequence = event.sequence.value;
    }
    if (const auto* breached = std::get_if<core::DeadlineBreached>(&event.payload)) {
      Once(id, "breached " + breached->clock.str());
    } else if (const auto* escalated = std::get_if<core::CaseEscalated>(&event.payload)) {
      Once(id, "escalated " + escalated->clock.str() + " " + std::to_string(escalated->level));
    } else if (const auto* linked = std::get_if<core::DuplicateLinked>(&event.payload)) {
      Once(id, "linked " + linked->duplicate.str());
    } else if (std::holds_alternative<core::MergeRequested>(event.payload)) {
      ++merges_open_[id];
    } else if (std::holds_alternative<core::CaseMerged>(event.payload) ||
               std::holds_alternative<core::MergeRefused>(event.payload)) {
      --merges_open_[id];
    }
  }
  void Once(const core::CaseId& id, const std::string& what) {
    ++once_events_;
    once_.insert({id, what});
  }

  std::set<Key> asked_;
  std::map<Key, codec::Accepted> accepted_;
  std::map<Key, Made> made_;
  std::set<Key> once_;
  std::map<core::CaseId, int> merges_open_;
  size_t once_events_ = 0;
  int64_t events_ = 0;
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
  for (size_t entry = 0; entry < book_.size(); ++entry) ASSERT_TRUE(Ask(*session, entry));
  book_.WaitUntilNothingIsUnderWay();
  EXPECT_TRUE(book_.Unanswered().empty());
  EXPECT_EQ(book_.changed_answers(), 0);
  ASSERT_TRUE(session->Settle(std::chrono::minutes(1)));
  StopService(*service);

  Audit audit(book_.entries(), cli::DataPaths(data()).log());
  audit.Run();
  EXPECT_GT(audit.accepted(), book_.size() / 4);
  EXPECT_GT(audit.once(), 0u);
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
  std::printf("%d kills, %d of them under load; %zu commands asked, %zu accepted, %lld events\n", kills,
              kills_under_load_, book_.size(), audit.accepted(), static_cast<long long>(audit.events()));
}

}  // namespace
}  // namespace rasti::test
