// Who may speak, and what becomes of what the others write.
#include "engine/runtime/submitters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/codec/limits.h"
#include "engine/codec/result_codec.h"
#include "engine/runtime/partition.h"
#include "engine/runtime/sample_configuration_for_test.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_view_store.h"
#include "tests/support/sample_definition.h"

namespace rasti::runtime {
namespace {

using codec::DeadLetterReason;
using core::RejectionCode;
using testing::HasSubstr;
using testing::Not;
namespace people = test::people;

constexpr char kKey[] = "the key of the portal";

Submitters Registry(std::optional<privacy::PublicKey> key = {}) {
  return Submitters({{core::SubmitterId("portal"),
                      {{"k1", kKey}},
                      {core::TenantId("prishtine")},
                      {core::Role("citizen"), core::Role("officer")}}},
                    key);
}

core::Command Sample() {
  core::Command command = test::MakeCommand(test::SampleCaseId(1), "c1", people::Citizen(), test::SampleSubmit());
  command.submitter = core::SubmitterId("portal");
  return command;
}

std::string Sign(const core::Command& command, const std::string& key_id = "k1", const std::string& key = kKey) {
  return codec::EncodeSigned(codec::SignCommand(codec::EncodeCommand(command), key_id, key));
}

Refusal RefusalOf(const std::string& record) {
  const auto opened = Registry().Open(record);
  EXPECT_FALSE(opened);
  return opened ? Refusal() : opened.error();
}

void ExpectRefused(const std::string& record, DeadLetterReason reason, RejectionCode code) {
  const Refusal refusal = RefusalOf(record);
  EXPECT_EQ(codec::DeadLetterReasonName(refusal.reason), codec::DeadLetterReasonName(reason));
  EXPECT_EQ(refusal.rejection.code, code) << refusal.rejection.message;
  EXPECT_FALSE(refusal.rejection.message.empty());
}

TEST(Submitters, OpenWhatIsSignedByWhoMaySpeak) {
  const auto opened = Registry().Open(Sign(Sample()));
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, Sample());
}

TEST(Submitters, SayWhyTheyRefuse) {
  core::Command command = Sample();
  ExpectRefused(Sign(command, "k2"), DeadLetterReason::kWrongSignature, RejectionCode::kNotAuthenticated);
  ExpectRefused(Sign(command, "k1", "guessed"), DeadLetterReason::kWrongSignature, RejectionCode::kNotAuthenticated);
  ExpectRefused(codec::EncodeSigned({codec::EncodeCommand(command), "", ""}), DeadLetterReason::kUnsigned,
                RejectionCode::kMalformed);
  command.submitter = core::SubmitterId("open311");
  ExpectRefused(Sign(command), DeadLetterReason::kUnknownSubmitter, RejectionCode::kNotAuthenticated);
  command = Sample();
  command.actor = people::Mayor();
  ExpectRefused(Sign(command), DeadLetterReason::kRoleNotAllowed, RejectionCode::kRoleNotAllowed);
  command.actor = core::SystemActor();
  ExpectRefused(Sign(command), DeadLetterReason::kRoleNotAllowed, RejectionCode::kRoleNotAllowed);
  command = Sample();
  command.tenant = core::TenantId("gjakove");
  ExpectRefused(Sign(command), DeadLetterReason::kTenantNotAllowed, RejectionCode::kWrongTenant);
  command = Sample();
  command.command_id = core::CommandId("timer");
  ExpectRefused(Sign(command), DeadLetterReason::kMalformed, RejectionCode::kMalformed);
}

TEST(Submitters, SayWhatIsNoCommand) {
  for (const std::string& record : {std::string(), std::string("{\"json\": true}"), Sign(Sample()).substr(0, 40)}) {
    ExpectRefused(record, DeadLetterReason::kNotProtobuf, RejectionCode::kMalformed);
  }
  core::Command nameless = Sample();
  nameless.command_id = {};
  ExpectRefused(Sign(nameless), DeadLetterReason::kMalformed, RejectionCode::kMalformed);
  core::Command large = Sample();
  large.payload = core::ReleaseCase{std::string(codec::kCommandBytesMost, 'x')};
  ExpectRefused(Sign(large), DeadLetterReason::kTooLarge, RejectionCode::kTooLarge);
  EXPECT_EQ(RefusalOf(Sign(large)).command_id, core::CommandId("c1")) << "whoever waits for it is told";
  ExpectRefused(std::string(codec::kSignedBytesMost + 1, 'x'), DeadLetterReason::kTooLarge, RejectionCode::kTooLarge);
}

TEST(Submitters, RepeatNothingThatStrangersWriteButIds) {
  core::Command command = Sample();
  command.submitter = core::SubmitterId("someone@example.org");
  command.command_id = core::CommandId("born 1999-01-01");
  const Refusal refusal = RefusalOf(Sign(command));
  EXPECT_TRUE(refusal.submitter.empty());
  EXPECT_TRUE(refusal.command_id.empty());
  EXPECT_EQ(refusal.case_id, command.case_id);
  EXPECT_THAT(refusal.rejection.message, Not(HasSubstr("example.org")));
  command = Sample();
  command.actor.role = core::Role("someone@example.org");
  EXPECT_THAT(RefusalOf(Sign(command)).rejection.message, Not(HasSubstr("example.org")));
  command = Sample();
  command.tenant = core::TenantId("someone@example.org");
  EXPECT_THAT(RefusalOf(Sign(command)).rejection.message, Not(HasSubstr("example.org")));
  EXPECT_EQ(IdOrNothing(std::string(129, 'a')), "");
  EXPECT_EQ(IdOrNothing("import/2026-11.a_b:c"), "import/2026-11.a_b:c");
}

// Takes what a partition writes.
class CapturingStream final : public ports::LogStream {
 public:
  std::vector<ports::ResultOut> results;
  std::vector<ports::DeadLetterOut> letters;
  int others = 0;

