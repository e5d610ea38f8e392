// What every command gets: the options that all share, where to print, and how to reach the engine.
//
// A command adds itself in AddXxxCommand: its options, its help with an example, and, as `context.run`, what it does
// once the command line was read without a fault.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/rasti/data_directory.h"
#include "tools/rasti/failure.h"
#include "tools/rasti/output.h"
#include "tools/rasti/session.h"

namespace rasti::cli {

struct Context {
  Output out;
  std::string data;  // --data or RASTI_DATA
  std::string now;   // --now, as typed
  double patience_s = 5;
  std::vector<std::string> words;      // of the command line
  std::function<Outcome<void>()> run;  // of the command that was named

  /// Errors: exit 2 where no directory is named.
  Outcome<DataPaths> Paths() const;
  /// --now. Errors: exit 2.
  Outcome<std::optional<Instant>> GivenNow() const;
  /// The session of this command. A virtual clock is moved forward to --now first.
  Outcome<std::unique_ptr<Session>> Open(int stream_threads = 1) const;
};

/// Adds a command that runs `run` when it is named. `example` ends its help.
CLI::App* AddCommand(CLI::App& parent, Context& context, const std::string& name, const std::string& description,
                     const std::string& example, std::function<Outcome<void>()> run);

/// The same for a command that is needed to say what it runs.
void SetRun(CLI::App& command, Context& context, std::function<Outcome<void>()> run);

/// An instant as an option gives it; `option` names it in errors.
Outcome<std::optional<Instant>> GivenInstant(const std::string& option, const std::string& text);

}  // namespace rasti::cli
