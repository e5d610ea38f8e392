#include "tools/rasti/import/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "engine/codec/command_codec.h"

namespace rasti::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kKey = "0123456789abcdef0123456789abcdef";

// Answers at once, as told for each command id; accepted where nothing is told.
class FakeEngine : public ports::CommandChannel {
 public:
  Status Submit(std::string, std::string record, ports::ResultCallback done) override {
    const auto command = codec::DecodeCommand(codec::DecodeSigned(record)->body);
    const std::string id = command->command_id.str();
    if (full > 0) {
      --full;
      return Fail(ErrorCode::kUnavailable, "the queue is full");
    }
    given.push_back(id);
    if (auto lost = aborted.find(id); lost != aborted.end() && lost->second > 0) {
      --lost->second;
      done(Fail(ErrorCode::kAborted, "undone"));
      return {};
    }
    codec::CommandResult result;
    result.command_id = command->command_id;
    result.case_id = command->case_id;
    result.outcome = codec::Accepted{core::Revision{1}, core::Revision{2}, {core::PartitionId{0}, core::Sequence{9}}};
    if (const auto refused = rejections.find(id); refused != rejections.end()) {
      result.outcome = core::Rejection{refused->second, "field", "why"};
    }
    done(codec::EncodeResult(result));
    return {};
  }

  int full = 0;
  std::map<std::string, int> aborted;
  std::map<std::string, core::RejectionCode> rejections;
  std::vector<std::string> given;
};

class ImportPipelineTest : public ::testing::Test {
 protected:
  ImportPipelineTest()
      : client_(engine_, {.submitter = core::SubmitterId("s"), .key_id = "k", .key = kKey, .alive = {}}) {}

  static ImportRow Row(const std::string& name, int commands) {
    ImportRow row;
    row.planned.id = core::CaseIdFromKey(core::TenantId("t"), name);
    for (int i = 0; i < commands; ++i) {
      core::Command command;
      command.command_id = core::CommandId(name + std::to_string(i));
      command.case_id = row.planned.id;
      command.tenant = core::TenantId("t");
      command.actor = {core::ActorId("a"), core::Role("importer")};
      command.payload = core::ReleaseCase{"x"};
      row.planned.commands.push_back(std::move(command));
    }
    return row;
  }
  ImportPipeline Pipeline(size_t rows_most = 2) {
    ImportPipeline::Options options;
    options.rows_most = rows_most;
    options.pause = std::chrono::milliseconds(1);
    return {client_, options, [this](const ImportRow& row) -> Status {
              (row.stopped() ? rejected_ : through_).push_back(row.planned.commands.front().command_id.str());
              return {};
            }};
  }

  FakeEngine engine_;
  client::CommandClient client_;
  std::vector<std::string> through_;
  std::vector<std::string> rejected_;
};

TEST_F(ImportPipelineTest, CommandsOfACaseGoOneAfterTheOther) {
  auto pipeline = Pipeline();
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(pipeline.Add(Row(name, 2)));
  ASSERT_TRUE(pipeline.Drain());
  EXPECT_THAT(through_, ::testing::UnorderedElementsAre("a0", "b0", "c0"));
  EXPECT_LT(std::ranges::find(engine_.given, "a0"), std::ranges::find(engine_.given, "a1"));
  EXPECT_EQ(engine_.given.size(), 6u);
}

TEST_F(ImportPipelineTest, NothingFollowsARejection) {
  engine_.rejections["a1"] = core::RejectionCode::kGuardFalse;
  auto pipeline = Pipeline();
  ASSERT_TRUE(pipeline.Add(Row("a", 3)));
  ASSERT_TRUE(pipeline.Drain());
  EXPECT_THAT(rejected_, ElementsAre("a0"));
  EXPECT_THAT(engine_.given, ElementsAre("a0", "a1"));
}

TEST_F(ImportPipelineTest, ASkippableCommandCostsNothingButItself) {
  engine_.rejections["a1"] = core::RejectionCode::kGuardFalse;
  engine_.rejections["a3"] = core::RejectionCode::kGuardFalse;
  ImportRow row = Row("a", 5);
  row.planned.origins = {{}, {1, true, true}, {2, true, true}, {}, {4, true, true}};
  std::vector<size_t> refused;
  ImportPipeline pipeline(client_, {}, [&](const ImportRow& done) -> Status {
    for (const Refusal& one : done.refused) refused.push_back(one.command);
    EXPECT_TRUE(done.stopped());
    return {};
  });
  ASSERT_TRUE(pipeline.Add(std::move(row)));
  ASSERT_TRUE(pipeline.Drain());
  EXPECT_THAT(refused, ElementsAre(1, 3));
  EXPECT_THAT(engine_.given, ElementsAre("a0", "a1", "a2", "a3"));
}

TEST_F(ImportPipelineTest, LongCasesWaitForEachOther) {
  ImportPipeline::Options options;
  options.commands_most = 4;
  ImportPipeline pipeline(client_, options, [this](const ImportRow& row) -> Status {
    through_.push_back(row.planned.commands.front().command_id.str());
    return {};
  });
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(pipeline.Add(Row(name, 5)));
  EXPECT_THAT(through_, ElementsAre("a0", "b0"));
  ASSERT_TRUE(pipeline.Drain());
  EXPECT_THAT(through_, ElementsAre("a0", "b0", "c0"));
}

TEST_F(ImportPipelineTest, WhatWasUndoneOrNotTakenIsGivenAgain) {
  engine_.aborted["a0"] = 2;
  engine_.full = 3;
  auto pipeline = Pipeline();
  ASSERT_TRUE(pipeline.Add(Row("a", 2)));
  ASSERT_TRUE(pipeline.Drain());
  EXPECT_THAT(engine_.given, ElementsAre("a0", "a0", "a0", "a1"));
  EXPECT_THAT(through_, ElementsAre("a0"));
}

TEST_F(ImportPipelineTest, ACaseThatStandsFurtherAlreadyIsInOrder) {
  ImportRow row = Row("a", 3);
  row.planned.commands[1].payload = core::AdvanceCase{};
  row.planned.commands[2].payload = core::GoLive{};
  engine_.rejections["a1"] = core::RejectionCode::kTimeInvalid;
  engine_.rejections["a2"] = core::RejectionCode::kNotHistoric;
  auto pipeline = Pipeline();
  ASSERT_TRUE(pipeline.Add(std::move(row)));
  ASSERT_TRUE(pipeline.Drain());
  EXPECT_THAT(through_, ElementsAre("a0"));
}

TEST_F(ImportPipelineTest, StopLeavesTheRestForALaterImport) {
  auto pipeline = Pipeline();
  ASSERT_TRUE(pipeline.Add(Row("a", 3)));
  pipeline.Stop();
  ASSERT_TRUE(pipeline.Add(Row("b", 1)));
  ASSERT_TRUE(pipeline.Drain());
  EXPECT_THAT(engine_.given, ElementsAre("a0"));
  EXPECT_THAT(through_, IsEmpty());
  EXPECT_THAT(rejected_, IsEmpty());
}

TEST_F(ImportPipelineTest, AnEngineThatTakesNothingIsGivenUp) {
  engine_.full = 1'000'000;
  ImportPipeline::Options options;
  options.pause = std::chrono::milliseconds(1);
  options.patience = std::chrono::milliseconds(20);
  ImportPipeline pipeline(client_, options, [](const ImportRow&) -> Status { return {}; });
  ASSERT_TRUE(pipeline.Add(Row("a", 1)));
  const Status drained = pipeline.Drain();
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, ErrorCode::kTimedOut);
}

}  // namespace
}  // namespace rasti::cli
