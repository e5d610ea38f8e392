// Which commands a case may have accepted before: kept with the case, so that a new command is not looked for in a
// table of all commands that there ever were. It may say yes where the answer is no, never the other way round.
#pragma once

#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/ids.h"

namespace rasti::runtime {

class CommandFilter {
 public:
  void Add(const core::CommandId& command);
  bool MayHave(const core::CommandId& command) const;

  /// One byte with their number and four for each.
  void AppendTo(std::string& bytes) const;
  /// Takes it off the front of `bytes`; nothing when they are cut off.
  static std::optional<CommandFilter> TakeFrom(std::string_view& bytes);

 private:
  // More than a case sees in its life; one that sees more is looked up each time.
  static constexpr uint8_t kMost = 64;
  static constexpr uint8_t kAll = 0xff;

  absl::InlinedVector<uint32_t, 6> hashes_;
  bool all_ = false;
};

}  // namespace rasti::runtime
