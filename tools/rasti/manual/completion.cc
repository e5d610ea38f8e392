#include "tools/rasti/manual/completion.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::cli {
namespace {

bool WantsFolder(const OptionEntry& option) { return option.value == "DIR"; }
bool WantsFile(const OptionEntry& option) { return option.value.find("FILE") != std::string::npos; }

// In single quotes, for any of the three shells; fish alone reads backslashes in them.
std::string Quoted(std::string_view text, bool is_fish = false) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else if (c == '\\' && is_fish) {
      quoted += "\\\\";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// The words that may follow a command: what is below it, and its options, with those of all commands.
std::vector<std::string> WordsAfter(const CommandEntry& root, const CommandEntry& command) {
  std::vector<std::string> words;
  for (const CommandEntry& below : command.commands) words.push_back(below.path.back());
  for (const CommandEntry* entry : {&command, &root}) {
    for (const OptionEntry& option : entry->options) {
      for (const std::string& name : option.names) {
        if (std::find(words.begin(), words.end(), name) == words.end()) words.push_back(name);
      }
    }
    if (&command == &root) break;
  }
  return words;
}

// "cmd:--option" of all options with a value that `wanted` takes, as patterns of a shell's case.
template <class Wanted>
std::string Patterns(const CommandEntry& root, Wanted wanted) {
  std::vector<std::string> patterns;
  for (const CommandEntry* command : AllCommands(root)) {
    for (const OptionEntry& option : command->options) {
      if (!option.TakesValue() || !wanted(option)) continue;
      for (const std::string& name : option.names) {
        // Options of the program may stand behind every command.
        patterns.push_back(command->path.empty() ? fmt::format("*\":{}\"", name)
                                                 : fmt::format("\"{}:{}\"", command->Name(), name));
      }
    }
  }
  std::ranges::sort(patterns);
  return patterns.empty() ? "\"\"" : fmt::format("{}", fmt::join(patterns, " | \\\n      "));
}

// Where a command's positionals are files or folders.
std::string PositionalPatterns(const CommandEntry& root) {
  std::vector<std::string> patterns;
  for (const CommandEntry* command : AllCommands(root)) {
    const bool paths = std::ranges::any_of(command->positionals, [](const OptionEntry& positional) {
      return WantsFolder(positional) || WantsFile(positional);
    });
    if (paths) patterns.push_back(fmt::format("\"{}\"", command->Name()));
  }
  return patterns.empty() ? "\"\"" : fmt::format("{}", fmt::join(patterns, " | "));
}

std::string FirstSentence(const std::string& text) {
  const size_t end = std::min({text.find('\n'), text.find("; "), text.find(": ")});
  return text.substr(0, end);
}

}  // namespace

std::string BashCompletion(const CommandEntry& root) {
  std::string script =
      "# Completion of `rasti` for bash: source it, or put it into /usr/share/bash-completion/completions/rasti.\n"
      "_rasti_words() {\n"
      "  case \"$1\" in\n";
  std::string paths;
  for (const CommandEntry* command : AllCommands(root)) {
    script += fmt::format("    \"{}\") echo \"{}\" ;;\n", command->Name(), fmt::join(WordsAfter(root, *command), " "));
    if (!command->path.empty()) paths += fmt::format("{}\"{}\"", paths.empty() ? "" : " | ", command->Name());
  }
  script +=
      "  esac\n"
      "}\n"
      "\n"
      "_rasti() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' word i\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case \"${command:+$command }$word\" in\n";
  script += fmt::format("      {}) command=${{command:+$command }}$word ;;\n", paths);
  script +=
      "    esac\n"
      "  done\n"
      "  COMPREPLY=()\n"
      "  case \"$command:$before\" in\n";
  script += fmt::format("    {})\n      mapfile -t COMPREPLY < <(compgen -d -- \"$current\")\n      return ;;\n",
                        Patterns(root, WantsFolder));
  script += fmt::format("    {})\n      mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n      return ;;\n",
                        Patterns(root, WantsFile));
  script +=
      fmt::format("    {})\n      return ;;\n",
                  Patterns(root, [](const OptionEntry& option) { return !WantsFolder(option) && !WantsFile(option); }));
  script +=
      "  esac\n"
      "  if [[ $current != -* ]]; then\n"
      "    case \"$command\" in\n";
  script +=
      fmt::format("      {}) mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n", PositionalPatterns(root));
  script +=
      "    esac\n"
      "  fi\n"
      "  local -a words\n"
      "  mapfile -t words < <(compgen -W \"$(_rasti_words \"$command\")\" -- \"$current\")\n"
      "  # Options only where one begins: after a command there would be dozens.\n"
      "  for word in \"${words[@]}\"; do\n"
      "    if [[ $word != -* || $current == -* ]]; then COMPREPLY+=(\"$word\"); fi\n"
      "  done\n"
      "}\n"
      "complete -o filenames -F _rasti rasti\n";
  return script;
}

std::string ZshCompletion(const CommandEntry& root) {
  std::string script =
      "#compdef rasti\n"
      "# Completion of `rasti` for zsh: put it as _rasti into a folder of $fpath.\n"
      "_rasti() {\n"
      "  local command='' word\n"
      "  local -i i\n"
      "  for ((i = 2; i < CURRENT; ++i)); do\n"
      "    word=${words[i]}\n"
      "    case \"${command:+$command }$word\" in\n";
  std::vector<std::string> names;
  for (const CommandEntry* command : AllCommands(root)) {
    if (!command->path.empty()) names.push_back(fmt::format("\"{}\"", command->Name()));
  }
  script += fmt::format("      {}) command=\"${{command:+$command }}$word\" ;;\n", fmt::join(names, " | "));
  script +=
      "    esac\n"
      "  done\n"
      "  case \"$command:${words[CURRENT-1]}\" in\n";
  script += fmt::format("    {})\n      _files -/; return ;;\n", Patterns(root, WantsFolder));
  script += fmt::format("    {})\n      _files; return ;;\n", Patterns(root, WantsFile));
  script +=
      fmt::format("    {})\n      return ;;\n",
                  Patterns(root, [](const OptionEntry& option) { return !WantsFolder(option) && !WantsFile(option); }));
  script +=
      "  esac\n"
      "  local -a below options\n"
      "  case \"$command\" in\n";
  for (const CommandEntry* command : AllCommands(root)) {
    script += fmt::format("    \"{}\")\n      below=(", command->Name());
    for (const CommandEntry& below : command->commands) {
      script += Quoted(below.path.back() + ":" + FirstSentence(below.description)) + " ";
    }
    script += ")\n      options=(";
    for (const OptionEntry& option : command->options) {
      for (const std::string& name : option.names) {
        script += Quoted(name + ":" + FirstSentence(option.description)) + " ";
      }
    }
    script += ") ;;\n";
  }
  script += "  esac\n  local -a shared\n  shared=(";
  for (const OptionEntry& option : root.options) {
    for (const std::string& name : option.names) {
      script += Quoted(name + ":" + FirstSentence(option.description)) + " ";
    }
  }
  script +=
      ")\n"
      "  if [[ $PREFIX == -* ]]; then\n"
      "    _describe -o option options -- shared\n"
      "    return\n"
      "  fi\n"
      "  (( ${#below} )) && _describe command below\n";
  script += fmt::format("  case \"$command\" in\n    {}) _files ;;\n  esac\n", PositionalPatterns(root));
  script += "}\n_rasti \"$@\"\n";
  return script;
}

std::string FishCompletion(const CommandEntry& root) {
  std::string script =
      "# Completion of `rasti` for fish: put it into ~/.config/fish/completions/rasti.fish.\n"
      "function __rasti_at\n"
      "  set -l command\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch (string trim -- \"$command $word\")\n";
  std::vector<std::string> names;
  for (const CommandEntry* command : AllCommands(root)) {
    if (!command->path.empty()) names.push_back(Quoted(command->Name(), true));
  }
  script += fmt::format("      case {}\n        set command $command $word\n", fmt::join(names, " "));
  script +=
      "    end\n"
      "  end\n"
      "  test \"$command\" = \"$argv\"\n"
      "end\n"
      "complete -c rasti -f\n";
  for (const CommandEntry* command : AllCommands(root)) {
    const std::string at = command->path.empty() ? "" : fmt::format(" -n '__rasti_at {}'", command->Name());
    for (const CommandEntry& below : command->commands) {
      script += fmt::format("complete -c rasti -n '__rasti_at {}' -a {} -d {}\n", command->Name(), below.path.back(),
                            Quoted(FirstSentence(below.description), true));
    }
    const bool paths = std::ranges::any_of(command->positionals, [](const OptionEntry& positional) {
      return WantsFolder(positional) || WantsFile(positional);
    });
    if (paths) script += fmt::format("complete -c rasti{} -F\n", at);
    for (const OptionEntry& option : command->options) {
      std::string line = "complete -c rasti" + at;
      for (const std::string& name : option.names) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (option.TakesValue()) {
        line += WantsFolder(option) ? " -x -a '(__fish_complete_directories)'" : WantsFile(option) ? " -r -F" : " -x";
      }
      script += fmt::format("{} -d {}\n", line, Quoted(FirstSentence(option.description), true));
    }
  }
  return script;
}

}  // namespace rasti::cli
