// Takes planned cases to the engine: thousands of them are under way at once, each case's commands strictly one after
// the other. A command is given only when the one before it was accepted, so that a case whose commands are refused
// stands where its last good one left it, and can be imported on once its row is mended.
//
// Owned by one thread; the client outlives it. Answers that come after its end are dropped.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/command_client.h"
#include "tools/rasti/import/row_planner.h"

namespace rasti::cli {

/// A row as a message names it.
struct RowPlace {
  size_t file = 0;  // of those that are imported
  int64_t line = 0;
  std::string where;
  std::string raw;
};

/// A command that the engine refused.
struct Refusal {
  size_t command = 0;
  core::Rejection rejection;
};

/// A case on its way, with the rows that it was made of.
struct ImportRow {
  std::vector<RowPlace> rows;
  PlannedCase planned;
  size_t next = 0;                          // the command that is to be given, or at which the case came to a stop
  std::optional<codec::Token> first_token;  // of the first command
  std::vector<Refusal> refused;             // the last of them stopped the case, where it was stopped

  bool stopped() const { return next < planned.commands.size(); }
};

class ImportPipeline {
 public:
  struct Options {
    size_t rows_most = 4096;                     // under way at once
    size_t commands_most = 65'536;               // of all of these; a case that has more goes alone
    std::chrono::milliseconds pause{50};         // before what the engine could not take is given again
    std::chrono::milliseconds patience{60'000};  // without any answer, before giving up
  };
  /// Told of each row that is through: all commands given, or stopped by one that was refused.
  using Done = std::function<Status(const ImportRow&)>;

  ImportPipeline(client::CommandClient& client, Options options, Done done);

  /// Waits while too many rows are under way. Errors: those of the engine and of `done`; kTimedOut.
  Status Add(ImportRow row);
  /// Returns once every row is through, or, after Stop, once nothing is under way any more.
  Status Drain();
  /// No further command is given. Rows that were not through are left as they are: a later import goes on with them.
  void Stop() { stopping_ = true; }

 private:
  struct Answer {
    size_t slot;
    Result<codec::CommandResult> result;
  };
  struct Mailbox {
    std::mutex mutex;
    std::condition_variable filled;
    std::vector<Answer> answers;
  };

  /// Waits for answers or the next attempt, and deals with both.
  Status Step();
  Status TakeAnswers(std::chrono::milliseconds wait);
  Status Send(size_t slot);
  Status SendAgain();
  Status Handle(Answer answer);
  Status Refused(size_t slot, core::Rejection rejection);
  /// The next command of the case, or its end.
  Status GoOn(size_t slot);
  Status Finish(size_t slot);
  void Release(size_t slot);

  client::CommandClient& client_;
  const Options options_;
  const Done done_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::vector<std::optional<ImportRow>> slots_;
  std::vector<size_t> free_;
  std::deque<size_t> again_;
  size_t under_way_ = 0;  // commands
  size_t held_ = 0;       // commands of the rows in the slots
  bool stopping_ = false;
  std::chrono::steady_clock::time_point heard_;  // when the last answer came
};

}  // namespace rasti::cli
