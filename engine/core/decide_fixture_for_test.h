// One case of the sample workflow, its commands decided one after another: for tests of Decide.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/decide.h"
#include "tests/support/sample_definition.h"

namespace rasti::core {

using test::Act;
using test::MakeCommand;
using test::SampleCaseId;
using test::SampleSubmit;
namespace people = test::people;

class DecideTest : public testing::Test {
 protected:
  DecideResult Try(const Actor& actor, CommandPayload payload) {
    return core::Decide(config_, state_, Make(actor, std::move(payload)), Time());
  }
  Command Make(const Actor& actor, CommandPayload payload) {
    return MakeCommand(id_, std::to_string(++commands_), actor, std::move(payload));
  }
  DecisionTime Time() const { return {now_, now_}; }
  Decision Do(const Actor& actor, CommandPayload payload) { return Take(Try(actor, std::move(payload))); }
  Decision Take(DecideResult result) {
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
    if (!result) return {};
    state_ = result->state;
    return *std::move(result);
  }
  RejectionCode Refused(const Actor& actor, CommandPayload payload) { return CodeOf(Try(actor, std::move(payload))); }
  static RejectionCode CodeOf(const DecideResult& result) {
    EXPECT_FALSE(result.has_value()) << "accepted";
    if (result) return RejectionCode::kNoChange;
    EXPECT_FALSE(result.error().message.empty());
    return result.error().code;
  }
  void Submit() { Do(people::Citizen(), SampleSubmit()); }
  void Open() {
    Submit();
    Do(people::Officer(), Act("open"));
  }
  const ClockState& Resolve() const { return *state_.FindClock(ClockId("resolve")); }
  static std::vector<std::string_view> Types(const Decision& decision) {
    std::vector<std::string_view> types;
    for (const Event& event : decision.events) types.push_back(EventTypeName(event.payload));
    return types;
  }

  test::SampleWorld world_;
  Config config_ = world_.config();
  CaseId id_ = SampleCaseId(1);
  CaseState state_;
  Instant now_ = test::SampleStart();
  int commands_ = 0;
};

}  // namespace rasti::core
