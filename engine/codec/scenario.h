// scenarios/*.yaml of a workflow -> Scenario: a story over virtual time that the workflow must live up to. The language
// is told in workflows/README.md; `rasti test` plays it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/codec/issue.h"
#include "engine/core/case_state.h"
#include "engine/core/definition.h"

namespace rasti::codec {

/// What somebody does in a step; kNothing: only time passes.
enum class ScenarioVerb : uint8_t {
  kNothing,
  kSubmit,
  kAct,
  kAssign,
  kRelease,
  kMessage,
  kAttach,
  kExtend,
  kPause,
  kResume,
  kReopen,
  kMerge,
  kRefer,
  kWithdraw,
  kRate,
  kCorrect,
  kMigrate,
};

/// Names as the file has them: a handle, not an id.
struct ScenarioHolder {
  bool nobody = false;
  std::optional<std::string> person;
  std::optional<std::string> queue;
  std::optional<std::string> directorate;
  std::optional<std::string> tenant;
};

/// How a clock must stand; only what is set is looked at.
struct ExpectedClock {
  core::ClockId id;
  bool none = false;  // the case has no such clock
  std::optional<core::ClockStatus> status;
  std::optional<Instant> due;
  std::optional<bool> on_time;
  std::optional<bool> breached;
  std::optional<int64_t> level;
  std::optional<int64_t> extensions;
  Mark mark;
};

/// What must be so of one case after a step; only what is set is looked at.
struct ScenarioExpectation {
  Mark mark;
  std::string case_name;  // empty: the step's case
  bool says_anything = false;
  std::optional<core::StageId> stage;
  std::optional<core::CaseStatus> status;
  std::optional<core::CategoryId> category;
  std::optional<std::string> title;
  std::optional<ScenarioHolder> held_by;
  std::vector<ExpectedClock> clocks;
  std::vector<std::string> events;     // types, in order, with others between them or not
  std::vector<std::string> no_events;  // types
  nlohmann::json form = nlohmann::json::object();
  std::vector<std::pair<std::string, int64_t>> counts;  // "responses", "rating", ...
  std::optional<std::string> merged_into;               // the name of a case
  std::optional<std::vector<std::string>> duplicates;   // likewise
};

struct ScenarioStep {
  Mark mark;
  std::optional<Instant> at;
  ScenarioVerb verb = ScenarioVerb::kNothing;
  std::string as;         // a handle; or a role of people outside the directory, "citizen" or "citizen 2"
  std::string role;       // where it does not follow from who acts
  std::string case_name;  // empty: the only one
  std::optional<Instant> occurred_at;
  std::map<std::string, std::string, std::less<>> texts;  // the verb's own keys: "action", "reason", "into", ...
  nlohmann::json values = nlohmann::json::object();       // of submit and correct: the form; of act: the fields
  std::optional<ScenarioHolder> to;                       // of assign
  std::optional<Instant> received_at;                     // of submit
  bool anonymous = false;                                 // of submit
  int64_t score = 0;                                      // of rate
  std::optional<std::string> rejected;                    // the code; none: it must be accepted
  std::string rejected_field;                             // empty: whichever
  std::vector<ScenarioExpectation> then;

  std::string Text(std::string_view key) const {
    const auto found = texts.find(key);
    return found == texts.end() ? std::string() : found->second;
  }
};

struct Scenario {
  std::string title;
  Instant begins_at;
  std::string tenant;
  Mark tenant_mark;
  std::vector<ScenarioStep> steps;
};

/// The scenario, or nothing where there are errors: names that the definition does not know (stages, clocks, actions,
/// categories), keys that the step does not have, times that go back, cases that no step before submitted.
std::optional<Scenario> ReadScenario(std::string_view yaml, const core::Definition& definition, Issues& issues);

}  // namespace rasti::codec
