#include "engine/sla/deadline.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/sla/counting.h"
#include "engine/sla/explain.h"
#include "engine/sla/pause.h"

namespace rasti::sla {
namespace {

// Whether a change of the calendar holds a deadline up. Ignored, the outcome is what the rules alone give.
enum class Replans { kHold, kIgnore };

// Follows a course step by step.
class Clock {
 public:
  Clock(const Calendar& calendar, Replans replans, const Explainer* explainer)
      : calendar_(calendar), replans_(replans), explainer_(explainer) {}

  Status Run(const Course& course) {
    rule_ = &course.rule;
    last_ = course.start;
    RASTI_TRY(due_, ApplyRule(calendar_, course.rule, course.start, explainer_));
    for (const Step& step : course.steps) {
      RASTI_CHECKED(std::visit([this](const auto& s) { return Take(s); }, step));
    }
    return {};
  }

  Instant due() const { return due_; }
  /// Whether a change of the calendar has held the deadline up.
  bool held() const { return held_; }
  /// A pause that began after the deadline holds nothing up.
  bool PausedBefore(Instant due) const { return paused_at_.has_value() && *paused_at_ <= due; }

 private:
  Status Take(const Paused& step);
  Status Take(const Resumed& step);
  Status Take(const Extended& step);
  Status Take(const Replanned& step);

  Status MoveTo(Instant at);

  const Calendar& calendar_;
  const Replans replans_;
  const Explainer* const explainer_;

  // The rule that gave the deadline as it stands: the last extension's, if there was one.
  const Rule* rule_ = nullptr;
  Instant last_;
  Instant due_;
  std::optional<Instant> paused_at_;
  bool held_ = false;
};

Status Clock::MoveTo(Instant at) {
  if (at < last_) {
    return Fail(Error::Invalid(fmt::format("the steps of a course are out of order: {} comes after {}",
                                           FormatInstant(at), FormatInstant(last_))));
  }
  last_ = at;
  return {};
}

Status Clock::Take(const Paused& step) {
  RASTI_CHECKED(MoveTo(step.at));
  if (paused_at_) return Fail(Error::Invalid(fmt::format("paused at {} while paused", FormatInstant(step.at))));
  paused_at_ = step.at;
  if (explainer_ != nullptr) {
    RASTI_TRY(const auto remaining, RemainingAt(calendar_, *rule_, due_, step.at));
    explainer_->Paused(step.at, remaining, !PausedBefore(due_));
  }
  return {};
}

Status Clock::Take(const Resumed& step) {
  RASTI_CHECKED(MoveTo(step.at));
  if (!paused_at_) return Fail(Error::Invalid(fmt::format("resumed at {} without a pause", FormatInstant(step.at))));
  const bool late = !PausedBefore(due_);
  if (explainer_ != nullptr) explainer_->Resumed(step.at, *rule_, late);
  if (!late) {
    RASTI_TRY(due_, DueAfterPause(calendar_, *rule_, {.due = due_, .paused_at = *paused_at_, .resumed_at = step.at},
                                  explainer_));
  }
  paused_at_.reset();
  return {};
}

Status Clock::Take(const Extended& step) {
  if (explainer_ != nullptr) explainer_->Extended(due_, step.by);
  RASTI_TRY(const Instant due, ApplyRule(calendar_, step.by, due_, explainer_));
  // A date that has passed by then extends nothing.
  if (due <= due_) return {};
  due_ = due;
  rule_ = &step.by;
  return {};
}

Status Clock::Take(const Replanned& step) {
  RASTI_CHECKED(MoveTo(step.at));
  // What a pause keeps needs no holding up: it cannot be missed while it lasts.
  const bool moved = replans_ == Replans::kHold && due_ < step.at && !PausedBefore(due_);
  if (explainer_ != nullptr) explainer_->Replanned(step.at, moved);
  if (!moved) return {};
  held_ = true;
  due_ = step.at;
  // By the new calendar the pause came too late. It was in time when it began, so it holds from now on.
  if (paused_at_) paused_at_ = step.at;
  return {};
}

Result<Deadline> Compute(const Calendar& calendar, const Course& course, const Explainer* explainer) {
  Clock clock(calendar, Replans::kHold, explainer);
  RASTI_CHECKED(clock.Run(course));
  Deadline deadline{.computed = clock.due(), .due_at = clock.due()};
  if (clock.held()) {
    Clock by_rule(calendar, Replans::kIgnore, nullptr);
    RASTI_CHECKED(by_rule.Run(course));
    deadline.computed = by_rule.due();
    // Counted from a later hour of an earlier day, an extension to the same time may end later.
    deadline.due_at = std::max(deadline.due_at, deadline.computed);
  }
  deadline.paused = clock.PausedBefore(deadline.due_at);
  if (explainer != nullptr) explainer->Due(deadline.due_at, deadline.paused);
  return deadline;
}

}  // namespace

Result<Deadline> ComputeDeadline(const Calendar& calendar, const Course& course, Explanation* explanation) {
  if (explanation == nullptr) return Compute(calendar, course, nullptr);
  const size_t explained = explanation->size();
  const Explainer explainer(calendar, *explanation);
  auto deadline = Compute(calendar, course, &explainer);
  if (!deadline) explanation->resize(explained);
  return deadline;
}

}  // namespace rasti::sla
