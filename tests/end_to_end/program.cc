#include "tests/end_to_end/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace rasti::test {
namespace {

using Clock = std::chrono::steady_clock;

std::array<int, 2> MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

std::vector<std::string> EnvironmentWith(const std::vector<std::string>& changes) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name = std::string(*entry).substr(0, std::strcspn(*entry, "="));
    const bool changed = std::ranges::any_of(changes, [&](const std::string& c) { return c.starts_with(name + "="); });
    if (!changed) environment.emplace_back(*entry);
  }
  for (const std::string& change : changes) {
    if (!change.ends_with('=')) environment.push_back(change);
  }
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// The input is small, so that it fits the pipe before anybody reads it.
int InputOf(const std::string& input) {
  const auto pipe = MakePipe();
  if (::write(pipe[1], input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    throw std::runtime_error("the input does not fit a pipe");
  }
  ::close(pipe[1]);
  return pipe[0];
}

}  // namespace

Child::Child(const std::vector<std::string>& arguments, const std::string& input,
             const std::vector<std::string>& environment) {
  std::vector<std::string> words = arguments;
  std::vector<std::string> variables = EnvironmentWith(environment);
  const int in = InputOf(input);
  const auto out = MakePipe();
  const auto err = MakePipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  const int failed = ::posix_spawn(&pid_, words.front().c_str(), &actions, nullptr, Pointers(words).data(),
                                   Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  for (const int end : {in, out[1], err[1]}) ::close(end);
  out_ = out[0];
  err_ = err[0];
  if (failed != 0) throw std::runtime_error("cannot start " + words.front());
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int end : {out_, err_}) {
    if (end >= 0) ::close(end);
  }
}

bool Child::ReadSome(Clock::time_point until) {
  std::vector<pollfd> open;
  for (const int end : {out_, err_}) {
    if (end >= 0) open.push_back({end, POLLIN, 0});
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
  if (open.empty() || left <= 0) return false;
  if (::poll(open.data(), open.size(), static_cast<int>(left)) <= 0) return false;
  for (const pollfd& ready : open) {
    if (ready.revents == 0) continue;
    int& end = ready.fd == out_ ? out_ : err_;
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(end, buffer.data(), buffer.size());
    if (got > 0) {
      (&end == &out_ ? finished_.out : finished_.err).append(buffer.data(), static_cast<size_t>(got));
    } else {
      ::close(end);
      end = -1;
    }
  }
  return true;
}

bool Child::WaitForError(const std::string& text, std::chrono::seconds timeout) {
  const auto until = Clock::now() + timeout;
  while (finished_.err.find(text) == std::string::npos) {
    if (!ReadSome(until)) return false;
  }
  return true;
}

bool Child::WaitForOutput(const std::string& text, std::chrono::seconds timeout) {
  const auto until = Clock::now() + timeout;
  while (finished_.out.find(text) == std::string::npos) {
    if (!ReadSome(until)) return false;
  }
  return true;
}

void Child::Signal(int signal) const { ::kill(pid_, signal); }

Finished Child::Finish(std::chrono::seconds timeout) {
  const auto until = Clock::now() + timeout;
  while (ReadSome(until)) {
  }
  if (out_ >= 0 || err_ >= 0) {
    ADD_FAILURE() << "still running after " << timeout.count() << " s; it printed: " << finished_.out << finished_.err;
    ::kill(pid_, SIGKILL);
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFEXITED(status)) finished_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished_.signal = WTERMSIG(status);
  return finished_;
}

}  // namespace rasti::test
