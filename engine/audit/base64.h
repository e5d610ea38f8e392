// Base64 in the standard alphabet with padding (RFC 4648, 4), by libsodium. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rasti::audit {

std::string ToBase64(std::string_view bytes);
/// Nothing where the text is none: other characters, wrong padding, bits that stand for nothing.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace rasti::audit
