#include "tools/rasti/import/interrupt.h"

namespace rasti::cli {
namespace {

volatile std::sig_atomic_t signalled = 0;

}  // namespace

InterruptGuard::InterruptGuard() {
  signalled = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { signalled = 1; };
  // Back to the default after the first: whoever insists is not kept waiting.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &int_before_);
  sigaction(SIGTERM, &action, &term_before_);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &int_before_, nullptr);
  sigaction(SIGTERM, &term_before_, nullptr);
}

bool InterruptGuard::interrupted() const { return signalled != 0; }

}  // namespace rasti::cli
