#include "engine/base/uuid.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

#include "engine/base/check.h"

namespace rasti {
namespace {

void SetVersion(Uuid& uuid, uint8_t version) {
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0F) | (version << 4));
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsHyphenPosition(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::string FormatUuid(const Uuid& uuid) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  size_t at = 0;
  for (const uint8_t byte : uuid.bytes) {
    if (IsHyphenPosition(at)) ++at;
    text[at++] = kHex[byte >> 4];
    text[at++] = kHex[byte & 0x0F];
  }
  return text;
}

Result<Uuid> ParseUuid(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return Fail(Error::Invalid(
        fmt::format("'{}' is not a UUID: {}; write it like 0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11", text, why)));
  };
  if (text.size() != 36) return bad(fmt::format("it has {} characters instead of 36", text.size()));
  Uuid uuid;
  size_t byte = 0;
  for (size_t i = 0; i < 36; ++i) {
    if (IsHyphenPosition(i)) {
      if (text[i] != '-') return bad(fmt::format("character {} is not a hyphen", i + 1));
      continue;
    }
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return bad(fmt::format("character {} is not hexadecimal", (high < 0 ? i : i + 1) + 1));
    uuid.bytes[byte++] = static_cast<uint8_t>(high << 4 | low);
    ++i;
  }
  return uuid;
}

Result<Uuid> UuidFromBytes(std::string_view bytes) {
  Uuid uuid;
  if (bytes.size() != uuid.bytes.size()) {
    return Fail(Error::Invalid(fmt::format("a UUID has 16 bytes, here are {}", bytes.size())));
  }
  std::copy(bytes.begin(), bytes.end(), uuid.bytes.begin());
  return uuid;
}

Uuid UuidV7(Instant now, std::span<const uint8_t, 10> random) {
  Uuid uuid;
  const auto millis = static_cast<uint64_t>(ToUnixMillis(now));
  for (size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<uint8_t>(millis >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), uuid.bytes.begin() + 6);
  SetVersion(uuid, 7);
  return uuid;
}

Uuid NewUuidV7() {
  std::array<uint8_t, 10> random{};
  RASTI_CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1, "the system has no randomness");
  return UuidV7(std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()), random);
}

Uuid UuidV5(const Uuid& name_space, std::string_view name) {
  std::string input(name_space.AsBytes());
  input += name;
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  RASTI_CHECK(EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1, "SHA-1 failed");
  Uuid uuid;
  std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
  SetVersion(uuid, 5);
  return uuid;
}

}  // namespace rasti
