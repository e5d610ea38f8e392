#include "engine/codec/state_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "proto/rasti/v1/state.pb.h"
#include "tests/support/any.h"

namespace rasti::codec {
namespace {

TEST(StateCodec, RoundTripsAnyState) {
  EXPECT_TRUE(rc::check([] {
    const core::CaseState state = test::AnyCaseState();
    const std::string bytes = EncodeState(state);
    const auto decoded = DecodeState(bytes);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == state);
    RC_ASSERT(EncodeState(*decoded) == bytes);
  }));
}

TEST(StateCodec, RoundTripsTheStateOfNoCase) { EXPECT_EQ(DecodeState(EncodeState({})), core::CaseState{}); }

TEST(StateCodec, TakesAnyBytesWithoutCrashing) {
  EXPECT_TRUE(rc::check("any bytes", [] { RC_ASSERT_FALSE(DecodeState(test::AnyBytes()).has_value()); }));
  EXPECT_TRUE(rc::check("a state with a few bytes changed",
                        [] { static_cast<void>(DecodeState(test::AnyDamageTo(EncodeState(test::AnyCaseState())))); }));
}

TEST(StateCodec, NamesTheBrokenField) {
  v1::CaseState message;
  ASSERT_TRUE(message.ParseFromString(EncodeState({})));
  message.set_merged_into("short");
  const auto decoded = DecodeState(message.SerializeAsString());
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error(), Error::Corruption("merged_into: a case id has 16 bytes, not 5"));
}

}  // namespace
}  // namespace rasti::codec
