#include "engine/runtime/partition.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/audit/event_hash.h"
#include "engine/base/check.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/outbox_codec.h"

namespace rasti::runtime {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

tl::unexpected<core::Rejection> Reject(core::RejectionCode code, std::string field, std::string message) {
  return tl::unexpected(core::Rejection{code, std::move(field), std::move(message)});
}

}  // namespace

Partition::Partition(core::PartitionId id, std::unique_ptr<CaseStore> cases, const Submitters& submitters,
                     const ports::Clock& clock, bool event_headers, int partitions)
    : id_(id),
      cases_(std::move(cases)),
      submitters_(submitters),
      clock_(clock),
      event_headers_(event_headers),
      partitions_(partitions),
      position_(cases_->position()) {}

void Partition::Use(std::shared_ptr<const Configuration> configuration) { configuration_ = std::move(configuration); }

Instant Partition::RecordedAt() {
  position_.last_recorded_at = std::max(clock_.Now(), position_.last_recorded_at);
  return position_.last_recorded_at;
}

Result<CaseRef> Partition::Find(const core::CaseId& id) {
  if (const auto found = scratch_.find(id); found != scratch_.end()) return found->second.now;
  return cases_->Find(id);
}

Result<std::optional<CommandOutcome>> Partition::FindCommand(const CaseRecord& record, const core::CommandId& command) {
  const core::CaseId& id = record.state.id;
  // Only a case on scratch can have staged commands, and few of a transaction's cases come twice.
  if (scratch_.contains(id)) {
    for (const StagedCommand& staged : commands_) {
      if (staged.case_id == id && staged.command == command) return std::optional(staged.outcome);
    }
  }
  return cases_->FindCommand(record, command);
}

void Partition::Miss(const core::CaseState& state, const core::Rejection& why) {
  missing_ =
      fmt::format("case {} needs {} and what goes with it: {}", state.id.str(), state.definition.str(), why.message);
  missing_to_ = state.id;
}

Result<bool> Partition::IsThereNow() {
  RASTI_TRY(const CaseRef record, Find(missing_to_));
  // Where its transaction was undone there may be no such case any more.
  if (record != nullptr && !configuration_->For(record->state, std::max(clock_.Now(), position_.last_recorded_at))) {
    return false;
  }
  missing_.clear();
  return true;
}

Status Partition::Handle(const ports::InputRecord& record) {
  if (!missing_.empty()) return {};
  if (record.input == ports::Input::kFollowUps) return HandleFollowUp(record);
  const ports::InputPositions before = next_input_;
  next_input_.commands = record.position + 1;

  const auto command = submitters_.Open(record.value);
  if (!command) {
    StageDeadLetter(record, command.error());
    return {};
  }
  using Reason = codec::DeadLetterReason;
  const auto refuse = [&](Reason reason, core::RejectionCode code, std::string field, std::string message) {
    StageDeadLetter(record, Refuse(reason, code, std::move(field), std::move(message), ClaimsOf(*command)));
    return Status();
  };
  const std::string_view key = command->case_id.uuid.AsBytes();
  if (record.key != key) {
    return refuse(Reason::kWrongKey, core::RejectionCode::kMalformed, "case_id",
                  "the record's key is not the case_id (its 16 bytes)");
  }
  if (partitions_ > 0 && ports::PartitionOf(key, partitions_) != id_) {
    return refuse(Reason::kWrongPartition, core::RejectionCode::kMalformed, "case_id",
                  fmt::format("the record lies in partition {}, and its key belongs to partition {}: the producer's "
                              "partitioner is not murmur2 over {} partitions",
                              id_.value, ports::PartitionOf(key, partitions_).value, partitions_));
  }
  RASTI_TRY(const Outcome outcome, Run(*command, record.value, record.taken_at));
  if (!missing_.empty()) {
    next_input_ = before;
    return {};
  }
  if (!outcome && outcome.error().code == core::RejectionCode::kUnknownTenant && outcome.error().field == "tenant") {
    return refuse(Reason::kUnknownTenant, core::RejectionCode::kUnknownTenant, "tenant",
                  fmt::format("there is no tenant '{}'", IdOrNothing(command->tenant.str())));
  }
  StageResult(record, *command, outcome);
  return {};
}

