#include "engine/runtime/command_filter.h"

#include <algorithm>

namespace rasti::runtime {
namespace {

// FNV-1a of 64 bits, folded: the same on every machine and in every version, because it is stored.
// http://www.isthe.com/chongo/tech/comp/fnv/
uint32_t HashOf(const core::CommandId& command) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : command.view()) {
    hash ^= static_cast<uint8_t>(c);
    hash *= 0x100000001b3;
  }
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

constexpr size_t kHashBytes = 4;

}  // namespace

void CommandFilter::Add(const core::CommandId& command) {
  if (all_) return;
  const uint32_t hash = HashOf(command);
  if (std::find(hashes_.begin(), hashes_.end(), hash) != hashes_.end()) return;
  if (hashes_.size() == kMost) {
    all_ = true;
    hashes_.clear();
    return;
  }
  hashes_.push_back(hash);
}

bool CommandFilter::MayHave(const core::CommandId& command) const {
  return all_ || std::find(hashes_.begin(), hashes_.end(), HashOf(command)) != hashes_.end();
}

void CommandFilter::AppendTo(std::string& bytes) const {
  bytes += static_cast<char>(all_ ? kAll : static_cast<uint8_t>(hashes_.size()));
  for (const uint32_t hash : hashes_) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(hash >> shift);
  }
}

std::optional<CommandFilter> CommandFilter::TakeFrom(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto count = static_cast<uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  CommandFilter filter;
  if (count == kAll) {
    filter.all_ = true;
    return filter;
  }
  if (count > kMost || bytes.size() < count * kHashBytes) return std::nullopt;
  for (uint8_t i = 0; i < count; ++i) {
    uint32_t hash = 0;
    for (size_t byte = 0; byte < kHashBytes; ++byte) hash = hash << 8 | static_cast<uint8_t>(bytes[byte]);
    bytes.remove_prefix(kHashBytes);
    filter.hashes_.push_back(hash);
  }
  return filter;
}

}  // namespace rasti::runtime
