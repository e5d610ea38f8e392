#include "engine/codec/stored.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proto/rasti/v1/stored.pb.h"

namespace rasti::codec {
namespace {

std::string Frame(std::string_view body, const Hash256& hash) {
  StoredFrame frame(body.size());
  std::copy(body.begin(), body.end(), frame.body());
  frame.Finish(hash);
  return frame.bytes;
}

TEST(Stored, IsTheMessageOfTheContract) {
  Hash256 hash;
  hash.fill(0x5A);
  for (const size_t size : {0, 1, 127, 128, 16'383, 16'384, 300'000}) {
    const std::string body(size, 'b');
    const std::string bytes = Frame(body, hash);
    v1::Stored message;
    ASSERT_TRUE(message.ParseFromString(bytes));
    EXPECT_EQ(message.body(), body);
    EXPECT_EQ(message.hash(), AsBytes(hash));

    const auto parts = ReadStored(bytes);
    ASSERT_TRUE(parts.has_value());
    EXPECT_EQ(parts->body, body);
    EXPECT_EQ(parts->hash, AsBytes(hash));
  }
}

TEST(Stored, HasOneFormOnly) {
  const Hash256 hash{};
  const std::string good = Frame("body", hash);
  ASSERT_TRUE(ReadStored(good).has_value());

  const std::string long_length = std::string("\x0A\x84\x00", 3) + good.substr(2);
  const std::string hash_first = good.substr(6) + good.substr(0, 6);
  const std::string unknown_field = good + std::string("\x18\x01", 2);
  const std::string short_hash = std::string("\x0A\x04", 2) + "body" + std::string("\x12\x02hh", 4);
  for (const std::string& bad : {long_length, hash_first, unknown_field, short_hash, good + good, std::string()}) {
    const auto parts = ReadStored(bad);
    ASSERT_FALSE(parts.has_value());
    EXPECT_EQ(parts.error().code, ErrorCode::kCorruption);
  }
}

}  // namespace
}  // namespace rasti::codec
