// Commands at random to cases of tests/data/short-deadlines: submissions, some of them overdue at once, work, pauses,
// extensions, closures and merges, so that deadlines are met, missed and moved.
#pragma once

#include <random>
#include <string>

#include "engine/core/command.h"
#include "tests/acceptance/chaos/ledger.h"

namespace rasti::test {

/// Threading: one thread each; `name` keeps their command ids apart.
class Errands {
 public:
  Errands(std::string name, uint64_t seed) : name_(std::move(name)), random_(seed) {}

  core::Command Next(const Ledger& ledger);
  std::mt19937_64& random() { return random_; }
  uint64_t Below(uint64_t bound) { return random_() % bound; }

 private:
  core::Command Submission(core::Command command);

  const std::string name_;
  std::mt19937_64 random_;
  int64_t count_ = 0;
};

}  // namespace rasti::test
