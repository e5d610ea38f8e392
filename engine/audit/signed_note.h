// Signed notes, as C2SP signed-note (https://c2sp.org/signed-note) has them: a text, an empty line, and a line for each
// signature: "\u2014 NAME BASE64(id || signature)". Signatures of keys that a reader does not know do not matter to it.
// Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/note_key.h"
#include "engine/base/result.h"

namespace rasti::audit {

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  std::string bytes;  // behind the id: 64 of an Ed25519 signature, 72 of a cosignature
  bool operator==(const NoteSignature&) const = default;
};

struct SignedNote {
  std::string text;  // not empty, ends with a line end; no control characters but line ends
  std::vector<NoteSignature> signatures;
  bool operator==(const SignedNote&) const = default;
};

inline constexpr size_t kNoteBytesMost = size_t{64} << 10;
inline constexpr size_t kNoteSignaturesMost = 100;

/// Reads a note without verifying anything. Errors: kInvalidArgument says where it is none: too long, no text, no empty
/// line, a line that is no signature, more than 100 of them.
Result<SignedNote> ParseNote(std::string_view bytes);
std::string ToText(const SignedNote& note);

/// Adds the key's signature, in place of one that it has already.
void Sign(SignedNote& note, const SignerKey& key, Instant now);

/// Which of the keys signed the note, in their order. Errors: kInvalidArgument: a signature with name and id of one of
/// the keys is not this key's over the text; that is a forgery or damage, whatever others signed.
Result<std::vector<const VerifierKey*>> SignersOf(const SignedNote& note, std::span<const VerifierKey> keys);

}  // namespace rasti::audit
