// Three Kafka brokers on loopback, to be killed and started again, through tools/kafka.sh.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace rasti::test {

class Brokers {
 public:
  static constexpr int kCount = 3;

  /// Errors: what the script said.
  static Result<Brokers> Start(const std::string& directory);
  /// Ends them and deletes what they hold. They end with this process in any case.
  void Stop() const;

  const std::string& bootstrap() const { return bootstrap_; }
  /// `broker`: 1 to kCount. Nothing where it does not run.
  void Signal(int broker, int signal) const;
  void SignalAll(int signal) const;
  /// Kills with -9 and waits until it is gone.
  Status Kill(int broker) const;
  /// Starts those again, at once, and waits until they answer.
  Status Restart(const std::vector<int>& brokers) const;
  /// Whether every partition has all its replicas in sync.
  bool AreInSync() const;

 private:
  explicit Brokers(std::string directory) : directory_(std::move(directory)) {}
  std::vector<std::string> Words(const std::vector<std::string>& words) const;

  std::string directory_;
  std::string bootstrap_;
};

}  // namespace rasti::test
