#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/sla/calendars_for_test.h"

namespace rasti::sla {
namespace {

TEST(TimeZonesTest, LoadsWhatWasRegistered) {
  ASSERT_TRUE(RegisterTimeZones("2025b", {{"Europe/Belgrade", ReadTzif("Europe/Belgrade")}}).has_value());
  const auto zone = LoadTimeZone("2025b", "Europe/Belgrade");
  ASSERT_TRUE(zone.has_value());
  EXPECT_EQ(zone->name(), "rasti/2025b/Europe/Belgrade");
  EXPECT_EQ(cctz::convert(cctz::civil_second(2045, 7, 1, 12, 0, 0), *zone).time_since_epoch().count() % 86400,
            10 * 3600);
}

TEST(TimeZonesTest, NeverReadsTheMachinesOwnZones) {
  const auto zone = LoadTimeZone("2025b", "Europe/Paris");
  ASSERT_FALSE(zone.has_value());
  EXPECT_EQ(zone.error().code, ErrorCode::kNotFound);
  EXPECT_NE(zone.error().message.find("Europe/Paris"), std::string::npos);
  EXPECT_NE(zone.error().message.find("2025b"), std::string::npos);
  for (const char* name : {"", "UTC0", "localtime", "/etc/localtime", "../zoneinfo/Europe/Paris"}) {
    EXPECT_FALSE(LoadTimeZone("2025b", name).has_value()) << name;
  }
}

TEST(TimeZonesTest, AFailedLoadDoesNotSpoilALaterRegistration) {
  EXPECT_FALSE(LoadTimeZone("later", "UTC").has_value());
  ASSERT_TRUE(RegisterTimeZones("later", {{"UTC", ReadTzif("UTC")}}).has_value());
  EXPECT_TRUE(LoadTimeZone("later", "UTC").has_value());
}

TEST(TimeZonesTest, TwoVersionsLiveSideBySide) {
  // A government that moves the zone: the same name with other rules.
  ASSERT_TRUE(RegisterTimeZones("side-1", {{"Europe/Belgrade", ReadTzif("Europe/Belgrade")}}).has_value());
  ASSERT_TRUE(RegisterTimeZones("side-2", {{"Europe/Belgrade", ReadTzif("UTC")}}).has_value());
  const cctz::civil_second noon(2026, 7, 1, 12, 0, 0);
  const auto before = cctz::convert(noon, *LoadTimeZone("side-1", "Europe/Belgrade"));
  const auto after = cctz::convert(noon, *LoadTimeZone("side-2", "Europe/Belgrade"));
  EXPECT_EQ(after - before, std::chrono::hours(2));
}

TEST(TimeZonesTest, AVersionKeepsItsBytes) {
  ASSERT_TRUE(RegisterTimeZones("kept", {{"UTC", ReadTzif("UTC")}}).has_value());
  EXPECT_TRUE(RegisterTimeZones("kept", {{"UTC", ReadTzif("UTC")}}).has_value());

  const auto changed = RegisterTimeZones("kept", {{"A", ReadTzif("UTC")}, {"UTC", ReadTzif("America/New_York")}});
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().code, ErrorCode::kAlreadyExists);
  // All or nothing.
  EXPECT_FALSE(LoadTimeZone("kept", "A").has_value());
  EXPECT_TRUE(RegisterTimeZones("kept", {{"A", ReadTzif("UTC")}}).has_value());
}

TEST(TimeZonesTest, RejectsWhatIsNoZone) {
  EXPECT_EQ(RegisterTimeZones("bad", {{"UTC", ""}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(RegisterTimeZones("bad", {{"UTC", "TZi"}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(RegisterTimeZones("bad", {{"", ReadTzif("UTC")}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(RegisterTimeZones("", {{"UTC", ReadTzif("UTC")}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(RegisterTimeZones("a/b", {{"UTC", ReadTzif("UTC")}}).error().code, ErrorCode::kInvalidArgument);
}

TEST(TimeZonesTest, ATruncatedZoneIsAnErrorWherever) {
  const std::string whole = ReadTzif("Europe/Belgrade");
  // The footer with the rule for years to come begins where the last data ends; cut it anywhere before.
  for (const size_t size : {size_t{4}, size_t{43}, size_t{44}, size_t{200}, whole.size() - 30}) {
    const std::string version = "cut-" + std::to_string(size);
    ASSERT_TRUE(RegisterTimeZones(version, {{"Europe/Belgrade", whole.substr(0, size)}}).has_value());
    const auto zone = LoadTimeZone(version, "Europe/Belgrade");
    ASSERT_FALSE(zone.has_value()) << size;
    EXPECT_EQ(zone.error().code, ErrorCode::kCorruption);
  }
}

TEST(TimeZonesTest, OtherNamesStillGoToCctz) {
  cctz::time_zone zone;
  EXPECT_TRUE(cctz::load_time_zone("Fixed/UTC+01:00:00", &zone));
  EXPECT_FALSE(cctz::load_time_zone("No/Such_Zone", &zone));
}

TEST(TimeZonesTest, ThreadsRegisterAndLoadTogether) {
  const std::string bytes = ReadTzif("America/New_York");
  std::atomic<int> loaded{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 50; ++n) {
          const std::string version = "threads-" + std::to_string((i + n) % 10);
          if (RegisterTimeZones(version, {{"America/New_York", bytes}}) && LoadTimeZone(version, "America/New_York")) {
            ++loaded;
          }
        }
      });
    }
  }
  EXPECT_EQ(loaded, 400);
}

}  // namespace
}  // namespace rasti::sla
