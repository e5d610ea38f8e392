// Which threads of a group hold partitions: nothing is measured before they are shared out among all of them. The first
// to join gets all, and gives some away within a second.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace rasti::bench {

class Sharing {
 public:
  /// The calling thread was given so many, or gave them away.
  void Got(int partitions);
  void Gave(int partitions) { Got(-partitions); }
  /// Returns once so many threads hold some.
  void Await(int threads);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::thread::id, int> held_;
};

}  // namespace rasti::bench
