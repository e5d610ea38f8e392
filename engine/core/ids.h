// The identifiers of case workflow. Each is a type of its own.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/strong.h"
#include "engine/base/uuid.h"

namespace rasti::core {

using TenantId = StrongString<struct TenantTag>;        // "prishtine", "mlga"
using ActorId = StrongString<struct ActorTag>;          // a random UUID in text; "system" for the engine itself
using SubjectId = StrongString<struct SubjectTag>;      // a random UUID in text: the person the data is about
using SubmitterId = StrongString<struct SubmitterTag>;  // the system that hands commands in: "portal", "socket"
using CommandId = StrongString<struct CommandTag>;      // scoped to its case
using Role = StrongString<struct RoleTag>;              // "officer"
using StageId = StrongString<struct StageTag>;
using ActionId = StrongString<struct ActionTag>;
using ClockId = StrongString<struct ClockTag>;
using CategoryId = StrongString<struct CategoryTag>;
using QueueId = StrongString<struct QueueTag>;
using DirectorateId = StrongString<struct DirectorateTag>;
using WorkflowId = StrongString<struct WorkflowTag>;      // the case type: "issue-report"
using VersionedName = StrongString<struct VersionedTag>;  // "issue-report@3"

/// Counts a case's events: 1, 2, 3, ... A case without events is at revision 0.
using Revision = StrongNumber<struct RevisionTag, int64_t>;
/// Counts a partition's events, dense: 0, 1, 2, ...
using Sequence = StrongNumber<struct SequenceTag, int64_t>;
using PartitionId = StrongNumber<struct PartitionTag, int32_t>;

/// Chosen by the submitter: a UUIDv7, or a UUIDv5 where a retry must land in the same place.
struct CaseId {
  Uuid uuid;
  auto operator<=>(const CaseId&) const = default;
  bool operator==(const CaseId&) const = default;
  std::string str() const { return FormatUuid(uuid); }
  template <class H>
  friend H AbslHashValue(H h, const CaseId& id) {
    return H::combine(std::move(h), id.uuid);
  }
  friend std::ostream& operator<<(std::ostream& out, const CaseId& id) { return out << id.str(); }
};

/// True for the ids that the engine gives what it does by itself: "timer", "replan", and those of follow-ups and their
/// answers, "case_id/revision/n" and "case_id/revision/n/answer". Nobody else may use them.
bool IsEngineCommandId(const CommandId& id);

/// Reads a case id as people write it. Errors: kInvalidArgument.
Result<CaseId> ParseCaseId(std::string_view text);

/// The namespace of the UUIDv5 case ids that a tenant's idempotency keys and source rows give.
CaseId CaseIdFromKey(const TenantId& tenant, std::string_view key);

/// What a citizen is told and types in again: 12 symbols of Crockford's base32 (60 of the random bits of the case_id)
/// in groups of four, and a check character over GF(32) that finds every wrong symbol and every swap of two:
/// "7ZK4-MQ2W-9PAB-X". It does not tell who or when.
std::string PublicReference(const CaseId& case_id);
/// Normalises what a person typed (case, spaces, hyphens; O for 0, I and L for 1) and checks the check character.
/// Errors: kInvalidArgument.
Result<std::string> ParsePublicReference(std::string_view text);

/// "name@version" and its parts.
VersionedName MakeVersionedName(std::string_view name, std::string_view version);
std::string_view NameOf(const VersionedName& versioned);
std::string_view VersionOf(const VersionedName& versioned);

}  // namespace rasti::core

template <>
struct std::hash<rasti::core::CaseId> {
  size_t operator()(const rasti::core::CaseId& id) const noexcept { return std::hash<rasti::Uuid>{}(id.uuid); }
};
