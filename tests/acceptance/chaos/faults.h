// What goes wrong, at random: nodes killed, paused, stopped, robbed of their stores; brokers killed, all of them away.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/acceptance/chaos/brokers.h"
#include "tests/acceptance/chaos/node.h"

namespace rasti::test {

struct FaultCounts {
  int node_kills = 0;
  int node_pauses = 0;
  int node_restarts = 0;
  int stores_deleted = 0;
  int broker_kills = 0;
  int outages = 0;
};

struct FaultPlan {
  std::chrono::milliseconds session_timeout;  // of the nodes in their group
  bool outage = false;                        // all brokers are away for a minute, once
};

/// Threading: one thread, the one that made the nodes.
class Faults {
 public:
  using Nodes = std::vector<std::unique_ptr<Node>>;
  using Time = std::chrono::steady_clock::time_point;
  /// Told of each fault in a few words.
  using Tell = std::function<void(const std::string&)>;

  Faults(Nodes& nodes, const Brokers& brokers, FaultPlan plan, uint64_t seed, Tell tell);

  /// Faults and recoveries until then.
  void Run(Time until);
  /// Ends what is under way and makes everything whole.
  void Heal();
  /// Nodes that ended by themselves are started again, and complained of.
  void WatchNodes();

  const FaultCounts& counts() const { return counts_; }
  /// What the faults do not explain: nodes that ended by themselves or did not stop in good order.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  std::chrono::milliseconds Between(std::chrono::milliseconds least, std::chrono::milliseconds most);
  void At(Time time, std::function<void()> recovery);
  void RunRecoveries(Time now);
  void WatchBrokers();
  void Strike();
  Node* SomeNode(int& number);
  void StrikeNode(Node& node, int number);
  void StrikeBroker();
  void StrikeAllBrokers();
  std::chrono::milliseconds Downtime();
  void RepairBrokers(std::vector<int> brokers);

  Nodes& nodes_;
  const Brokers& brokers_;
  const FaultPlan plan_;
  std::mt19937_64 random_;
  const Tell tell_;
  FaultCounts counts_;
  std::vector<std::string> complaints_;
  std::multimap<Time, std::function<void()>> recoveries_;
  bool brokers_broken_ = false;         // one is down, or not in sync again
  std::future<Status> brokers_repair_;  // valid while they start and catch up
};

}  // namespace rasti::test