  Result<std::vector<ports::InputRecord>> Poll(size_t, Duration) override { return std::vector<ports::InputRecord>(); }
  void Wake() override {}
  Result<ports::InputPositions> Committed(core::PartitionId) override { return ports::InputPositions(); }
  Result<ports::InputPositions> End(core::PartitionId) override { return ports::InputPositions(); }
  Result<bool> Passed(core::PartitionId, ports::InputPositions) override { return true; }
  Result<ports::InputMark> SetMark(core::PartitionId) override { return ports::InputMark(); }
  Result<std::optional<Instant>> PassedMark(core::PartitionId, const ports::InputMark&) override { return Instant(); }
  Status Rewind(core::PartitionId, ports::InputPositions) override { return {}; }
  Status SetPaused(core::PartitionId, bool) override { return {}; }
  Status Begin() override { return {}; }
  Status Append(ports::EventOut) override { return Count(); }
  Status Append(ports::ResultOut result) override {
    results.push_back(std::move(result));
    return {};
  }
  Status Append(ports::OutboxOut) override { return Count(); }
  Status Append(ports::FollowUpOut) override { return Count(); }
  Status Append(ports::DeadLetterOut letter) override {
    letters.push_back(std::move(letter));
    return {};
  }
  Status Commit(const std::map<core::PartitionId, ports::InputPositions>&) override { return {}; }
  Status Abort() override { return {}; }
  Status Close() override { return {}; }

 private:
  Status Count() {
    ++others;
    return {};
  }
};

class DeadLetterPartition : public testing::Test {
 protected:
  static constexpr int kPartitions = 4;

  // What the partition of that number writes about a record.
  codec::DeadLetter SetAside(const std::string& key, const std::string& value, core::PartitionId id,
                             ports::Input input = ports::Input::kCommands, bool has_key = true) {
    const Submitters registry = Registry(has_key ? std::optional(private_key_.public_key()) : std::nullopt);
    auto cases = CaseStore::Open(std::make_unique<test::MemoryViewStore>(CaseStore::Tables().size()), 100);
    Partition partition(id, *std::move(cases), registry, clock_, false, kPartitions);
    partition.Use(SampleConfiguration(world_));
    EXPECT_TRUE(partition.Handle({id, input, 17, clock_.Now(), key, value}));
    EXPECT_TRUE(partition.HasWork());
    EXPECT_EQ(input == ports::Input::kCommands ? partition.next_input().commands : partition.next_input().follow_ups,
              18);
    stream_ = std::make_unique<CapturingStream>();
    EXPECT_TRUE(partition.WriteTo(*stream_));
    EXPECT_EQ(stream_->others, 0) << "nothing happens to any case";
    EXPECT_EQ(stream_->letters.size(), 1U);
    partition.Install();
    EXPECT_EQ(partition.counters().dead_letters, 1);
    if (stream_->letters.empty()) return {};
    const auto record = codec::DecodeDeadLetterRecord(stream_->letters.front().value).value();
    return std::get<codec::DeadLetter>(record);
  }
  codec::CommandResult Answer() const { return codec::DecodeResult(stream_->results.at(0).value).value(); }

