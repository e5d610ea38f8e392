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

#include "engine/log/poll_room.h"
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
    waiting_bytes_ += BytesOf(record);
    waiting_.push_back(std::move(record));
  }
  /// Nothing more lies before this position: what takes positions there is no record.
  void FetchedTo(int64_t position) { next_ = std::max(next_, position); }

  /// A position from which on the same records come as from `position`, without what lies between and is no record.
  int64_t Tightened(int64_t position) const {
    if (!out_.empty() && out_.back().position >= position) return position;
    return std::max(position, waiting_.empty() ? next_ : waiting_.front().position);
  }

  size_t waiting() const { return waiting_.size(); }
  size_t waiting_bytes() const { return waiting_bytes_; }
  /// Hands out what there is room for.
  void Take(PollRoom& room, std::vector<ports::InputRecord>& records) {
    while (!room.is_full() && !waiting_.empty()) {
      const size_t bytes = BytesOf(waiting_.front());
      room.Use(bytes);
      waiting_bytes_ -= bytes;
      records.push_back(waiting_.front());
      out_.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  void Committed(int64_t position) {
    while (!out_.empty() && out_.front().position < position) out_.pop_front();
  }
  void Rewind(int64_t position) {
    while (!out_.empty() && out_.back().position >= position) {
      waiting_bytes_ += BytesOf(out_.back());
      waiting_.push_front(std::move(out_.back()));
      out_.pop_back();
    }
  }
  /// Whether everything before `end` was handed out.
  bool Passed(int64_t end) const { return next_ >= end && (waiting_.empty() || waiting_.front().position >= end); }

 private:
  static size_t BytesOf(const ports::InputRecord& record) { return record.key.size() + record.value.size(); }

  int64_t next_;  // everything before it was fetched
  std::deque<ports::InputRecord> waiting_;
  size_t waiting_bytes_ = 0;
  std::deque<ports::InputRecord> out_;
};

}  // namespace rasti::log::kafka
