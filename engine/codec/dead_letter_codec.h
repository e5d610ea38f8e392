// Dead letters to and from bytes (rasti.v1.DeadLetterRecord). Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/core/ids.h"

namespace rasti::codec {

/// Why a record was set aside.
enum class DeadLetterReason {
  kNotProtobuf,         // not a Signed around a Command
  kTooLarge,            // more bytes than a command may have
  kUnsupportedVersion,  // a kind of command that only a newer engine knows
  kMalformed,           // a Command with a field missing or impossible
  kWrongKey,            // the record's key is not the case_id
  kWrongPartition,      // it lies where its key does not belong
  kUnsigned,
  kUnknownSubmitter,
  kWrongSignature,
  kRoleNotAllowed,    // the submitter may not speak in this role
  kTenantNotAllowed,  // the submitter may not speak for this tenant
  kUnknownTenant,
};
/// The stable name: "wrong_signature".
std::string_view DeadLetterReasonName(DeadLetterReason reason);

/// Which record of the input it was.
struct DeadLetterId {
  core::PartitionId partition;
  int64_t position = 0;
  bool is_follow_up = false;

  bool operator==(const DeadLetterId&) const = default;
  /// "3-1742", of a follow-up "3-f17".
  std::string str() const;
};
/// Errors: kInvalidArgument.
Result<DeadLetterId> ParseDeadLetterId(std::string_view text);

struct DeadLetter {
  DeadLetterId id;
  std::string reason;  // the name of a DeadLetterReason, or one that only a newer engine knows
  std::string message;
  Instant taken_at;
  // As claimed, not proven.
  core::SubmitterId submitter;
  core::CommandId command_id;
  std::optional<core::CaseId> case_id;
  int64_t size = 0;    // of the record's value, in bytes
  std::string key_id;  // of the public key that the content is sealed to; empty: the content was not kept
  std::string sealed;  // an encoded DeadLetterContent

  bool operator==(const DeadLetter&) const = default;
};

/// The record as it was.
struct DeadLetterContent {
  std::string key;
  std::string value;
  bool operator==(const DeadLetterContent&) const = default;
};

/// What became of a letter.
struct DeadLetterRetried {
  bool accepted = false;
  std::string outcome;  // "accepted", or the code of the rejection
  bool operator==(const DeadLetterRetried&) const = default;
};
struct DeadLetterDiscarded {
  std::string reason;  // as the operator gave it
  bool operator==(const DeadLetterDiscarded&) const = default;
};
struct DeadLetterNote {
  DeadLetterId id;
  Instant noted_at;
  std::variant<DeadLetterRetried, DeadLetterDiscarded> what;
  bool operator==(const DeadLetterNote&) const = default;
};

using DeadLetterRecord = std::variant<DeadLetter, DeadLetterNote>;

std::string EncodeDeadLetterRecord(const DeadLetterRecord& record);
/// Errors: kCorruption, kUnsupportedVersion (a note that only a newer engine knows).
Result<DeadLetterRecord> DecodeDeadLetterRecord(std::string_view bytes);

std::string EncodeDeadLetterContent(std::string_view key, std::string_view value);
/// Errors: kCorruption.
Result<DeadLetterContent> DecodeDeadLetterContent(std::string_view bytes);

}  // namespace rasti::codec
