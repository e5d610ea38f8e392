// Those who hand commands in: each command until it is answered, again where no answer came, sometimes again although
// one did, and sometimes without having heard it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/command.h"
#include "engine/runtime/submitters.h"
#include "tests/simulation/history.h"
#include "tests/support/random_commands.h"

namespace rasti::simulation {

struct Submission {
  core::Command command;
  std::string record;
  Instant again_at;
  int attempts = 0;
  bool answered = false;
};

class Clients {
 public:
  /// Hands a record in. Errors: kUnavailable.
  using HandOver = std::function<Status(std::string key, std::string value)>;

  /// Log and history outlive the clients. They hand in `commands` for `cases` cases.
  Clients(LogRecord& log, HandOver hand_over, const History& history, int cases, int commands);

  /// What the registry of submitters is to know.
  static runtime::Submitters MakeSubmitters();

  /// Somebody does something: hands in, or asks again.
  void Act();
  /// Those who waited too long ask again.
  void AskAgain();
  /// A result, as the log gives it.
  void Told(std::string_view result);
  bool AreSatisfied() const;
  const std::vector<Submission>& submissions() const { return submissions_; }

 private:
  void SubmitNew();
  void HandIn(Submission& submission);

  LogRecord& log_;
  const HandOver hand_over_;
  const History& history_;
  const int cases_;
  const int commands_most_;
  test::RandomCommands commands_;
  std::vector<Submission> submissions_;
  std::map<std::pair<core::CaseId, core::CommandId>, size_t> by_id_;
};

}  // namespace rasti::simulation
