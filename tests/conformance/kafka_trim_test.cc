// A log on Kafka deletes old input that was decided, and nothing else. Against a real broker.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "engine/log/kafka_event_log.h"
#include "tests/conformance/event_log_steps.h"
#include "tests/support/kafka_broker.h"

namespace rasti::conformance {
namespace {

using log::KafkaEventLog;
using log::KafkaTrim;
using testing::HasSubstr;

constexpr PartitionId kPartition{0};
constexpr Duration kAtOnce{1};
constexpr Duration kNever = std::chrono::hours(1);

Instant Now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// What the log told of its looks.
class Looks {
 public:
  struct Look {
    Instant at;
    KafkaTrim trim;
  };
  void Note(const KafkaTrim& trim) {
    const std::lock_guard lock(mutex_);
    looks_.push_back({Now(), trim});
    changed_.notify_all();
  }
  template <class Condition>
  bool Await(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kDeadline, [&] { return condition(looks_); });
  }
  bool AwaitMore(size_t count) {
    const size_t before = all().size();
    return Await([&](const auto& looks) { return looks.size() >= before + count; });
  }
  bool AwaitCommands(int64_t count) {
    return Await([&](const auto& looks) {
      int64_t sum = 0;
      for (const Look& look : looks) sum += look.trim.commands;
      return sum >= count;
    });
  }
  std::vector<Look> all() {
    const std::lock_guard lock(mutex_);
    return looks_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Look> looks_;
};

class KafkaTrimTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto broker = test::KafkaBroker::Instance();
    RASTI_ASSERT_OK(broker);
    broker_ = *broker;
    static int number = 0;
    const std::string name = fmt::format("trim-{}", ++number);
    options_.brokers = broker_->bootstrap();
    options_.topic_prefix = name + ".";
    options_.group = name;
    options_.static_membership = false;
    options_.session_timeout = Duration{3'000};
    options_.trim_every = Duration{50};
    options_.on_trim = [this](const KafkaTrim& trim) { looks_.Note(trim); };
    RASTI_ASSERT_OK(KafkaEventLog::CreateTopics(options_, 1, 1));
  }
  void Open(Duration keep_commands) {
    options_.keep_commands = keep_commands;
    auto log = KafkaEventLog::Open(options_);
    RASTI_ASSERT_OK(log);
    log_ = *std::move(log);
    listener_ = std::make_unique<Listener>();
    auto stream = log_->OpenStream(*listener_);
    RASTI_ASSERT_OK(stream);
    stream_ = *std::move(stream);
    Settle({stream_.get()}, {listener_.get()}, 1);
  }
  void Close() {
    RASTI_EXPECT_OK(stream_->Close());
    stream_.reset();
    RASTI_EXPECT_OK(log_->Close());
    log_.reset();
  }
  void TearDown() override {
    stream_.reset();
    log_.reset();
  }
  void Submit(int from, int to) {
    for (int i = from; i < to; ++i) {
      RASTI_EXPECT_OK(log_->Submit(KeyIn(kPartition, 1), fmt::format("c{}", i), [](const Result<std::string>&) {}));
    }
  }
  /// Takes so many commands and commits what `append` makes of each.
  template <class Make>
  std::vector<InputRecord> Decide(size_t count, Make append) {
    auto records = PollFor(*stream_, count);
    EXPECT_EQ(records.size(), count);
    RASTI_EXPECT_OK(stream_->Begin());
    for (const InputRecord& record : records) append(record);
    RASTI_EXPECT_OK(stream_->Commit(Behind(*stream_, records)));
    return records;
  }
  void AppendResult(const InputRecord& record) {
    ports::ResultOut result = ResultFor(record, "refused");
    result.input = {record.position + 1, 0};
    RASTI_EXPECT_OK(stream_->Append(std::move(result)));
  }
  static std::vector<std::string> ValuesOf(const std::vector<InputRecord>& records) {
    std::vector<std::string> values;
    values.reserve(records.size());
    for (const InputRecord& record : records) values.push_back(record.value);
    return values;
  }
  int64_t Begin(const std::string& topic) const { return broker_->Begin(options_.topic_prefix + topic, 0); }

