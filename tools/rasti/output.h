// What is printed: text for people, JSON for scripts. Results go to stdout, everything else to stderr.
// Threading: one thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rasti/failure.h"

namespace rasti::cli {

enum class Colour { kRed, kGreen, kYellow, kBold, kFaint };

class Output {
 public:
  /// Colours and progress only where a person looks at a terminal (and NO_COLOR is not set).
  Output();

  void set_json(bool json) { json_ = json; }
  bool json() const { return json_; }
  bool progress_wanted() const { return stderr_is_terminal_ && !json_; }

  /// A line of text on stdout; nothing with --json.
  void Line(std::string_view text) const;
  /// The result as one JSON document on stdout; nothing without --json.
  void Json(const nlohmann::ordered_json& document) const;
  /// One line of several (a stream of JSON lines); nothing without --json.
  void JsonLine(const nlohmann::ordered_json& document) const;
  /// A line of text on stdout in both forms: of what has a form of its own.
  void Raw(std::string_view text) const;
  /// A remark on stderr, in both forms.
  void Note(std::string_view text) const;
  /// Whether somebody may still read stdout: false once a reader went away, or it takes no more.
  bool is_read() const { return error_ == 0; }
  /// Errors: of writing stdout, as to a file on a full disk (kIo, kNoSpace). A reader that goes away is none.
  Status Check() const;
  /// Says on stderr what went wrong: with --json as {"error": {...}}.
  void Failed(const Failure& failure) const;
  /// Replaces the line of progress on stderr; an empty text clears it. Nothing without a terminal.
  void Progress(std::string_view text) const;

  std::string Paint(Colour colour, std::string_view text) const;

 private:
  void Print(std::string_view text) const;

  mutable int error_ = 0;  // errno of the first write to stdout that failed
  bool json_ = false;
  bool colours_ = false;
  bool stderr_is_terminal_ = false;
};

/// Rows in columns that line up; widths are counted in code points. Colours are to be put on afterwards.
std::vector<std::string> Align(const std::vector<std::vector<std::string>>& rows);

/// What a person typed or a package holds, safe to print: control characters, which could steer the terminal, are
/// shown as '?'.
std::string Printable(std::string_view text);

}  // namespace rasti::cli
