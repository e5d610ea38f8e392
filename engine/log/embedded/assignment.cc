#include "engine/log/embedded/assignment.h"

#include <algorithm>
#include <utility>

namespace rasti::log::embedded {
namespace {

core::PartitionId PartitionAt(size_t index) { return {static_cast<int32_t>(index)}; }

}  // namespace

Assignment::MemberId Assignment::Join(std::shared_ptr<StreamSignal> signal) {
  const std::lock_guard lock(mutex_);
  const MemberId member = next_member_++;
  members_.emplace(member, std::move(signal));
  Balance();
  Changed();
  return member;
}

void Assignment::Leave(MemberId member) {
  const std::lock_guard lock(mutex_);
  members_.erase(member);
  for (Place& place : places_) {
    if (place.owner == member) place.owner = kNobody;
    if (place.target == member) place.target = kNobody;
  }
  Balance();
  Changed();
}

// Sticky: a member keeps what it was meant to have, up to its share; the shares differ by one at most and the larger
// ones go to those that have most already.
void Assignment::Balance() {
  if (members_.empty()) return;
  std::map<MemberId, std::vector<size_t>> has;
  for (const auto& [member, signal] : members_) has[member];
  std::vector<size_t> free;
  for (size_t i = 0; i < places_.size(); ++i) {
    const auto found = has.find(places_[i].target);
    (found == has.end() ? free : found->second).push_back(i);
  }
  std::vector<MemberId> order;
  for (const auto& [member, partitions] : has) order.push_back(member);
  std::stable_sort(order.begin(), order.end(), [&](MemberId a, MemberId b) { return has[a].size() > has[b].size(); });

  const size_t share = places_.size() / order.size();
  const size_t larger = places_.size() % order.size();
  std::map<MemberId, size_t> quota;
  for (size_t i = 0; i < order.size(); ++i) quota[order[i]] = share + (i < larger ? 1 : 0);
  for (const MemberId member : order) {
    auto& partitions = has[member];
    while (partitions.size() > quota[member]) {
      free.push_back(partitions.back());
      partitions.pop_back();
    }
  }
  for (const MemberId member : order) {
    for (size_t count = has[member].size(); count < quota[member]; ++count) {
      places_[free.back()].target = member;
      free.pop_back();
    }
  }
}

void Assignment::Changed() {
  ++generation_;
  for (const auto& [member, signal] : members_) signal->Raise();
}

Assignment::Partitions Assignment::ToRevoke(MemberId member) const {
  const std::lock_guard lock(mutex_);
  Partitions partitions;
  for (size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].owner == member && places_[i].target != member) partitions.push_back(PartitionAt(i));
  }
  return partitions;
}

void Assignment::Release(MemberId member, const Partitions& partitions) {
  if (partitions.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const core::PartitionId partition : partitions) {
    Place& place = places_[static_cast<size_t>(partition.value)];
    if (place.owner == member) place.owner = kNobody;
  }
  Changed();
}

Assignment::Partitions Assignment::Acquire(MemberId member) {
  const std::lock_guard lock(mutex_);
  Partitions partitions;
  for (size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].owner != kNobody || places_[i].target != member) continue;
    places_[i].owner = member;
    partitions.push_back(PartitionAt(i));
  }
  return partitions;
}

void Assignment::RaiseAll() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [member, signal] : members_) signal->Raise();
}

bool Assignment::Owns(MemberId member, core::PartitionId partition) const {
  const std::lock_guard lock(mutex_);
  const auto index = static_cast<size_t>(partition.value);
  return partition.value >= 0 && index < places_.size() && places_[index].owner == member;
}

}  // namespace rasti::log::embedded
