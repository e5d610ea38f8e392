#include "tests/simulation/sim_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rasti::simulation {

SimLog::SimLog(SimLogOptions options, const SimTime& time, Faults& faults, Interrupt interrupt, Told told)
    : LogRecord(options.partitions, time, faults),
      options_(options),
      interrupt_(std::move(interrupt)),
      told_(std::move(told)),
      owners_(static_cast<size_t>(options.partitions)) {}

// --- the cluster ----------------------------------------------------------------------------------------------------

Status SimLog::Arrive(int node, std::string_view call) {
  interrupt_(node, call);
  if (IsAway()) return Fail(ErrorCode::kUnavailable, "the brokers are away");
  return {};
}

Status SimLog::Submit(std::string key, std::string value) {
  if (IsAway()) return Fail(ErrorCode::kUnavailable, "the brokers are away");
  Topics& topics = At(ports::PartitionOf(key, options_.partitions));
  // Who submits in transactions of its own leaves gaps.
  if (faults().random().Percent(10)) ++topics.end.commands;
  const Instant now = time().now();
  topics.commands.push_back({topics.end.commands++, now, now, ReadableAt(topics), std::move(key), std::move(value)});
  return {};
}

// A replica is behind, and the leader shows nothing that not all of them have.
Instant SimLog::ReadableAt(Topics& topics) {
  if (topics.unreadable_until < time().now() && faults().Strikes(Fault::kUnreadable, 15)) {
    // Seconds, where a replica has died; and now and then for long enough that timers fall due meanwhile.
    const int64_t most = faults().random().Percent(80) ? 8'000 : 72 * 3'600'000;
    topics.unreadable_until = time().now() + Duration{faults().random().Between(10, most)};
  }
  return std::max(topics.unreadable_until, time().now());
}

ports::InputPositions SimLog::ReadableEnd(core::PartitionId partition) const {
  const Topics& all = topics(partition);
  ports::InputPositions end = all.end;
  const auto is_hidden = [&](const CommandRecord& record) {
    return faults().on() && record.readable_at > time().now();
  };
  for (const CommandRecord& record : all.commands) {
    if (is_hidden(record)) end.commands = std::min(end.commands, record.position);
  }
  for (const FollowUpRecord& one : all.follow_ups) {
    if (is_hidden(one.record)) end.follow_ups = std::min(end.follow_ups, one.record.position);
  }
  return end;
}

int64_t SimLog::Publish(std::string key, std::string value) {
  const auto position = static_cast<int64_t>(definitions_.size());
  definitions_.push_back({position, std::move(key), std::move(value)});
  return position;
}

int64_t SimLog::Keep(ports::DeadLetterOut letter) {
  const auto position = static_cast<int64_t>(dead_letters_.size());
  dead_letters_.push_back({position, time().now(), std::move(letter.key), std::move(letter.value)});
  return position;
}

void SimLog::Tick() {
  if (IsAway()) return;
  const auto members = members_;
  for (const auto& member : members) {
    const auto silent = silent_.find(member->node);
    if (silent != silent_.end() && time().now() - silent->second > options_.session_timeout) PutOut(member);
  }
  for (size_t i = 0; i < transactions_.size(); ++i) {
    if (!IsOpen(i) || time().now() - transactions_[i].began <= options_.transaction_timeout) continue;
    faults().Note(fmt::format("the brokers end a transaction of node {}", transactions_[i].node));
    ++epochs_[transactions_[i].node];
    End(i, false);
  }
}

void SimLog::SetSilent(int node, std::optional<Instant> since) {
  if (since) {
    silent_[node] = *since;
  } else {
    silent_.erase(node);
  }
}

bool SimLog::IsSharedOut() const {
  return std::ranges::none_of(owners_, [](const auto& owner) { return owner == nullptr; }) &&
         std::ranges::none_of(members_, [](const auto& member) { return member->rejoining; });
}

// --- the group ------------------------------------------------------------------------------------------------------

void SimLog::Rebalance() {
  if (members_.empty()) return;
  for (const auto& member : members_) {
    member->target.clear();
    if (options_.eager) member->rejoining = true;
  }
  const bool fair = faults().random().Percent(80);
  size_t turn = faults().random().Below(members_.size());
  for (int32_t i = 0; i < options_.partitions; ++i) {
    turn = fair ? turn + 1 : faults().random().Below(members_.size());
    members_[turn % members_.size()]->target.insert({i});
  }
}

std::shared_ptr<Member> SimLog::Join(int node) {
  auto member = std::make_shared<Member>();
  member->node = node;
  const auto before =
      std::ranges::find_if(members_, [&](const auto& one) { return one->node == node && !one->put_out; });
  if (before != members_.end()) {
    member->target = (*before)->target;
    (*before)->put_out = true;
    Free(**before);
    *before = member;
    return member;
  }
  members_.push_back(member);
  Rebalance();
  return member;
}

void SimLog::Leave(const std::shared_ptr<Member>& member) {
  Free(*member);
  if (std::erase(members_, member) > 0) Rebalance();
}

void SimLog::PutOut(const std::shared_ptr<Member>& member) {
  faults().Note(fmt::format("node {} is put out of the group", member->node));
  member->put_out = true;
  ++zombies_;
  Leave(member);
}

void SimLog::Free(const Member& member) {
  for (auto& owner : owners_) {
    if (owner.get() == &member) owner = nullptr;
  }
}

