#include "tools/rasti/media_type.h"

#include <gtest/gtest.h>

namespace rasti::cli {
namespace {

TEST(MediaTypeOf, GoesByTheEndingWhateverItsCase) {
  EXPECT_EQ(MediaTypeOf("Photo.of.the.road.JPG"), "image/jpeg");
  EXPECT_EQ(MediaTypeOf("decision.pdf"), "application/pdf");
  EXPECT_EQ(MediaTypeOf("kerkesa.odt"), "application/vnd.oasis.opendocument.text");
}

TEST(MediaTypeOf, ClaimsNothingThatTheNameDoesNotSay) {
  for (const char* name : {"photo", "", ".", "photo.", "archive.unknown", "jpg"}) {
    EXPECT_EQ(MediaTypeOf(name), "application/octet-stream") << name;
  }
}

}  // namespace
}  // namespace rasti::cli
