// A broker that is at its best before anything is measured: one that has just started compiles itself while it serves,
// for many seconds, so that whoever is measured later seems faster.
#pragma once

#include "tests/support/kafka_broker.h"

namespace rasti::bench {

/// The program's broker (KafkaBroker::Instance). The first call takes 20 s, in which it is kept busy with transactions
/// of a few commands each.
const test::KafkaBroker& WarmBroker();

}  // namespace rasti::bench
