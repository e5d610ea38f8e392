#include "tests/simulation/embedded/embedded_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rasti::simulation {
namespace {

// What follow-ups belong to that were delivered: whichever transaction wrote them, it is committed.
constexpr size_t kWritten = 0;

}  // namespace

void EmbeddedRecord::TookIn(core::PartitionId partition, Instant compared_at) {
  taken_in_[partition].push_back(compared_at);
}

void EmbeddedRecord::Delivered(const std::vector<ports::InputRecord>& records) {
  if (transactions_.empty()) transactions_.emplace_back().state = TransactionState::kCommitted;
  for (const ports::InputRecord& record : records) {
    Topics& topics = At(record.partition);
    const auto wrong = [&](std::string_view what) {
      Violation(fmt::format("partition {}, {} {}: {}", record.partition.value,
                            record.input == ports::Input::kCommands ? "command" : "follow-up", record.position, what));
    };
    CommandRecord taken{record.position, record.taken_at, record.taken_at, record.taken_at, record.key, record.value};
    const auto is_same = [&](const CommandRecord& before) {
      return before.taken_at == taken.taken_at && before.key == taken.key && before.value == taken.value;
    };
    if (record.input == ports::Input::kFollowUps) {
      const auto before = std::ranges::find(topics.follow_ups, record.position,
                                            [](const FollowUpRecord& one) { return one.record.position; });
      if (before == topics.follow_ups.end()) {
        if (record.position < topics.end.follow_ups) wrong("delivered after later ones");
        topics.end.follow_ups = record.position + 1;
        topics.follow_ups.push_back({kWritten, std::move(taken)});
      } else if (!is_same(before->record)) {
        wrong("another one than before");
      }
      continue;
    }
    const auto& all = taken_in_[record.partition];
    const int64_t index = record.position - first_[record.partition];
    if (index < 0 || index >= std::ssize(all)) {
      wrong("nobody handed it in");
      continue;
    }
    taken.compared_at = all[static_cast<size_t>(index)];
    const auto before = std::ranges::find(topics.commands, record.position, &CommandRecord::position);
    if (before == topics.commands.end()) {
      if (record.position < topics.end.commands) wrong("delivered after later ones");
      topics.end.commands = record.position + 1;
      topics.commands.push_back(std::move(taken));
    } else if (!is_same(*before)) {
      wrong("another one than before");
    }
  }
}

size_t EmbeddedRecord::Begin(int stream, Instant decided_at) {
  if (transactions_.empty()) transactions_.emplace_back().state = TransactionState::kCommitted;
  Transaction& transaction = transactions_.emplace_back();
  transaction.node = stream;
  transaction.began = time().now();
  transaction.decided_at = decided_at;
  return transactions_.size() - 1;
}

void EmbeddedRecord::Append(size_t transaction, ports::EventOut event) {
  At(transaction).written.insert(event.partition);
  At(event.partition)
      .events.push_back(
          {transaction, {event.partition, event.sequence, std::move(event.key), std::move(event.value), event.input}});
}

void EmbeddedRecord::Committed(size_t transaction) { Install(At(transaction), transaction); }

void EmbeddedRecord::Install(Transaction& transaction, size_t index) {
  transaction.state = TransactionState::kCommitted;
  transaction.ended = time().now();
  for (const auto& [partition, positions] : transaction.next) At(partition).committed = positions;
  std::ranges::copy(transaction.outbox, std::back_inserter(outbox_));
  for (const ports::ResultOut& result : transaction.results) results_.push_back({index, result});
}

bool EmbeddedRecord::IsThere(const Transaction& transaction,
                             const std::map<core::PartitionId, ports::InputPositions>& committed) {
  return std::ranges::any_of(transaction.next, [&](const auto& next) {
    return next.second != At(next.first).committed && committed.at(next.first) == next.second;
  });
}

Status EmbeddedRecord::Reopened(ports::EventLog& log,
                                const std::map<core::PartitionId, ports::InputPositions>& committed) {
  for (size_t i = 0; i < transactions_.size(); ++i) {
    Transaction& transaction = transactions_[i];
    if (transaction.state != TransactionState::kOpen) continue;
    // Timers consume no input: then the events alone tell.
    bool is_there = IsThere(transaction, committed);
    for (const core::PartitionId partition : transaction.written) {
      RASTI_TRY(const core::Sequence end, log.EndSequence(partition));
      const auto& events = At(partition).events;
      is_there =
          is_there || (!events.empty() && events.back().transaction == i && events.back().event.sequence.Next() == end);
    }
    faults().Note(fmt::format("what was open is {}", is_there ? "there" : "not there"));
    if (is_there) {
      Install(transaction, i);
    } else {
      transaction.state = TransactionState::kAborted;
    }
  }
  RASTI_TRY(definitions_, log.ReadDefinitions(0));
  for (int32_t i = 0; i < partitions(); ++i) {
    const core::PartitionId id{i};
    Topics& topics = At(id);
    if (committed.at(id) != topics.committed) {
      Violation(fmt::format("partition {}: committed are {}, {}, where {}, {} were confirmed", i,
                            committed.at(id).commands, committed.at(id).follow_ups, topics.committed.commands,
                            topics.committed.follow_ups));
    }
    RASTI_CHECKED(CompareEvents(log, id));
    std::erase_if(topics.commands, [&](const CommandRecord& one) { return one.position >= topics.committed.commands; });
    topics.end.commands = topics.committed.commands;
    first_[id] = topics.committed.commands;
    taken_in_[id].clear();
  }
  return {};
}

Status EmbeddedRecord::CompareEvents(ports::EventLog& log, core::PartitionId partition) {
  const auto expected = Stable(partition, {}, SIZE_MAX);
  RASTI_TRY(const core::Sequence end, log.EndSequence(partition));
  if (end.value != std::ssize(expected)) {
    Violation(fmt::format("partition {}: {} events are there, {} were confirmed", partition.value, end.value,
                          expected.size()));
    return {};
  }
  RASTI_TRY(const auto reader, log.OpenReader(partition, {}));
  for (size_t at = 0; at < expected.size();) {
    RASTI_TRY(const auto events, reader->Read(expected.size(), Duration{0}));
    if (events.empty()) return Fail(Error::Corruption(fmt::format("event {} cannot be read", at)));
    for (const ports::StoredEvent& event : events) {
      const ports::StoredEvent& known = expected.at(at++);
      const bool is_same = event.sequence == known.sequence && event.key == known.key && event.value == known.value &&
                           event.input == known.input;
      if (!is_same) Violation(fmt::format("partition {}: event {} is another one", partition.value, at - 1));
    }
  }
  return {};
}

void EmbeddedRecord::CheckAnswers() {
  std::map<std::string, int> committed;
  for (const ResultRecord& record : results_) ++committed[record.result.value];
  for (const auto& [result, count] : answers_) {
    const auto found = committed.find(result);
    if (found == committed.end() || found->second < count) Violation("an answer was given that was not committed");
  }
}

}  // namespace rasti::simulation
