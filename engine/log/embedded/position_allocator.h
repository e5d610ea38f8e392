// Dense positions for records that several transactions write at once.
//
// A position is given before its transaction commits, and transactions commit in any order. A reader that saw 6 goes on
// from 7, so 6 must stay hidden until 5 is committed: VisibleEnd stops before the first position that is still open.
//
// Threading: not thread-safe; its owner locks.
#pragma once

#include <cstdint>
#include <map>

#include "engine/base/check.h"

namespace rasti::log::embedded {

class PositionAllocator {
 public:
  explicit PositionAllocator(int64_t next = 0) : next_(next) {}

  /// `count` positions in a row; the first of them.
  int64_t Allocate(int64_t count) {
    const int64_t first = next_;
    open_.emplace(first, count);
    next_ += count;
    return first;
  }
  /// The run is committed.
  void Finish(int64_t first) { RASTI_CHECK(open_.erase(first) == 1, "a run of positions is finished once"); }
  int64_t End() const { return next_; }
  int64_t VisibleEnd() const { return open_.empty() ? next_ : open_.begin()->first; }

 private:
  int64_t next_;
  std::map<int64_t, int64_t> open_;  // first -> count
};

}  // namespace rasti::log::embedded
