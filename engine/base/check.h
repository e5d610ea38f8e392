// Checks of what cannot happen. They stay on in release builds: a broken invariant stops the process before it can be
// written to the log, and a restart replays what was committed.
#pragma once

namespace rasti::internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, const char* why);
}

#define RASTI_CHECK(condition, why)                    \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::rasti::internal::CheckFailed(__FILE__, __LINE__, #condition, (why)))
