#include <algorithm>

#include "engine/codec/yaml/yaml_node.h"
#include "engine/core/expression/names.h"

namespace rasti::codec {
namespace {

using core::expression::Utf8SequenceLength;

// Walks over a text by code points and knows the place.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  Mark mark() const { return mark_; }
  /// The code point, as its bytes. REQUIRES: !AtEnd().
  std::string_view Peek() const { return rest_.substr(0, std::max<size_t>(1, Utf8SequenceLength(rest_))); }
  bool IsBlank() const { return Peek() == " " || Peek() == "\n" || Peek() == "\r" || Peek() == "\t"; }
  void Next() {
    const std::string_view now = Peek();
    mark_ = now == "\n" ? Mark{mark_.line + 1, 1} : Mark{mark_.line, mark_.column + 1};
    rest_.remove_prefix(now.size());
  }
  void SkipTo(Mark place) {
    while (!AtEnd() && mark_ < place) Next();
  }
  void SkipBlanks() {
    while (!AtEnd() && IsBlank()) Next();
  }
  void SkipLine() {
    while (!AtEnd() && Peek() != "\n") Next();
  }

 private:
  std::string_view rest_;
  Mark mark_;
};

}  // namespace

// The value and its source are walked side by side. They differ in blanks (folded or stripped) and in the escapes of
// quoted scalars only, so that their other characters correspond one by one.
Mark PlaceInScalar(std::string_view bytes, const YamlNode& scalar, int line, int column) {
  Cursor source(bytes);
  source.SkipTo(scalar.mark);
  if (source.AtEnd()) return scalar.mark;
  const std::string_view style = source.Peek();
  const bool single_quoted = style == "'" && scalar.quoted;
  const bool double_quoted = style == "\"" && scalar.quoted;
  const bool block = (style == "|" || style == ">") && scalar.quoted;
  if (single_quoted || double_quoted) source.Next();
  if (block) source.SkipLine();

  Cursor value(scalar.text);
  const Mark wanted{line, column};
  for (;;) {
    // At the wanted place, the source's next character that is not blank is the one meant.
    if (value.AtEnd() || value.IsBlank()) {
      if (value.mark() >= wanted || value.AtEnd()) break;
      value.Next();
      continue;
    }
    source.SkipBlanks();
    if (value.mark() >= wanted || source.AtEnd()) break;
    if (double_quoted && source.Peek() == "\\") source.Next();
    if (single_quoted && source.Peek() == "'") source.Next();
    if (!source.AtEnd()) source.Next();
    value.Next();
  }
  return source.mark();
}

}  // namespace rasti::codec
