// Cases of the workflow issue-report in Prishtina, each from its submission to its end: most are mended, some are
// withdrawn, merged, closed without work, or disputed and opened again. So the number of open cases stays as it is.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "engine/core/command.h"

namespace rasti::test {

struct Step {
  core::Command command;
  bool is_refused = false;  // as it is to be
};

/// Threading: one thread each; `name` keeps their cases apart.
class Lives {
 public:
  Lives(std::string name, uint64_t seed) : name_(std::move(name)), random_(seed) {}

  /// All commands of one more case, of two where one is merged into the other, in order.
  std::vector<Step> Next();

 private:
  class Case;
  void Mend(Case& one);
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  const std::string name_;
  std::mt19937_64 random_;
  int64_t count_ = 0;
};

}  // namespace rasti::test
