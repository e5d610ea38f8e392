// The transaction of a stream: what is appended is laid out as it comes and written by Commit in one synced batch.
#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/log/embedded/dead_letters.h"
#include "engine/log/embedded/stream.h"

namespace rasti::log::embedded {
void Stream::Transaction::Clear() {
  open = false;
  batch.Clear();
  end_sequences.clear();
  results.clear();
  outbox.clear();
  follow_ups.clear();
  dead_letters.clear();
}

Status Stream::Begin() {
  RASTI_CHECK(!transaction_.open, "one transaction at a time");
  transaction_.open = true;
  return {};
}

Status Stream::Abort() {
  RASTI_CHECK(transaction_.open, "there is a transaction to abort");
  transaction_.Clear();
  return {};
}

Status Stream::CheckTransaction(core::PartitionId partition) const {
  RASTI_CHECK(transaction_.open, "records are appended to a transaction");
  return CheckOwned(partition);
}

Status Stream::Append(ports::EventOut event) {
  RASTI_CHECKED(CheckTransaction(event.partition));
  const auto [end, is_first] = transaction_.end_sequences.try_emplace(event.partition);
  if (is_first) end->second = core_->partition(event.partition).tail.End();
  if (event.sequence.value != end->second) {
    return Fail(Error::Internal(fmt::format("partition {}: event {} where {} is next", event.partition.value,
                                            event.sequence.value, end->second)));
  }
  RASTI_TRY(const LogCore::Use use, core_->Acquire());
  const RowKey key(event.partition, event.sequence.value);
  const auto status = transaction_.batch.Put(use.database().family(Family::kEvents), ToSlice(key.view()),
                                             ToSlice(WriteEvent(writer_, key, event)));
  ++end->second;
  return ToStatus(status, use.database().path());
}

Status Stream::Append(ports::ResultOut result) {
  RASTI_CHECKED(CheckTransaction(result.partition));
  transaction_.results[result.partition][result.answers] = std::move(result.value);
  return {};
}

Status Stream::Append(ports::OutboxOut entry) {
  RASTI_CHECKED(CheckTransaction(entry.partition));
  transaction_.outbox.push_back(std::move(entry));
  return {};
}

Status Stream::Append(ports::FollowUpOut follow_up) {
  RASTI_CHECK(transaction_.open, "records are appended to a transaction");
  const core::PartitionId target = ports::PartitionOf(follow_up.key, core_->partition_count());
  transaction_.follow_ups[target].follow_ups.push_back(
      {.taken_at = {}, .key = std::move(follow_up.key), .value = std::move(follow_up.value)});
  return {};
}

Status Stream::Append(ports::DeadLetterOut letter) {
  RASTI_CHECK(transaction_.open, "records are appended to a transaction");
  transaction_.dead_letters.push_back(std::move(letter));
  return {};
}

Status Stream::CheckCommit(const Next& next) const {
  for (const auto& [partition, positions] : next) {
    RASTI_CHECKED(CheckOwned(partition));
    RASTI_CHECKED(core_->partition(partition).queue.CheckNext(positions));
  }
  for (const auto& [partition, end] : transaction_.end_sequences) RASTI_CHECKED(CheckOwned(partition));
  for (const auto& [partition, results] : transaction_.results) {
    const auto consumed = next.find(partition);
    if (consumed == next.end() || results.rbegin()->first >= consumed->second.commands) {
      return Fail(
          Error::Internal(fmt::format("partition {}: a result for command {}, which this transaction does not "
                                      "consume",
                                      partition.value, results.rbegin()->first)));
    }
  }
  return {};
}

Status Stream::AddPositions(const LogCore::Use& use, const Next& next) {
  const Database& database = use.database();
  // Every partition that is named or that got events.
  std::map<core::PartitionId, PartitionRow> rows;
  for (const auto& [partition, positions] : next) rows[partition] = {positions, core_->partition(partition).tail.End()};
  for (const auto& [partition, end] : transaction_.end_sequences) {
    const auto [row, added] = rows.try_emplace(partition);
    if (added) row->second.committed = core_->partition(partition).queue.Committed();
    row->second.end_sequence = end;
  }
  for (const auto& [partition, positions] : next) {
    for (const int64_t consumed : core_->partition(partition).queue.FollowUpsBefore(positions.follow_ups)) {
      const RowKey key(partition, consumed);
      // Written once and never again, so one tombstone cancels it.
      RASTI_CHECKED(ToStatus(transaction_.batch.SingleDelete(database.family(Family::kFollowUps), ToSlice(key.view())),
                             database.path()));
    }
  }
  // Last in the batch: a row that no flush drops, so that the sorted files' last record number is the log's
  // (wal_check.h).
  for (const auto& [partition, row] : rows) {
    const RowKey key(partition);
    RASTI_CHECKED(ToStatus(transaction_.batch.Put(database.family(Family::kPositions), ToSlice(key.view()),
                                                  ToSlice(WritePartition(writer_, key, row))),
                           database.path()));
  }
  return {};
}

Status Stream::AddOutbox(const LogCore::Use& use, int64_t first) {
  const Database& database = use.database();
  for (const ports::OutboxOut& entry : transaction_.outbox) {
    const RowKey key(first++);
    RASTI_CHECKED(ToStatus(transaction_.batch.Put(database.family(Family::kOutbox), ToSlice(key.view()),
                                                  ToSlice(WritePair(writer_, key, entry.key, entry.value))),
                           database.path()));
  }
  return {};
}

Status Stream::AddFollowUps(const LogCore::Use& use) {
  const Database& database = use.database();
  for (auto& [partition, run] : transaction_.follow_ups) {
    run.first = core_->partition(partition).queue.AllocateFollowUps(core_->clock(), run.follow_ups);
    int64_t position = run.first;
    for (const FollowUp& follow_up : run.follow_ups) {
      const RowKey key(partition, position++);
      RASTI_CHECKED(ToStatus(transaction_.batch.Put(database.family(Family::kFollowUps), ToSlice(key.view()),
                                                    ToSlice(WriteTimed(writer_, key, follow_up))),
                             database.path()));
    }
  }
  return {};
}

// What the transaction wrote becomes visible: events first, so that whoever is answered can read them.
std::vector<Answer> Stream::Install(const Next& next, int64_t first_outbox, int64_t first_dead_letter) {
  for (const auto& [partition, end] : transaction_.end_sequences) core_->partition(partition).tail.Advance(end);
  if (!transaction_.outbox.empty()) core_->FinishOutbox(first_outbox);
  if (!transaction_.dead_letters.empty()) core_->FinishDeadLetters(first_dead_letter);
  for (auto& [partition, run] : transaction_.follow_ups) {
    core_->partition(partition).queue.FinishFollowUps(run.first, std::move(run.follow_ups));
  }
  std::vector<Answer> answers;
  for (const auto& [partition, positions] : next) {
    auto& results = transaction_.results[partition];
    for (Answer& answer : core_->partition(partition).queue.MarkCommitted(positions, std::move(results))) {
      answers.push_back(std::move(answer));
    }
  }
  return answers;
}

Status Stream::Commit(const Next& next) {
  RASTI_CHECK(transaction_.open, "there is a transaction to commit");
  auto answers = Write(next);
  transaction_.Clear();
  if (!answers) return Fail(std::move(answers).error());
  for (Answer& answer : *answers) answer.first(std::move(answer.second));
  return {};
}

Result<std::vector<Answer>> Stream::Write(const Next& next) {
  RASTI_CHECKED(CheckCommit(next));
  RASTI_TRY(const LogCore::Use use, core_->Acquire());
  const auto outbox_count = static_cast<int64_t>(transaction_.outbox.size());
  const int64_t first_outbox = outbox_count == 0 ? 0 : core_->AllocateOutbox(outbox_count);
  RASTI_CHECKED(AddOutbox(use, first_outbox));
  const auto letter_count = static_cast<int64_t>(transaction_.dead_letters.size());
  const int64_t first_dead_letter = letter_count == 0 ? 0 : core_->AllocateDeadLetters(letter_count);
  RASTI_CHECKED(AddDeadLetters(use.database(), transaction_.dead_letters, first_dead_letter, core_->clock().Now(),
                               writer_, transaction_.batch));
  RASTI_CHECKED(AddFollowUps(use));
  RASTI_CHECKED(AddPositions(use, next));
  RASTI_CHECKED(core_->Write(use, transaction_.batch));
  return Install(next, first_outbox, first_dead_letter);
}

}  // namespace rasti::log::embedded
