#include "tests/end_to_end/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace rasti::test {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

winsize SizeOf(int rows, int columns) {
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  return size;
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& words, const std::vector<std::string>& environment, int rows,
                   int columns) {
  const winsize size = SizeOf(rows, columns);
  std::array<char, 128> name{};
  if (::openpty(&master_, &slave_, name.data(), nullptr, &size) != 0) throw std::runtime_error("no terminal");
  ::fcntl(master_, F_SETFD, FD_CLOEXEC);
  ::fcntl(slave_, F_SETFD, FD_CLOEXEC);
  std::vector<std::string> arguments = words;
  std::vector<std::string> variables = environment;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A session of its own, whose terminal is the first that it opens.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, name.data(), O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
  const int failed = ::posix_spawn(&pid_, arguments.front().c_str(), &actions, &attributes, Pointers(arguments).data(),
                                   Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) throw std::runtime_error("cannot start " + words.front());
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(master_);
  ::close(slave_);
}

void Terminal::Type(const std::string& keys) const {
  EXPECT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
}

void Terminal::Resize(int rows, int columns) const {
  const winsize size = SizeOf(rows, columns);
  EXPECT_EQ(::ioctl(master_, TIOCSWINSZ, &size), 0);
}

void Terminal::Signal(int signal) const { ::kill(pid_, signal); }

termios Terminal::settings() const {
  termios settings{};
  EXPECT_EQ(::tcgetattr(slave_, &settings), 0);
  return settings;
}

bool Terminal::ReadSome(Clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd ready{master_, POLLIN, 0};
  if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return false;
  std::array<char, 65536> buffer{};
  const ssize_t got = ::read(master_, buffer.data(), buffer.size());
  if (got <= 0) return false;
  written_.append(buffer.data(), static_cast<size_t>(got));
  return true;
}

bool Terminal::WaitFor(const std::string& text, std::chrono::seconds timeout) {
  const auto until = Clock::now() + timeout;
  while (written_.find(text) == std::string::npos) {
    if (!ReadSome(until)) return false;
  }
  return true;
}

int Terminal::Finish(std::chrono::seconds timeout) {
  const auto until = Clock::now() + timeout;
  int status = 0;
  // The test holds the terminal open itself, so its end is not the program's.
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() >= until) {
      ADD_FAILURE() << "still running after " << timeout.count() << " s; it wrote: " << written_;
      return 1'000;
    }
    ReadSome(std::min(until, Clock::now() + std::chrono::milliseconds(20)));
  }
  pid_ = -1;
  // What it wrote last comes through the terminal by the kernel's own doing, a moment after its end.
  while (ReadSome(Clock::now() + std::chrono::milliseconds(300))) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace rasti::test
