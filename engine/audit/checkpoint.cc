#include "engine/audit/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "engine/audit/base64.h"
#include "engine/base/check.h"

namespace rasti::audit {
namespace {

tl::unexpected<Error> NoCheckpoint(const std::string& why) { return Fail(Error::Invalid("no checkpoint: " + why)); }

// Decimal, without leading zeros and sign, so that a size is written in one way only.
bool ReadSize(std::string_view text, int64_t& size) {
  if (text.empty() || (text.size() > 1 && text.front() == '0') || text.front() == '-') return false;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), size);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool ReadRoot(std::string_view text, Hash256& root) {
  const auto bytes = FromBase64(text);
  if (!bytes || bytes->size() != root.size()) return false;
  std::ranges::copy(*bytes, root.begin());
  return true;
}

}  // namespace

std::string ToText(const Checkpoint& checkpoint) {
  RASTI_CHECK(!checkpoint.origin.empty() && checkpoint.size >= 0, "a checkpoint is of a log");
  const std::string root = ToBase64(AsBytes(checkpoint.root));
  std::string text = fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, root);
  for (const std::string& line : checkpoint.extensions) text += line + "\n";
  return text;
}

Result<Checkpoint> ParseCheckpoint(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return NoCheckpoint(fmt::format("line {} has no end", lines.size() + 1));
    if (end == 0) return NoCheckpoint(fmt::format("line {} is empty", lines.size() + 1));
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return NoCheckpoint("its lines are the log's origin, its size and its root");
  Checkpoint checkpoint;
  checkpoint.origin = std::move(lines[0]);
  if (!ReadSize(lines[1], checkpoint.size)) {
    return NoCheckpoint("line 2 is the number of leaves, in decimal digits without leading zeros");
  }
  if (!ReadRoot(lines[2], checkpoint.root)) return NoCheckpoint("line 3 is the root: 32 bytes in base64");
  checkpoint.extensions.assign(std::make_move_iterator(lines.begin() + 3), std::make_move_iterator(lines.end()));
  return checkpoint;
}

}  // namespace rasti::audit
