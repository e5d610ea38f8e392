// Scenarios of a workflow, read for the sample of tests/support. What is accepted names only what the workflow has,
// goes forward in time, and is read the same again.
#include <algorithm>
#include <set>

#include "engine/codec/scenario.h"
#include "engine/core/decide.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/text_file.h"
#include "tests/support/sample_definition.h"

namespace rasti::fuzz {
namespace {

using codec::Scenario;
using codec::ScenarioExpectation;
using codec::ScenarioStep;
using codec::ScenarioVerb;

void CheckExpectation(const ScenarioExpectation& expected, const core::Definition& definition,
                      const std::set<std::string>& cases, const LinesOf& lines) {
  RASTI_CHECK(lines.Has(expected.mark), "an expectation has its place in the file");
  RASTI_CHECK(!expected.says_anything || cases.contains(expected.case_name), "it is about a case that is there");
  RASTI_CHECK(!expected.stage || definition.FindStage(*expected.stage), "its stage is one of the workflow");
  RASTI_CHECK(!expected.category || definition.FindCategory(*expected.category), "its category is, too");
  for (const codec::ExpectedClock& clock : expected.clocks) {
    RASTI_CHECK(definition.FindClock(clock.id), "its clocks are, too");
  }
  const auto& types = core::EventTypeNames();
  for (const auto* events : {&expected.events, &expected.no_events}) {
    for (const std::string& type : *events) {
      RASTI_CHECK(std::ranges::find(types, type) != types.end(), "an event that is waited for can come");
    }
  }
  RASTI_CHECK(!expected.merged_into || cases.contains(*expected.merged_into),
              "a case is merged into one that is there");
  RASTI_CHECK(!expected.form.dump().empty(), "a form is JSON");
}

void CheckScenario(const Scenario& scenario, const core::Definition& definition, const LinesOf& lines) {
  RASTI_CHECK(!scenario.steps.empty() && !scenario.tenant.empty(), "a story has steps, and a place");
  Instant now = scenario.begins_at;
  std::set<std::string> cases;
  for (const ScenarioStep& step : scenario.steps) {
    RASTI_CHECK(lines.Has(step.mark), "a step has its place in the file");
    if (step.at) {
      RASTI_CHECK(*step.at >= now, "a story goes forward in time");
      now = *step.at;
    }
    if (step.verb == ScenarioVerb::kSubmit) {
      RASTI_CHECK(cases.insert(step.case_name).second, "a case is submitted once");
    } else if (step.verb != ScenarioVerb::kNothing) {
      RASTI_CHECK(cases.contains(step.case_name) && !step.as.empty(), "somebody does something to a case");
    }
    RASTI_CHECK(!step.rejected || core::ParseRejectionCode(*step.rejected), "a rejection that is waited for can come");
    for (const ScenarioExpectation& expected : step.then) CheckExpectation(expected, definition, cases, lines);
    RASTI_CHECK(step.values.is_object() && !step.values.dump().empty(), "what is filled in is JSON");
  }
}

// What a step says, in one text.
std::string TextOf(const ScenarioStep& step) {
  std::string text = step.as + '/' + step.role + '/' + step.case_name + '/' + step.values.dump() + '/' +
                     step.rejected.value_or("") + '/' + step.rejected_field + '/' + std::to_string(step.score);
  for (const auto& [key, value] : step.texts) text += '/' + std::string(key) + '=' + value;
  for (const ScenarioExpectation& expected : step.then) text += '/' + expected.form.dump();
  return text;
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  static const test::SampleWorld world;
  const std::string_view yaml = AsText(data, size);
  const LinesOf lines(yaml);
  codec::Issues issues("story.yaml");
  const auto scenario = codec::ReadScenario(yaml, world.definition, issues);
  RASTI_CHECK(scenario.has_value() != issues.HasErrors(), "there is a scenario, or errors");
  CheckIssues(std::move(issues), lines);
  if (!scenario) return 0;
  CheckScenario(*scenario, world.definition, lines);
  codec::Issues none("story.yaml");
  const auto again = codec::ReadScenario(yaml, world.definition, none);
  RASTI_CHECK(again.has_value() && again->steps.size() == scenario->steps.size() && again->title == scenario->title,
              "a file is read the same twice");
  for (size_t i = 0; i < again->steps.size(); ++i) {
    RASTI_CHECK(TextOf(again->steps[i]) == TextOf(scenario->steps[i]), "and so is each of its steps");
  }
  return 0;
}
