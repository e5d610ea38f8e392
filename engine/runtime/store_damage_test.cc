// A state store whose rows do not fit each other.
#include <gmock/gmock.h>

#include <algorithm>

#include "engine/runtime/row_keys.h"
#include "engine/runtime/stream_loop_fixture_for_test.h"

namespace rasti::runtime {
namespace {

using testing::HasSubstr;

class StoreDamageTest : public StreamLoopTest {
 protected:
  // A row of the index of timers, for one day from now.
  void PutTimer(core::PartitionId partition, const core::CaseId& id) {
    std::string key;
    AppendOrdered(key, ToUnixMillis(clock_.Now() + std::chrono::hours(24)));
    key += id.uuid.AsBytes();
    const auto tables = CaseStore::Tables();
    const auto timers = std::ranges::find(tables, "timers") - tables.begin();
    const auto batch = stores_.at(partition)->NewBatch();
    batch->Put({static_cast<int>(timers)}, key, {});
    ASSERT_TRUE(stores_.at(partition)->Write(*batch));
  }
  void ExpectDamageIsToldOfOnceItIsDue(const core::CaseId& id) {
    Open();
    Settle();
    clock_.Advance(std::chrono::hours(25));
    // The turns in which the end of the input is asked for and read come first.
    constexpr int kTurns = 10;
    Status turned;
    for (int i = 0; i < kTurns && turned; ++i) {
      const auto step = loop_->Step();
      if (!step) turned = Fail(step.error());
    }
    ASSERT_FALSE(turned);
    EXPECT_EQ(turned.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(turned.error().message, HasSubstr("has a timer of case " + id.str()));
  }
};

TEST_F(StoreDamageTest, ATimerThatItsCaseDoesNotHaveIsToldOf) {
  Open();
  const core::CaseId id = CaseIn(0);
  Submit(id, test::people::Citizen(), test::SampleSubmit());
  Settle();
  Close();
  PutTimer({0}, id);
  ExpectDamageIsToldOfOnceItIsDue(id);
}

TEST_F(StoreDamageTest, ATimerOfNoCaseIsToldOf) {
  Open();
  Settle();
  Close();
  const core::CaseId nobody = CaseIn(1);
  PutTimer({1}, nobody);
  ExpectDamageIsToldOfOnceItIsDue(nobody);
}

}  // namespace
}  // namespace rasti::runtime
