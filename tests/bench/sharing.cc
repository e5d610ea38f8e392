#include "tests/bench/sharing.h"

#include <algorithm>

namespace rasti::bench {

void Sharing::Got(int partitions) {
  const std::lock_guard lock(mutex_);
  held_[std::this_thread::get_id()] += partitions;
  changed_.notify_all();
}

void Sharing::Await(int threads) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock,
                [&] { return std::ranges::count_if(held_, [](const auto& of) { return of.second > 0; }) >= threads; });
}

}  // namespace rasti::bench
