#include "engine/base/time.h"

#include <gtest/gtest.h>

namespace rasti {
namespace {

TEST(InstantTest, ReadsAndWritesUtc) {
  const auto instant = ParseInstant("2026-11-21T06:14:31Z");
  ASSERT_TRUE(instant.has_value());
  EXPECT_EQ(ToUnixMillis(*instant), 1795241671000);
  EXPECT_EQ(FormatInstant(*instant), "2026-11-21T06:14:31Z");
}

TEST(InstantTest, ReadsOffsetsAndFractions) {
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-11-21 07:14:31.2509+01:00")), "2026-11-21T06:14:31.250Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-11-21T01:14:31.5-05:00")), "2026-11-21T06:14:31.500Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2024-02-29T23:59:59.999Z")), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("1969-12-31T23:59:59.999Z")), "1969-12-31T23:59:59.999Z");
}

TEST(InstantTest, SaysWhereATimeIsWrong) {
  for (const auto& [text, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "character 1"},
           {"2026-02-29T00:00:00Z", "no such day"},
           {"2026-11-21", "character 11"},
           {"2026-11-21T24:00:00Z", "no such time"},
           {"2026-11-21T06:14:31", "'Z' or an offset"},
           {"2026-11-21T06:14:31.Z", "digits"},
           {"2026-11-21T06:14:31Zz", "nothing more"},
           {"0001-01-01T00:00:00+01:00", "0001 to 9999"},
       }) {
    const auto instant = ParseInstant(text);
    ASSERT_FALSE(instant.has_value()) << text;
    EXPECT_EQ(instant.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(instant.error().message.find(part), std::string::npos) << instant.error().message;
  }
}

TEST(DurationTest, ReadsWhatItWrites) {
  for (const int64_t millis : {0LL, 1LL, 250LL, 1000LL, 61'000LL, 172'800'000LL, -300'000LL, 90'061'001LL}) {
    const std::string text = FormatDuration(Duration{millis});
    const auto parsed = ParseDuration(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parsed->count(), millis) << text;
  }
  EXPECT_EQ(FormatDuration(Duration{172'800'000}), "P2D");
  EXPECT_EQ(ParseDuration("PT48H")->count(), 172'800'000);
  EXPECT_EQ(ParseDuration("P1W")->count(), 604'800'000);
}

TEST(DurationTest, RejectsWhatIsNoDuration) {
  for (const char* text :
       {"", "P", "PT", "48H", "P1H", "PT1D", "PT1M1H", "P1.5D", "PT999999999999999999999H", "PT1H "}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

TEST(CheckedAddTest, RefusesToLeaveTheRange) {
  EXPECT_EQ(CheckedAdd(kLatestInstant, Duration{1}), std::nullopt);
  EXPECT_EQ(CheckedAdd(kLatestInstant, Duration::max()), std::nullopt);
  EXPECT_EQ(CheckedAdd(kEarliestInstant, Duration{-1}), std::nullopt);
  EXPECT_EQ(CheckedAdd(kEarliestInstant, Duration{1}), kEarliestInstant + Duration{1});
}

}  // namespace
}  // namespace rasti
