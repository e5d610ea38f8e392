// Runs a program as a shell would: arguments, standard input, what it printed, how it ended.
// Threading: one thread a child.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace rasti::test {

struct Finished {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  std::string out;
  std::string err;

  /// What it printed, as JSON; null where it is none.
  nlohmann::json json() const { return nlohmann::json::parse(out, nullptr, /*allow_exceptions=*/false); }
  nlohmann::json error() const { return nlohmann::json::parse(err, nullptr, /*allow_exceptions=*/false); }
};

class Child {
 public:
  /// `environment`: NAME=VALUE, in place of this process's own of that name; NAME= removes it.
  explicit Child(const std::vector<std::string>& arguments, const std::string& input = "",
                 const std::vector<std::string>& environment = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Reads until its standard error holds the text; false when it ended or the time passed before.
  bool WaitForError(const std::string& text, std::chrono::seconds timeout = std::chrono::seconds(60));
  /// The same of its standard output.
  bool WaitForOutput(const std::string& text, std::chrono::seconds timeout = std::chrono::seconds(60));
  const std::string& output_text() const { return finished_.out; }
  /// What it printed there so far, as read by WaitForError.
  const std::string& error_text() const { return finished_.err; }
  void Signal(int signal) const;
  pid_t pid() const { return pid_; }
  /// Reads to the end and waits. Fails the test and kills it where it takes longer.
  Finished Finish(std::chrono::seconds timeout = std::chrono::seconds(120));

 private:
  // Waits for something to read, at most until then; false at the end of both streams or of the time.
  bool ReadSome(std::chrono::steady_clock::time_point until);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  Finished finished_;
};

}  // namespace rasti::test
