// The channel of a submitter at brokers that answer with errors.
#include "engine/log/kafka/submit_channel.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "engine/log/kafka/mock_log_for_test.h"

namespace rasti::log::kafka {
namespace {

class SubmitChannelTest : public MockLogTest {
 protected:
  void SetUp() override {
    options_.answer_timeout = kLong;
    MockLogTest::SetUp();
  }
  std::future<Result<std::string>> Submit(SubmitChannel& channel) {
    auto promise = std::make_shared<std::promise<Result<std::string>>>();
    auto answer = promise->get_future();
    const Status sent = channel.Submit(std::string(16, 'k'), "command", [promise](Result<std::string> result) {
      promise->set_value(std::move(result));
    });
    EXPECT_TRUE(sent) << sent.error().message;
    return answer;
  }
};

TEST_F(SubmitChannelTest, ResultsAreReadOnWhereTheirPositionIsGone) {
  const auto channel = SubmitChannel::Start(core_);
  ASSERT_TRUE(channel) << channel.error().message;
  auto first = Submit(**channel);
  ASSERT_TRUE(WriteAlone(core_->names().results, "one", {{kAnswersHeader, "0"}}));
  EXPECT_EQ(first.get().value(), "one");

  broker_.Answer(kFetch, {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE});
  const auto deadline = std::chrono::steady_clock::now() + kLong;
  while (broker_.left(kFetch) > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_EQ(broker_.left(kFetch), 0U);
  auto second = Submit(**channel);
  ASSERT_TRUE(WriteAlone(core_->names().results, "two", {{kAnswersHeader, "1"}}));
  EXPECT_EQ(second.get().value(), "two");
}

}  // namespace
}  // namespace rasti::log::kafka
