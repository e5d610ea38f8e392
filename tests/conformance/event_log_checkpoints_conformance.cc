// Checkpoints: of each partition the last one is kept, whatever happens to the process.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/conformance/event_log_conformance.h"

namespace rasti::conformance {
namespace {

std::optional<std::string> LastOf(ports::EventLog& log, int partition) {
  const auto last = log.LastCheckpoint({partition});
  EXPECT_TRUE(last.has_value()) << (last ? "" : last.error().message);
  return last.value_or(std::nullopt);
}

TEST_P(EventLogConformance, TheLastCheckpointOfEachPartitionIsKept) {
  EXPECT_EQ(LastOf(log(), 0), std::nullopt);
  RASTI_ASSERT_OK(log().WriteCheckpoint({0}, "first"));
  EXPECT_EQ(LastOf(log(), 0), "first");
  EXPECT_EQ(LastOf(log(), 1), std::nullopt);
  const std::string large(60'000, 'x');
  RASTI_ASSERT_OK(log().WriteCheckpoint({1}, large));
  RASTI_ASSERT_OK(log().WriteCheckpoint({0}, "second\nwith lines\n"));
  for (const bool crash : {false, true}) {
    RASTI_ASSERT_OK(crash ? fixture().Crash() : fixture().Reopen());
    EXPECT_EQ(LastOf(log(), 0), "second\nwith lines\n");
    EXPECT_EQ(LastOf(log(), 1), large);
  }
  RASTI_ASSERT_OK(log().WriteCheckpoint({0}, "third"));
  EXPECT_EQ(LastOf(log(), 0), "third");
  EXPECT_FALSE(log().WriteCheckpoint({log().partition_count()}, "of none"));
  EXPECT_FALSE(log().LastCheckpoint({-1}));
}

}  // namespace
}  // namespace rasti::conformance
