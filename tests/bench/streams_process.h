// A Kafka Streams application (kafka_streams/CaseStreams.java) in a process of its own, to measure the engine against:
// it does the same work on the same topics as far as that goes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/log/kafka/handles.h"
#include "engine/log/kafka_event_log.h"
#include "tests/bench/bare_kafka.h"

namespace rasti::bench {

class StreamsProcess {
 public:
  /// Whether there is what it is compiled with; where not, says so on stderr.
  static bool IsPossible();
  /// Compiles it once a process, starts it on the log's topics and returns when it runs. `shape`: what it writes for
  /// each command.
  StreamsProcess(log::KafkaLogOptions log, const Shape& shape);
  /// Ends it in good order, or kills it where that takes too long.
  ~StreamsProcess();
  StreamsProcess(const StreamsProcess&) = delete;
  StreamsProcess& operator=(const StreamsProcess&) = delete;

  /// Waits until it has committed so many commands since its topics were made.
  void WaitUntilCommitted(int64_t commands);
  /// Seconds of all cores that it has used.
  double CpuSeconds() const;

 private:
  int64_t Committed();

  const log::KafkaLogOptions log_;
  std::filesystem::path folder_;
  log::kafka::Client group_;  // asks for what the group has committed
  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
};

}  // namespace rasti::bench
