// Whatever else lies in the log, the stores and the topics: states, answers, outbox entries, dead letters, packages and
// signed commands. Any bytes are handed to each of their decoders. What is accepted must mean the same when it is
// written again.
#include "engine/codec/command_codec.h"
#include "engine/codec/dead_letter_codec.h"
#include "engine/codec/json.h"
#include "engine/codec/outbox_codec.h"
#include "engine/codec/package_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/codec/state_codec.h"
#include "engine/codec/stored.h"
#include "tests/fuzz/fuzz.h"

namespace rasti::fuzz {
namespace {

template <class Value, class Encode, class Decode>
void CheckRoundTrip(const Result<Value>& read, const Encode& encode, const Decode& decode) {
  if (!read) return CheckError(read.error());
  const auto again = decode(encode(*read));
  RASTI_CHECK(again.has_value(), "what was written can be read");
  RASTI_CHECK(*again == *read, "it means the same");
}

void CheckState(std::string_view bytes) {
  const auto state = codec::DecodeState(bytes);
  CheckRoundTrip(state, codec::EncodeState, codec::DecodeState);
  if (!state) return;
  RASTI_CHECK(!codec::ToJson(*state, {.show_personal = true}).dump().empty(), "a state can be shown");
  const auto timer = core::NextTimer(*state);
  RASTI_CHECK(timer.has_value() || !core::NextWallTimer(*state), "wall time waits for a timer of the case");
}

void CheckDeadLetter(std::string_view bytes) {
  const auto record = codec::DecodeDeadLetterRecord(bytes);
  CheckRoundTrip(record, codec::EncodeDeadLetterRecord, codec::DecodeDeadLetterRecord);
  CheckRoundTrip(
      codec::DecodeDeadLetterContent(bytes),
      [](const codec::DeadLetterContent& content) {
        return codec::EncodeDeadLetterContent(content.key, content.value);
      },
      codec::DecodeDeadLetterContent);
  const auto id = codec::ParseDeadLetterId(bytes);
  if (!id) return CheckError(id.error());
  RASTI_CHECK(codec::ParseDeadLetterId(id->str()) == *id, "a letter's name names it");
}

void CheckSigned(std::string_view bytes) {
  CheckRoundTrip(codec::ParseSigned(bytes), codec::EncodeSigned, codec::ParseSigned);
  const auto sealed = codec::DecodeSigned(bytes);
  if (!sealed) CheckError(sealed.error());
  const codec::CommandClaims claims = codec::ReadClaims(bytes);
  RASTI_CHECK(claims.is_command || (!claims.case_id && claims.submitter.empty() && claims.command_id.empty()),
              "what is no command claims nothing");
}

void CheckFrame(std::string_view bytes) {
  const auto parts = codec::ReadStored(bytes);
  if (!parts) return CheckError(parts.error());
  codec::StoredFrame frame(parts->body.size());
  std::copy(parts->body.begin(), parts->body.end(), frame.body());
  Hash256 hash{};
  std::copy(parts->hash.begin(), parts->hash.end(), hash.begin());
  frame.Finish(hash);
  RASTI_CHECK(frame.bytes == bytes, "a frame has one form");
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  const std::string_view bytes = AsText(data, size);
  CheckFrame(bytes);
  CheckState(bytes);
  CheckRoundTrip(codec::DecodeResult(bytes), codec::EncodeResult, codec::DecodeResult);
  CheckRoundTrip(codec::DecodeOutboxEntry(bytes), codec::EncodeOutboxEntry, codec::DecodeOutboxEntry);
  CheckDeadLetter(bytes);
  CheckRoundTrip(codec::DecodePackage(bytes), codec::EncodePackage, codec::DecodePackage);
  CheckSigned(bytes);
  return 0;
}
