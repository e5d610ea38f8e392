// Which stream owns which partitions. Cooperative: a partition is given up in its owner's Poll before another gets it,
// and only as many move as balance needs.
//
// Threading: thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/log/embedded/stream_signal.h"
#include "engine/ports/event_log.h"

namespace rasti::log::embedded {

class Assignment {
 public:
  using MemberId = int64_t;
  using Partitions = std::vector<core::PartitionId>;

  explicit Assignment(int partitions) : places_(static_cast<size_t>(partitions)) {}

  MemberId Join(std::shared_ptr<StreamSignal> signal);
  /// Its partitions are free for others from now on.
  void Leave(MemberId member);

  /// Changes with everything that may matter to a member: cheap to ask in every Poll.
  uint64_t generation() const { return generation_.load(); }
  /// What the member owns and is to give up; it keeps owning it until Release.
  Partitions ToRevoke(MemberId member) const;
  void Release(MemberId member, const Partitions& partitions);
  /// Makes the member the owner of what is free and meant for it.
  Partitions Acquire(MemberId member);
  bool Owns(MemberId member, core::PartitionId partition) const;
  /// Ends every member's wait, so that it notices that the log is closed.
  void RaiseAll() const;

 private:
  static constexpr MemberId kNobody = -1;
  struct Place {
    MemberId owner = kNobody;
    MemberId target = kNobody;
  };

  void Balance();
  void Changed();

  mutable std::mutex mutex_;
  std::map<MemberId, std::shared_ptr<StreamSignal>> members_;
  std::vector<Place> places_;
  MemberId next_member_ = 0;
  std::atomic<uint64_t> generation_ = 1;
};

}  // namespace rasti::log::embedded
