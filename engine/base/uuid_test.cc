#include "engine/base/uuid.h"

#include <gtest/gtest.h>

namespace rasti {
namespace {

TEST(UuidTest, ReadsWhatItWritesInEitherCase) {
  const std::string text = "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11";
  EXPECT_EQ(FormatUuid(*ParseUuid(text)), text);
  EXPECT_EQ(FormatUuid(*ParseUuid("0190B8A2-7C1E-7D40-8F3E-2B1C5A9D0E11")), text);
}

TEST(UuidTest, SaysWhatIsWrong) {
  EXPECT_NE(ParseUuid("0190").error().message.find("4 characters"), std::string::npos);
  EXPECT_NE(ParseUuid("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e1g").error().message.find("character 36"), std::string::npos);
  EXPECT_NE(ParseUuid("0190b8a27-c1e-7d40-8f3e-2b1c5a9d0e11").error().message.find("hyphen"), std::string::npos);
  EXPECT_FALSE(UuidFromBytes("short").has_value());
}

// The example of RFC 9562, appendix A.4: the DNS namespace and "www.example.com".
TEST(UuidTest, Version5FollowsTheStandard) {
  const Uuid dns = *ParseUuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(FormatUuid(UuidV5(dns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

// The example of RFC 9562, appendix A.6.
TEST(UuidTest, Version7HoldsTheMilliseconds) {
  const std::array<uint8_t, 10> random{0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
  EXPECT_EQ(FormatUuid(UuidV7(InstantFromUnixMillis(0x017F22E279B0), random)), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidTest, NewOnesDiffer) { EXPECT_NE(NewUuidV7(), NewUuidV7()); }

}  // namespace
}  // namespace rasti
