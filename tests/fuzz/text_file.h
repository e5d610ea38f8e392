// Places in a text that a person wrote, and the issues that name them. Pure; thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/issue.h"

namespace rasti::fuzz {

/// How long the lines of a text are. Views it.
class LinesOf {
 public:
  explicit LinesOf(std::string_view text);
  /// Whether there is such a place: a character, or the end of its line or of the text.
  bool Has(codec::Mark mark) const;

 private:
  std::vector<size_t> code_points_;  // of each line, without its end
};

/// Every issue names a place in the text and says what is wrong; there are not more than anybody reads.
void CheckIssues(codec::Issues issues, const LinesOf& lines);

/// Several files in one input, each but the first after a line "--- NAME". A name that stands twice: the first counts.
std::map<std::string, std::string> SplitFiles(std::string first_name, std::string_view input);

}  // namespace rasti::fuzz
