// Holds a case against what a scenario says of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/codec/scenario.h"
#include "engine/core/event.h"
#include "tools/rasti/case_text.h"

namespace rasti::cli {

/// A case after a step.
struct CaseSeen {
  const core::CaseState* state = nullptr;
  const CaseSetting* setting = nullptr;
  std::vector<std::string_view> events;  // types, since the step before
};

struct Disagreement {
  codec::Mark mark;
  std::string message;  // what was expected and what is
};

/// The name that the scenario gave to a case; its id where it has none.
using NameOfCase = std::function<std::string(const core::CaseId&)>;

/// Everything in which the case is not as expected. Pure.
std::vector<Disagreement> Compare(const codec::ScenarioExpectation& expected, const CaseSeen& seen,
                                  const NameOfCase& name_of);

}  // namespace rasti::cli
