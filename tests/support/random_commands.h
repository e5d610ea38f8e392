// Random commands that make sense for a case as it stands: most of them are accepted, some are not.
//
// Threading: one thread. The same generator state gives the same command.
#pragma once

#include <random>
#include <string>

#include "engine/core/case_state.h"
#include "engine/core/command.h"
#include "engine/core/definition.h"

namespace rasti::test {

class RandomCommands {
 public:
  /// `cases`: how many there are or will be; merges look for their target among them.
  RandomCommands(std::mt19937_64& random, int cases, int historic_percent)
      : random_(random), cases_(cases), historic_percent_(historic_percent) {}

  /// For a case that does not exist yet: its submission.
  core::Command Next(const core::Definition& definition, const core::CaseId& id, const core::CaseState& state,
                     Instant now);
  uint64_t Below(uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }

 private:
  core::Command Submission(const core::CaseId& id, Instant now);
  core::CommandPayload PayloadFor(const core::Definition& definition, const core::CaseState& state, Instant now,
                                  core::Actor& actor);
  core::CommandPayload RandomAction(const core::Definition& definition, const core::CaseState& state,
                                    core::Actor& actor);
  core::CommandPayload RandomTalk(const core::CaseState& state, core::Actor& actor);
  core::CommandPayload RandomCorrection(const core::CaseState& state, core::Actor& actor);
  core::Assignment RandomAssignment();
  bool Percent(uint64_t percent) { return Below(100) < percent; }
  Instant Between(Instant from, Instant to);
  std::string NextId() { return std::to_string(++count_); }

  std::mt19937_64& random_;
  int cases_;
  int historic_percent_;
  uint64_t count_ = 0;
};

}  // namespace rasti::test
