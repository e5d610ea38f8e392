// A proof bundle: what an auditor needs to see, offline and with the operator's public key alone, that a case's events
// are in the log as it was signed. A JSON document, so that other programs can check it too:
//
//   {"format": "rasti-bundle-1",
//    "checkpoint": the signed note of the partition's log (engine/audit/checkpoint.h),
//    "case_id": ..., "partition": 3,
//    "events": [{"sequence": 17, "stored": base64 of the record (proto/rasti/v1/stored.proto),
//                "proof": [base64 of 32 bytes, ...]  inclusion, RFC 6962}, ...],   by revision, from the first on
//    "packages": [{"key": "workflow/issue-report@3", "value": base64}, ...]}   what they were decided by
//
// What it proves: these events were in the log when the checkpoint was signed, each where its sequence says, and they
// are the case's history without a gap up to the last of them. Not that there was no further event of the case, and not
// what the packages say: they are as the operator hands them over.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/audit/checkpoint.h"
#include "engine/audit/merkle_tree.h"
#include "engine/audit/note_key.h"
#include "engine/codec/event_codec.h"
#include "engine/core/ids.h"

namespace rasti::cli {

struct BundleEvent {
  core::Sequence sequence;
  std::string stored;
  audit::Proof proof;
  bool operator==(const BundleEvent&) const = default;
};

struct Bundle {
  std::string checkpoint;  // the note's text
  core::CaseId case_id;
  core::PartitionId partition;
  std::vector<BundleEvent> events;
  std::vector<std::pair<std::string, std::string>> packages;  // key and record
  bool operator==(const Bundle&) const = default;
};

inline constexpr size_t kBundleBytesMost = size_t{256} << 20;

std::string ToJson(const Bundle& bundle);
/// Errors: kInvalidArgument names the member and what would be right; kUnsupportedVersion: another format.
Result<Bundle> ParseBundle(std::string_view text);

struct CheckedBundle {
  audit::Checkpoint checkpoint;
  std::vector<std::string> signers;         // "NAME+ID"
  std::vector<codec::DecodedEvent> events;  // by revision
};
/// Errors: kCorruption says which event breaks which rule, or what is wrong with the checkpoint; kInvalidArgument: none
/// of the keys signed it.
Result<CheckedBundle> CheckBundle(const Bundle& bundle, const std::vector<audit::VerifierKey>& keys);

}  // namespace rasti::cli