Status Partition::HandleFollowUp(const ports::InputRecord& record) {
  const ports::InputPositions before = next_input_;
  next_input_.follow_ups = record.position + 1;
  const auto command = codec::DecodeCommand(record.value);
  if (!command && command.error().code == ErrorCode::kUnsupportedVersion) {
    // A newer node wrote it, and the sender waits for its answer.
    return Fail(command.error().At(fmt::format("follow-up {} of partition {}", record.position, id_.value)));
  }
  if (!command) {
    StageDeadLetter(record, Refuse(codec::DeadLetterReason::kNotProtobuf, core::RejectionCode::kMalformed, "",
                                   command.error().message, {}));
    return {};
  }
  RASTI_TRY(const Outcome outcome, Run(*command, {}, record.taken_at));
  if (!missing_.empty()) {
    next_input_ = before;
    return {};
  }
  if (core::IsAnswered(command->payload)) {
    const core::FollowUp answer =
        core::AnswerTo(*command, outcome.map([](const CommandOutcome& accepted) { return accepted.last_revision; }));
    follow_ups_.push_back({std::string(answer.command.case_id.uuid.AsBytes()), codec::EncodeCommand(answer.command)});
  }
  return {};
}

Result<Partition::Outcome> Partition::Run(const core::Command& command, std::string signed_command, Instant taken_at) {
  RASTI_TRY(CaseRef record, Find(command.case_id));
  if (record != nullptr) {
    RASTI_TRY(const auto before, FindCommand(*record, command.command_id));
    if (before) {
      ++staged_counters_.commands_repeated;
      return Outcome(*before);
    }
  }
  const core::DecisionTime time{taken_at, RecordedAt()};
  static const core::CaseState kNoCase;
  const auto state = [&]() -> const core::CaseState& { return record == nullptr ? kNoCase : record->state; };

  const auto config = configuration_->For(state(), command, time.recorded_at);
  if (!config) {
    // What the case itself needs: not the submitter's fault, and no answer for ever.
    if (record != nullptr) Miss(record->state, config.error());
    return Outcome(tl::unexpected(config.error()));
  }

  if (record != nullptr) {
    const auto next = core::NextTimer(record->state);
    if ((next && next->due < time.recorded_at) || core::NeedsReplan(*config, record->state)) {
      // Nothing that time does is kept from happening by a command; but one that is not admitted sets nothing off.
      const auto happened_at = core::Admit(*config, record->state, command, time);
      if (!happened_at) return Outcome(tl::unexpected(happened_at.error()));
      RASTI_TRY(record, FireOwnTimers(std::move(record), *happened_at, time.recorded_at));
      RASTI_TRY(record, ReplanIfNeeded(std::move(record), *happened_at, time.recorded_at));
    }
  }
  auto decision = core::Decide(*config, state(), command, time);
  if (!decision) return Outcome(tl::unexpected(std::move(decision).error()));
  auto outcome = Stage(*std::move(decision), record, std::move(signed_command));
  if (!outcome) return Outcome(tl::unexpected(std::move(outcome).error()));
  commands_.push_back({command.case_id, command.command_id, *outcome});
  return Outcome(*outcome);
}

Result<CaseRef> Partition::FireOwnTimers(CaseRef record, Instant before, Instant recorded_at) {
  for (;;) {
    const auto timer = core::NextTimer(record->state);
    if (!timer || timer->due >= before) return record;
    RASTI_TRY(record, ReplanIfNeeded(std::move(record), before, recorded_at));
    const auto again = core::NextTimer(record->state);
    if (!again || again->due >= before) return record;
    const core::CaseId id = record->state.id;
    RASTI_CHECKED(FireOne(record, recorded_at));
    if (!missing_.empty()) return Fail(Error::Internal(missing_));
    RASTI_TRY(record, Find(id));
  }
}

