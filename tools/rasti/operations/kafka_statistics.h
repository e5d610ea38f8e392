// What librdkafka says of its clients every few seconds, reduced to the figures that operators look at.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rasti::cli {

/// One client at one moment.
struct KafkaClientStatistics {
  struct Broker {
    bool connected = false;
    int64_t rtt_us = 0;  // average of the last interval; 0: nothing was asked
  };
  std::string name;  // of the client, unique in the process
  std::string type;  // "consumer", "producer"
  int64_t sent_bytes = 0;
  int64_t received_bytes = 0;
  int64_t requests = 0;
  int64_t queued_requests = 0;
  int64_t rebalances = 0;
  bool joined = true;                     // false: a member of a group that is being shared out anew
  std::map<std::string, Broker> brokers;  // "host:port"
  std::map<int32_t, int64_t> input_lag;   // commands that were not yet read, by partition
};

/// Nothing where it is not what librdkafka writes.
std::optional<KafkaClientStatistics> ParseKafkaStatistics(std::string_view json);

/// All clients of one type together. Counters go on where a client is replaced by a new one.
struct KafkaTypeTotals {
  int64_t sent_bytes = 0;
  int64_t received_bytes = 0;
  int64_t requests = 0;
  int64_t queued_requests = 0;
};
struct KafkaTotals {
  struct Broker {
    int connections = 0;
    int64_t rtt_us_most = 0;
  };
  std::map<std::string, KafkaTypeTotals> by_type;
  std::map<std::string, Broker> brokers;
  std::map<int32_t, int64_t> input_lag;
  int64_t rebalances = 0;
  int members_joined = 0;
  int members_joining = 0;
};

/// Not thread-safe.
class KafkaStatisticsSum {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void Add(const KafkaClientStatistics& client, Time now);
  KafkaTotals totals(Time now) const;

 private:
  std::map<std::string, std::pair<KafkaClientStatistics, Time>> clients_;  // with the time of their last report
  KafkaTotals counted_;                                                    // counters only
};

}  // namespace rasti::cli
