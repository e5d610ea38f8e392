#include "engine/runtime/replan_forecast.h"

#include <algorithm>

#include "engine/core/decide.h"

namespace rasti::runtime {
namespace {

// More than any ladder of warnings and levels has; a definition that makes timers for ever must not hang a forecast.
constexpr int kTimersMost = 10'000;

core::CaseState Replanned(const Configuration& configuration, core::CaseState state, Instant at) {
  const auto config = configuration.For(state, at);
  if (!config || !core::NeedsReplan(*config, state)) return state;
  auto decision = core::Replan(*config, state, at, at);
  if (!decision || decision->events.empty()) return state;
  return std::move(decision->state);
}

core::CaseState TimersFired(const Configuration& configuration, core::CaseState state, Instant before) {
  for (int fired = 0; fired < kTimersMost; ++fired) {
    const auto due = core::NextWallTimer(state);
    if (!due || *due >= before) return state;
    const Instant at = std::max(*due, state.last_recorded_at);
    const auto config = configuration.For(state, at);
    if (!config) return state;
    auto decision = core::FireTimer(*config, state, at);
    if (!decision) return state;
    state = std::move(decision->state);
  }
  return state;
}

core::CaseState WithTimePassed(const Configuration& configuration, core::CaseState state, Instant from, Instant to) {
  for (;;) {
    state = Replanned(configuration, std::move(state), from);
    const auto change = configuration.NextChangeAfter(from);
    if (!change || *change >= to) return TimersFired(configuration, std::move(state), to);
    state = TimersFired(configuration, std::move(state), *change);
    from = *change;
  }
}

}  // namespace

ReplanForecast ForecastReplan(const Configuration& before, const Configuration& after, const core::CaseState& state,
                              Instant now, Instant at) {
  ReplanForecast forecast;
  const core::CaseState then = now < at ? WithTimePassed(before, state, now, at) : state;
  const auto config = after.For(then, at);
  if (!config || !core::NeedsReplan(*config, then)) return forecast;
  const auto decision = core::Replan(*config, then, at, at);
  if (!decision) {
    forecast.kept = decision.error().message;
    return forecast;
  }
  for (const core::Event& event : decision->events) {
    const auto* replanned = std::get_if<core::ClockReplanned>(&event.payload);
    if (replanned == nullptr) continue;
    forecast.moves.push_back({replanned->clock, then.FindClock(replanned->clock)->plan.due_at, replanned->plan.due_at,
                              replanned->plan.computed_due_at});
  }
  return forecast;
}

}  // namespace rasti::runtime
