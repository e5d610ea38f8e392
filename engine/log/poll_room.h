// How much one Poll may return: so many records, and so many bytes that a transaction over them is written in time and
// in bounded memory, however large the records are that somebody wrote. The last one may reach over the bound.
#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/ports/event_log.h"

namespace rasti::log {

inline constexpr size_t kPollBytesMost = size_t{8} << 20;

class PollRoom {
 public:
  explicit PollRoom(size_t records) : records_(records) {}

  bool is_full() const { return records_ == 0 || bytes_ == 0; }
  /// REQUIRES: not full.
  void Use(size_t bytes) {
    --records_;
    bytes_ -= std::min(bytes, bytes_);
  }

 private:
  size_t records_;
  size_t bytes_ = kPollBytesMost;
};

}  // namespace rasti::log