Status Partition::FireOne(const CaseRef& record, Instant recorded_at) {
  const auto config = configuration_->For(record->state, recorded_at);
  if (!config) {
    Miss(record->state, config.error());
    return {};
  }
  auto decision = core::FireTimer(*config, record->state, recorded_at);
  if (!decision) return Fail(Error::Internal(decision.error().message));
  if (const auto staged = Stage(*std::move(decision), record, {}); !staged) {
    return Fail(Error::Internal(staged.error().message));
  }
  ++staged_counters_.timers_fired;
  return {};
}

Result<CaseRef> Partition::ReplanIfNeeded(CaseRef record, Instant occurred_at, Instant recorded_at) {
  const auto config = configuration_->For(record->state, recorded_at);
  if (!config || !core::NeedsReplan(*config, record->state)) return record;
  auto decision = core::Replan(*config, record->state, occurred_at, recorded_at);
  // A calendar that does not cover a deadline any more leaves the deadline as it was planned.
  if (!decision || decision->events.empty()) return record;
  const core::CaseId id = record->state.id;
  if (const auto staged = Stage(*std::move(decision), record, {}); !staged) {
    return Fail(Error::Internal(staged.error().message));
  }
  return Find(id);
}

tl::expected<CommandOutcome, core::Rejection> Partition::Stage(core::Decision decision, const CaseRef& before,
                                                               std::string signed_command) {
  RASTI_CHECK(!decision.events.empty(), "what is staged has events");
  const core::CaseId id = decision.state.id;
  decision.events.front().signed_command = std::move(signed_command);

  Hash256 head = before == nullptr ? audit::FirstPrevHash(id.uuid) : before->head;
  core::Sequence sequence = position_.next_sequence;
  const size_t staged_before = events_.size();
  for (core::Event& event : decision.events) {
    event.sequence = sequence;
    event.prev_hash = head;
    auto encoded = encoder_.Encode(event);
    if (!encoded) {
      events_.resize(staged_before);
      return Reject(core::RejectionCode::kTooLarge, "", encoded.error().message);
    }
    events_.push_back({id_, sequence, std::string(id.uuid.AsBytes()), std::move(encoded->stored), next_input_,
                       event_headers_ ? cloud_events_.HeadersOf(event) : Headers()});
    head = encoded->hash;
    sequence = sequence.Next();
  }
  for (const core::OutboxEntry& entry : decision.outbox) {
    outbox_.push_back({id_, entry.id, codec::EncodeOutboxEntry(entry)});
  }
  for (const core::FollowUp& follow_up : decision.follow_ups) {
    follow_ups_.push_back(
        {std::string(follow_up.command.case_id.uuid.AsBytes()), codec::EncodeCommand(follow_up.command)});
  }
  CommandOutcome outcome;
  outcome.first_revision = decision.events.front().revision;
  outcome.last_revision = decision.events.back().revision;
  outcome.last_sequence = decision.events.back().sequence;
  position_.next_sequence = sequence;
  staged_counters_.events += static_cast<int64_t>(decision.events.size());
  staged_counters_.outbox += static_cast<int64_t>(decision.outbox.size());

  auto record = std::make_shared<CaseRecord>(CaseRecord{std::move(decision.state), head});
  if (before != nullptr) record->commands = before->commands;
  auto [scratch, inserted] = scratch_.try_emplace(id);
  if (inserted) {
    scratch->second.before = before;
  } else if (const auto timer = core::NextWallTimer(scratch->second.now->state)) {
    scratch_timers_.erase({*timer, id});
  }
  if (const auto timer = core::NextWallTimer(record->state)) scratch_timers_.insert({*timer, id});
  scratch->second.now = std::move(record);
  return outcome;
}

