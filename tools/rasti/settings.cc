#include "tools/rasti/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "engine/codec/yaml/yaml_node.h"
#include "engine/core/expression/names.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace {

using codec::Mark;
using codec::YamlEntry;
using codec::YamlNode;

struct FileValue {
  std::string text;
  Mark key;
  Mark value;
};
using FileValues = std::map<std::string, FileValue>;

// Those of how a file is found and read are no settings, nor is what belongs to one run of a command.
bool IsSetting(const std::string& name) {
  static const std::vector<std::string_view> kNone = {"help", "config", "json", "now", "patience", "version"};
  return !name.empty() && std::ranges::find(kNone, name) == kNone.end();
}

std::map<std::string, CLI::Option*> SettingsOf(CLI::App& command) {
  std::map<std::string, CLI::Option*> settings;
  CLI::App* root = &command;
  while (root->get_parent() != nullptr) root = root->get_parent();
  for (CLI::App* app : {&command, root}) {
    for (CLI::Option* option : app->get_options()) {
      const std::string name = option->get_lnames().empty() ? "" : option->get_lnames().front();
      if (IsSetting(name)) settings.emplace(name, option);
    }
  }
  return settings;
}

std::string VariableOf(const std::string& name) {
  std::string variable = "RASTI_";
  for (const char c : name) variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

std::optional<std::string> Environment(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

bool IsTyped(const Words& words, const std::string& name) {
  const std::string option = "--" + name;
  return std::ranges::any_of(words,
                             [&](const std::string& word) { return word == option || word.starts_with(option + "="); });
}

class FileReader {
 public:
  FileReader(std::vector<std::string_view> known, codec::Issues& issues) : known_(std::move(known)), issues_(issues) {}

  void Read(const YamlNode& node, const std::string& prefix) {
    for (const YamlEntry& entry : node.entries) {
      const std::string name = prefix.empty() ? entry.key : prefix + "-" + entry.key;
      if (entry.value.IsNull()) {
        issues_.Error(entry.mark, fmt::format("'{}' has no value; leave the line out to keep what is built in", name));
      } else if (entry.value.IsMap()) {
        ReadGroup(entry, name);
      } else {
        Take(entry, name);
      }
    }
  }
  FileValues Values() && { return std::move(values_); }

 private:
  // A map that no option begins with is one mistake, not one for each of its keys.
  void ReadGroup(const YamlEntry& entry, const std::string& name) {
    const bool any = std::ranges::any_of(known_, [&](std::string_view known) { return known.starts_with(name + "-"); });
    if (any) return Read(entry.value, name);
    if (std::ranges::find(known_, name) != known_.end()) {
      return issues_.Error(entry.value.mark, fmt::format("'{}' wants a single value, not a map", name));
    }
    Unknown(entry.mark, name);
  }

  void Take(const YamlEntry& entry, const std::string& name) {
    if (std::ranges::find(known_, name) == known_.end()) return Unknown(entry.mark, name);
    std::string text = entry.value.text;
    if (entry.value.IsList()) {
      std::vector<std::string> parts;
      for (const YamlNode& item : entry.value.items) {
        if (!item.IsScalar()) return issues_.Error(item.mark, fmt::format("'{}' wants a list of single values", name));
        parts.push_back(item.text);
      }
      text = fmt::format("{}", fmt::join(parts, ","));
    }
    if (text.empty()) return issues_.Error(entry.value.mark, fmt::format("'{}' is empty", name));
    const auto [at, is_new] = values_.emplace(name, FileValue{text, entry.mark, entry.value.mark});
    if (!is_new) issues_.Error(entry.mark, fmt::format("'{}' was given on line {} already", name, at->second.key.line));
  }

  void Unknown(Mark at, const std::string& name) {
    issues_.Error(at, fmt::format("there is no setting '{}'{}", name, core::expression::DidYouMean(name, known_)));
  }

  const std::vector<std::string_view> known_;
  codec::Issues& issues_;
  FileValues values_;
};

// What is wrong with it, in CLI11's words; nothing: it is taken.
std::optional<std::string> Give(CLI::Option& option, const std::string& text) {
  try {
    option.clear();
    option.add_result(text);
    option.run_callback();
    return std::nullopt;
  } catch (const CLI::Error& error) {
    // It names the option, which is the name of the setting too.
    const std::string_view said = error.what();
    return std::string(said.substr(said.starts_with("--") ? 2 : 0));
  }
}

bool HasOnlyComments(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string::npos && line[first] != '#') return false;
  }
  return true;
}

Outcome<FileValues> ReadSettings(const std::string& file, const std::vector<std::string_view>& known,
                                 codec::Issues& issues) {
  RASTI_TRY(const std::string bytes, ReadFile(file, size_t{1} << 20));
  if (HasOnlyComments(bytes)) return FileValues();
  const auto root = codec::ParseYaml(bytes, issues);
  if (!root || root->IsNull()) return FileValues();
  if (!root->IsMap()) {
    issues.Error(root->mark, "the file has to be a map of settings, such as threads: 4");
    return FileValues();
  }
  FileReader reader(known, issues);
  reader.Read(*root, "");
  return std::move(reader).Values();
}

std::string ValueOf(const CLI::Option& option) {
  const auto& results = option.results();
  return results.empty() ? option.get_default_str() : fmt::format("{}", fmt::join(results, ","));
}

}  // namespace

std::string ConfigFile(const std::string& given) {
  return given.empty() ? Environment("RASTI_CONFIG").value_or("") : given;
}

Outcome<std::vector<Setting>> Resolve(CLI::App& command, const Words& words, const std::string& file,
                                      std::vector<codec::Issue>& issues) {
  const auto own = SettingsOf(command);
  CLI::App* root = &command;
  while (root->get_parent() != nullptr) root = root->get_parent();
  // One file may serve both.
  std::set<std::string> names;
  for (const char* service : {"run", "serve-views"}) {
    for (const auto& [name, option] : SettingsOf(*root->get_subcommand(service))) names.insert(name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());

  codec::Issues found(file);
  FileValues values;
  if (!file.empty()) {
    RASTI_TRY(values, ReadSettings(file, known, found));
  }
  std::vector<Setting> settings;
  for (const auto& [name, option] : own) {
    Setting setting{name, "", "built in"};
    const auto in_file = values.find(name);
    const std::string variable = VariableOf(name);
    const auto in_environment = Environment(variable);
    // Also where something else wins: a mistake in the file is one whatever the day's command line.
    if (in_file != values.end()) {
      const auto kept = option->results();
      if (const auto wrong = Give(*option, in_file->second.text)) {
        found.Error(in_file->second.value, *wrong);
        continue;
      }
      setting.source = fmt::format("{}:{}:{}", file, in_file->second.value.line, in_file->second.value.column);
      if (IsTyped(words, name)) {
        static_cast<void>(Give(*option, fmt::format("{}", fmt::join(kept, ","))));
      }
    }
    if (IsTyped(words, name)) {
      setting.source = "command line";
    } else if (in_environment) {
      if (const auto wrong = Give(*option, *in_environment)) return Misused(fmt::format("{}: {}", variable, *wrong));
      setting.source = variable;
    }
    setting.value = ValueOf(*option);
    settings.push_back(std::move(setting));
  }
  issues = std::move(found).Take();
  return settings;
}

}  // namespace rasti::cli
