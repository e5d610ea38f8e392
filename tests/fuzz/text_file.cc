#include "tests/fuzz/text_file.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/core/expression/names.h"

namespace rasti::fuzz {

LinesOf::LinesOf(std::string_view text) {
  for (;;) {
    const size_t end = text.find('\n');
    code_points_.push_back(core::expression::CountCodePoints(text.substr(0, end)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

bool LinesOf::Has(codec::Mark mark) const {
  return mark.line >= 1 && mark.column >= 1 && static_cast<size_t>(mark.line) <= code_points_.size() &&
         static_cast<size_t>(mark.column) <= code_points_[static_cast<size_t>(mark.line) - 1] + 1;
}

void CheckIssues(codec::Issues issues, const LinesOf& lines) {
  const auto all = std::move(issues).Take();
  RASTI_CHECK(all.size() <= codec::Issues::kMost, "there are not more issues than anybody reads");
  for (const codec::Issue& issue : all) {
    RASTI_CHECK(!issue.message.empty(), "an issue says what is wrong");
    RASTI_CHECK(lines.Has({issue.line, issue.column}), "an issue has its place in the file");
    RASTI_CHECK(!issue.ToString().empty(), "an issue can be shown");
  }
}

std::map<std::string, std::string> SplitFiles(std::string first_name, std::string_view input) {
  constexpr std::string_view kBetween = "\n--- ";
  std::map<std::string, std::string> files;
  std::string name = std::move(first_name);
  for (;;) {
    const size_t end = input.find(kBetween);
    // A line's end belongs to the line.
    files.emplace(std::move(name), input.substr(0, end == std::string_view::npos ? end : end + 1));
    if (end == std::string_view::npos) return files;
    input.remove_prefix(end + kBetween.size());
    const size_t line = std::min(input.find('\n'), input.size());
    name = input.substr(0, line);
    input.remove_prefix(std::min(line + 1, input.size()));
  }
}

}  // namespace rasti::fuzz
