// What is wrong with a file that a person wrote, where, and what would be right.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rasti::codec {

enum class Severity : uint8_t { kError, kWarning };

struct Issue {
  std::string file;
  int line = 1;    // from 1
  int column = 1;  // from 1, in code points
  std::string message;
  Severity severity = Severity::kError;

  /// "workflow.yaml:3:14: error: ...".
  std::string ToString() const;
  bool operator==(const Issue&) const = default;
};

/// A place in a file.
struct Mark {
  int line = 1;
  int column = 1;
  auto operator<=>(const Mark&) const = default;
};

/// Collects the issues of one file. At most kMost are kept, errors before warnings: what is beyond helps nobody.
class Issues {
 public:
  static constexpr size_t kMost = 200;

  explicit Issues(std::string file) : file_(std::move(file)) {}

  void Error(Mark at, std::string message) { Add(at, std::move(message), Severity::kError); }
  void Warning(Mark at, std::string message) { Add(at, std::move(message), Severity::kWarning); }
  bool HasErrors() const;
  const std::string& file() const { return file_; }
  /// In the order of the file.
  std::vector<Issue> Take() &&;

 private:
  void Add(Mark at, std::string message, Severity severity);

  std::string file_;
  std::vector<Issue> issues_;
};

/// Whether any of them is an error.
bool HasErrors(const std::vector<Issue>& issues);

}  // namespace rasti::codec
