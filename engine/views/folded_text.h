// Texts as people look for them: "celes" finds "Çelësi", "život" finds "ŽIVOT".
#pragma once

#include <string>
#include <string_view>

namespace rasti::views {

/// The text without regard to capitals and marks, by Unicode's case folding and canonical decomposition (utf8proc).
/// What is no UTF-8 stays as it is, but for ASCII letters. Thread-safe.
std::string FoldedText(std::string_view text);

}  // namespace rasti::views
