#include "engine/log/kafka/early_results.h"

#include <algorithm>
#include <utility>

namespace rasti::log::kafka {

int64_t EarlyResults::Expect(int32_t partition) {
  Partition& of = partitions_[partition];
  of.expected.insert(of.next);
  return of.next;
}

std::optional<std::string> EarlyResults::Confirm(int32_t partition, int64_t from, std::optional<int64_t> offset) {
  Partition& of = partitions_[partition];
  if (const auto found = of.expected.find(from); found != of.expected.end()) of.expected.erase(found);
  std::optional<std::string> result;
  if (offset) {
    if (*offset < from) of.next = 0;  // a topic that was made anew
    Note(partition, *offset);
    if (const auto early = of.results.find(*offset); early != of.results.end()) result = Take(of, early);
  }
  while (!of.results.empty() && (of.expected.empty() || of.results.begin()->first < *of.expected.begin())) {
    Take(of, of.results.begin());
  }
  return result;
}

void EarlyResults::Note(int32_t partition, int64_t offset) {
  int64_t& next = partitions_[partition].next;
  next = std::max(next, offset + 1);
}

void EarlyResults::Keep(int32_t partition, int64_t offset, std::string_view result) {
  Note(partition, offset);
  Partition& of = partitions_[partition];
  if (of.expected.empty() || offset < *of.expected.begin()) return;
  if (of.results.emplace(offset, result).second) bytes_ += result.size();
  while (bytes_ > bytes_most_ && !of.results.empty()) Take(of, of.results.begin());
}

std::string EarlyResults::Take(Partition& partition, std::map<int64_t, std::string>::iterator result) {
  std::string value = std::move(result->second);
  bytes_ -= value.size();
  partition.results.erase(result);
  return value;
}

}  // namespace rasti::log::kafka
