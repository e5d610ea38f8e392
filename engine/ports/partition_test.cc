#include <gtest/gtest.h>

#include "engine/ports/event_log.h"

namespace rasti::ports {
namespace {

// Hashes that the Java client's own tests hold (UtilsTest.testMurmur2), as partitions of 2^31 - 1.
TEST(PartitionOfTest, PlacesKeysAsTheJavaClientDoes) {
  constexpr int kAll = 0x7fffffff;
  const auto positive = [](int32_t hash) { return static_cast<int32_t>((hash & 0x7fffffff) % kAll); };
  EXPECT_EQ(PartitionOf("21", kAll).value, positive(-973932308));
  EXPECT_EQ(PartitionOf("foobar", kAll).value, positive(-790332482));
  EXPECT_EQ(PartitionOf("a-little-bit-long-string", kAll).value, positive(-985981536));
  EXPECT_EQ(PartitionOf("a-little-bit-longer-string", kAll).value, positive(-1486304829));
  EXPECT_EQ(PartitionOf("abc", kAll).value, positive(479470107));
}

}  // namespace
}  // namespace rasti::ports
