// A node over Kafka in a process of its own, for benchmarks: it can be killed, and its memory and time are its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/log/kafka_event_log.h"

namespace rasti::bench {

/// A log as a node of this name, or a client, opens it. Whoever asks has an hour's patience.
log::KafkaLogOptions NodesLog(const std::string& brokers, const std::string& log, const std::string& node);

/// Seconds of all cores that a process has used.
double CpuSecondsOf(pid_t process);

class NodeProcess {
 public:
  struct Options {
    std::string brokers;
    std::string log;                  // prefix of its topics, and the group
    std::string name;                 // of the node
    std::filesystem::path directory;  // its stores stay there
    int threads = 2;
    bool standby = false;  // of all partitions
  };
  struct Report {
    int owned = 0;  // partitions that it decides
    int kept = 0;   // others' partitions whose stores are at the end of the log; asked for by AwaitKept only
    /// Since the start: what the stores lacked, and the time from the first assignment to the last partition's
    /// deciding.
    int64_t replayed = 0;
    double recovered_after = 0;  // seconds
    double recovered_cpu = 0;    // seconds of all cores, of this process,
    double stream_cpu = 0;       // and of them those of its stream's thread, where it has one
  };

  /// Returns when its engine has started; it owns nothing yet.
  explicit NodeProcess(const Options& options);
  /// Kills it.
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  Report Ask();
  /// Waits until it decides so many partitions.
  Report AwaitOwned(int partitions);
  /// Waits until its standby keeps so many partitions at the end of the log.
  Report AwaitKept(int partitions);

  void Kill();
  /// In good order, as on SIGTERM; its partitions stay its own for the length of its session.
  void Stop();
  /// In good order, and the group forgets it at once.
  void Retire();

  /// Bytes of memory: now, and at the most since the start.
  size_t resident() const { return Memory("VmRSS:"); }
  size_t resident_most() const { return Memory("VmHWM:"); }

 private:
  void Tell(char what) const;
  Report Ask(char what);
  void End();
  size_t Memory(const char* line) const;

  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
};

}  // namespace rasti::bench
