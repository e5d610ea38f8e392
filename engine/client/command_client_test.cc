#include "engine/client/command_client.h"

#include <gmock/gmock.h>

#include <mutex>

#include "engine/codec/command_codec.h"

namespace rasti::client {
namespace {

using ports::ResultCallback;
using std::chrono::milliseconds;

constexpr const char* kKey = "0123456789abcdef0123456789abcdef";

core::Command SomeCommand() {
  core::Command command;
  command.command_id = core::CommandId("c-1");
  command.case_id = core::CaseIdFromKey(core::TenantId("prishtine"), "a case");
  command.tenant = core::TenantId("prishtine");
  command.actor = {core::ActorId("a"), core::Role("officer")};
  command.payload = core::ReleaseCase{"sick"};
  return command;
}

std::string AcceptedResult(const core::Command& command) {
  codec::CommandResult result;
  result.command_id = command.command_id;
  result.case_id = command.case_id;
  result.outcome = codec::Accepted{core::Revision{4}, core::Revision{5}, {core::PartitionId{1}, core::Sequence{9}}};
  return codec::EncodeResult(result);
}

// Answers attempt n with the n-th script: an error of Submit, an answer, or silence.
class ScriptedChannel : public ports::CommandChannel {
 public:
  using Script = std::function<Status(ResultCallback)>;
  explicit ScriptedChannel(std::vector<Script> scripts) : scripts_(std::move(scripts)) {}

  Status Submit(std::string, std::string record, ResultCallback done) override {
    records.push_back(std::move(record));
    if (records.size() > scripts_.size()) return Fail(ErrorCode::kUnavailable, "nothing runs");
    return scripts_[records.size() - 1](std::move(done));
  }

  std::vector<std::string> records;

 private:
  std::vector<Script> scripts_;
};

ScriptedChannel::Script Answer(const Result<std::string>& answer) {
  return [answer](const ResultCallback& done) -> Status {
    done(answer);
    return {};
  };
}
ScriptedChannel::Script Silence() {
  return [](const ResultCallback&) -> Status { return {}; };
}

ClientOptions Quick(int attempts = 3) {
  ClientOptions options;
  options.submitter = core::SubmitterId("local");
  options.key_id = "k1";
  options.key = kKey;
  options.wait = milliseconds(5);
  options.attempts_most = attempts;
  options.pause_first = milliseconds(1);
  return options;
}

TEST(CommandClientTest, SignsWithTheSubmittersKeyAndReadsTheResult) {
  ScriptedChannel channel({Answer(AcceptedResult(SomeCommand()))});
  CommandClient client(channel, Quick());
  const auto result = client.Execute(SomeCommand());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->accepted());
  const auto record = codec::DecodeSigned(channel.records.at(0));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->key_id, "k1");
  EXPECT_TRUE(codec::VerifyMac(*record, kKey));
  EXPECT_EQ(codec::DecodeCommand(record->body)->submitter, core::SubmitterId("local"));
}

TEST(CommandClientTest, TriesAgainWithTheSameBytesWhereTheOutcomeIsUnknown) {
  ScriptedChannel channel(
      {Silence(), Answer(Fail(ErrorCode::kUnavailable, "closing")), Answer(AcceptedResult(SomeCommand()))});
  CommandClient client(channel, Quick());
  ASSERT_TRUE(client.Execute(SomeCommand()));
  ASSERT_EQ(channel.records.size(), 3u);
  EXPECT_EQ(channel.records[0], channel.records[1]);
  EXPECT_EQ(channel.records[0], channel.records[2]);
}

TEST(CommandClientTest, GivesUpAfterTheLastAttemptAndSaysHowToGoOn) {
  ScriptedChannel channel({Silence(), Silence()});
  CommandClient client(channel, Quick(2));
  const auto result = client.Execute(SomeCommand());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTimedOut);
  EXPECT_THAT(result.error().message, testing::HasSubstr("'c-1'"));
  EXPECT_EQ(channel.records.size(), 2u);
}

TEST(CommandClientTest, DoesNotRepeatWhatCannotSucceed) {
  ScriptedChannel channel({Answer(Fail(ErrorCode::kNoSpace, "disk full"))});
  CommandClient client(channel, Quick());
  const auto result = client.Execute(SomeCommand());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(channel.records.size(), 1u);
}

TEST(CommandClientTest, AWaitEndsWhenNobodyIsLeftToAnswer) {
  ScriptedChannel channel({Silence()});
  ClientOptions options = Quick();
  options.wait = std::chrono::hours(1);
  options.alive = [] { return Status(Fail(ErrorCode::kNoSpace, "the engine stopped: disk full")); };
  CommandClient client(channel, options);
  const auto result = client.Execute(SomeCommand());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNoSpace);
}

TEST(CommandClientTest, RefusesACommandThatIsLargerThanARecord) {
  ScriptedChannel channel({});
  CommandClient client(channel, Quick());
  core::Command command = SomeCommand();
  command.payload = core::ReleaseCase{std::string(codec::kCommandBytesMost, 'x')};
  const auto result = client.Execute(command);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(channel.records.empty());
}

TEST(CommandClientTest, StartHandsTheResultOn) {
  ScriptedChannel channel({Answer(AcceptedResult(SomeCommand()))});
  CommandClient client(channel, Quick());
  std::optional<Result<codec::CommandResult>> got;
  ASSERT_TRUE(client.Start(SomeCommand(), [&](Result<codec::CommandResult> result) { got = std::move(result); }));
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->command_id, core::CommandId("c-1"));
}

}  // namespace
}  // namespace rasti::client
