#include "engine/audit/base64.h"

#include <gtest/gtest.h>

namespace rasti::audit {
namespace {

// RFC 4648, 10.
TEST(Base64, IsThatOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(ToBase64(bytes), text);
    EXPECT_EQ(FromBase64(text), bytes);
  }
  const std::string all("\x00\xFF\xFB\xEF", 4);
  EXPECT_EQ(FromBase64(ToBase64(all)), all);
}

TEST(Base64, HasOneTextForEachBytes) {
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9v\n", " Zm9v", "Zm9-", "Zm9_", "Zm9vYg==Zm9v", "=", "Z"}) {
    EXPECT_EQ(FromBase64(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace rasti::audit
