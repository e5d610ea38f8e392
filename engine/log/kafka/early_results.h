// Results that were read before the brokers said where their command lies.
//
// Most results are of commands that others handed in. Kept are only those that a submission of this process may be
// waiting for: one of the same partition whose delivery was not reported yet, and whose command lies behind everything
// that was known to be in the partition when it was handed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace rasti::log::kafka {

class EarlyResults {
 public:
  /// So many bytes of results at the most; beyond, the oldest go, and who waited for one is told kTimedOut.
  static constexpr size_t kBytesMost = size_t{16} << 20;
  explicit EarlyResults(size_t bytes_most = kBytesMost) : bytes_most_(bytes_most) {}

  /// A command is about to be handed in to this partition. Answers the first offset that it may get.
  int64_t Expect(int32_t partition);
  /// Its delivery was reported: at this offset, or it was not written. `from`: what Expect answered. Its result, where
  /// that was read before.
  std::optional<std::string> Confirm(int32_t partition, int64_t from, std::optional<int64_t> offset);
  /// There is a command at this offset.
  void Note(int32_t partition, int64_t offset);
  /// The same, with its result, for which nobody waits yet.
  void Keep(int32_t partition, int64_t offset, std::string_view result);

  size_t bytes() const { return bytes_; }

 private:
  struct Partition {
    int64_t next = 0;  // behind everything that is known to be there
    std::multiset<int64_t> expected;
    std::map<int64_t, std::string> results;
  };
  std::string Take(Partition& partition, std::map<int64_t, std::string>::iterator result);

  const size_t bytes_most_;
  size_t bytes_ = 0;  // of all results
  std::map<int32_t, Partition> partitions_;
};

}  // namespace rasti::log::kafka