  test::KafkaBroker* broker_ = nullptr;
  log::KafkaLogOptions options_;
  Looks looks_;  // outlives the log
  std::unique_ptr<KafkaEventLog> log_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<ports::LogStream> stream_;
};

TEST_F(KafkaTrimTest, WhatIsDecidedAndOldGoesAndWhatWaitsStays) {
  Open(kAtOnce);
  Submit(0, 10);
  Decide(6, [this](const InputRecord& record) { AppendResult(record); });
  ASSERT_TRUE(looks_.AwaitCommands(6));
  // Those that wait are as old.
  ASSERT_TRUE(looks_.AwaitMore(3));
  EXPECT_EQ(Begin("commands"), 6);
  Close();

  // Of another age, and with the next commands: what is young stays, though it is decided.
  Open(kNever);
  const auto rest = Decide(4, [this](const InputRecord& record) { AppendResult(record); });
  EXPECT_EQ(ValuesOf(rest), (std::vector<std::string>{"c6", "c7", "c8", "c9"}));
  ASSERT_TRUE(looks_.AwaitMore(3));
  EXPECT_EQ(Begin("commands"), 6);
  Close();

  // Of the age again: also where its owner since has decided nothing.
  Open(kAtOnce);
  ASSERT_TRUE(looks_.AwaitCommands(10));
  EXPECT_EQ(Begin("commands"), 10);
  for (const auto& look : looks_.all()) EXPECT_FALSE(look.trim.failure) << look.trim.failure->message;
}

TEST_F(KafkaTrimTest, FollowUpsGoAsCommandsDo) {
  Open(kAtOnce);
  Submit(0, 1);
  Decide(1, [this](const InputRecord& record) {
    AppendResult(record);
    RASTI_EXPECT_OK(stream_->Append(ports::FollowUpOut{record.key, "first"}));
    RASTI_EXPECT_OK(stream_->Append(ports::FollowUpOut{record.key, "second"}));
  });
  EXPECT_EQ(ValuesOf(Decide(1, [](const InputRecord&) {})), std::vector<std::string>{"first"});
  ASSERT_TRUE(looks_.Await([](const auto& looks) { return looks.back().trim.follow_ups == 1; }));
  EXPECT_EQ(Begin("followups"), 1);
  EXPECT_EQ(ValuesOf(Decide(1, [](const InputRecord&) {})), std::vector<std::string>{"second"});
}

TEST_F(KafkaTrimTest, NothingGoesBeforeItsAge) {
  const Duration age{2'000};
  Open(age);
  std::vector<Instant> taken_at;
  for (int i = 0; i < 20; ++i) {
    Submit(i, i + 1);
    const auto records = Decide(1, [this](const InputRecord& record) { AppendResult(record); });
    ASSERT_EQ(records.size(), 1U);
    taken_at.push_back(records.front().taken_at);
  }
  ASSERT_TRUE(looks_.AwaitCommands(20));
  size_t gone = 0;
  for (const auto& look : looks_.all()) {
    gone += static_cast<size_t>(look.trim.commands);
    ASSERT_LE(gone, taken_at.size());
    if (gone == 0) continue;
    EXPECT_GT(look.at - taken_at[gone - 1], age);
  }
}

TEST_F(KafkaTrimTest, ALostPositionIsFoundAgainBehindWhatIsGone) {
  Open(kAtOnce);
  // An event, and then what leaves neither event nor result: as refused commands whose results have expired.
  Submit(0, 6);
  const auto first = PollFor(*stream_, 1);
  RASTI_ASSERT_OK(stream_->Begin());
  RASTI_ASSERT_OK(stream_->Append(Event(kPartition, 0, "event", {1, 0})));
  RASTI_ASSERT_OK(stream_->Commit(Behind(*stream_, first)));
  Decide(5, [](const InputRecord&) {});
  ASSERT_TRUE(looks_.AwaitCommands(6));
  Close();

  options_.group += "-that-never-committed";
  Open(kAtOnce);
  const auto found = stream_->Committed(kPartition);
  RASTI_ASSERT_OK(found);
  EXPECT_EQ(*found, (InputPositions{6, 0}));
  Submit(6, 8);
  const auto next = Decide(2, [this](const InputRecord& record) { AppendResult(record); });
  EXPECT_EQ(ValuesOf(next), (std::vector<std::string>{"c6", "c7"}));
  Close();

  // And where what is written last lies behind it, there.
  options_.group += "-either";
  Open(kNever);
  const auto behind = stream_->Committed(kPartition);
  RASTI_ASSERT_OK(behind);
  EXPECT_EQ(*behind, (InputPositions{8, 0}));
}

TEST_F(KafkaTrimTest, WhereTheBrokersAreAwayItIsTriedAgain) {
  options_.request_timeout = Duration{1'000};
  Open(kAtOnce);
  Submit(0, 3);
  Decide(3, [this](const InputRecord& record) { AppendResult(record); });
  ASSERT_TRUE(looks_.AwaitCommands(3));
  Submit(3, 5);
  Decide(2, [this](const InputRecord& record) { AppendResult(record); });
  broker_->Pause();
  const bool failed = looks_.Await([](const auto& looks) {
    const auto& failure = looks.back().trim.failure;
    return failure && failure->code == ErrorCode::kUnavailable;
  });
  broker_->Resume();
  ASSERT_TRUE(failed);
  ASSERT_TRUE(looks_.AwaitCommands(5));
  EXPECT_EQ(Begin("commands"), 5);
}

TEST_F(KafkaTrimTest, ResultsHaveToBeKeptAsLong) {
  RASTI_ASSERT_OK(KafkaEventLog::CreateTopics(options_, 1, 1, std::chrono::minutes(30)));
  options_.keep_commands = kNever;
  const auto refused = KafkaEventLog::Open(options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(
      refused.error().message,
      HasSubstr(options_.topic_prefix + "results: results are kept for PT30M (retention.ms 1800000) and commands "
                                        "for PT1H"));
  EXPECT_THAT(refused.error().message,
              HasSubstr("rasti topics create --partitions 1 --replicas 1 --keep-results PT1H"));
  // Who deletes nothing does not mind.
  options_.keep_commands.reset();
  RASTI_EXPECT_OK(KafkaEventLog::Open(options_));
  RASTI_ASSERT_OK(KafkaEventLog::CreateTopics(options_, 1, 1, kNever));
  options_.keep_commands = kNever;
  RASTI_EXPECT_OK(KafkaEventLog::Open(options_));
  // Mending other settings leaves them.
  RASTI_ASSERT_OK(KafkaEventLog::CreateTopics(options_, 1, 1));
  RASTI_EXPECT_OK(KafkaEventLog::Open(options_));
}

}  // namespace
}  // namespace rasti::conformance
