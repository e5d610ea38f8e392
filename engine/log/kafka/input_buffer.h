// What a stream has of one input of one partition: fetched and not yet handed out, and handed out but not committed.
//
// A rewind takes records back from here instead of fetching them again: an aborted transaction costs no round trip, and
// its records come again exactly as they were.
#pragma once

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>
#include <vector>

#include "engine/ports/event_log.h"

namespace rasti::log::kafka {

class InputBuffer {
 public:
  /// Input begins at this position.
  explicit InputBuffer(int64_t from = 0) : next_(from) {}

  /// Takes a fetched record in; one from before what was fetched is passed over.
  void Push(ports::InputRecord record) {
    if (record.position < next_) return;
    next_ = record.position + 1;
    waiting_.push_back(std::move(record));
  }
  /// Nothing more lies before this position: what takes positions there is no record.
  void FetchedTo(int64_t position) { next_ = std::max(next_, position); }

  size_t waiting() const { return waiting_.size(); }
  /// Hands out at most `most`.
  size_t Take(size_t most, std::vector<ports::InputRecord>& records) {
    const size_t count = std::min(most, waiting_.size());
    for (size_t i = 0; i < count; ++i) {
      records.push_back(waiting_.front());
      out_.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return count;
  }
  void Committed(int64_t position) {
    while (!out_.empty() && out_.front().position < position) out_.pop_front();
  }
  void Rewind(int64_t position) {
    while (!out_.empty() && out_.back().position >= position) {
      waiting_.push_front(std::move(out_.back()));
      out_.pop_back();
    }
  }
  /// Whether everything before `end` was handed out.
  bool Passed(int64_t end) const { return next_ >= end && (waiting_.empty() || waiting_.front().position >= end); }

 private:
  int64_t next_;  // everything before it was fetched
  std::deque<ports::InputRecord> waiting_;
  std::deque<ports::InputRecord> out_;
};

}  // namespace rasti::log::kafka
