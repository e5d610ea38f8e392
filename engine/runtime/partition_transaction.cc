// What a partition has staged goes to the log, and from scratch into the store.
#include "engine/runtime/partition.h"

namespace rasti::runtime {

Status Partition::WriteTo(ports::LogStream& stream) {
  for (ports::EventOut& event : events_) RASTI_CHECKED(stream.Append(std::move(event)));
  for (ports::ResultOut& result : results_) RASTI_CHECKED(stream.Append(std::move(result)));
  for (ports::OutboxOut& entry : outbox_) RASTI_CHECKED(stream.Append(std::move(entry)));
  for (ports::FollowUpOut& follow_up : follow_ups_) RASTI_CHECKED(stream.Append(std::move(follow_up)));
  for (ports::DeadLetterOut& letter : dead_letters_) RASTI_CHECKED(stream.Append(std::move(letter)));
  return {};
}

void Partition::Install() {
  for (auto& [id, scratch] : scratch_) cases_->Install(scratch.before, std::move(scratch.now));
  for (const StagedCommand& staged : commands_) cases_->InstallCommand(staged.case_id, staged.command, staged.outcome);
  position_.input = next_input_;
  cases_->SetPosition(position_);
  committed_input_ = next_input_;
  counters_ = staged_counters_;
  Clear();
}

void Partition::Drop() {
  position_ = cases_->position();
  next_input_ = committed_input_;
  staged_counters_ = counters_;
  // What the sweep planned went with the rest: it begins again.
  sweep_after_.reset();
  // What led there comes again.
  missing_.clear();
  Clear();
}

void Partition::Clear() {
  scratch_.clear();
  scratch_timers_.clear();
  commands_.clear();
  events_.clear();
  results_.clear();
  outbox_.clear();
  follow_ups_.clear();
  dead_letters_.clear();
}

}  // namespace rasti::runtime
