// What is wrong with a record that is nobody's command, and the letter that keeps it for the operator.
#pragma once

#include <optional>
#include <string>

#include "engine/codec/command_codec.h"
#include "engine/codec/dead_letter_codec.h"
#include "engine/core/decide.h"
#include "engine/ports/event_log.h"
#include "engine/privacy/sealed_box.h"

namespace rasti::runtime {

struct Refusal {
  codec::DeadLetterReason reason = codec::DeadLetterReason::kMalformed;
  core::Rejection rejection;  // for whoever handed it in
  // As claimed, not proven; empty where it cannot be read or is no id of the usual form.
  core::SubmitterId submitter;
  core::CommandId command_id;
  std::optional<core::CaseId> case_id;
};

/// `text` where it has the form of an id (letters, digits and ._:/-, at most 128), otherwise nothing: what strangers
/// write is repeated nowhere else.
std::string IdOrNothing(std::string_view text);
Refusal Refuse(codec::DeadLetterReason reason, core::RejectionCode code, std::string field, std::string message,
               const codec::CommandClaims& claims);
codec::CommandClaims ClaimsOf(const core::Command& command);

/// The letter that sets a record aside, sealed to `key`. Without a key, or where the record has more than
/// kDeadLetterBytesMost, it tells of the record but does not keep it.
ports::DeadLetterOut MakeDeadLetter(const ports::InputRecord& record, const Refusal& refusal,
                                    const std::optional<privacy::PublicKey>& key);

}  // namespace rasti::runtime
