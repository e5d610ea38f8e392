#include "engine/log/kafka_settings_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::log {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string FaultOf(const std::map<std::string, std::string>& settings, KafkaLogOptions options = {}) {
  options.client_settings = settings;
  const Status checked = CheckKafkaSettings(std::move(options));
  if (checked) return "";
  EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
  return checked.error().message;
}

TEST(KafkaSettingsCheck, WhatLibrdkafkaTakesIsGoodWithoutAnyBroker) {
  EXPECT_EQ(FaultOf({}), "");
  KafkaLogOptions elsewhere;
  elsewhere.brokers = "127.0.0.1:1";
  EXPECT_EQ(FaultOf({{"security.protocol", "SSL"}, {"broker.address.family", "v4"}}, elsewhere), "");
  EXPECT_EQ(FaultOf({{"security.protocol", "SASL_PLAINTEXT"},
                     {"sasl.mechanism", "PLAIN"},
                     {"sasl.username", "engine"},
                     {"sasl.password", "secret"}}),
            "");
}

TEST(KafkaSettingsCheck, WhatItDoesNotTakeIsNamed) {
  EXPECT_THAT(FaultOf({{"sasl.mechanisme", "PLAIN"}}),
              AllOf(HasSubstr("setting sasl.mechanisme"), HasSubstr("No such configuration property")));
  EXPECT_THAT(FaultOf({{"security.protocol", "TLS"}}), HasSubstr("setting security.protocol"));
  EXPECT_THAT(FaultOf({{"socket.timeout.ms", "soon"}}), HasSubstr("socket.timeout.ms"));
}

TEST(KafkaSettingsCheck, FilesThatTheyNameAreRead) {
  EXPECT_THAT(FaultOf({{"security.protocol", "SSL"}, {"ssl.ca.location", "/nowhere/ca.pem"}}),
              HasSubstr("ssl.ca.location"));
  EXPECT_THAT(FaultOf({{"security.protocol", "SSL"}, {"ssl.key.location", "/nowhere/engine.key"}}),
              HasSubstr("ssl.key.location"));
}

TEST(KafkaSettingsCheck, SettingsThatDoNotGoTogetherAreFound) {
  KafkaLogOptions options;
  options.session_timeout = Duration{600'000};
  EXPECT_THAT(FaultOf({}, options), HasSubstr("session.timeout.ms"));
}

}  // namespace
}  // namespace rasti::log
