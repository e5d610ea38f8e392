// The names and characters of the language: identifiers, reserved words, UTF-8, and the name someone probably meant.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rasti::core::expression {

/// Whether text is [_a-zA-Z][_a-zA-Z0-9]*.
bool IsIdentifier(std::string_view text);
/// Whether CEL keeps the word for itself, so that no variable may bear it ("in", "true", "loop", ...).
bool IsReserved(std::string_view word);
/// Whether a word can't be a member's name either: true, false, null and in.
bool IsKeyword(std::string_view word);

/// The length in bytes of the UTF-8 sequence that text begins with; 0 where it begins with none.
/// REQUIRES: text is not empty.
size_t Utf8SequenceLength(std::string_view text);
/// The number of code points; a byte that belongs to no sequence counts as one.
size_t CountCodePoints(std::string_view text);
/// REQUIRES: IsScalarValue(code_point).
void AppendUtf8(char32_t code_point, std::string* text);
/// Whether UTF-8 can hold it: at most U+10FFFF and no surrogate.
constexpr bool IsScalarValue(char32_t code_point) {
  return code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
}

/// ", did you mean 'category'?" for the choice that differs from name by a slip or two; "" where none does.
std::string DidYouMean(std::string_view name, const std::vector<std::string_view>& choices);

/// "'a', 'b' and 'c'"; "none" for no names.
std::string JoinNames(const std::vector<std::string_view>& names);

}  // namespace rasti::core::expression
