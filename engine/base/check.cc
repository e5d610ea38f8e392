#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace rasti::internal {

void CheckFailed(const char* file, int line, const char* condition, const char* why) {
  std::fprintf(stderr, "rasti: %s:%d: broken invariant: %s (%s)\n", file, line, why, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace rasti::internal
