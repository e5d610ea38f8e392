#include "tools/rasti/rebuild_progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::cli {
namespace {

constexpr int64_t kBarWidth = 20;

}  // namespace

std::optional<std::string> RebuildProgress::Note(core::PartitionId partition, core::Sequence next, core::Sequence end,
                                                 Steady now) {
  const std::lock_guard lock(mutex_);
  if (places_.empty()) began_ = shown_ = now;
  auto [place, is_new] = places_.try_emplace(partition, Place{next.value, next.value, end.value});
  place->second.next = next.value;
  place->second.end = end.value;
  Place sum;
  for (const auto& [id, one] : places_) {
    sum.begun += one.begun;
    sum.next += one.next;
    sum.end += one.end;
  }
  // All of it is there: what comes later is counted anew.
  if (sum.next >= sum.end) {
    places_.clear();
    return std::nullopt;
  }
  if (now - shown_ < every_) return std::nullopt;
  shown_ = now;
  const double seconds = std::max(std::chrono::duration<double>(now - began_).count(), 1e-3);
  const double rate = static_cast<double>(sum.next - sum.begun) / seconds;
  const auto left = static_cast<int64_t>(static_cast<double>(sum.end - sum.next) / std::max(rate, 1.0));
  const auto full = static_cast<size_t>(kBarWidth * sum.next / sum.end);
  return fmt::format("rebuilding stores [{}{}] {} of {} events, {:.0f}/s, {} s left", std::string(full, '#'),
                     std::string(kBarWidth - full, '.'), sum.next, sum.end, rate, left);
}

}  // namespace rasti::cli
