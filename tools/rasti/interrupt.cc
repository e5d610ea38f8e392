#include "tools/rasti/interrupt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace rasti::cli {
namespace {

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};

// What a handler may touch.
std::atomic<bool> g_came = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> g_file = -1;      // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
pthread_t g_thread{};              // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void Ring(int file) {
  const uint64_t one = 1;
  // A counter that is full wakes as well.
  static_cast<void>(!::write(file, &one, sizeof one));
}

extern "C" void OnSignal(int signal) {
  const int error = errno;
  g_came.store(true);
  Ring(g_file.load());
  // A write that waits ends only in the thread that it is in.
  if (::pthread_equal(::pthread_self(), g_thread) == 0) static_cast<void>(::pthread_kill(g_thread, signal));
  errno = error;
}

}  // namespace

struct Interrupt::Saved {
  bool armed = false;
  sigset_t mask{};
  std::array<struct sigaction, kSignals.size()> actions{};
  int signal_file = -1;
  int wake_file = -1;
};

Interrupt::Interrupt(std::unique_ptr<Saved> saved) : saved_(std::move(saved)) {}

Result<std::unique_ptr<Interrupt>> Interrupt::Make() {
  auto saved = std::make_unique<Saved>();
  saved->signal_file = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  saved->wake_file = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::unique_ptr<Interrupt> interrupt(new Interrupt(std::move(saved)));
  Saved& now = *interrupt->saved_;
  sigset_t size_changed;
  sigemptyset(&size_changed);
  sigaddset(&size_changed, SIGWINCH);
  ::pthread_sigmask(SIG_BLOCK, &size_changed, &now.mask);
  if (now.signal_file < 0 || now.wake_file < 0) return Fail(Error::Io("no files are left to wait with"));
  return interrupt;
}

void Interrupt::Arm() {
  g_came.store(false);
  g_thread = ::pthread_self();
  g_file.store(saved_->signal_file);
  struct sigaction action {};
  action.sa_handler = OnSignal;  // without SA_RESTART: a write that waits ends
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &saved_->actions[i]);
  saved_->armed = true;
  ::pthread_sigmask(SIG_SETMASK, &saved_->mask, nullptr);
}

Interrupt::~Interrupt() {
  if (saved_->armed) {
    for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &saved_->actions[i], nullptr);
    g_file.store(-1);
  } else {
    ::pthread_sigmask(SIG_SETMASK, &saved_->mask, nullptr);
  }
  if (saved_->signal_file >= 0) ::close(saved_->signal_file);
  if (saved_->wake_file >= 0) ::close(saved_->wake_file);
}

bool Interrupt::came() const { return saved_->armed && g_came.load(); }

Interrupt::Why Interrupt::Wait(std::chrono::milliseconds timeout, int input) {
  std::array<pollfd, 3> files = {pollfd{saved_->signal_file, POLLIN, 0}, pollfd{saved_->wake_file, POLLIN, 0},
                                 pollfd{input, POLLIN, 0}};
  const int ready = ::poll(files.data(), files.size(), static_cast<int>(std::max<int64_t>(timeout.count(), 0)));
  if (came()) return Why::kSignal;
  // Another signal, as when the terminal has another size.
  if (ready < 0 && errno == EINTR) return Why::kWoken;
  if (ready <= 0) return Why::kTime;
  // Whoever sat there is gone.
  if ((files[2].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return Why::kSignal;
  if (files[2].revents != 0) return Why::kInput;
  uint64_t count = 0;
  static_cast<void>(!::read(saved_->wake_file, &count, sizeof count));
  return Why::kWoken;
}

void Interrupt::Wake() { Ring(saved_->wake_file); }

}  // namespace rasti::cli
