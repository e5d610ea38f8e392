#include "engine/views/folded_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace rasti::views {
namespace {

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

std::string WithSmallLetters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

}  // namespace

std::string FoldedText(std::string_view text) {
  if (std::ranges::all_of(text, IsAscii)) return WithSmallLetters(text);
  utf8proc_uint8_t* folded = nullptr;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD);
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &folded, options);
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): it is how utf8proc gives
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  if (size < 0) return WithSmallLetters(text);
  return {reinterpret_cast<const char*>(folded), static_cast<size_t>(size)};
}

}  // namespace rasti::views
