// A real Apache Kafka on loopback for the tests of one program, through tools/kafka.sh.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace rasti::test {

class KafkaBroker {
 public:
  /// The program's broker, started by the first call and ended with the program. Errors: what the script said.
  static Result<KafkaBroker*> Instance();
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  /// "127.0.0.1:PORT".
  const std::string& bootstrap() const { return bootstrap_; }
  /// The headers of a topic's committed records, a line each, as Kafka's own consumer prints them.
  std::string Headers(const std::string& topic) const;

 private:
  explicit KafkaBroker(std::string directory) : directory_(std::move(directory)) {}
  const std::string directory_;
  std::string bootstrap_;
};

}  // namespace rasti::test
