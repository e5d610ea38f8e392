// A real Apache Kafka on loopback for the tests of one program, through tools/kafka.sh.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace rasti::test {

class KafkaBroker {
 public:
  /// The program's broker, started by the first call and ended with the program. Errors: what the script said.
  static Result<KafkaBroker*> Instance();
  /// Another one, of the caller's; `options` go to tools/kafka.sh start.
  static Result<std::unique_ptr<KafkaBroker>> Start(const std::string& options);
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  /// "127.0.0.1:PORT".
  const std::string& bootstrap() const { return bootstrap_; }
  /// The addresses of a listener; tools/kafka/secure.sh says which there are.
  std::string listener(const std::string& name) const;
  /// Where it lives.
  const std::string& directory() const { return directory_; }
  /// Of its process.
  pid_t pid() const;
  /// Ends it as a crash would; starts it again on the same ports, with the data that it had, and waits until it
  /// answers.
  void Kill() const;
  Status Restart() const;
  /// The headers of a topic's committed records, a line each, as Kafka's own consumer prints them.
  std::string Headers(const std::string& topic) const;
  /// The first offset that a topic keeps of a partition, as Kafka's own tool prints it; -1 where it did not.
  int64_t Begin(const std::string& topic, int partition) const;
  /// Makes a topic as Kafka's own tool does, with these settings ("retention.ms=-1"). Errors: what the script said.
  Status Make(const std::string& topic, int partitions, const std::vector<std::string>& settings = {}) const;
  /// Deletes a topic with all that is in it. Errors: what the script said.
  Status Delete(const std::string& topic) const;
  /// Stops answering, and goes on where it was.
  void Pause() const;
  void Resume() const;

 private:
  void Signal(int signal) const;
  explicit KafkaBroker(std::string directory) : directory_(std::move(directory)) {}
  const std::string directory_;
  std::string bootstrap_;
};

/// The folder of a librdkafka that speaks SCRAM with this Kafka, for LD_LIBRARY_PATH: tools/librdkafka.sh.
Result<std::string> NewerLibrdkafka();

}  // namespace rasti::test
