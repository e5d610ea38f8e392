#include "engine/codec/result_codec.h"

#include <fmt/format.h>

#include "engine/codec/convert_basics.h"
#include "engine/codec/parse.h"
#include "proto/rasti/v1/result.pb.h"

namespace rasti::codec {
namespace {

void ToWire(const Accepted& in, v1::Accepted& out) {
  out.set_first_revision(in.first_revision.value);
  out.set_last_revision(in.last_revision.value);
  out.mutable_token()->set_partition(in.token.partition.value);
  out.mutable_token()->set_sequence(in.token.sequence.value);
}

void FromWire(const v1::Accepted& in, Accepted& out, Faults& faults) {
  out.first_revision = {in.first_revision()};
  out.last_revision = {in.last_revision()};
  faults.Require(in.has_token(), "token");
  out.token = {.partition = {in.token().partition()}, .sequence = {in.token().sequence()}};
}

void ToWire(const core::Rejection& in, v1::Rejected& out) {
  out.set_code(std::string(core::RejectionCodeName(in.code)));
  out.set_field(in.field);
  out.set_message(in.message);
}

void FromWire(const v1::Rejected& in, core::Rejection& out, Faults& faults) {
  if (const auto code = core::ParseRejectionCode(in.code())) {
    out.code = *code;
  } else {
    faults.TooNew("code", fmt::format("a rejection '{}' is unknown here: {}", in.code(), in.message()));
  }
  out.field = in.field();
  out.message = in.message();
}

}  // namespace

std::string EncodeResult(const CommandResult& result) {
  v1::Result message;
  message.set_command_id(result.command_id.str());
  message.set_case_id(ToWire(result.case_id));
  message.set_reference(result.reference);
  if (const auto* accepted = std::get_if<Accepted>(&result.outcome)) {
    ToWire(*accepted, *message.mutable_accepted());
  } else {
    ToWire(std::get<core::Rejection>(result.outcome), *message.mutable_rejected());
  }
  return message.SerializeAsString();
}

Result<CommandResult> DecodeResult(std::string_view bytes) {
  v1::Result message;
  if (!Parse(message, bytes)) {
    return Fail(Error::Corruption("not a rasti.v1.Result"));
  }
  CommandResult result;
  Faults faults(ErrorCode::kCorruption);
  result.command_id = core::CommandId(message.command_id());
  FromWire(message.case_id(), result.case_id, "case_id", faults);
  result.reference = message.reference();
  switch (message.outcome_case()) {
    case v1::Result::kAccepted: FromWire(message.accepted(), result.outcome.emplace<Accepted>(), faults); break;
    case v1::Result::kRejected: FromWire(message.rejected(), result.outcome.emplace<core::Rejection>(), faults); break;
    case v1::Result::OUTCOME_NOT_SET: faults.Wrong("outcome", "missing"); break;
  }
  if (faults.any()) return Fail(faults.Take());
  return result;
}

}  // namespace rasti::codec
