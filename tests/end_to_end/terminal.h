// A terminal that nobody sits at: a program runs on it as it would before a person, and a test sees what is written to
// it. Threading: one thread.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

namespace rasti::test {

class Terminal {
 public:
  Terminal(const std::vector<std::string>& words, const std::vector<std::string>& environment, int rows, int columns);
  /// Kills the program where it still runs.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void Type(const std::string& keys) const;
  void Resize(int rows, int columns) const;
  void Signal(int signal) const;
  /// Reads until what was written since the last Forget holds the text; false when it ended or the time passed before.
  bool WaitFor(const std::string& text, std::chrono::seconds timeout = std::chrono::seconds(60));
  const std::string& written() const { return written_; }
  void Forget() { written_.clear(); }
  /// How lines are typed into it (echo, line by line): what a program changes and puts back.
  termios settings() const;
  /// Reads to the end and waits: its exit code, or less than 0: the signal that ended it.
  int Finish(std::chrono::seconds timeout = std::chrono::seconds(60));

 private:
  bool ReadSome(std::chrono::steady_clock::time_point until);

  int master_ = -1;
  int slave_ = -1;  // kept open, so that its settings outlive the program
  pid_t pid_ = -1;
  std::string written_;
};

}  // namespace rasti::test
