// Sealing to a public key: whoever has the public half can put something away that only the holder of the private half
// can open again (libsodium's crypto_box_seal: X25519, XSalsa20-Poly1305). Thread-safe.
//
// Keys are kept as text, one line, so that one kind cannot be taken for the other:
//   rasti-public-key-1 <64 hexadecimal digits>
//   rasti-private-key-1 <64 hexadecimal digits>
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::privacy {

inline constexpr size_t kKeyBytes = 32;

class PublicKey {
 public:
  explicit PublicKey(const std::array<uint8_t, kKeyBytes>& bytes) : bytes_(bytes) {}

  const std::array<uint8_t, kKeyBytes>& bytes() const { return bytes_; }
  /// Names the key in records: 16 hexadecimal digits of its hash.
  std::string id() const;
  bool operator==(const PublicKey&) const = default;

 private:
  std::array<uint8_t, kKeyBytes> bytes_;
};

/// Overwrites its bytes when it goes.
class PrivateKey {
 public:
  static PrivateKey Generate();
  explicit PrivateKey(const std::array<uint8_t, kKeyBytes>& bytes) : bytes_(bytes) {}
  ~PrivateKey();
  PrivateKey(const PrivateKey&) = default;
  PrivateKey& operator=(const PrivateKey&) = default;

  const std::array<uint8_t, kKeyBytes>& bytes() const { return bytes_; }
  PublicKey public_key() const;

 private:
  PrivateKey() = default;
  std::array<uint8_t, kKeyBytes> bytes_{};
};

/// The lines that key files hold, with a line end.
std::string ToText(const PublicKey& key);
std::string ToText(const PrivateKey& key);
/// Errors: kInvalidArgument: not such a line, or one of the other kind. Never quotes the text.
Result<PublicKey> ParsePublicKey(std::string_view text);
Result<PrivateKey> ParsePrivateKey(std::string_view text);

/// 48 bytes longer than what is sealed, and different each time.
std::string Seal(std::string_view plain, const PublicKey& to);
/// Errors: kInvalidArgument: sealed to another key, or not whole.
Result<std::string> Open(std::string_view sealed, const PrivateKey& key);

}  // namespace rasti::privacy
