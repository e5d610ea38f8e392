// Somebody who hands commands in, steadily, at one node or straight to the brokers, and asks again where nobody knows
// what became of them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/client/command_client.h"
#include "tests/acceptance/chaos/errands.h"
#include "tests/acceptance/chaos/ledger.h"
#include "tests/acceptance/waiting.h"

namespace rasti::test {

class Submitter {
 public:
  /// Who takes commands in; nullptr while nobody is there. Called by the submitter's thread.
  using Reach = std::function<client::CommandClient*()>;

  /// The ledger outlives it.
  Submitter(Ledger& ledger, const std::string& name, uint64_t seed, Reach reach);
  ~Submitter();
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;

  /// So many commands a second, until Finish.
  void Start(int a_second);
  /// No new ones any more: only what is open, and then everything of the ledger from `from` in steps of `step` once
  /// more. Returns when that was answered; false where it was not within the time.
  bool Finish(size_t from, size_t step, std::chrono::milliseconds most);

 private:
  static constexpr int kUnderWayMost = 64;

  void Steady(std::chrono::milliseconds between);
  size_t Choose();
  bool Ask(size_t entry);
  bool AskWithRoom(size_t entry, std::chrono::steady_clock::time_point give_up_at);

  Ledger& ledger_;
  Errands errands_;
  const Reach reach_;
  Halt halt_;
  // Shared with the callbacks, which may come late.
  std::shared_ptr<std::atomic<int>> under_way_ = std::make_shared<std::atomic<int>>(0);
  std::thread thread_;
};

}  // namespace rasti::test
