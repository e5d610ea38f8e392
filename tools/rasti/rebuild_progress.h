// How far stores that lack events are, in words, now and then: all partitions together, how fast, how long it takes
// yet. Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "engine/core/ids.h"

namespace rasti::cli {

class RebuildProgress {
 public:
  using Steady = std::chrono::steady_clock::time_point;
  explicit RebuildProgress(std::chrono::milliseconds every) : every_(every) {}

  /// A partition's store is at `next`, of `end`. Answers what to show; nothing where something was shown a moment ago.
  std::optional<std::string> Note(core::PartitionId partition, core::Sequence next, core::Sequence end, Steady now);

 private:
  struct Place {
    int64_t begun = 0;
    int64_t next = 0;
    int64_t end = 0;
  };
  const std::chrono::milliseconds every_;
  std::mutex mutex_;  // guards what follows
  std::map<core::PartitionId, Place> places_;
  Steady began_{};
  Steady shown_{};
};

}  // namespace rasti::cli
