// Ctrl-C and SIGTERM as a wish to stop in good order; a second one ends the process at once.
#pragma once

#include <csignal>

namespace rasti::cli {

/// While it lives, the signals set a flag. One at a time in a process.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;

 private:
  struct sigaction int_before_ {};
  struct sigaction term_before_ {};
};

}  // namespace rasti::cli
