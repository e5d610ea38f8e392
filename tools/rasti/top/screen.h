// A terminal in full screen, until the end: however that comes, the terminal is as it was. One at a time.
//
// Threading: one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::cli {

class Screen {
 public:
  /// Takes stdout and stdin. Errors: kInvalidArgument (no terminal, or one that nobody knows how to draw on).
  static Result<std::unique_ptr<Screen>> Open();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  int rows() const;
  int columns() const;

  enum class Look { kPlain, kBold, kReverse, kAlarm };
  void Clear();
  /// A line of text, cut to the width; nothing where the screen has no such row.
  void Line(int row, std::string_view text, Look look = Look::kPlain);
  /// What was drawn shows.
  void Show();

  enum class Key { kNone, kQuit, kUp, kDown, kResized, kOther };
  /// The next key that was pressed; kNone: there is none. Does not wait.
  Key Read();

 private:
  struct Terminal;
  explicit Screen(std::unique_ptr<Terminal> terminal);

  std::unique_ptr<Terminal> terminal_;
};

}  // namespace rasti::cli
