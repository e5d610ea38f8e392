// Text in an encoding of one byte a character, into UTF-8: tables of old systems, whose exports say nothing of it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/codec/import_mapping.h"

namespace rasti::cli {

/// As mappings write it: "windows-1250".
std::string_view NameOf(codec::TableEncoding encoding);

/// Immutable; thread-safe.
class TextDecoder {
 public:
  /// REQUIRES: not kUtf8, which needs none. Errors: kNotFound (the C library of this machine lacks the table).
  static Result<TextDecoder> Create(codec::TableEncoding encoding);

  /// Turns what stands in the text from `from` on into UTF-8. A byte that is no character of the encoding stays as it
  /// is: none of them can be taken for a part of a character in UTF-8, so that the text is none there.
  void ToUtf8(std::string& text, size_t from) const;
  /// The first byte that is no character of the encoding; npos: there is none.
  size_t FindUndefined(std::string_view text) const;

 private:
  static constexpr size_t kAscii = 0x80;
  const std::string& CharacterOf(unsigned char byte) const { return characters_.at(byte - kAscii); }

  std::array<std::string, 0x100 - kAscii> characters_;  // in UTF-8, by the byte behind ASCII; empty: none
};

}  // namespace rasti::cli
