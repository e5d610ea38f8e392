// Keys of signed notes, as C2SP signed-note (https://c2sp.org/signed-note) has them: Ed25519 keys with a name.
//
// Texts, one line each (of the verifier key as specified, of the signer key as Go's sumdb/note writes it):
//   NAME+0123abcd+BASE64(type || 32 bytes)                of a key that verifies; the digits are the key's id
//   PRIVATE+KEY+NAME+0123abcd+BASE64(type || 32 bytes)    of a key that signs: a secret
// Types: 1, an Ed25519 signature of the note's text; 4, a cosignature of a checkpoint with the time at which a witness
// saw it (https://c2sp.org/tlog-cosignature). The id is the beginning of SHA-256(name || "\n" || type || public key),
// so that one key has another id under another name. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace rasti::audit {

enum class NoteKeyType : uint8_t { kSignature = 1, kCosignature = 4 };

/// Empty where a key may have that name; else what is wrong with it. It is not empty, UTF-8, without spaces, control
/// characters and '+', and at most 200 bytes.
std::string FaultOfKeyName(std::string_view name);

class VerifierKey {
 public:
  /// Errors: kInvalidArgument: no such line, an id that is not the key's, another type.
  static Result<VerifierKey> Parse(std::string_view text);
  /// REQUIRES: FaultOfKeyName is empty.
  VerifierKey(std::string name, NoteKeyType type, const std::array<uint8_t, 32>& public_key);

  const std::string& name() const { return name_; }
  NoteKeyType type() const { return type_; }
  uint32_t id() const { return id_; }
  const std::array<uint8_t, 32>& public_key() const { return public_key_; }
  std::string ToText() const;
  /// Whether `signature` (what stands behind the key's id in a signature line) is this key's over the note's text.
  bool Verifies(std::string_view text, std::string_view signature) const;
  bool operator==(const VerifierKey&) const = default;

 private:
  std::string name_;
  NoteKeyType type_;
  std::array<uint8_t, 32> public_key_;
  uint32_t id_;
};

/// Overwrites its bytes when it goes.
class SignerKey {
 public:
  static SignerKey Generate(std::string name, NoteKeyType type);
  /// Errors: kInvalidArgument, as of VerifierKey; never quotes the text.
  static Result<SignerKey> Parse(std::string_view text);
  ~SignerKey();
  SignerKey(const SignerKey&) = default;
  SignerKey& operator=(const SignerKey&) = default;

  const VerifierKey& verifier() const { return verifier_; }
  std::string ToText() const;
  /// The same key under another name.
  SignerKey Renamed(std::string name) const;
  /// What stands behind the key's id in a signature line. `now` counts for cosignatures only, in whole seconds.
  std::string Sign(std::string_view text, Instant now) const;

 private:
  SignerKey(std::string name, NoteKeyType type, const std::array<uint8_t, 32>& seed);

  std::array<uint8_t, 32> seed_;
  VerifierKey verifier_;
};

/// When a cosignature says that it was made; nothing of another signature, or one that is none.
std::optional<Instant> CosignedAt(NoteKeyType type, std::string_view signature);

}  // namespace rasti::audit
