#include "engine/views/bytes.h"

#include <charconv>

namespace rasti::views {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
// 0x00 within a text is written 0x00 0xFF; its end 0x00 0x01.
constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xFF';
constexpr char kEndOfText = '\x01';

}  // namespace

void AppendSortable(std::string& out, int64_t value) {
  const uint64_t bits = static_cast<uint64_t>(value) ^ kSignBit;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xFF);
}

void AppendSortable(std::string& out, std::string_view text) {
  for (const char c : text) {
    out += c;
    if (c == kEscape) out += kEscapedZero;
  }
  out += kEscape;
  out += kEndOfText;
}

void AppendVarint(std::string& out, int64_t value) {
  uint64_t bits = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  for (; bits >= 0x80; bits >>= 7) out += static_cast<char>(bits | 0x80);
  out += static_cast<char>(bits);
}

std::string_view ByteReader::Bytes(size_t count) {
  if (!ok_ || rest_.size() < count) {
    ok_ = false;
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

int64_t ByteReader::Sortable() {
  uint64_t bits = 0;
  for (const char c : Bytes(8)) bits = bits << 8 | static_cast<uint8_t>(c);
  return static_cast<int64_t>(bits ^ kSignBit);
}

std::string ByteReader::SortableText() {
  std::string text;
  while (true) {
    const std::string_view c = Bytes(1);
    if (!ok_) return {};
    if (c[0] != kEscape) {
      text += c[0];
      continue;
    }
    const std::string_view next = Bytes(1);
    if (!ok_ || next[0] == kEndOfText) return text;
    text += kEscape;
  }
}

int64_t ByteReader::Varint() {
  uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::string_view c = Bytes(1);
    if (!ok_) return 0;
    bits |= static_cast<uint64_t>(static_cast<uint8_t>(c[0]) & 0x7F) << shift;
    if ((static_cast<uint8_t>(c[0]) & 0x80) == 0) {
      return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
    }
  }
  ok_ = false;
  return 0;
}

std::optional<std::string> BytesFromHex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    uint8_t byte = 0;
    const char* two = digits.data() + i;
    if (std::from_chars(two, two + 2, byte, 16).ptr != two + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace rasti::views
