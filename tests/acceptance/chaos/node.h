// One `rasti run` with its directory, over all its lives.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "tests/acceptance/process.h"
#include "tools/rasti/data_directory.h"

namespace rasti::test {

struct NodeSetting {
  std::string program;
  std::string bootstrap;
  std::string topic_prefix;
  std::string settings;  // librdkafka's, a file
  std::string root;      // directories of nodes lie in it
  bool trims = false;    // commands are deleted seconds after they were decided
};

/// Threading: one thread.
class Node {
 public:
  enum class State { kUp, kPaused, kDown };

  Node(const NodeSetting& setting, int number);

  /// Makes the directory. `packages`: published by the first node; the others share its registry of submitters.
  Status Init(const std::vector<std::string>& packages) const;
  void Start();
  /// Kills with -9.
  void Kill();
  void Pause();
  void Continue();
  /// SIGTERM, and waits. Errors: it ended in another way than in good order, or not at all and was killed.
  Status Stop();
  /// What it keeps beside the log. REQUIRES: it is down.
  void DeleteState() const;
  void DeleteViews() const;

  State state() const { return state_; }
  /// How and with what words it went although nobody ended it; once each time.
  std::optional<std::string> EndedByItself();
  const cli::DataPaths& paths() const { return paths_; }
  const std::string& log() const { return log_; }
  /// The last line of its log.
  std::string LastWords() const;

 private:
  const NodeSetting& setting_;
  const int number_;
  const cli::DataPaths paths_;
  const std::string log_;
  std::unique_ptr<Process> process_;
  State state_ = State::kDown;
};

}  // namespace rasti::test
