#include "engine/audit/signed_note.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/audit/base64.h"
#include "engine/base/check.h"

namespace rasti::audit {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 ";
constexpr size_t kIdBytes = 4;

tl::unexpected<Error> NoNote(const std::string& why) { return Fail(Error::Invalid("no signed note: " + why)); }

// Where a text holds what it must not, or npos.
size_t ForbiddenIn(std::string_view text) {
  const auto is_forbidden = [](char c) { return static_cast<uint8_t>(c) < 0x20 && c != '\n'; };
  const auto found = std::ranges::find_if(text, is_forbidden);
  return found == text.end() ? std::string_view::npos : static_cast<size_t>(found - text.begin());
}

Result<NoteSignature> ParseSignature(std::string_view line, size_t number) {
  const auto wrong = [&](const char* what) {
    return NoNote(fmt::format("signature {} {}; \"\u2014 NAME BASE64\" is wanted", number, what));
  };
  if (!line.starts_with(kSignaturePrefix)) return wrong("does not begin with an em dash and a space");
  line.remove_prefix(kSignaturePrefix.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return wrong("has no name");
  NoteSignature signature;
  signature.name = std::string(line.substr(0, space));
  // Names of others may be any UTF-8 without spaces and '+'.
  if (signature.name.empty() || signature.name.find('+') != std::string::npos) return wrong("has no name");
  const auto bytes = FromBase64(line.substr(space + 1));
  if (!bytes) return wrong("is no base64");
  if (bytes->size() <= kIdBytes) return wrong("is too short");
  for (size_t i = 0; i < kIdBytes; ++i) signature.key_id = signature.key_id << 8 | static_cast<uint8_t>((*bytes)[i]);
  signature.bytes = bytes->substr(kIdBytes);
  return signature;
}

}  // namespace

Result<SignedNote> ParseNote(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMost) {
    return NoNote(fmt::format("{} bytes, where {} are the most", bytes.size(), kNoteBytesMost));
  }
  if (const size_t at = ForbiddenIn(bytes); at != std::string_view::npos) {
    return NoNote(fmt::format("a control character at byte {}", at));
  }
  // The text may hold empty lines itself: signatures stand behind the last one.
  const size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) return NoNote("no empty line between the text and its signatures");
  SignedNote note;
  note.text = std::string(bytes.substr(0, split + 1));
  std::string_view lines = bytes.substr(split + 2);
  if (lines.empty()) return NoNote("no signature");
  if (lines.back() != '\n') return NoNote("its last line has no end");
  while (!lines.empty()) {
    if (note.signatures.size() == kNoteSignaturesMost) {
      return NoNote(fmt::format("more than {} signatures", kNoteSignaturesMost));
    }
    const size_t end = lines.find('\n');
    RASTI_TRY(NoteSignature signature, ParseSignature(lines.substr(0, end), note.signatures.size() + 1));
    note.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return note;
}

std::string ToText(const SignedNote& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(signature.key_id >> shift & 0xFF);
    bytes += signature.bytes;
    text += fmt::format("{}{} {}\n", kSignaturePrefix, signature.name, ToBase64(bytes));
  }
  return text;
}

void Sign(SignedNote& note, const SignerKey& key, Instant now) {
  RASTI_CHECK(!note.text.empty() && note.text.back() == '\n' && ForbiddenIn(note.text) == std::string::npos,
              "a note's text consists of lines");
  const VerifierKey& verifier = key.verifier();
  NoteSignature signature{verifier.name(), verifier.id(), key.Sign(note.text, now)};
  const auto is_of_key = [&](const NoteSignature& old) {
    return old.name == signature.name && old.key_id == signature.key_id;
  };
  const auto old = std::ranges::find_if(note.signatures, is_of_key);
  if (old == note.signatures.end()) {
    note.signatures.push_back(std::move(signature));
  } else {
    *old = std::move(signature);
  }
}

Result<std::vector<const VerifierKey*>> SignersOf(const SignedNote& note, std::span<const VerifierKey> keys) {
  std::vector<const VerifierKey*> signers;
  for (const VerifierKey& key : keys) {
    bool has_signed = false;
    for (const NoteSignature& signature : note.signatures) {
      if (signature.name != key.name() || signature.key_id != key.id()) continue;
      if (!key.Verifies(note.text, signature.bytes)) {
        return Fail(Error::Invalid(
            fmt::format("the signature of {} (key {:08x}) is not that key's over this text: forged, or damaged",
                        key.name(), key.id())));
      }
      has_signed = true;
    }
    if (has_signed) signers.push_back(&key);
  }
  return signers;
}

}  // namespace rasti::audit
