#include "engine/codec/dead_letter_codec.h"

#include <fmt/format.h>

#include <charconv>

#include "engine/codec/convert_basics.h"
#include "engine/codec/parse.h"
#include "proto/rasti/v1/dead_letter.pb.h"

namespace rasti::codec {
namespace {

void ToWire(const DeadLetter& in, v1::DeadLetter& out) {
  out.set_id(in.id.str());
  out.set_reason(in.reason);
  out.set_message(in.message);
  out.set_taken_at_ms(ToUnixMillis(in.taken_at));
  out.set_submitter(in.submitter.str());
  out.set_command_id(in.command_id.str());
  if (in.case_id) out.set_case_id(codec::ToWire(*in.case_id));
  out.set_size(in.size);
  out.set_key_id(in.key_id);
  out.set_sealed(in.sealed);
}

void ToWire(const DeadLetterNote& in, v1::DeadLetterNote& out) {
  out.set_id(in.id.str());
  out.set_noted_at_ms(ToUnixMillis(in.noted_at));
  if (const auto* retried = std::get_if<DeadLetterRetried>(&in.what)) {
    out.mutable_retried()->set_accepted(retried->accepted);
    out.mutable_retried()->set_outcome(retried->outcome);
  } else {
    out.mutable_discarded()->set_reason(std::get<DeadLetterDiscarded>(in.what).reason);
  }
}

void FromWire(const std::string& in, DeadLetterId& out, Faults& faults) {
  if (const auto id = ParseDeadLetterId(in)) {
    out = *id;
  } else {
    faults.Wrong("id", id.error().message);
  }
}

void FromWire(const v1::DeadLetter& in, DeadLetter& out, Faults& faults) {
  FromWire(in.id(), out.id, faults);
  out.reason = in.reason();
  out.message = in.message();
  codec::FromWire(in.taken_at_ms(), out.taken_at, "taken_at_ms", faults);
  out.submitter = core::SubmitterId(in.submitter());
  out.command_id = core::CommandId(in.command_id());
  if (!in.case_id().empty()) codec::FromWire(in.case_id(), out.case_id.emplace(), "case_id", faults);
  out.size = in.size();
  out.key_id = in.key_id();
  out.sealed = in.sealed();
}

void FromWire(const v1::DeadLetterNote& in, DeadLetterNote& out, Faults& faults) {
  FromWire(in.id(), out.id, faults);
  codec::FromWire(in.noted_at_ms(), out.noted_at, "noted_at_ms", faults);
  switch (in.what_case()) {
    case v1::DeadLetterNote::kRetried:
      out.what = DeadLetterRetried{in.retried().accepted(), in.retried().outcome()};
      break;
    case v1::DeadLetterNote::kDiscarded: out.what = DeadLetterDiscarded{in.discarded().reason()}; break;
    case v1::DeadLetterNote::WHAT_NOT_SET: faults.TooNew("what", "says nothing that is known here"); break;
  }
}

}  // namespace

std::string_view DeadLetterReasonName(DeadLetterReason reason) {
  switch (reason) {
    case DeadLetterReason::kNotProtobuf: return "not_protobuf";
    case DeadLetterReason::kTooLarge: return "too_large";
    case DeadLetterReason::kUnsupportedVersion: return "unsupported_version";
    case DeadLetterReason::kMalformed: return "malformed";
    case DeadLetterReason::kWrongKey: return "wrong_key";
    case DeadLetterReason::kWrongPartition: return "wrong_partition";
    case DeadLetterReason::kUnsigned: return "unsigned";
    case DeadLetterReason::kUnknownSubmitter: return "unknown_submitter";
    case DeadLetterReason::kWrongSignature: return "wrong_signature";
    case DeadLetterReason::kRoleNotAllowed: return "role_not_allowed";
    case DeadLetterReason::kTenantNotAllowed: return "tenant_not_allowed";
    case DeadLetterReason::kUnknownTenant: return "unknown_tenant";
  }
  return "malformed";
}

std::string DeadLetterId::str() const {
  return fmt::format("{}-{}{}", partition.value, is_follow_up ? "f" : "", position);
}

Result<DeadLetterId> ParseDeadLetterId(std::string_view text) {
  const Error wrong = Error::Invalid(
      "an id of a dead letter is a partition and a position, as in 3-1742; `rasti dead-letters list` shows them");
  DeadLetterId id;
  const char* const end = text.data() + text.size();
  const auto [dash, no_partition] = std::from_chars(text.data(), end, id.partition.value);
  if (no_partition != std::errc() || dash == end || *dash != '-' || id.partition.value < 0) return Fail(wrong);
  const char* number = dash + 1;
  id.is_follow_up = number != end && *number == 'f';
  if (id.is_follow_up) ++number;
  const auto [stopped, no_position] = std::from_chars(number, end, id.position);
  if (no_position != std::errc() || stopped != end || id.position < 0 || id.str() != text) return Fail(wrong);
  return id;
}

std::string EncodeDeadLetterRecord(const DeadLetterRecord& record) {
  v1::DeadLetterRecord message;
  if (const auto* letter = std::get_if<DeadLetter>(&record)) {
    ToWire(*letter, *message.mutable_letter());
  } else {
    ToWire(std::get<DeadLetterNote>(record), *message.mutable_note());
  }
  return message.SerializeAsString();
}

Result<DeadLetterRecord> DecodeDeadLetterRecord(std::string_view bytes) {
  v1::DeadLetterRecord message;
  if (!Parse(message, bytes)) return Fail(Error::Corruption("not a rasti.v1.DeadLetterRecord"));
  DeadLetterRecord record;
  Faults faults(ErrorCode::kCorruption);
  switch (message.record_case()) {
    case v1::DeadLetterRecord::kLetter: FromWire(message.letter(), record.emplace<DeadLetter>(), faults); break;
    case v1::DeadLetterRecord::kNote: FromWire(message.note(), record.emplace<DeadLetterNote>(), faults); break;
    case v1::DeadLetterRecord::RECORD_NOT_SET: faults.TooNew("record", "neither a letter nor a note"); break;
  }
  if (faults.any()) return Fail(faults.Take());
  return record;
}

std::string EncodeDeadLetterContent(std::string_view key, std::string_view value) {
  v1::DeadLetterContent message;
  message.set_key(std::string(key));
  message.set_value(std::string(value));
  return message.SerializeAsString();
}

Result<DeadLetterContent> DecodeDeadLetterContent(std::string_view bytes) {
  v1::DeadLetterContent message;
  if (!Parse(message, bytes)) return Fail(Error::Corruption("not a rasti.v1.DeadLetterContent"));
  return DeadLetterContent{std::move(*message.mutable_key()), std::move(*message.mutable_value())};
}

}  // namespace rasti::codec
