#include "tools/rasti/manual/command_tree.h"

#include <fmt/format.h>

namespace rasti::cli {
namespace {

OptionEntry Read(const CLI::Option& option) {
  OptionEntry entry;
  for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
  if (option.get_positional()) entry.names = {option.get_name(/*positional=*/true)};
  entry.description = option.get_description();
  if (option.get_expected_max() > 0) {
    entry.value = option.get_positional() ? entry.names.front() : option.get_type_name();
    // The library's names of types are its own; ours are in capitals and stay.
    if (entry.value == "TEXT" || entry.value == "INT" || entry.value == "UINT" || entry.value == "FLOAT" ||
        entry.value.find(' ') != std::string::npos) {
      const bool number = entry.value.starts_with("INT") || entry.value.starts_with("UINT");
      entry.value = option.get_positional()            ? entry.names.front()
                    : number                           ? "N"
                    : entry.value.starts_with("FLOAT") ? "NUMBER"
                    : entry.value == "TEXT"            ? "TEXT"
                                                       : entry.value;
    }
  }
  entry.fallback = option.get_default_str();
  entry.environment = option.get_envname();
  entry.required = option.get_required();
  entry.repeats = option.get_items_expected_max() > option.get_type_size_max();
  return entry;
}

CommandEntry Read(const CLI::App& app, const std::vector<std::string>& path) {
  CommandEntry entry;
  entry.path = path;
  entry.description = app.get_description();
  entry.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? entry.positionals : entry.options).push_back(Read(*option));
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    std::vector<std::string> below = path;
    below.push_back(command->get_name());
    entry.commands.push_back(Read(*command, below));
  }
  entry.runs = app.get_require_subcommand_min() == 0;
  return entry;
}

void Collect(const CommandEntry& entry, std::vector<const CommandEntry*>& all) {
  all.push_back(&entry);
  for (const CommandEntry& below : entry.commands) Collect(below, all);
}

}  // namespace

std::string CommandEntry::Name(char between) const {
  return fmt::format("{}", fmt::join(path, std::string(1, between)));
}

CommandEntry ReadCommands(const CLI::App& app) { return Read(app, {}); }

const CommandEntry* FindCommand(const CommandEntry& root, const std::vector<std::string>& path) {
  const CommandEntry* at = &root;
  for (const std::string& word : path) {
    const CommandEntry* next = nullptr;
    for (const CommandEntry& below : at->commands) {
      if (below.path.back() == word) next = &below;
    }
    if (next == nullptr) return nullptr;
    at = next;
  }
  return at;
}

std::vector<const CommandEntry*> AllCommands(const CommandEntry& root) {
  std::vector<const CommandEntry*> all;
  Collect(root, all);
  return all;
}

}  // namespace rasti::cli
