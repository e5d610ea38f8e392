// A node's figures as people and scripts read them. Pure; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "proto/rasti/v1/socket.pb.h"

namespace rasti::cli {

/// What happened a second between two looks at the same node.
struct Rates {
  double accepted = 0;
  double rejected = 0;
  double events = 0;
  double outbox = 0;
  double transactions = 0;
  double timers = 0;
  std::optional<int64_t> lateness_p99_ms;  // of the timers between the looks; none: no timer fired
};
/// Nothing where there is only one look, no time between them, or a start of the node.
std::optional<Rates> RatesBetween(const v1::Response::Figures& before, const v1::Response::Figures& now);

/// The bound of the bucket that 99 of 100 lie in or before; the last bucket has none: the largest known instead. None
/// where there are no counts.
std::optional<int64_t> PercentileMs(const std::vector<int64_t>& bounds, const std::vector<int64_t>& counts,
                                    int64_t most, double share);

struct FiguresText {
  std::vector<std::string> head;   // title, and what is wrong
  std::vector<std::string> lines;  // figures
  std::string partitions_head;
  std::vector<std::string> partitions;  // a line each
  bool alarming = false;                // the head says what somebody has to look at
};
FiguresText TextOf(const v1::Response::Figures& now, const std::optional<Rates>& rates);
nlohmann::ordered_json JsonOf(const v1::Response::Figures& now, const std::optional<Rates>& rates);

}  // namespace rasti::cli
