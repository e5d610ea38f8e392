#include <fmt/format.h>

#include <algorithm>

#include "engine/core/decision_builder.h"

namespace rasti::core {

// B asks A to take it as a duplicate: B is frozen, A links or refuses, B is merged or free again.
Verdict DecideMerge(DecisionBuilder& builder, const MergeInto& merge) {
  const CaseState& state = builder.state();
  if (merge.target == state.id) {
    return Reject(RejectionCode::kMergeTargetInvalid, "target", "a case cannot be merged into itself");
  }
  if (std::ranges::find(state.duplicates, merge.target) != state.duplicates.end()) {
    return Reject(RejectionCode::kMergeTargetInvalid, "target", "that case was merged into this one");
  }
  const auto times_out_at =
      CheckedAdd(std::max(builder.now(), builder.context().recorded_at), builder.definition().merge_timeout);
  if (!times_out_at)
    return Reject(RejectionCode::kTimeInvalid, "target", "the answer would be awaited beyond the year 9999");
  builder.Emit(MergeRequested{merge.target, builder.NextFollowUpId(), *times_out_at, merge.reason});
  builder.Send(merge.target, LinkDuplicate{state.id});
  return {};
}

Verdict DecideLink(DecisionBuilder& builder, const LinkDuplicate& link) {
  const CaseState& state = builder.state();
  if (state.status == CaseStatus::kFrozen || state.status == CaseStatus::kMerged ||
      state.status == CaseStatus::kWithdrawn) {
    return Reject(RejectionCode::kMergeTargetInvalid, "target",
                  fmt::format("the case is {}", CaseStatusName(state.status)));
  }
  if (std::ranges::find(state.duplicates, link.duplicate) != state.duplicates.end()) {
    return Reject(RejectionCode::kNoChange, "duplicate", "that case is linked already");
  }
  if (state.duplicates.size() >= kDuplicatesMost) {
    return Reject(RejectionCode::kTooLarge, "duplicate",
                  fmt::format("a case takes at most {} duplicates", kDuplicatesMost));
  }
  builder.Emit(DuplicateLinked{link.duplicate});
  return {};
}

Verdict DecideAnswer(DecisionBuilder& builder, const AnswerFollowUp& answer) {
  const CaseState& state = builder.state();
  const auto asked = std::ranges::find(state.numbers, answer.follow_up, &CaseNumber::follow_up);
  if (asked != state.numbers.end() && asked->number == 0) {
    TakeNumber(builder, CaseNumber(*asked), answer);
    return {};
  }
  // Of a register, and not awaited (any more): never to be taken for the answer to a merge.
  if (answer.number) {
    return Reject(RejectionCode::kUnknownFollowUp, "follow_up",
                  fmt::format("no number is awaited by '{}'", answer.follow_up.str()));
  }
  const bool awaited =
      std::ranges::find(state.follow_ups, answer.follow_up, &PendingFollowUp::id) != state.follow_ups.end();
  if (awaited && !answer.accepted) {
    builder.Emit(MergeRefused{answer.from, answer.follow_up, answer.code, answer.reason});
    return {};
  }
  // An acceptance that comes after the time-out still holds: the other case has linked this one.
  if (answer.accepted && (awaited || state.status == CaseStatus::kOpen)) {
    builder.Emit(CaseMerged{answer.from, answer.follow_up});
    return {};
  }
  return Reject(RejectionCode::kUnknownFollowUp, "follow_up",
                fmt::format("no answer to '{}' is awaited", answer.follow_up.str()));
}

}  // namespace rasti::core
