#include "tools/rasti/import/text_decoder.h"

#include <gtest/gtest.h>

#include "tools/rasti/import/row_source.h"

namespace rasti::cli {
namespace {

using codec::TableEncoding;

std::string Decoded(TableEncoding encoding, const std::string& bytes) {
  const auto decoder = TextDecoder::Create(encoding);
  if (!decoder) return decoder.error().message;
  std::string text = "<" + bytes;
  decoder->ToUtf8(text, 1);
  return text.substr(1);
}

std::string BytesBehindAscii() {
  std::string bytes;
  for (int byte = 0x80; byte <= 0xFF; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

TEST(TextDecoderTest, KnowsTheLettersOfEachEncoding) {
  EXPECT_EQ(Decoded(TableEncoding::kLatin1, "Caf\xE9, \xEB"), "Café, ë");
  EXPECT_EQ(Decoded(TableEncoding::kWindows1250, "\x8A\x9A\xC8\xE8\xC6\xE6\xD0\xF0\x8E\x9E \xEB\xE7"), "ŠšČčĆćĐđŽž ëç");
  EXPECT_EQ(Decoded(TableEncoding::kWindows1251, "\xCF\xF0\xE8 \x80\x90\x8A\x9A\x8F\x9F\xA3\xBC"), "При ЂђЉљЏџЈј");
  EXPECT_EQ(Decoded(TableEncoding::kWindows1252, "\x80 \x84x\x94 \xEB\xE7"), "€ „x” ëç");
}

TEST(TextDecoderTest, WhatIsNoCharacterIsNoUtf8Afterwards) {
  for (const auto& [encoding, undefined] :
       {std::pair(TableEncoding::kLatin1, ""), std::pair(TableEncoding::kWindows1250, "\x81\x83\x88\x90\x98"),
        std::pair(TableEncoding::kWindows1251, "\x98"),
        std::pair(TableEncoding::kWindows1252, "\x81\x8D\x8F\x90\x9D")}) {
    const auto decoder = TextDecoder::Create(encoding);
    ASSERT_TRUE(decoder) << decoder.error().message;
    std::string found;
    for (const char byte : BytesBehindAscii()) {
      std::string text = "\xE8";  // a letter in all of them
      text += byte;
      const bool is_undefined = decoder->FindUndefined(text) == 1;
      if (is_undefined) found += byte;
      decoder->ToUtf8(text, 0);
      EXPECT_EQ(TextFault(text, encoding).empty(), !is_undefined) << NameOf(encoding);
    }
    EXPECT_EQ(found, undefined) << NameOf(encoding);
  }
  const auto decoder = TextDecoder::Create(TableEncoding::kWindows1250);
  ASSERT_TRUE(decoder);
  std::string text = "\xE8\x81";
  decoder->ToUtf8(text, 0);
  EXPECT_EQ(TextFault(text, TableEncoding::kWindows1250), "the byte 0x81, which is no character of windows-1250");
}

}  // namespace
}  // namespace rasti::cli
