#include "engine/runtime/dead_letters.h"

#include <algorithm>

#include "engine/codec/limits.h"

namespace rasti::runtime {
namespace {

constexpr size_t kIdMost = 128;
// Faults name fields and numbers; none needs more.
constexpr size_t kMessageMost = 400;

bool IsOfId(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '/' || c == '-';
}

}  // namespace

std::string IdOrNothing(std::string_view text) {
  if (text.size() > kIdMost || !std::ranges::all_of(text, IsOfId)) return {};
  return std::string(text);
}

Refusal Refuse(codec::DeadLetterReason reason, core::RejectionCode code, std::string field, std::string message,
               const codec::CommandClaims& claims) {
  return {.reason = reason,
          .rejection = {code, std::move(field), std::move(message)},
          .submitter = core::SubmitterId(IdOrNothing(claims.submitter.str())),
          .command_id = core::CommandId(IdOrNothing(claims.command_id.str())),
          .case_id = claims.case_id};
}

codec::CommandClaims ClaimsOf(const core::Command& command) {
  return {
      .is_command = true, .submitter = command.submitter, .command_id = command.command_id, .case_id = command.case_id};
}

ports::DeadLetterOut MakeDeadLetter(const ports::InputRecord& record, const Refusal& refusal,
                                    const std::optional<privacy::PublicKey>& key) {
  codec::DeadLetter letter;
  letter.id = {record.partition, record.position, record.input == ports::Input::kFollowUps};
  letter.reason = codec::DeadLetterReasonName(refusal.reason);
  letter.message = refusal.rejection.message.substr(0, kMessageMost);
  letter.taken_at = record.taken_at;
  letter.submitter = refusal.submitter;
  letter.command_id = refusal.command_id;
  letter.case_id = refusal.case_id;
  letter.size = static_cast<int64_t>(record.value.size());
  if (key && record.key.size() + record.value.size() <= codec::kDeadLetterBytesMost) {
    letter.key_id = key->id();
    letter.sealed = privacy::Seal(codec::EncodeDeadLetterContent(record.key, record.value), *key);
  }
  std::string id = letter.id.str();
  return {std::move(id), codec::EncodeDeadLetterRecord(letter)};
}

}  // namespace rasti::runtime
