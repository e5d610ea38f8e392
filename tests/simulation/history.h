// The committed events of a simulated run, decoded as they become readable, and the cases as their folds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/codec/event_codec.h"
#include "tests/simulation/log_record.h"

namespace rasti::simulation {

struct HistoryEntry {
  size_t transaction = 0;
  ports::InputPositions input;
  core::Event event;
  Hash256 hash{};
};

class History {
 public:
  /// The log outlives the history.
  explicit History(const LogRecord& log)
      : log_(log), entries_(static_cast<size_t>(log.partitions())), read_(entries_.size()) {}

  int partitions() const { return static_cast<int>(entries_.size()); }
  /// Takes in what is readable by now.
  void CatchUp();
  const std::vector<HistoryEntry>& entries(core::PartitionId partition) const {
    return entries_.at(static_cast<size_t>(partition.value));
  }
  core::CaseState StateOf(const core::CaseId& id) const;
  const std::map<core::CaseId, core::CaseState>& cases() const { return cases_; }
  /// What in the events themselves breaks the rules: sequences, revisions, chains.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  void Take(core::PartitionId partition, const EventRecord& record);

  const LogRecord& log_;
  codec::EventDecoder decoder_;
  std::vector<std::vector<HistoryEntry>> entries_;
  std::vector<size_t> read_;  // raw records, by partition
  std::map<core::CaseId, core::CaseState> cases_;
  std::map<core::CaseId, Hash256> heads_;
  std::vector<std::string> violations_;
};

}  // namespace rasti::simulation
