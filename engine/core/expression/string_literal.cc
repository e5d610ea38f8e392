#include "engine/core/expression/string_literal.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "engine/base/result.h"
#include "engine/core/expression/names.h"

namespace rasti::core::expression {
namespace {

struct Opening {
  bool raw = false;
  bool bytes = false;
  std::string_view quote;
  size_t length = 0;
};

Opening ReadOpening(std::string_view text) {
  Opening opening;
  size_t at = 0;
  for (; at < 2 && at < text.size(); ++at) {
    if ((text[at] == 'r' || text[at] == 'R') && !opening.raw) {
      opening.raw = true;
    } else if ((text[at] == 'b' || text[at] == 'B') && !opening.bytes) {
      opening.bytes = true;
    } else {
      break;
    }
  }
  const std::string_view rest = text.substr(at);
  for (const std::string_view quote : {"'''", "\"\"\"", "'", "\""}) {
    if (rest.starts_with(quote)) {
      opening.quote = rest.substr(0, quote.size());
      opening.length = at + quote.size();
      break;
    }
  }
  return opening;
}

struct Escape {
  size_t source_bytes = 0;
  char32_t code_point = 0;
};

// The number that `digits` digits after `prefix` bytes make, or nothing.
tl::expected<Escape, std::string> ReadDigits(std::string_view text, size_t prefix, size_t digits, int base) {
  uint32_t value = 0;
  const std::string_view shown = text.substr(prefix, digits);
  const auto [stop, error] = std::from_chars(shown.data(), shown.data() + shown.size(), value, base);
  if (shown.size() != digits || error != std::errc() || stop != shown.data() + shown.size()) {
    return tl::unexpected(fmt::format("the escape '{}' needs {} {} digits", text.substr(0, base == 8 ? 1 : 2), digits,
                                      base == 8 ? "octal" : "hexadecimal"));
  }
  return Escape{prefix + digits, value};
}

// Two \u escapes may write one code point beyond U+FFFF as a surrogate pair.
tl::expected<Escape, std::string> ReadUnicode(std::string_view text, size_t digits) {
  RASTI_TRY(Escape escape, ReadDigits(text, 2, digits, 16));
  const std::string_view rest = text.substr(escape.source_bytes);
  if (digits == 4 && escape.code_point >= 0xD800 && escape.code_point < 0xDC00 && rest.starts_with("\\u")) {
    RASTI_TRY(const Escape low, ReadDigits(rest, 2, 4, 16));
    if (low.code_point >= 0xDC00 && low.code_point < 0xE000) {
      return Escape{escape.source_bytes + low.source_bytes,
                    0x10000 + ((escape.code_point - 0xD800) << 10) + (low.code_point - 0xDC00)};
    }
  }
  if (!IsScalarValue(escape.code_point)) {
    return tl::unexpected(fmt::format("the escape '{}' is no Unicode character", text.substr(0, escape.source_bytes)));
  }
  return escape;
}

// REQUIRES: text begins with a backslash.
tl::expected<Escape, std::string> ReadEscape(std::string_view text) {
  const char kind = text.size() > 1 ? text[1] : '\0';
  switch (kind) {
    case 'a': return Escape{2, '\a'};
    case 'b': return Escape{2, '\b'};
    case 'f': return Escape{2, '\f'};
    case 'n': return Escape{2, '\n'};
    case 'r': return Escape{2, '\r'};
    case 't': return Escape{2, '\t'};
    case 'v': return Escape{2, '\v'};
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`': return Escape{2, static_cast<char32_t>(kind)};
    case 'x':
    case 'X': return ReadDigits(text, 2, 2, 16);
    case 'u': return ReadUnicode(text, 4);
    case 'U': return ReadUnicode(text, 8);
    case '0':
    case '1':
    case '2':
    case '3': return ReadDigits(text, 1, 3, 8);
    default: break;
  }
  const size_t shown = text.size() > 1 ? 1 + Utf8SequenceLength(text.substr(1)) : 1;
  return tl::unexpected(fmt::format("unknown escape '{}'; a backslash is written '\\\\', or put r before the quote",
                                    text.substr(0, shown)));
}

// Where the byte `offset` of text stands, text beginning at `position`.
Position PositionIn(std::string_view text, size_t offset, Position position) {
  const std::string_view before = text.substr(0, offset);
  const size_t line = before.rfind('\n');
  if (line == std::string_view::npos) {
    position.column += static_cast<int>(CountCodePoints(before));
  } else {
    for (const char c : before) position.line += c == '\n' ? 1 : 0;
    position.column = 1 + static_cast<int>(CountCodePoints(before.substr(line + 1)));
  }
  return position;
}

}  // namespace

bool BeginsStringLiteral(std::string_view text) { return ReadOpening(text).length > 0; }

tl::expected<StringLiteral, CompileError> ReadStringLiteral(std::string_view text, Position position) {
  const Opening opening = ReadOpening(text);
  if (opening.bytes) return FailCompile(position, "bytes literals (b'...') are not part of this subset of CEL");
  StringLiteral literal;
  size_t at = opening.length;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(opening.quote)) {
      literal.source_bytes = at + opening.quote.size();
      return literal;
    }
    if (opening.quote.size() == 1 && (rest.front() == '\n' || rest.front() == '\r')) break;
    if (rest.front() == '\\' && !opening.raw) {
      const auto escape = ReadEscape(rest);
      if (!escape) return FailCompile(PositionIn(text, at, position), escape.error());
      AppendUtf8(escape->code_point, &literal.value);
      at += escape->source_bytes;
    } else {
      literal.value += rest.front();
      ++at;
    }
  }
  return FailCompile(position, fmt::format("the string has no closing {}", opening.quote));
}

}  // namespace rasti::core::expression
