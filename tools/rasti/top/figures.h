// What a node answers who watches it: its counters, its partitions, and what waits to be done. Counting the last costs
// a look at each deadline that is near, so it is done now and then only, and never for more than a small part of the
// time.
//
// Ownership: node and operations outlive it. Threading: thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "proto/rasti/v1/socket.pb.h"
#include "tools/rasti/node.h"
#include "tools/rasti/operations/operations.h"

namespace rasti::cli {

class Figures {
 public:
  Figures(Node& node, Operations& operations);

  /// Errors: those of the views and the log.
  Status Fill(v1::Response::Figures& out);

 private:
  using Clock = std::chrono::steady_clock;
  struct Counted {
    views::Backlog backlog;
    Instant at;
    Clock::time_point done_at;
    Clock::duration took{};
  };
  struct Last {
    core::Sequence end;
    Instant recorded_at;
  };

  Status FillPartitions(const ServiceSample& sample, v1::Response::Figures& out);
  std::optional<Instant> LastRecorded(core::PartitionId partition, core::Sequence end);
  Status FillBacklog(v1::Response::Figures& out);

  Node& node_;
  Operations& operations_;
  const Clock::time_point started_at_;
  std::mutex counting_;  // held by who counts; taken before mutex_
  std::mutex mutex_;     // guards what follows
  std::optional<Counted> counted_;
  std::map<core::PartitionId, Last> last_;
};

}  // namespace rasti::cli
