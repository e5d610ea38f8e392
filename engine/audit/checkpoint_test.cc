#include "engine/audit/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::audit {
namespace {

using ::testing::HasSubstr;

// SHA-256 of nothing, and of "abc".
constexpr const char* kEmptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

Checkpoint Sample() { return {"kosovo.example/rasti/3", 0, Sha256({}), {}}; }

TEST(Checkpoint, IsThreeLinesAndThoseOfExtensions) {
  Checkpoint checkpoint = Sample();
  const std::string text = std::string("kosovo.example/rasti/3\n0\n") + kEmptyRoot + "\n";
  EXPECT_EQ(ToText(checkpoint), text);
  EXPECT_EQ(ParseCheckpoint(text).value(), checkpoint);
  checkpoint.size = INT64_MAX;
  checkpoint.extensions = {"recorded until 2026-11-23T12:00:00Z", "more"};
  EXPECT_EQ(ParseCheckpoint(ToText(checkpoint)).value(), checkpoint);
}

TEST(Checkpoint, HasOneWayOfBeingWritten) {
  const std::string root = std::string(kEmptyRoot) + "\n";
  const auto fault_of = [](const std::string& text) {
    const auto checkpoint = ParseCheckpoint(text);
    return checkpoint ? std::string() : checkpoint.error().message;
  };
  EXPECT_EQ(fault_of("log\n7\n" + root), "");
  EXPECT_THAT(fault_of(""), HasSubstr("origin, its size and its root"));
  EXPECT_THAT(fault_of("log\n7\n"), HasSubstr("origin, its size and its root"));
  EXPECT_THAT(fault_of("\n7\n" + root), HasSubstr("line 1 is empty"));
  EXPECT_THAT(fault_of("log\n7\n" + root + "\n"), HasSubstr("line 4 is empty"));
  EXPECT_THAT(fault_of(std::string("log\n7\n") + kEmptyRoot), HasSubstr("line 3 has no end"));
  for (const char* size : {"07", "+7", "-7", "7 ", " 7", "0x7", "7.0", "9223372036854775808", "seven"}) {
    EXPECT_THAT(fault_of("log\n" + std::string(size) + "\n" + root), HasSubstr("line 2")) << size;
  }
  for (const char* bad :
       {"AAAA", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA"}) {
    EXPECT_THAT(fault_of(std::string("log\n7\n") + bad + "\n"), HasSubstr("line 3")) << bad;
  }
}

}  // namespace
}  // namespace rasti::audit
