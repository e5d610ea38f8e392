// What the run left behind, examined: events, answers, timers, stores.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/log/kafka_event_log.h"
#include "tests/acceptance/chaos/node.h"
#include "tests/end_to_end/audit.h"

namespace rasti::test {

/// Every command that the brokers took in was decided once and answered; answers to one command are equal, and none
/// contradicts the events; no timer was decided before a command that was taken in before it fell due.
Status ExamineAnswers(const std::string& bootstrap, const std::string& topic_prefix, int partitions, Audit& audit);

/// The state and the views of every node are what a fresh replay of the log makes, and those of any two are the same.
/// REQUIRES: the nodes are down.
Status ExamineStores(const std::string& program, const std::vector<std::unique_ptr<Node>>& nodes,
                     log::KafkaEventLog& log, Findings& findings);

}  // namespace rasti::test
