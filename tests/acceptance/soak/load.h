// The mixed load on a service: desks that lead cases from submission to end, readers who look at them.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/acceptance/waiting.h"
#include "tools/rasti/session.h"

namespace rasti::test {

/// Times in milliseconds, and what went wrong. Thread-safe.
class Notes {
 public:
  void CommandTook(double ms) { Keep(commands_, ms); }
  void QueryTook(double ms) { Keep(queries_, ms); }
  void Wrong(std::string what);

  struct Taken {
    std::vector<double> commands;
    std::vector<double> queries;
  };
  /// What came since the last call.
  Taken Take();
  int64_t wrong() const { return wrong_; }
  /// The first few.
  std::vector<std::string> what_went_wrong() const;

 private:
  void Keep(std::vector<double>& times, double ms) {
    const std::lock_guard lock(mutex_);
    times.push_back(ms);
  }

  mutable std::mutex mutex_;
  std::vector<double> commands_;
  std::vector<double> queries_;
  std::vector<std::string> first_wrong_;
  std::atomic<int64_t> wrong_ = 0;
};

/// Cases that were submitted of late. Thread-safe.
class Recent {
 public:
  void Add(core::CaseId id);
  /// Nothing yet: empty.
  std::string Any(uint64_t random) const;

 private:
  mutable std::mutex mutex_;
  std::deque<core::CaseId> cases_;
};

struct LoadOptions {
  std::string data;  // the directory that a service runs on
  std::string name;  // of this load: keeps its cases apart from another's
  int desks = 24;
  /// Commands a second over all desks; 0: each as soon as the one before is answered.
  double rate = 0;
  bool reads = true;
};

/// Over the socket of the service that runs on this directory. Errors: kUnavailable: nobody listens yet.
Result<std::unique_ptr<cli::Session>> Connect(const std::string& data);

/// Goes on from its making to its end. Notes outlives it.
class Load {
 public:
  Load(LoadOptions options, Notes& notes);
  /// Ends once the cases that are under way have ended.
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  int64_t commands() const { return commands_; }

 private:
  void Desk(int number);
  void Reader();
  void Ask(cli::Session& session, uint64_t turn);

  const LoadOptions options_;
  Notes& notes_;
  Recent recent_;
  std::atomic<int64_t> commands_ = 0;
  Halt halt_;
  std::vector<std::thread> threads_;  // the last: they use the others
};

}  // namespace rasti::test
