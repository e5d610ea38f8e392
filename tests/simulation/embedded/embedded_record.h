// What a run knows of the embedded log, as seen at its port: what streams were given and what they wrote. Whatever was
// open when a process died is settled by looking at the log that the next one opens.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/log_record.h"

namespace rasti::simulation {

class EmbeddedRecord final : public LogRecord {
 public:
  using LogRecord::LogRecord;

  // ---- who hands in ----
  /// The log took a command in; `compared_at` as in CommandRecord.
  void TookIn(core::PartitionId partition, Instant compared_at);
  /// It answered one.
  void Answered(const std::string& result) { ++answers_[result]; }

  // ---- streams ----
  void Delivered(const std::vector<ports::InputRecord>& records);
  size_t Begin(int stream, Instant decided_at);
  void Append(size_t transaction, ports::EventOut event);
  void Append(size_t transaction, ports::ResultOut result) { At(transaction).results.push_back(std::move(result)); }
  void Append(size_t transaction, ports::OutboxOut entry) { At(transaction).outbox.push_back(std::move(entry)); }
  /// The commit was confirmed.
  void Committed(size_t transaction);
  void Aborted(size_t transaction) { At(transaction).state = TransactionState::kAborted; }
  Transaction& At(size_t transaction) { return transactions_.at(transaction); }

  // ---- after a restart ----
  /// Another process opened the log and finds these positions committed. What was open is there or is not; nothing
  /// else differs from what is known. Commands that were not decided are gone.
  Status Reopened(ports::EventLog& log, const std::map<core::PartitionId, ports::InputPositions>& committed);
  /// At the end: who was answered was answered with what was committed, and no more often.
  void CheckAnswers();

 private:
  using LogRecord::At;

  void Install(Transaction& transaction, size_t index);
  bool IsThere(const Transaction& transaction, const std::map<core::PartitionId, ports::InputPositions>& committed);
  Status CompareEvents(ports::EventLog& log, core::PartitionId partition);

  std::map<core::PartitionId, std::vector<Instant>> taken_in_;  // since the log was opened, in order
  std::map<core::PartitionId, int64_t> first_;                  // position of the first of them
  std::map<std::string, int> answers_;
};

}  // namespace rasti::simulation
