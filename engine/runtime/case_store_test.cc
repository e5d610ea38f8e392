// A state store that a crash left in the middle of a checkpoint.
#include "engine/runtime/case_store.h"

#include <gtest/gtest.h>

#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/sample_definition.h"
#include "tests/support/shared_view_store.h"

namespace rasti::runtime {
namespace {

class CaseStoreTest : public testing::Test {
 protected:
  // Two cases in turn, each with a submission and then messages.
  CaseStoreTest() {
    for (int i = 0; i < 6; ++i) {
      for (const uint64_t n : {1, 2}) {
        const core::CaseId id = test::SampleCaseId(n);
        const core::EventPayload payload = i == 0 ? core::EventPayload(test::Submitted(id)) : core::CaseReleased{};
        events_.push_back(writer_.Write(id, core::TenantId("prishtine"), clock_.Now() + Duration{i}, payload));
      }
    }
    for (const ports::StoredEvent& stored : log_.events({0})) stored_.push_back(stored.value);
  }

  std::unique_ptr<CaseStore> Open() {
    return CaseStore::Open(std::make_unique<test::SharedViewStore>(disk_), 100).value();
  }
  // Applies the log up to a sequence.
  Status Replay(CaseStore& cases, size_t end) {
    while (static_cast<size_t>(cases.position().next_sequence.value) < end) {
      const auto at = static_cast<size_t>(cases.position().next_sequence.value);
      RASTI_TRY(const auto decoded, codec::DecodeEvent(stored_[at]));
      RASTI_CHECKED(cases.Replay(decoded.event, decoded.hash, {}));
    }
    return {};
  }

  test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_{{.partitions = 1}, clock_};
  test::EventWriter writer_{log_};
  std::vector<core::Event> events_;
  std::vector<std::string> stored_;
  std::shared_ptr<test::MemoryViewStore> disk_ = std::make_shared<test::MemoryViewStore>(CaseStore::Tables().size());
};

TEST_F(CaseStoreTest, ACheckpointWhileItCatchesUpForgetsNothingOfOneThatWasCutShort) {
  // A process dies when the first of two cases is written, with everything up to the end of the log.
  auto cases = Open();
  ASSERT_TRUE(Replay(*cases, stored_.size()));
  cases->BeginCheckpoint();
  ASSERT_TRUE(cases->ContinueCheckpoint(1));
  ASSERT_TRUE(cases->IsCheckpointing());

  // The next one writes a checkpoint on its way to that end, and dies as well.
  cases = Open();
  ASSERT_TRUE(cases->IsAhead());
  ASSERT_TRUE(Replay(*cases, 4));
  ASSERT_TRUE(cases->Checkpoint(true));

  cases = Open();
  EXPECT_EQ(cases->position().next_sequence.value, 4);
  EXPECT_TRUE(cases->IsAhead());
  const Status replayed = Replay(*cases, stored_.size());
  ASSERT_TRUE(replayed) << replayed.error().message;
  for (const uint64_t n : {1, 2}) EXPECT_EQ((*cases->Find(test::SampleCaseId(n)))->state.revision.value, 6);
}

}  // namespace
}  // namespace rasti::runtime
