#include "tools/rasti/size_option.h"

#include <gmock/gmock.h>

#include <limits>

namespace rasti::cli {
namespace {

using testing::HasSubstr;

TEST(SizeOptionTest, SizesAreBytesOrCountedInUnitsOf1024) {
  EXPECT_EQ(ParseSize("0"), 0U);
  EXPECT_EQ(ParseSize("167772160"), 160 * kMiB);
  EXPECT_EQ(ParseSize("160MiB"), 160 * kMiB);
  EXPECT_EQ(ParseSize("512KiB"), kMiB / 2);
  EXPECT_EQ(ParseSize("2GiB"), 2 * kGiB);
  EXPECT_EQ(ParseSize("18446744073709551615"), std::numeric_limits<uint64_t>::max());
}

TEST(SizeOptionTest, WhatIsNoSizeIsRefusedWithWhatWouldBeRight) {
  for (const auto* const text : {"", "MiB", "-1MiB", "+1MiB", " 1MiB", "1 MiB", "1MiB ", "1.5GiB", "160MB", "160M",
                                 "160mib", "1MiBs", "0x10", "lots", "18446744073709551616", "17179869184GiB"}) {
    const auto size = ParseSize(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().code, ErrorCode::kInvalidArgument) << text;
    EXPECT_THAT(size.error().message, HasSubstr("write it like 160MiB, 2GiB or 167772160")) << text;
  }
  EXPECT_THAT(ParseSize("160MB").error().message, HasSubstr("'MB' is no unit"));
  EXPECT_THAT(ParseSize("17179869184GiB").error().message, HasSubstr("more than can be counted"));
}

TEST(SizeOptionTest, SizesAreShownAsTheyMayBeGiven) {
  EXPECT_EQ(FormatSize(160 * kMiB), "160MiB");
  EXPECT_EQ(FormatSize(1'024 * kGiB), "1024GiB");
  EXPECT_EQ(FormatSize(3 * kMiB / 2), "1536KiB");
  EXPECT_EQ(FormatSize(1'000), "1000");
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{1}, uint64_t{1'023}, 5 * kMiB, kGiB, kGiB + 1}) {
    EXPECT_EQ(ParseSize(FormatSize(bytes)), bytes);
  }
}

class SizeOptionOfACommandTest : public testing::Test {
 protected:
  SizeOptionOfACommandTest() { option_ = AddSizeOption(command_, "--cache", {8 * kMiB, kGiB}, "what for", bytes_); }
  std::string Refusal(const std::string& text) {
    try {
      command_.parse("--cache " + text);
    } catch (const CLI::Error& error) {
      return error.what();
    }
    return text + " was taken";
  }

  CLI::App command_;
  uint64_t bytes_ = 160 * kMiB;
  CLI::Option* option_ = nullptr;
};

TEST_F(SizeOptionOfACommandTest, SetsWhatIsGivenAndShowsWhatHoldsOtherwise) {
  EXPECT_EQ(option_->get_default_str(), "160MiB");
  command_.parse("--cache 8MiB");
  EXPECT_EQ(bytes_, 8 * kMiB);
  command_.parse("--cache 1GiB");
  EXPECT_EQ(bytes_, kGiB);
}

TEST_F(SizeOptionOfACommandTest, NamesItselfAndItsRangeWhereItRefuses) {
  EXPECT_EQ(Refusal("8388607"), "--cache: '8388607': it has to be from 8MiB to 1GiB");
  EXPECT_EQ(Refusal("2GiB"), "--cache: '2GiB': it has to be from 8MiB to 1GiB");
  EXPECT_THAT(Refusal("160MB"), HasSubstr("--cache: size '160MB': 'MB' is no unit"));
  EXPECT_EQ(bytes_, 160 * kMiB);
}

}  // namespace
}  // namespace rasti::cli
