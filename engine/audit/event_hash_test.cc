#include "engine/audit/event_hash.h"

#include <gtest/gtest.h>

namespace rasti::audit {
namespace {

// Computed with sha256sum, so that other languages can be held to the same.
TEST(EventHash, CoversTheDomainWithItsZeroByteAndTheBody) {
  EXPECT_EQ(ToHex(AsBytes(EventHash("abc"))), "d2b4296f582b279e50ecabb4dc43a733a1ddf8d462456de60eeceaa3df78d485");
  EXPECT_EQ(ToHex(AsBytes(EventHash(""))), "0117d7ea619dadcceea5c47ee4c80dbbc04bc6d4740a8acdfde34b61d0a98677");
}

TEST(EventHash, OfABodyIsNoPlainHashOfIt) { EXPECT_NE(EventHash("abc"), Sha256({"abc"})); }

TEST(FirstPrevHash, IsTheHashOfTheSixteenBytes) {
  const Uuid case_id = ParseUuid("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11").value();
  EXPECT_EQ(ToHex(AsBytes(FirstPrevHash(case_id))), "b79d8fc7294e733622470c10c00f949ff27b2f7aeb0162c98c53c16a9a6e8946");
}

}  // namespace
}  // namespace rasti::audit