void SimLog::Take(core::PartitionId partition, std::shared_ptr<Member> member) {
  owners_.at(static_cast<size_t>(partition.value)) = std::move(member);
}

void SimLog::GiveUp(core::PartitionId partition, const Member& member) {
  auto& owner = owners_.at(static_cast<size_t>(partition.value));
  if (owner.get() == &member) owner = nullptr;
}

bool SimLog::MayTake(core::PartitionId partition) const {
  if (owner(partition) != nullptr) return false;
  if (std::ranges::any_of(members_, [](const auto& member) { return member->rejoining; })) return false;
  if (options_.mutation == Mutation::kNoFencing || options_.mutation == Mutation::kEndTooEarly) return true;
  return std::ranges::none_of(transactions_, [&](const Transaction& one) {
    return one.state == TransactionState::kOpen && (one.written.contains(partition) || one.next.contains(partition));
  });
}

// --- transactions ---------------------------------------------------------------------------------------------------

int SimLog::InitProducer(int node) {
  AbortOpen(node);
  return ++epochs_[node];
}

void SimLog::AbortOpen(int node) {
  for (size_t i = 0; i < transactions_.size(); ++i) {
    if (IsOpen(i) && transactions_[i].node == node) End(i, false);
  }
}

size_t SimLog::Begin(int node, Instant decided_at) {
  Transaction& transaction = transactions_.emplace_back();
  transaction.node = node;
  transaction.began = time().now();
  transaction.decided_at = decided_at;
  return transactions_.size() - 1;
}

void SimLog::Append(size_t transaction, ports::EventOut event) {
  transactions_[transaction].written.insert(event.partition);
  At(event.partition)
      .events.push_back(
          {transaction, {event.partition, event.sequence, std::move(event.key), std::move(event.value), event.input}});
}

void SimLog::Append(size_t transaction, ports::FollowUpOut follow_up) {
  const core::PartitionId target = ports::PartitionOf(follow_up.key, options_.partitions);
  transactions_[transaction].follow_ups.insert(target);
  Topics& topics = At(target);
  const int copies = Mutates(Mutation::kFollowUpTwice, 30) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    const Instant now = time().now();
    topics.follow_ups.push_back(
        {transaction, {topics.end.follow_ups++, now, now, ReadableAt(topics), follow_up.key, follow_up.value}});
  }
}

void SimLog::End(size_t transaction, bool commit) {
  Transaction& ended = transactions_[transaction];
  const bool written = commit && !Mutates(Mutation::kCommitLost, 20);
  ended.state = written ? TransactionState::kCommitted : TransactionState::kAborted;
  ended.ended = time().now();
  // The mark of its end takes a position.
  for (const core::PartitionId partition : ended.follow_ups) ++At(partition).end.follow_ups;
  if (written) {
    Install(ended, transaction);
  } else if (!commit && options_.mutation == Mutation::kCommitTorn) {
    LeaveEventsBehind(transaction);
  }
}

void SimLog::Install(Transaction& transaction, size_t index) {
  if (Mutates(Mutation::kCommitTwice, 20)) RepeatEvents(index);
  if (!Mutates(Mutation::kPositionsLost, 30)) {
    for (const auto& [partition, positions] : transaction.next) {
      ports::InputPositions& committed = At(partition).committed;
      if (positions.commands < committed.commands || positions.follow_ups < committed.follow_ups) {
        Violation(fmt::format("partition {}: committed positions go back", partition.value));
      }
      committed = positions;
    }
  }
  std::ranges::copy(transaction.outbox, std::back_inserter(outbox_));
  for (const ports::DeadLetterOut& letter : transaction.dead_letters) Keep(letter);
  for (const ports::ResultOut& result : transaction.results) results_.push_back({index, result});
  for (const ports::ResultOut& result : transaction.results) told_(result);
}

void SimLog::LeaveEventsBehind(size_t transaction) {
  if (transactions_[transaction].written.empty()) return;
  Transaction behind;
  behind.node = transactions_[transaction].node;
  behind.decided_at = transactions_[transaction].decided_at;
  behind.state = TransactionState::kCommitted;
  behind.ended = time().now();
  transactions_.push_back(std::move(behind));
  for (Topics& topics : topics_) {
    for (EventRecord& event : topics.events) {
      if (event.transaction == transaction) event.transaction = transactions_.size() - 1;
    }
  }
}

void SimLog::RepeatEvents(size_t transaction) {
  for (Topics& topics : topics_) {
    std::vector<EventRecord> again;
    std::ranges::copy_if(topics.events, std::back_inserter(again),
                         [&](const EventRecord& event) { return event.transaction == transaction; });
    std::ranges::move(again, std::back_inserter(topics.events));
  }
}

// --- events ---------------------------------------------------------------------------------------------------------

core::Sequence SimLog::EndSequence(core::PartitionId partition) {
  core::Sequence end;
  std::optional<size_t> last;
  core::Sequence before_last;
  for (const EventRecord& event : topics(partition).events) {
    if (IsOpen(event.transaction)) break;
    if (!IsCommitted(event.transaction)) continue;
    if (last != event.transaction) before_last = end;
    last = event.transaction;
    end = event.event.sequence.Next();
  }
  return Mutates(Mutation::kEndTooEarly, 50) ? before_last : end;
}

}  // namespace rasti::simulation
