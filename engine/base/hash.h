// SHA-256, and the 32 bytes that it gives.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rasti {

using Hash256 = std::array<uint8_t, 32>;

/// SHA-256 over the parts in order, as if they were one string. Thread-safe.
Hash256 Sha256(std::initializer_list<std::string_view> parts);

/// The 32 bytes as a string of bytes, and 64 hexadecimal digits.
inline std::string_view AsBytes(const Hash256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
std::string ToHex(std::string_view bytes);

}  // namespace rasti
