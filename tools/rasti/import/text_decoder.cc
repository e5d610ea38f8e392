#include "tools/rasti/import/text_decoder.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <cstdint>

#include "engine/base/check.h"

namespace rasti::cli {

using codec::TableEncoding;

std::string_view NameOf(TableEncoding encoding) {
  switch (encoding) {
    case TableEncoding::kUtf8: return "utf-8";
    case TableEncoding::kLatin1: return "latin1";
    case TableEncoding::kWindows1250: return "windows-1250";
    case TableEncoding::kWindows1251: return "windows-1251";
    case TableEncoding::kWindows1252: return "windows-1252";
  }
  return "";
}

Result<TextDecoder> TextDecoder::Create(TableEncoding encoding) {
  RASTI_CHECK(encoding != TableEncoding::kUtf8, "UTF-8 stands as it is");
  const std::string name(encoding == TableEncoding::kLatin1 ? "iso-8859-1" : NameOf(encoding));
  const iconv_t converter = ::iconv_open("UTF-8", name.c_str());
  // NOLINTNEXTLINE(performance-no-int-to-ptr,cppcoreguidelines-pro-type-reinterpret-cast): as it is specified
  if (converter == reinterpret_cast<iconv_t>(intptr_t{-1})) {
    return Fail(
        Error::NotFound(fmt::format("this machine has no table of the encoding {} (of the C library: gconv modules); "
                                    "convert the file with iconv on "
                                    "another one",
                                    NameOf(encoding))));
  }
  TextDecoder decoder;
  for (size_t i = 0; i < decoder.characters_.size(); ++i) {
    char byte = static_cast<char>(kAscii + i);
    char* from = &byte;
    size_t left = 1;
    std::array<char, 8> character{};
    char* to = character.data();
    size_t room = character.size();
    ::iconv(converter, nullptr, nullptr, nullptr,
            nullptr);  // as at the beginning of a text, whatever went wrong before
    if (::iconv(converter, &from, &left, &to, &room) != 0) continue;
    decoder.characters_.at(i).assign(character.data(), to);
  }
  ::iconv_close(converter);
  return decoder;
}

void TextDecoder::ToUtf8(std::string& text, size_t from) const {
  const std::string encoded = text.substr(from);
  text.resize(from);
  for (const char c : encoded) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < kAscii || CharacterOf(byte).empty()) {
      text += c;
    } else {
      text += CharacterOf(byte);
    }
  }
}

size_t TextDecoder::FindUndefined(std::string_view text) const {
  const auto found = std::ranges::find_if(text, [this](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= kAscii && CharacterOf(byte).empty();
  });
  return found == text.end() ? std::string_view::npos : static_cast<size_t>(found - text.begin());
}

}  // namespace rasti::cli