  const privacy::PrivateKey private_key_ = privacy::PrivateKey::Generate();
  test::SampleWorld world_;
  test::ManualClock clock_{test::SampleStart()};
  std::unique_ptr<CapturingStream> stream_;
};

TEST_F(DeadLetterPartition, KeepsTheRecordSealedAndAnswers) {
  const std::string value = Sign(Sample(), "k1", "guessed");
  const std::string key(Sample().case_id.uuid.AsBytes());
  const codec::DeadLetter letter = SetAside(key, value, {2});
  EXPECT_EQ(letter.id.str(), "2-17");
  EXPECT_EQ(letter.reason, "wrong_signature");
  EXPECT_EQ(letter.submitter, core::SubmitterId("portal"));
  EXPECT_EQ(letter.command_id, core::CommandId("c1"));
  EXPECT_EQ(letter.case_id, Sample().case_id);
  EXPECT_EQ(letter.taken_at, clock_.Now());
  EXPECT_EQ(letter.size, static_cast<int64_t>(value.size()));
  const auto plain = privacy::Open(letter.sealed, private_key_);
  ASSERT_TRUE(plain);
  EXPECT_EQ(codec::DecodeDeadLetterContent(*plain), (codec::DeadLetterContent{key, value}));
  EXPECT_THAT(stream_->letters.front().value, Not(HasSubstr("Pothole")));

  EXPECT_EQ(Answer().command_id, core::CommandId("c1"));
  EXPECT_EQ(std::get<core::Rejection>(Answer().outcome).code, RejectionCode::kNotAuthenticated);
  EXPECT_EQ(stream_->results.front().answers, 17);
}

TEST_F(DeadLetterPartition, TellsOfARecordThatItCannotKeep) {
  const codec::DeadLetter unsealed = SetAside("", "a stranger's words", {0}, ports::Input::kCommands, false);
  EXPECT_TRUE(unsealed.key_id.empty());
  EXPECT_TRUE(unsealed.sealed.empty());
  EXPECT_EQ(unsealed.reason, "not_protobuf");
  EXPECT_THAT(stream_->letters.front().value, Not(HasSubstr("words")));
  const codec::DeadLetter large = SetAside("", std::string(codec::kDeadLetterBytesMost + 1, 'x'), {0});
  EXPECT_TRUE(large.sealed.empty());
  EXPECT_EQ(large.reason, "too_large");
  EXPECT_EQ(large.size, static_cast<int64_t>(codec::kDeadLetterBytesMost + 1));
}

TEST_F(DeadLetterPartition, SetsAsideWhatLiesWhereItDoesNotBelong) {
  const std::string key(Sample().case_id.uuid.AsBytes());
  const core::PartitionId home = ports::PartitionOf(key, kPartitions);
  EXPECT_EQ(SetAside("another key", Sign(Sample()), home).reason, "wrong_key");
  EXPECT_TRUE(stream_->results.front().key == key) << "never the record's own";
  const core::PartitionId elsewhere{(home.value + 1) % kPartitions};
  const codec::DeadLetter letter = SetAside(key, Sign(Sample()), elsewhere);
  EXPECT_EQ(letter.reason, "wrong_partition");
  EXPECT_THAT(letter.message, HasSubstr("murmur2 over 4 partitions"));
}

TEST_F(DeadLetterPartition, SetsAsideWhatIsForNoTenant) {
  core::Command command = Sample();
  command.tenant = core::TenantId("gjakove");
  const Submitters all({{core::SubmitterId("portal"), {{"k1", kKey}}, {}, {}}});
  EXPECT_TRUE(all.Open(Sign(command)));
  const core::PartitionId home = ports::PartitionOf(command.case_id.uuid.AsBytes(), kPartitions);
  auto cases = CaseStore::Open(std::make_unique<test::MemoryViewStore>(CaseStore::Tables().size()), 100);
  Partition partition(home, *std::move(cases), all, clock_, false, kPartitions);
  partition.Use(SampleConfiguration(world_));
  ASSERT_TRUE(partition.Handle(
      {home, ports::Input::kCommands, 0, clock_.Now(), std::string(command.case_id.uuid.AsBytes()), Sign(command)}));
  CapturingStream stream;
  ASSERT_TRUE(partition.WriteTo(stream));
  ASSERT_EQ(stream.letters.size(), 1U);
  const auto record = codec::DecodeDeadLetterRecord(stream.letters.front().value).value();
  EXPECT_EQ(std::get<codec::DeadLetter>(record).reason, "unknown_tenant");
}

TEST_F(DeadLetterPartition, AFollowUpThatIsNoneStopsNothing) {
  const codec::DeadLetter letter = SetAside("", "noise", {1}, ports::Input::kFollowUps);
  EXPECT_EQ(letter.id.str(), "1-f17");
  EXPECT_TRUE(stream_->results.empty());
}

}  // namespace
}  // namespace rasti::runtime
