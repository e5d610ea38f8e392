// Follows the events of a partition and checks what makes them tamper-evident: hashes over the bytes as they lie there,
// the chain of each case, revisions and sequences without a gap, times that never go back.
//
// Cheaper than a replay: nothing is folded. It keeps about 100 bytes a case. Threading: one thread.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <optional>
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

class ChainCheck {
 public:
  explicit ChainCheck(core::PartitionId partition) { mark_.partition = partition; }

  /// The next event. Errors: kCorruption, kUnsupportedVersion; they name partition and sequence.
  Status See(const ports::StoredEvent& stored);

  const LogMark& mark() const { return mark_; }
  Instant last_recorded_at() const { return last_recorded_at_; }

 private:
  struct Case {
    int64_t revision = 0;
    Hash256 head{};
  };
  Status Follow(const ports::StoredEvent& stored);

  codec::EventDecoder decoder_;
  absl::flat_hash_map<core::CaseId, Case> cases_;
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
