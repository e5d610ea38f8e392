// A program that runs beside this one, with all that it prints in a file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rasti::test {

/// Threading: one thread, and it is to live as long as the program: the system kills a program whose starter went.
class Process {
 public:
  /// Both outputs are put behind what `log` holds. Throws where the system has no process left.
  Process(const std::vector<std::string>& words, const std::string& log);
  /// Kills it where it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t id() const { return pid_; }
  void Signal(int signal) const;
  /// How it ended, as waitpid says it; nothing while it runs.
  std::optional<int> Ended();
  std::optional<int> WaitUntilEnded(std::chrono::milliseconds most);

 private:
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

/// "exit code 4", "signal 9".
std::string HowItEnded(int status);

}  // namespace rasti::test
