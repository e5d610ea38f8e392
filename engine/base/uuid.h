// UUIDs (RFC 9562): version 7 for new cases, version 5 for names that a retry must find again.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace rasti {

struct Uuid {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  bool operator==(const Uuid&) const = default;
  bool IsNil() const { return bytes == std::array<uint8_t, 16>{}; }
  /// The 16 bytes as they are stored and hashed (network order).
  std::string_view AsBytes() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

  template <class H>
  friend H AbslHashValue(H h, const Uuid& uuid) {
    return H::combine(std::move(h), uuid.AsBytes());
  }
};

/// "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11", lower case.
std::string FormatUuid(const Uuid& uuid);
/// Reads the 36-character form, either case. Errors: kInvalidArgument.
Result<Uuid> ParseUuid(std::string_view text);
/// Takes 16 raw bytes. Errors: kInvalidArgument when there are not 16.
Result<Uuid> UuidFromBytes(std::string_view bytes);

/// Version 7: 48 bits of Unix milliseconds, then the caller's randomness (version and variant bits are set over it).
Uuid UuidV7(Instant now, std::span<const uint8_t, 10> random);
/// Version 7 with the system's clock and randomness. For edges only: core never calls it.
Uuid NewUuidV7();
/// Version 5: SHA-1 over namespace and name.
Uuid UuidV5(const Uuid& name_space, std::string_view name);

}  // namespace rasti

template <>
struct std::hash<rasti::Uuid> {
  size_t operator()(const rasti::Uuid& uuid) const noexcept { return std::hash<std::string_view>{}(uuid.AsBytes()); }
};
