// What must hold at the end of a simulated run.
#pragma once

#include <string>
#include <vector>

namespace rasti::simulation {

class World;

/// What is wrong, in words, at most a few dozen. REQUIRES: the run has come to rest and its nodes were stopped.
std::vector<std::string> Check(const World& world);

}  // namespace rasti::simulation
