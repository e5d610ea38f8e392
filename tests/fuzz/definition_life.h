// A few cases of a definition that nobody has seen before: submitted, moved on by whatever actions are possible,
// paused, extended, and left to time. All decisions are held to decided.h.
//
// Threading: one thread. The same definition and seed give the same lives.
#pragma once

#include <random>

#include "engine/core/decide.h"
#include "tests/support/sample_definition.h"

namespace rasti::fuzz {

class DefinitionLife {
 public:
  /// A town in which somebody holds each role of the definition. Definition and world outlive this.
  DefinitionLife(const core::Definition& definition, const test::SampleWorld& world, uint64_t seed);

  /// Submits a case of some category and does so many things to it. Returns how many of them were accepted.
  int Live(int steps);

 private:
  core::Actor ActorOf(const core::Role& role) const;
  core::Actor ActorFor(core::Permission permission);
  core::Command Make(const core::Actor& actor, core::CommandPayload payload);
  core::Command Submission();
  core::Command Something();
  core::Command TakeSomeAction();
  bool Decide(const core::Command& command);
  void FireTimersBefore(Instant at);
  core::Config config() const;
  uint64_t Below(uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }
  template <class T>
  const T& Any(const std::vector<T>& values) {
    return values[Below(values.size())];
  }

  const core::Definition& definition_;
  const test::SampleWorld& world_;
  core::Tenant tenant_;
  std::mt19937_64 random_;
  Instant now_;
  core::CaseState state_;
  uint64_t commands_ = 0;
};

}  // namespace rasti::fuzz
