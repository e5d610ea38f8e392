#include "engine/codec/result_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/codec/outbox_codec.h"
#include "proto/rasti/v1/result.pb.h"
#include "tests/support/any.h"

namespace rasti::codec {
namespace {

TEST(ResultCodec, RoundTripsAcceptance) {
  EXPECT_TRUE(rc::check([] {
    const auto number = [] { return test::AnyNumber(0, INT64_MAX); };
    const CommandResult result{
        .command_id = core::CommandId(test::AnyText()),
        .case_id = test::AnyCaseId(),
        .reference = test::AnyText(),
        .outcome = Accepted{.first_revision = {number()},
                            .last_revision = {number()},
                            .token = {{static_cast<int32_t>(number() % INT32_MAX)}, {number()}}}};
    RC_ASSERT(DecodeResult(EncodeResult(result)) == result);
  }));
}

TEST(ResultCodec, RoundTripsRejectionsOfEveryCode) {
  EXPECT_TRUE(rc::check([] {
    const CommandResult result{.command_id = core::CommandId(test::AnyText()),
                               .case_id = test::AnyCaseId(),
                               .reference = {},
                               .outcome = test::AnyRejection()};
    RC_ASSERT(DecodeResult(EncodeResult(result)) == result);
  }));
}

TEST(ResultCodec, KeepsTheReasonOfACodeItDoesNotKnow) {
  v1::Result message;
  message.set_case_id(std::string(16, 'i'));
  message.mutable_rejected()->set_code("moon_too_full");
  message.mutable_rejected()->set_message("wait a week");
  const auto result = DecodeResult(message.SerializeAsString());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kUnsupportedVersion);
  EXPECT_NE(result.error().message.find("wait a week"), std::string::npos);
}

TEST(ResultCodec, TakesAnyBytesWithoutCrashing) {
  EXPECT_TRUE(rc::check("any bytes", [] {
    const std::string bytes = test::AnyBytes();
    RC_ASSERT_FALSE(DecodeResult(bytes).has_value());
    RC_ASSERT_FALSE(DecodeOutboxEntry(bytes).has_value());
  }));
}

TEST(OutboxCodec, RoundTripsAnyEntry) {
  EXPECT_TRUE(rc::check([] {
    const core::OutboxEntry entry = test::AnyOutboxEntry();
    RC_ASSERT(DecodeOutboxEntry(EncodeOutboxEntry(entry)) == entry);
  }));
}

}  // namespace
}  // namespace rasti::codec
