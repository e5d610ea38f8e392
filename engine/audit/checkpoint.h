// Checkpoints: what a log says of its tree, as C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint) has it. The text
// of a signed note: the log's origin, the number of leaves, the root in base64, and lines that extensions may add.
// Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace rasti::audit {

struct Checkpoint {
  std::string origin;  // names the log: that of partition 3 of "kosovo.example/rasti" is "kosovo.example/rasti/3"
  int64_t size = 0;
  Hash256 root{};
  std::vector<std::string> extensions;  // lines without their ends, none of them empty
  bool operator==(const Checkpoint&) const = default;
};

/// REQUIRES: the origin is no empty line.
std::string ToText(const Checkpoint& checkpoint);
/// Errors: kInvalidArgument names the line and what would be right.
Result<Checkpoint> ParseCheckpoint(std::string_view text);

}  // namespace rasti::audit
