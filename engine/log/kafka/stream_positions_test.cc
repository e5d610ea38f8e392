// Where a stream begins when the position that the group has is of no use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "engine/log/kafka/mock_log_for_test.h"

namespace rasti::log::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class StreamPositionsTest : public MockLogTest {
 protected:
  void WriteCommands(int count, const std::string& value = "command", const Headers& headers = {}) {
    for (int i = 0; i < count; ++i) {
      const Status written = WriteAlone("m.commands", value, headers);
      ASSERT_TRUE(written) << written.error().message;
    }
  }
  /// As the last of the log says: so far its inputs were decided.
  void WriteEvent(const ports::InputPositions& next) {
    const Status written = WriteAlone("m.events", "event", {{kSequenceHeader, "0"}, {kInputHeader, InputHeader(next)}});
    ASSERT_TRUE(written) << written.error().message;
  }
  /// As somebody who sets the group's positions by hand.
  Status CommitByHand(const ports::InputPositions& next) {
    RASTI_TRY(Conf conf, MakeConf({{"bootstrap.servers", options_.brokers}, {"group.id", options_.group}}));
    RASTI_TRY(const Client member, MakeClient(RD_KAFKA_CONSUMER, std::move(conf)));
    const PartitionList list(rd_kafka_topic_partition_list_new(2));
    rd_kafka_topic_partition_list_add(list.get(), "m.commands", 0)->offset = next.commands;
    rd_kafka_topic_partition_list_add(list.get(), "m.followups", 0)->offset = next.follow_ups;
    const auto code = rd_kafka_commit(member.get(), list.get(), /*async=*/0);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "committing by hand"));
    return {};
  }
  /// Where a stream begins then.
  Result<ports::InputPositions> BeginAfter(const ports::InputPositions& committed) {
    RASTI_CHECKED(CommitByHand(committed));
    RASTI_CHECKED(OpenStream());
    return stream_->Committed(kPartition);
  }
};

TEST_F(StreamPositionsTest, OneThatIsKeptIsTaken) {
  WriteCommands(5);
  WriteEvent({.commands = 1, .follow_ups = 0});
  const auto begin = BeginAfter({.commands = 2, .follow_ups = 0});
  ASSERT_TRUE(begin) << begin.error().message;
  EXPECT_EQ(*begin, (ports::InputPositions{.commands = 2, .follow_ups = 0}));
}

TEST_F(StreamPositionsTest, OneBeyondTheEndIsFoundAgainInTheEvents) {
  WriteCommands(5);
  WriteEvent({.commands = 3, .follow_ups = 0});
  const auto begin = BeginAfter({.commands = 1'000'000, .follow_ups = 0});
  ASSERT_TRUE(begin) << begin.error().message;
  EXPECT_EQ(*begin, (ports::InputPositions{.commands = 3, .follow_ups = 0}));
  // And goes on from there.
  const auto rest = stream_->Poll(10, kLong);
  ASSERT_TRUE(rest) << rest.error().message;
  ASSERT_FALSE(rest->empty());
  EXPECT_EQ(rest->front().position, 3);
}

TEST_F(StreamPositionsTest, OneBeforeTheBeginningIsFoundAgainInTheEvents) {
  // More than the mock cluster keeps of a partition (5 MiB), and nothing that would shrink.
  std::mt19937 random(1);
  std::string large(1'000'000, '\0');
  for (char& byte : large) byte = static_cast<char>(random());
  WriteCommands(8, large);
  WriteEvent({.commands = 7, .follow_ups = 0});
  const auto kept = core_->Stable("m.commands", kPartition.value);
  ASSERT_TRUE(kept) << kept.error().message;
  ASSERT_GT(kept->begin, 0);
  const auto begin = BeginAfter({.commands = 0, .follow_ups = 0});
  ASSERT_TRUE(begin) << begin.error().message;
  EXPECT_EQ(*begin, (ports::InputPositions{.commands = 7, .follow_ups = 0}));
}

TEST_F(StreamPositionsTest, InputThatWasDecidedAndIsGoneIsSaid) {
  WriteCommands(2);
  WriteEvent({.commands = 4, .follow_ups = 0});
  const auto refused = BeginAfter({.commands = 4, .follow_ups = 0});
  ASSERT_FALSE(refused) << "new commands would be taken for decided";
  // Trying again would not help.
  EXPECT_EQ(refused.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("m.commands-0 ends at offset 2"), HasSubstr("decided up to 4"), HasSubstr(kMarkHeader)));
  // The remedy that it names.
  WriteCommands(2, "", {{kMarkHeader, "by hand/0"}});
  const Status mended = OpenStream();
  ASSERT_TRUE(mended) << mended.error().message;
  EXPECT_EQ(*stream_->Committed(kPartition), (ports::InputPositions{.commands = 4, .follow_ups = 0}));
}

}  // namespace
}  // namespace rasti::log::kafka
