// Whatever befalls an engine, its stores and its log: state, answers and views are what the events make, on any log.
#include <chrono>

#include "tests/conformance/engine_on_log.h"
#include "tests/conformance/event_log_conformance.h"
#include "tests/support/nightly.h"

namespace rasti::conformance {

TEST_P(EventLogConformance, AnEngineIsTheFoldOfItsEventsWhateverHappens) {
  const bool is_remote = fixture().is_remote();
  const int seeds = tests::RoundsOf({.every_change = is_remote ? 1 : 4, .nightly = is_remote ? 5 : 100});
  const int turns = is_remote ? 15 : 40;
  for (int i = 0; i < seeds; ++i) {
    if (i > 0) SetUp();
    // Any seed will do, and another one each time finds more.
    const auto seed = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    SCOPED_TRACE("seed " + std::to_string(seed));
    EngineOnLog run(fixture(), seed);
    for (int turn = 0; turn < turns && !HasFatalFailure(); ++turn) run.Turn();
    if (!HasFatalFailure()) run.End();
    EXPECT_GT(run.events(), 50U);
    EXPECT_GT(run.accepted(), 10U);
    if (HasFailure()) return;
  }
}

}  // namespace rasti::conformance
