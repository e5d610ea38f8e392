// What `rasti doctor` finds of what was signed.
#include <fmt/format.h>

#include <vector>

#include "tools/rasti/audit/audit_keys.h"
#include "tools/rasti/audit/log_audit.h"
#include "tools/rasti/health_parts.h"

namespace rasti::cli {
namespace {

constexpr const char* kSeeWho =
    "find out who changed what before anything else: `rasti audit verify` names each event; keep a copy of the "
    "directory "
    "as it is";

// Of the last checkpoint of each partition: the log's ends, without reading its events.
bool HoldsByItsEnds(ports::EventLog& log, const std::vector<audit::VerifierKey>& keys, int64_t& covered,
                    Findings& findings) {
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    const auto note = log.LastCheckpoint({i});
    const auto end = log.EndSequence({i});
    if (!note || !end) {
      findings.push_back(Problem("audit", note ? end.error() : note.error(), kSeeWho));
      return false;
    }
    if (!*note) continue;
    const auto point = ReadCheckpoint(fmt::format("the last checkpoint of partition {}", i), **note, keys);
    if (!point) {
      findings.push_back(Problem("audit", Error::Corruption(point.error().message), kSeeWho));
      return false;
    }
    if (point->checkpoint.size > end->value) {
      findings.push_back(
          Problem("audit",
                  Error::Corruption(
                      fmt::format("partition {}: {} events were signed, the log ends at {}: it was cut off, or is an "
                                  "older copy",
                                  i, point->checkpoint.size, end->value)),
                  kSeeWho));
      return false;
    }
    covered += point->checkpoint.size;
  }
  return true;
}

}  // namespace

void CheckAudit(const DataPaths& paths, ports::EventLog& log, bool thorough, Findings& findings) {
  const auto own = ReadAuditKeys(paths);
  if (!own) {
    findings.push_back(
        Problem("audit", own.error(), "restore the key from a backup, or give it back to its owner alone"));
    return;
  }
  if (own->signing.empty()) {
    findings.push_back(Good("audit", "nothing is signed here; `rasti audit keys new ORIGIN` makes a key for it"));
    return;
  }
  std::vector<audit::VerifierKey> keys = own->earlier;
  for (const audit::SignerKey& key : own->signing) keys.push_back(key.verifier());
  int64_t covered = 0;
  if (!HoldsByItsEnds(log, keys, covered, findings)) return;
  if (thorough && covered > 0) {
    AuditWish wish;
    wish.keys = keys;
    const auto report = AuditLog(log, wish);
    // Whatever else is wrong is found by the check of the chains.
    for (const AuditFinding& finding : report ? report->findings : std::vector<AuditFinding>()) {
      if (finding.rule != "checkpoint") continue;
      findings.push_back(Problem("audit", Error::Corruption(finding.message), kSeeWho));
      return;
    }
  }
  findings.push_back(Good("audit", fmt::format("signed as {}, {} events{}", own->origin(), covered,
                                               thorough ? "; the log continues what was signed" : "")));
}

}  // namespace rasti::cli
