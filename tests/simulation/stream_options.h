// Options of a stream with small numbers, so that a few dozen cases fill what a million fill elsewhere.
#pragma once

#include "engine/runtime/stream_loop.h"
#include "tests/simulation/random.h"

namespace rasti::simulation {

runtime::StreamOptions SmallOptions(Random& random);

}  // namespace rasti::simulation
