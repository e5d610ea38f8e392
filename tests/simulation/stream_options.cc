#include "tests/simulation/stream_options.h"

namespace rasti::simulation {

runtime::StreamOptions SmallOptions(Random& random) {
  runtime::StreamOptions options;
  options.batch_most = 1 + random.Below(16);
  options.cached_cases_most = 1 + random.Below(30);
  options.checkpoint_cases = 1 + random.Below(8);
  options.checkpoint_piece = 1 + random.Below(3);
  options.replay_checkpoint_cases = 1 + random.Below(8);
  options.checkpoint_every = Duration{random.Between(200, 20'000)};
  options.flush_every = Duration{random.Between(1'000, 60'000)};
  return options;
}

}  // namespace rasti::simulation
