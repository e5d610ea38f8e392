// An owner that was put out without knowing it writes nothing, whatever it has decided. Against a real broker.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/log/kafka_event_log.h"
#include "tests/conformance/event_log_steps.h"
#include "tests/support/kafka_broker.h"

namespace rasti::conformance {
namespace {

using log::KafkaEventLog;

constexpr PartitionId kPartition{0};

struct Node {
  std::unique_ptr<KafkaEventLog> log;
  Listener listener;
  std::unique_ptr<ports::LogStream> stream;

  ~Node() {
    stream.reset();
    log.reset();
  }
};

// What the first node has decided when it is put out: a command, or only what time did.
enum class Decided { kCommand, kTimersOnly };
// Whether it had begun to write that before.
enum class Begun { kBefore, kAfter };

class KafkaFencingTest : public testing::TestWithParam<std::tuple<Decided, Begun>> {
 protected:
  void SetUp() override {
    const auto broker = test::KafkaBroker::Instance();
    RASTI_ASSERT_OK(broker);
    static int number = 0;
    const std::string name = fmt::format("fencing-{}", ++number);
    options_.brokers = (*broker)->bootstrap();
    options_.topic_prefix = name + ".";
    options_.group = name;
    options_.static_membership = false;
    options_.session_timeout = Duration{3'000};
    options_.transaction_timeout = Duration{5'000};
    // One that does not poll is put out after this, which no client may set to less than the other.
    options_.client_settings["session.timeout.ms"] = "3000";
    options_.client_settings["max.poll.interval.ms"] = "3000";
    RASTI_ASSERT_OK(KafkaEventLog::CreateTopics(options_, 1, 1));
  }

  std::unique_ptr<Node> Open(const std::string& name) {
    options_.node = name;
    auto node = std::make_unique<Node>();
    auto log = KafkaEventLog::Open(options_);
    RASTI_EXPECT_OK(log);
    if (!log) return node;
    node->log = *std::move(log);
    auto stream = node->log->OpenStream(node->listener);
    RASTI_EXPECT_OK(stream);
    if (!stream) return node;
    node->stream = *std::move(stream);
    Settle({node->stream.get()}, {&node->listener}, 1);
    return node;
  }
  static Status Write(ports::LogStream& stream, const std::string& event,
                      const std::map<PartitionId, InputPositions>& next) {
    RASTI_CHECKED(stream.Begin());
    const InputPositions input = next.contains(kPartition) ? next.at(kPartition) : InputPositions();
    return stream.Append(Event(kPartition, 0, event, input));
  }

  // The first is put out by the second, which goes on from where everything stands.
  void PutOut(const std::string& first_name, const std::string& second_name) {
    const auto [decided, begun] = GetParam();
    const auto first = Open(first_name);
    ASSERT_FALSE(HasFailure());
    std::map<PartitionId, InputPositions> next;
    if (decided == Decided::kCommand) {
      RASTI_ASSERT_OK(first->log->Submit(KeyIn(kPartition, 1), "command", [](const Result<std::string>&) {}));
      const auto records = PollFor(*first->stream, 1);
      ASSERT_EQ(records.size(), 1U);
      next = Behind(*first->stream, records);
    }
    if (begun == Begun::kBefore) RASTI_ASSERT_OK(Write(*first->stream, "of the first", next));

    const auto second = Open(second_name);
    ASSERT_FALSE(HasFailure());
    if (decided == Decided::kCommand) {
      const auto again = PollFor(*second->stream, 1);
      ASSERT_EQ(again.size(), 1U);
      EXPECT_EQ(again.front().value, "command");
    }
    RASTI_ASSERT_OK(Write(*second->stream, "of the second", next));
    RASTI_ASSERT_OK(second->stream->Commit(next));

    Status late;
    if (begun == Begun::kAfter) late = Write(*first->stream, "of the first", next);
    if (late) late = first->stream->Commit(next);
    ASSERT_FALSE(late) << "it was put out";
    // Where the group knows it no more it decides afresh, and hears of its loss when it polls.
    const ErrorCode code = late.error().code;
    EXPECT_TRUE(code == ErrorCode::kFenced || code == ErrorCode::kAborted) << late.error().message;
    EXPECT_EQ(ReadAll(*second->log, kPartition), std::vector<std::string>{"of the second"});
    RASTI_EXPECT_OK(second->stream->Close());
  }

  log::KafkaLogOptions options_;
};

TEST_P(KafkaFencingTest, OneThatStoodStillForTooLong) { PutOut("first", "second"); }

TEST_P(KafkaFencingTest, OneWhoseNameAnotherTook) {
  options_.static_membership = true;
  PutOut("same", "same");
}

INSTANTIATE_TEST_SUITE_P(All, KafkaFencingTest,
                         testing::Combine(testing::Values(Decided::kCommand, Decided::kTimersOnly),
                                          testing::Values(Begun::kBefore, Begun::kAfter)));

}  // namespace
}  // namespace rasti::conformance
