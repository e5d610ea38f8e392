#include "tests/support/random_life.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/manual_clock.h"

namespace rasti::test {
namespace {

TEST(SampleWorldTest, IsConsistent) {
  const SampleWorld world;
  for (const core::Definition* definition : {&world.definition, &world.definition_2}) {
    for (const core::DefinitionIssue& issue : core::CheckDefinition(*definition)) {
      ADD_FAILURE() << definition->version << ", " << issue.path << ": " << issue.message;
    }
  }
}

TEST(RandomLifeTest, ReachesEveryKindOfEvent) {
  const SampleWorld world;
  ManualClock clock(SampleStart());
  std::set<std::string_view> seen;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    MemoryEventLog log({.partitions = 2}, clock);
    RandomLife life(world, log, {.seed = seed, .cases = 6, .historic_percent = 20});
    life.RunTo(600);
    for (int32_t i = 0; i < log.partition_count(); ++i) {
      for (const ports::StoredEvent& stored : log.events({i})) {
        seen.insert(core::EventTypeName(codec::DecodeEvent(stored.value)->event.payload));
      }
    }
  }
  for (const std::string_view type : core::EventTypeNames()) {
    // The sample's workflow asks no register; the simulation's does.
    if (type.starts_with("number_")) continue;
    EXPECT_TRUE(seen.contains(type)) << type << " never happened";
  }
}

TEST(RandomLifeTest, TheSameSeedGivesTheSameEvents) {
  const SampleWorld world;
  ManualClock clock(SampleStart());
  MemoryEventLog logs[2] = {{{.partitions = 2}, clock}, {{.partitions = 2}, clock}};
  for (MemoryEventLog& log : logs) RandomLife(world, log, {.seed = 7}).RunTo(300);
  for (int32_t i = 0; i < 2; ++i) {
    const auto first = logs[0].events({i});
    const auto second = logs[1].events({i});
    ASSERT_EQ(first.size(), second.size());
    for (size_t k = 0; k < first.size(); ++k) EXPECT_EQ(first[k].value, second[k].value);
  }
}

}  // namespace
}  // namespace rasti::test
