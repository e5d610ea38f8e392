// One simulated run: brokers, nodes, clients and everything that befalls them, from one seed and in one thread.
//
// A node that stands still in the middle of a call is simulated by letting the others go on from within that call: the
// turns nest. So every call of the log and of a store is a place at which another node may do any number of things.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/clients.h"
#include "tests/simulation/node.h"
#include "tests/simulation/reader.h"

namespace rasti::simulation {

struct RunOptions {
  uint64_t seed = 1;
  Mutation mutation = Mutation::kNone;
};

class World {
 public:
  explicit World(RunOptions options);

  /// Runs to the end: faults for a while, then none until nothing is left to do. Answers what is wrong.
  std::vector<std::string> Run();

  const SimLog& log() const { return *log_; }
  const History& history() const { return *history_; }
  const Clients& clients() const { return *clients_; }
  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  const Reader& reader() const { return *reader_; }
  const Faults& faults() const { return faults_; }
  std::vector<std::string> violations() const;

 private:
  std::vector<std::string> CheckAll() const;
  void Step();
  void Advance();
  void TurnSomeNode();
  void TurnNode(Node& node);
  void StrikeSomewhere();
  void StrikeClock(Node& node);
  void RestartSome();
  void Interrupt(int node, std::string_view call);
  /// Without faults, until all is decided; gives up after a while.
  void Settle();
  /// What is still to be done, or nothing.
  std::string Unsettled();

  const RunOptions options_;
  Random random_;
  SimTime time_;
  Faults faults_;
  const runtime::Submitters submitters_;
  std::unique_ptr<SimLog> log_;
  std::unique_ptr<History> history_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<Reader> reader_;
  std::vector<std::unique_ptr<Node>> nodes_;
  int depth_ = 0;  // of nodes that stand still
  bool published_ = false;
  std::vector<std::string> wrong_;
};

}  // namespace rasti::simulation
