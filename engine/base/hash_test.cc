#include "engine/base/hash.h"

#include <gtest/gtest.h>

namespace rasti {
namespace {

// The example of FIPS 180-2, appendix B.1.
TEST(Sha256Test, FollowsTheStandard) {
  const std::string wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(ToHex(AsBytes(Sha256({"abc"}))), wanted);
  EXPECT_EQ(ToHex(AsBytes(Sha256({"a", "", "bc"}))), wanted);
}

}  // namespace
}  // namespace rasti
