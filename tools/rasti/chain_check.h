// Follows the events of a partition and checks what makes them tamper-evident: hashes over the bytes as they lie there,
// the chain of each case, revisions and sequences without a gap, times that never go back, and that a case stays on its
// definition.
//
// Cheaper than a replay: nothing is folded. It keeps about 120 bytes a case. Threading: one thread.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/event_codec.h"
#include "engine/ports/event_log.h"

namespace rasti::cli {

/// How far a partition goes, and its last event's hash: two logs that agree in them hold the same events up to there.
struct LogMark {
  core::PartitionId partition;
  core::Sequence next;
  std::optional<Hash256> last;  // nothing where there is no event

  bool operator==(const LogMark&) const = default;
};

/// A rule that an event breaks.
struct ChainFault {
  /// "sequence" (it does not follow the one before it), "event" (no event, or not the bytes that its hash covers),
  /// "key" (the record's), "chain" (prev_hash or revision), "time" (recorded or occurred before the event before it),
  /// "definition" (another version than the case was opened with or migrated to).
  std::string_view rule;
  Error error;
  std::optional<core::CaseId> case_id{};
};

class ChainCheck {
 public:
  /// `from`: the first event that is to come. Where it is not the partition's first, the chains of cases that began
  /// before are followed from the first event of each that is seen.
  explicit ChainCheck(core::PartitionId partition, core::Sequence from = {}) : from_(from) {
    mark_.partition = partition;
    mark_.next = from;
  }

  /// The next event. Errors: kCorruption, kUnsupportedVersion; they name partition and sequence.
  Status See(const ports::StoredEvent& stored);
  /// The same, of all rules, and goes on with the event as it lies there, so that what follows is judged by itself.
  std::vector<ChainFault> Look(const ports::StoredEvent& stored);
  /// The event that Look or See was given last, where it could be read.
  const std::optional<codec::DecodedEvent>& last() const { return last_; }

  const LogMark& mark() const { return mark_; }
  Instant last_recorded_at() const { return last_recorded_at_; }

 private:
  struct Case {
    int64_t revision = 0;
    Hash256 head{};
    Instant last_occurred_at = kEarliestInstant;
    size_t definition = 0;  // in definitions_
  };
  struct Migration {
    core::CommandId command;
    size_t from = 0;  // in definitions_
  };
  void LookAtCase(const codec::DecodedEvent& decoded, std::vector<ChainFault>& faults);
  size_t NumberOf(const core::VersionedName& definition);

  const core::Sequence from_;
  codec::EventDecoder decoder_;
  std::optional<codec::DecodedEvent> last_;
  std::vector<core::VersionedName> definitions_;  // few: each case has the number of its own
  absl::flat_hash_map<core::CaseId, Case> cases_;
  absl::flat_hash_map<core::CaseId, Migration> migrations_;  // each case's last one
  LogMark mark_;
  Instant last_recorded_at_ = kEarliestInstant;
};

/// The hash of 64 hexadecimal digits, as manifests hold it; nothing for another text.
std::optional<Hash256> HashFromHex(std::string_view digits);
/// The hash of the event before `next`; nothing where that is the first. Errors: those of the log; kCorruption.
Result<std::optional<Hash256>> HashBefore(ports::EventLog& log, core::PartitionId partition, core::Sequence next);

struct ChainReport {
  std::vector<LogMark> marks;  // of each partition
  Instant last_recorded_at = kEarliestInstant;
  int64_t events = 0;
};

/// Checks every partition from its beginning. `progress` gets (done, total) events.
/// Errors: those of ChainCheck::See and of the log.
Result<ChainReport> CheckChains(ports::EventLog& log, const std::function<void(int64_t, int64_t)>& progress);

/// The marks of a log at its end, without reading more than its last events.
Result<std::vector<LogMark>> MarksOf(ports::EventLog& log);

/// When the last event of all was recorded; kEarliestInstant where there is none.
Result<Instant> LastRecordedAt(ports::EventLog& log);

/// Why a log does not go on from where these marks were taken: it ends before one, or has another event there.
/// Errors: those of the log.
Result<std::optional<std::string>> WhyNotAfter(const std::vector<LogMark>& marks, ports::EventLog& log);

}  // namespace rasti::cli
