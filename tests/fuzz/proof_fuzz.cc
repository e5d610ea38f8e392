// What auditors are handed: signed notes, checkpoints, keys, tiles and bundles. Any bytes are handed to each of their
// readers. What is accepted must mean the same when it is written again, and nobody's signature counts but a key's own.
#include "engine/audit/base64.h"
#include "engine/audit/checkpoint.h"
#include "engine/audit/note_key.h"
#include "engine/audit/signed_note.h"
#include "engine/audit/tiles.h"
#include "tests/fuzz/fuzz.h"
#include "tools/rasti/audit/bundle.h"

namespace rasti::fuzz {
namespace {

// The example of Go's sumdb/note; what its key has signed is known.
constexpr std::string_view kKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kSigned =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

const std::vector<audit::VerifierKey>& Keys() {
  static const std::vector<audit::VerifierKey> kKeys = {audit::VerifierKey::Parse(kKey).value()};
  return kKeys;
}

void CheckNote(std::string_view bytes) {
  const auto note = audit::ParseNote(bytes);
  if (!note) return CheckError(note.error());
  const auto again = audit::ParseNote(audit::ToText(*note));
  RASTI_CHECK(again && *again == *note, "a note that is written again is the same");
  const auto signers = audit::SignersOf(*note, Keys());
  if (!signers) return CheckError(signers.error());
  RASTI_CHECK(signers->empty() || note->text == kSigned, "nobody signed that");
}

void CheckCheckpoint(std::string_view bytes) {
  const auto checkpoint = audit::ParseCheckpoint(bytes);
  if (!checkpoint) return CheckError(checkpoint.error());
  RASTI_CHECK(audit::ToText(*checkpoint) == bytes, "a checkpoint has one form");
}

void CheckKeys(std::string_view bytes) {
  const auto verifier = audit::VerifierKey::Parse(bytes);
  if (verifier) {
    RASTI_CHECK(audit::VerifierKey::Parse(verifier->ToText()) == *verifier, "a key has one form");
  } else {
    CheckError(verifier.error());
  }
  const auto signer = audit::SignerKey::Parse(bytes);
  if (!signer) return CheckError(signer.error());
  RASTI_CHECK(audit::SignerKey::Parse(signer->ToText())->verifier() == signer->verifier(), "a key has one form");
}

void CheckTiles(std::string_view bytes) {
  const auto tile = audit::DecodeTile(bytes);
  RASTI_CHECK(!tile || audit::EncodeTile(*tile) == bytes, "a tile has one form");
  const auto entries = audit::DecodeEntries(bytes);
  RASTI_CHECK(!entries || audit::EncodeEntries(*entries) == bytes, "a bundle of entries has one form");
  const auto decoded = audit::FromBase64(bytes);
  RASTI_CHECK(!decoded || audit::ToBase64(*decoded) == bytes, "base64 has one form");
}

void CheckBundleOf(std::string_view bytes) {
  const auto bundle = cli::ParseBundle(bytes);
  if (!bundle) return CheckError(bundle.error());
  const auto again = cli::ParseBundle(cli::ToJson(*bundle));
  RASTI_CHECK(again && *again == *bundle, "a bundle that is written again is the same");
  const auto checked = cli::CheckBundle(*bundle, Keys());
  RASTI_CHECK(!checked, "that key signed no log");
  CheckError(checked.error());
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  const std::string_view bytes = AsText(data, size);
  CheckNote(bytes);
  CheckCheckpoint(bytes);
  CheckKeys(bytes);
  CheckTiles(bytes);
  CheckBundleOf(bytes);
  return 0;
}
