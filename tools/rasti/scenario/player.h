// Plays a scenario on an engine of its own, with the commands that people give.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/codec/scenario.h"
#include "tools/rasti/case_command.h"
#include "tools/rasti/scenario/expectations.h"

namespace rasti::cli {

struct PlayedScenario {
  std::vector<Disagreement> disagreements;  // none: the story went as told
  std::set<core::ActionId> actions;         // that were taken, by people or by the engine
};

/// Ownership: session, scenario and definition outlive it. Threading: one thread. For one play.
class ScenarioPlayer {
 public:
  ScenarioPlayer(Session& session, const codec::Scenario& scenario, const core::Definition& definition)
      : session_(session), scenario_(scenario), definition_(definition) {}

  /// Ends at the first step that was refused or accepted against expectation: what follows would only repeat it.
  /// Errors: the engine's own.
  Result<PlayedScenario> Play();

 private:
  Outcome<core::Command> MakeCommandOf(const codec::ScenarioStep& step);
  Outcome<core::Command> MakeSubmissionOf(const codec::ScenarioStep& step);
  Outcome<core::CommandPayload> MakePayloadOf(const codec::ScenarioStep& step, const CaseAtHand& found,
                                              const core::Actor& actor);
  Outcome<void> Do(const codec::ScenarioStep& step);
  Result<bool> PlayStep(const codec::ScenarioStep& step);
  /// Whether the step was answered as expected.
  bool Answered(const codec::ScenarioStep& step, const Outcome<void>& outcome);
  Status Look(const codec::ScenarioStep& step);
  Status NoteWhereCasesStand();
  WhoOptions WhoOf(const codec::ScenarioStep& step);
  std::string NameOf(const core::CaseId& id) const;

  Session& session_;
  const codec::Scenario& scenario_;
  const core::Definition& definition_;
  PlayedScenario played_;
  std::map<std::string, core::CaseId> cases_;           // by the scenario's names
  std::map<std::string, core::Revision> stood_at_;      // after the step before
  std::map<std::string, std::string> ids_of_citizens_;  // by what 'as' says
};

}  // namespace rasti::cli
