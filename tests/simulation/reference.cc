#include "tests/simulation/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/audit/event_hash.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/outbox_codec.h"
#include "tests/simulation/definitions.h"

namespace rasti::simulation {
namespace {

constexpr std::string_view kTimer = "timer";
constexpr std::string_view kReplan = "replan";
// A node whose clock is further ahead has stopped.
constexpr Duration kAheadMost{60'000};

}  // namespace

Reference::Reference(const LogRecord& log, const History& history)
    : log_(log), history_(history), configuration_(ConfigurationOf(SecondFrom(log.definitions()))) {}

void Reference::Wrong(const HistoryEntry& entry, std::string_view what) {
  const core::EventContext& context = entry.event.ctx();
  violations_.push_back(fmt::format("sequence {}, {} of {} ({}), recorded {}: {}", entry.event.sequence.value,
                                    core::EventTypeName(entry.event.payload),
                                    core::EventId(context.case_id, entry.event.revision), context.command_id.view(),
                                    FormatInstant(context.recorded_at), what));
}

bool Reference::Decide() {
  for (int32_t i = 0; i < log_.partitions(); ++i) {
    const auto& entries = history_.entries({i});
    for (size_t at = 0; at < entries.size();) {
      const size_t made = DecideAt({i}, at);
      if (made == 0) return false;
      at += made;
    }
  }
  return violations_.empty();
}

size_t Reference::DecideAt(core::PartitionId partition, size_t at) {
  const auto& entries = history_.entries(partition);
  const HistoryEntry& first = entries[at];
  const core::CaseId id = first.event.ctx().case_id;
  const core::CaseState before = cases_[id];
  auto decision = Expect(partition, first);
  if (!decision) return 0;
  CheckTime(partition, at, before);

  auto& head = heads_.try_emplace(id, audit::FirstPrevHash(id.uuid)).first->second;
  for (size_t i = 0; i < decision->events.size(); ++i) {
    core::Event& expected = decision->events[i];
    if (at + i >= entries.size()) {
      Wrong(first, "a part of the decision is missing");
      return 0;
    }
    const HistoryEntry& found = entries[at + i];
    expected.sequence = found.event.sequence;
    expected.prev_hash = head;
    if (!(expected == found.event) || found.transaction != first.transaction || found.input != first.input) {
      Wrong(found, fmt::format("the reference has {} at revision {}, recorded {}, occurred {}",
                               core::EventTypeName(expected.payload), expected.revision.value,
                               FormatInstant(expected.ctx().recorded_at), FormatInstant(expected.ctx().occurred_at)));
      return 0;
    }
    head = found.hash;
  }
  for (const core::FollowUp& one : decision->follow_ups) {
    follow_ups_[one.command.command_id.str()] = codec::EncodeCommand(one.command);
  }
  for (const core::OutboxEntry& entry : decision->outbox) outbox_.push_back(codec::EncodeOutboxEntry(entry));
  cases_[id] = decision->state;
  return decision->events.size();
}

std::optional<core::Decision> Reference::Expect(core::PartitionId partition, const HistoryEntry& entry) {
  const core::EventContext& context = entry.event.ctx();
  const core::CaseState& state = cases_[context.case_id];
  const bool timer = context.command_id.view() == kTimer;
  if (!timer && context.command_id.view() != kReplan) return ExpectCommand(partition, entry);

  const auto config = configuration_->For(state, context.recorded_at);
  if (!config) {
    Wrong(entry, config.error().message);
    return std::nullopt;
  }
  const auto next = core::NextTimer(state);
  if (timer && (!next || next->due >= context.recorded_at)) {
    Wrong(entry, next ? "it is not due before " + FormatInstant(next->due) : "nothing is due");
    return std::nullopt;
  }
  auto decided = timer ? core::FireTimer(*config, state, context.recorded_at)
                       : core::Replan(*config, state, context.occurred_at, context.recorded_at);
  if (!decided || decided->events.empty()) {
    Wrong(entry, decided ? "the reference has nothing to plan anew" : decided.error().message);
    return std::nullopt;
  }
  return *std::move(decided);
}

std::optional<core::Decision> Reference::ExpectCommand(core::PartitionId partition, const HistoryEntry& entry) {
  const core::EventContext& context = entry.event.ctx();
  const core::CaseState& state = cases_[context.case_id];
  const auto input = FindInput(partition, entry);
  if (!input) {
    Wrong(entry, "the input that it names has no such command");
    return std::nullopt;
  }
  const auto config = configuration_->For(state, input->command, context.recorded_at);
  if (!config) {
    Wrong(entry, config.error().message);
    return std::nullopt;
  }
  auto decided = core::Decide(*config, state, input->command, {input->taken_at, context.recorded_at});
  if (!decided) {
    Wrong(entry, "the reference rejects the command: " + decided.error().message);
    return std::nullopt;
  }
  decided->events.front().signed_command = input->signed_command;
  if (state.Exists() && core::NeedsReplan(*config, state)) {
    const auto planned = core::Replan(*config, state, context.occurred_at, context.recorded_at);
    if (planned && !planned->events.empty()) Wrong(entry, "the case was not planned anew before");
  }
  const bool is_first = accepted_
                            .try_emplace({context.case_id, context.command_id}, decided->events.front().revision,
                                         decided->events.back().revision,
                                         core::Sequence{entry.event.sequence.value + std::ssize(decided->events) - 1})
                            .second;
  if (!is_first) Wrong(entry, "the command was accepted before");
  // What another case sent may come late: it is no person's, and nobody waits for it with a decision.
  const bool is_persons = !core::IsEngineCommandId(context.command_id);
  if (const auto found = breached_.find(context.case_id); is_persons && found != breached_.end()) {
    if (input->compared_at <= found->second) {
      Wrong(entry, "handed in in time, at " + FormatInstant(input->taken_at) + ", it came after the breach of " +
                       FormatInstant(found->second));
    }
  }
  return *std::move(decided);
}

std::optional<Reference::Found> Reference::FindInput(core::PartitionId partition, const HistoryEntry& entry) const {
  const core::EventContext& context = entry.event.ctx();
  const Topics& topics = log_.topics(partition);
  const auto is_it = [&](const core::Command& command) {
    return command.case_id == context.case_id && command.command_id == context.command_id;
  };
  for (const CommandRecord& record : topics.commands) {
    if (record.position != entry.input.commands - 1) continue;
    const auto envelope = codec::DecodeSigned(record.value);
    const auto command = envelope ? codec::DecodeCommand(envelope->body) : Fail(envelope.error());
    if (command && is_it(*command)) return Found{*command, record.taken_at, record.compared_at, record.value};
  }
  for (const FollowUpRecord& one : topics.follow_ups) {
    if (one.record.position != entry.input.follow_ups - 1 || !log_.IsCommitted(one.transaction)) continue;
    const auto command = codec::DecodeCommand(one.record.value);
    if (command && is_it(*command)) return Found{*command, one.record.taken_at, one.record.compared_at, {}};
  }
  return std::nullopt;
}

void Reference::CheckTime(core::PartitionId partition, size_t at, const core::CaseState& before) {
  const HistoryEntry& entry = history_.entries(partition)[at];
  const core::EventContext& context = entry.event.ctx();
  const Transaction& transaction = log_.transaction(entry.transaction);
  if (context.recorded_at > transaction.ended + kAheadMost) {
    Wrong(entry, "recorded by a clock that was far ahead, at " + FormatInstant(transaction.ended));
  }
  const auto next = core::NextTimer(before);
  if (context.command_id.view() == kTimer) {
    const bool breach = next->kind == core::TimerKind::kBreach && before.IsLive();
    if (breach) breached_[context.case_id] = next->due;
  } else if (context.command_id.view() != kReplan && next && next->due < context.occurred_at) {
    Wrong(entry, "it overtakes what was due at " + FormatInstant(next->due));
  }
}

}  // namespace rasti::simulation