void Partition::StageResult(const ports::InputRecord& record, const core::Command& command, const Outcome& outcome) {
  codec::CommandResult result;
  result.command_id = command.command_id;
  result.case_id = command.case_id;
  if (outcome) {
    result.outcome = codec::Accepted{outcome->first_revision, outcome->last_revision, {id_, outcome->last_sequence}};
    result.reference = core::PublicReference(command.case_id);
    ++staged_counters_.commands_accepted;
  } else {
    result.outcome = outcome.error();
    ++staged_counters_.commands_rejected;
  }
  results_.push_back({id_, record.position, record.key, codec::EncodeResult(result), next_input_});
}

void Partition::StageDeadLetter(const ports::InputRecord& record, const Refusal& refusal) {
  dead_letters_.push_back(MakeDeadLetter(record, refusal, submitters_.dead_letter_key()));
  ++staged_counters_.dead_letters;
  if (record.input == ports::Input::kFollowUps) return;
  ++staged_counters_.commands_rejected;
  // Nothing of the record stands in it but ids: neither its key nor what it says otherwise.
  codec::CommandResult result{
      .command_id = refusal.command_id, .case_id = {}, .reference = {}, .outcome = refusal.rejection};
  std::string key;
  if (refusal.case_id) {
    result.case_id = *refusal.case_id;
    key = refusal.case_id->uuid.AsBytes();
  }
  results_.push_back({id_, record.position, std::move(key), codec::EncodeResult(result), next_input_});
}

Result<size_t> Partition::FireTimers(Instant before, size_t most) {
  size_t fired = 0;
  // The index knows what is installed; cases that this transaction changed stand in scratch_timers_ instead.
  auto installed = cases_->timers().begin();
  const auto end = cases_->timers().end();
  while (fired < most && missing_.empty()) {
    while (installed != end && scratch_.contains(installed->second)) ++installed;
    std::optional<std::pair<Instant, core::CaseId>> next;
    if (installed != end) next = *installed;
    if (!scratch_timers_.empty() && (!next || *scratch_timers_.begin() < *next)) next = *scratch_timers_.begin();
    if (!next || next->first >= before) break;

    // The index is kept with its cases; one that is not theirs would come up again for ever.
    const auto not_theirs = [&] {
      return Fail(Error::Corruption(
          fmt::format("partition {}: the state store has a timer of case {} at {} that the case does not have; delete "
                      "the store, it is rebuilt from the log",
                      id_.value, next->second.str(), FormatInstant(next->first))));
    };
    RASTI_TRY(CaseRef record, Find(next->second));
    if (record == nullptr) return not_theirs();
    const Instant recorded_at = RecordedAt();
    // Before the barrier everything was read, so that no command is to come which happened before this.
    const CaseRef found = record;
    RASTI_TRY(record, ReplanIfNeeded(std::move(record), before, recorded_at));
    const bool replanned = record != found;
    if (replanned) ++fired;
    const auto timer = core::NextWallTimer(record->state);
    if (!timer || *timer != next->first) {
      if (!replanned) return not_theirs();
      continue;
    }
    if (replanned && fired >= most) break;
    RASTI_CHECKED(FireOne(record, recorded_at));
    if (!missing_.empty()) break;
    staged_counters_.lateness.Add(position_.last_recorded_at - next->first);
    ++fired;
  }
  return fired;
}

Result<bool> Partition::Sweep(Instant before, size_t most) {
  const Instant recorded_at = RecordedAt();
  RASTI_TRY(const auto last, cases_->ForEach(sweep_after_, most, [&](const CaseRecord& row) -> Status {
    const auto config = configuration_->For(row.state, recorded_at);
    if (!config || !core::NeedsReplan(*config, row.state)) return {};
    RASTI_TRY(CaseRef record, Find(row.state.id));
    RASTI_TRY(record, ReplanIfNeeded(std::move(record), before, recorded_at));
    return {};
  }));
  sweep_after_ = last;
  return !last.has_value();
}

}  // namespace rasti::runtime
