// What must hold at the end of a simulated run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/event_log.h"
#include "engine/ports/view_store.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/history.h"
#include "tests/simulation/reader.h"

namespace rasti::simulation {

/// The state store of a partition, as a run left it.
struct StoreLeft {
  std::string name;  // of who kept it
  core::PartitionId partition;
  std::unique_ptr<ports::ViewStore> store;
};

/// A run that has come to rest, and whose nodes were stopped. All referred to outlives it.
struct FinishedRun {
  const LogRecord& log;
  const History& history;
  const Clients& clients;
  const Reader& reader;
  ports::EventLog& events;  // where views read them
  std::vector<StoreLeft> stores;
};

/// What is wrong, in words, at most a few dozen.
std::vector<std::string> Check(FinishedRun run);

}  // namespace rasti::simulation
