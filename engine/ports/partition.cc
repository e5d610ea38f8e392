#include <cstdint>
#include <string_view>

#include "engine/ports/event_log.h"

namespace rasti::ports {
namespace {

uint32_t Load32(const char* data) {
  const auto byte = [&](int i) { return static_cast<uint32_t>(static_cast<uint8_t>(data[i])); };
  return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

// MurmurHash2, 32 bit, by Austin Appleby (public domain), with the seed of org.apache.kafka.common.utils.Utils.murmur2.
uint32_t Murmur2(std::string_view key) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  uint32_t hash = kSeed ^ static_cast<uint32_t>(key.size());
  const char* data = key.data();
  size_t left = key.size();
  for (; left >= 4; left -= 4, data += 4) {
    uint32_t block = Load32(data) * kMultiplier;
    block ^= block >> kShift;
    hash = (hash * kMultiplier) ^ (block * kMultiplier);
  }
  if (left >= 3) hash ^= static_cast<uint32_t>(static_cast<uint8_t>(data[2])) << 16;
  if (left >= 2) hash ^= static_cast<uint32_t>(static_cast<uint8_t>(data[1])) << 8;
  if (left >= 1) {
    hash ^= static_cast<uint32_t>(static_cast<uint8_t>(data[0]));
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

}  // namespace

PartitionId PartitionOf(std::string_view key, int partition_count) {
  // Utils.toPositive clears the sign bit.
  return {static_cast<int32_t>((Murmur2(key) & 0x7fffffffU) % static_cast<uint32_t>(partition_count))};
}

}  // namespace rasti::ports
