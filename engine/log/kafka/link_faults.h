// What keeps a client from its brokers. librdkafka tries again for ever and answers calls with time-outs; why, it tells
// callbacks only.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace rasti::log::kafka {

/// Of one client. Thread-safe.
class LinkFaults {
 public:
  /// What librdkafka's error callback gets.
  void Note(rd_kafka_resp_err_t code, const char* reason);
  /// A broker's certificate that did not stand up; `x509_error` is OpenSSL's number.
  void NoteCertificate(const char* broker, int x509_error);

  /// The brokers answered: what kept the client from them is over.
  void Forget();

  /// The fault that says most of those since then, with what would mend it. kPermission: the settings are wrong, or the
  /// brokers' (credentials, TLS). kUnavailable: the network, or the brokers are away. Nothing: none was met.
  std::optional<Error> worst() const;

 private:
  // In the order of how much they say.
  enum class Kind : uint8_t { kCredentials, kCertificate, kTls, kName, kNetwork };
  struct Fault {
    std::string reason;
    std::string remedy;
  };
  void Keep(Kind kind, Fault fault);

  mutable std::mutex mutex_;  // guards what follows
  std::map<Kind, Fault> faults_;
};

}  // namespace rasti::log::kafka
