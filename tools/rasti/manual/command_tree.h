// The commands and options of a command line as data: what manual pages and completions are made from, so that they
// say what `--help` says.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace rasti::cli {

struct OptionEntry {
  std::vector<std::string> names;  // "--data", "-h"; of a positional its name alone
  std::string value;               // "DIR"; empty: a flag
  std::string description;
  std::string fallback;     // the default, as text; empty: none
  std::string environment;  // the variable that stands for it; empty: none
  bool required = false;
  bool repeats = false;

  bool TakesValue() const { return !value.empty(); }
};

struct CommandEntry {
  std::vector<std::string> path;  // {"topics", "create"}; of the program itself: empty
  std::string description;
  std::string footer;  // what ends its help
  std::vector<OptionEntry> options;
  std::vector<OptionEntry> positionals;
  std::vector<CommandEntry> commands;
  bool runs = true;  // false: it only holds others

  /// "topics create"; "topics-create" with '-'.
  std::string Name(char between = ' ') const;
};

/// `app` and everything below it, in the order in which it was added.
CommandEntry ReadCommands(const CLI::App& app);

/// The command of that path, or null.
const CommandEntry* FindCommand(const CommandEntry& root, const std::vector<std::string>& path);
/// `root` and all below it, each before what is below it.
std::vector<const CommandEntry*> AllCommands(const CommandEntry& root);

}  // namespace rasti::cli
