#include "engine/core/ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace rasti::core {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford: without I, L, O, U
constexpr size_t kReferenceSymbols = 12;                                    // 60 of the 62 random bits

// Multiplication by x in GF(32) with the primitive polynomial x^5 + x^2 + 1.
uint8_t TimesX(uint8_t a) { return static_cast<uint8_t>(((a << 1) ^ ((a & 0x10) != 0 ? 0x25 : 0)) & 0x1F); }

// A weighted sum with distinct powers of x: every wrong symbol and every swap of two symbols changes it.
uint8_t CheckSymbol(const std::array<uint8_t, kReferenceSymbols>& symbols) {
  uint8_t sum = 0;
  for (const uint8_t symbol : symbols) sum = static_cast<uint8_t>(TimesX(sum) ^ symbol);
  return TimesX(sum);
}

std::string Write(const std::array<uint8_t, kReferenceSymbols>& symbols) {
  std::string text;
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (i != 0 && i % 4 == 0) text += '-';
    text += kAlphabet[symbols[i]];
  }
  text += '-';
  text += kAlphabet[CheckSymbol(symbols)];
  return text;
}

}  // namespace

Result<CaseId> ParseCaseId(std::string_view text) {
  auto uuid = ParseUuid(text);
  if (!uuid) return Fail(uuid.error().At("case id"));
  return CaseId{*uuid};
}

CaseId CaseIdFromKey(const TenantId& tenant, std::string_view key) {
  // A namespace of this product, made once at random.
  static constexpr Uuid kCases{
      {0x5e, 0x1c, 0x2d, 0x8a, 0x60, 0x3b, 0x4f, 0x19, 0x9a, 0x77, 0xc4, 0x0e, 0x52, 0xd8, 0x13, 0xb6}};
  return CaseId{UuidV5(UuidV5(kCases, tenant.view()), key)};
}

std::string PublicReference(const CaseId& case_id) {
  uint64_t bits = 0;
  for (size_t i = 8; i < 16; ++i) bits = bits << 8 | case_id.uuid.bytes[i];
  std::array<uint8_t, kReferenceSymbols> symbols{};
  for (size_t i = symbols.size(); i-- > 0; bits >>= 5) symbols[i] = static_cast<uint8_t>(bits & 0x1F);
  return Write(symbols);
}

Result<std::string> ParsePublicReference(std::string_view text) {
  std::array<uint8_t, kReferenceSymbols + 1> read{};
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    const size_t symbol = kAlphabet.find(c);
    if (symbol == std::string_view::npos) {
      return Fail(
          Error::Invalid(fmt::format("reference '{}', character {}: only digits and letters are used", text, i + 1)));
    }
    if (count == read.size()) {
      count = 0;
      break;
    }
    read[count++] = static_cast<uint8_t>(symbol);
  }
  if (count != read.size()) {
    return Fail(Error::Invalid(fmt::format("reference '{}': it has {} letters and digits, like 7ZK4-MQ2W-9PAB-X", text,
                                           kReferenceSymbols + 1)));
  }
  std::array<uint8_t, kReferenceSymbols> symbols{};
  std::copy_n(read.begin(), symbols.size(), symbols.begin());
  if (CheckSymbol(symbols) != read.back()) {
    return Fail(Error::Invalid(
        fmt::format("reference '{}': the last character does not match; one of them is mistyped", text)));
  }
  return Write(symbols);
}

bool IsEngineCommandId(const CommandId& id) {
  const std::string_view text = id.view();
  if (text == "timer" || text == "replan") return true;
  constexpr size_t kUuidLength = 36;
  if (text.size() <= kUuidLength || !ParseUuid(text.substr(0, kUuidLength))) return false;
  std::string_view rest = text.substr(kUuidLength);
  for (int part = 0; part < 2; ++part) {
    if (!rest.starts_with('/')) return false;
    rest.remove_prefix(1);
    const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0) return false;
    rest.remove_prefix(digits);
  }
  return rest.empty() || rest == "/answer";
}

VersionedName MakeVersionedName(std::string_view name, std::string_view version) {
  return VersionedName(fmt::format("{}@{}", name, version));
}

std::string_view NameOf(const VersionedName& versioned) {
  return versioned.view().substr(0, versioned.view().rfind('@'));
}

std::string_view VersionOf(const VersionedName& versioned) {
  const size_t at = versioned.view().rfind('@');
  return at == std::string_view::npos ? std::string_view{} : versioned.view().substr(at + 1);
}

}  // namespace rasti::core
