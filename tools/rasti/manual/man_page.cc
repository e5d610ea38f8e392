#include "tools/rasti/manual/man_page.h"

#include <fmt/format.h>

#include <sstream>

#include "tools/rasti/failure.h"
#include "tools/rasti/version.h"

namespace rasti::cli {
namespace {

// Text that man(7) takes as it is: no character of it is a request or an escape.
std::string Escaped(std::string_view text) {
  std::string escaped;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) escaped += "\\&";
    at_start = c == '\n';
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '\'') {
      escaped += "\\(aq";
    } else if (c == '`') {
      escaped += "\\(ga";
    } else if (c == '^') {
      escaped += "\\(ha";
    } else if (c == '~') {
      escaped += "\\(ti";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Bold(std::string_view text) { return fmt::format("\\fB{}\\fR", Escaped(text)); }
std::string Italic(std::string_view text) { return fmt::format("\\fI{}\\fR", Escaped(text)); }

// An argument of a macro is in double quotes.
std::string Quoted(std::string_view text) {
  std::string quoted;
  for (const char c : Escaped(text)) quoted += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return fmt::format("\"{}\"", quoted);
}

std::string Sentence(const std::string& text) { return text.empty() || text.back() == '.' ? text : text + "."; }

// Without `of all commands` and the like: that is a reference on a page.
struct Footer {
  std::string text;
  std::string example;
};

Footer Split(const std::string& footer) {
  Footer parts;
  std::istringstream lines(footer);
  bool in_example = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Example:") {
      in_example = true;
    } else if (line.starts_with("Options of all commands")) {
      in_example = false;
    } else {
      (in_example ? parts.example : parts.text) += line + "\n";
    }
  }
  for (std::string* part : {&parts.text, &parts.example}) {
    while (part->ends_with('\n')) part->pop_back();
  }
  return parts;
}

void Literal(std::string& page, const std::string& text) {
  page += ".PP\n.nf\n.RS 4\n" + Escaped(text) + "\n.RE\n.fi\n";
}

void Synopsis(std::string& page, const CommandEntry& command) {
  page += ".SH SYNOPSIS\n";
  std::string line = Bold("rasti");
  if (!command.path.empty()) line += " " + Bold(command.Name());
  if (!command.runs) line += " " + Italic("COMMAND");
  for (const OptionEntry& option : command.options) {
    if (option.required) line += fmt::format(" {} {}", Bold(option.names.back()), Italic(option.value));
  }
  line += fmt::format(" [{}]", Italic("OPTIONS"));
  for (const OptionEntry& positional : command.positionals) {
    const std::string name = Italic(positional.names.front()) + (positional.repeats ? " ..." : "");
    line += positional.required ? " " + name : fmt::format(" [{}]", name);
  }
  page += line + "\n";
}

void Entries(std::string& page, const std::string& title, const std::vector<OptionEntry>& entries) {
  if (entries.empty()) return;
  page += fmt::format(".SH {}\n", title);
  for (const OptionEntry& entry : entries) {
    page += ".TP\n";
    std::vector<std::string> names;
    for (const std::string& name : entry.names) {
      names.push_back(name.starts_with('-') ? Bold(name) : Italic(name));
    }
    page += fmt::format("{}", fmt::join(names, ", "));
    if (entry.TakesValue() && entry.names.front().starts_with('-')) page += " " + Italic(entry.value);
    if (entry.repeats) page += " ...";
    page += "\n" + Escaped(Sentence(entry.description));
    if (!entry.fallback.empty()) page += fmt::format("\nDefault: {}.", Escaped(entry.fallback));
    if (!entry.environment.empty()) page += fmt::format("\nThe variable {} stands for it.", Bold(entry.environment));
    page += "\n";
  }
}

void Commands(std::string& page, const CommandEntry& command) {
  if (command.commands.empty()) return;
  page += ".SH COMMANDS\n";
  for (const CommandEntry& below : command.commands) {
    page += fmt::format(".TP\n{}(1)\n{}\n", Bold("rasti-" + below.Name('-')), Escaped(Sentence(below.description)));
  }
}

void SeeAlso(std::string& page, const CommandEntry& root, const CommandEntry& command) {
  std::vector<std::string> others;
  if (!command.path.empty()) others.push_back(Bold("rasti") + "(1)");
  if (command.path.size() > 1) {
    const std::vector<std::string> above(command.path.begin(), command.path.end() - 1);
    for (const CommandEntry& beside : FindCommand(root, above)->commands) {
      if (&beside != &command) others.push_back(Bold("rasti-" + beside.Name('-')) + "(1)");
    }
  }
  if (!others.empty()) page += fmt::format(".SH \"SEE ALSO\"\n{}\n", fmt::join(others, ",\n"));
}

}  // namespace

std::string ManPageName(const CommandEntry& command) {
  return command.path.empty() ? "rasti.1" : fmt::format("rasti-{}.1", command.Name('-'));
}

std::string ManPage(const CommandEntry& root, const CommandEntry& command) {
  const bool is_root = command.path.empty();
  const std::string name = is_root ? "rasti" : "rasti-" + command.Name('-');
  // The program's own description goes on after its first line.
  const std::string first = command.description.substr(0, command.description.find('\n'));
  std::string title;
  for (const char c : name) title += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string page =
      fmt::format(".TH {} 1 \"\" {} \"Rasti\"\n", Quoted(title), Quoted(fmt::format("rasti {}", kVersion)));
  // Words are not hyphenated, and lines end where they end: names of options are to be copied.
  page += ".nh\n.ad l\n";
  std::string what = is_root ? first.substr(first.find(": ") + 2) : first;
  while (what.ends_with('.')) what.pop_back();
  page += fmt::format(".SH NAME\n{} \\- {}\n", Escaped(name), Escaped(what));
  Synopsis(page, command);
  const Footer footer = Split(command.footer);
  if (is_root) {
    page += ".SH DESCRIPTION\n" + Escaped(first) + "\n";
    Literal(page, command.description.substr(std::min(command.description.size(), first.size() + 2)));
    const size_t codes = footer.text.find(ExitCodeHelp());
    page += ".PP\n" + Escaped(footer.text.substr(0, codes)) + "\n";
  } else {
    page += ".SH DESCRIPTION\n" + Escaped(Sentence(command.description)) + "\n";
    if (!footer.text.empty()) page += ".PP\n" + Escaped(footer.text) + "\n";
  }
  Commands(page, command);
  Entries(page, "ARGUMENTS", command.positionals);
  Entries(page, "OPTIONS", command.options);
  if (!is_root) {
    page += fmt::format(".PP\nThe options of all commands ({}, {}, {} ...) are told in {}(1).\n", Bold("--data"),
                        Bold("--json"), Bold("--now"), Bold("rasti"));
  }
  if (!footer.example.empty()) {
    page += ".SH EXAMPLES\n";
    Literal(page, footer.example);
  }
  if (is_root) {
    page += ".SH \"EXIT STATUS\"\n";
    Literal(page, std::string(ExitCodeHelp()));
  }
  SeeAlso(page, root, command);
  return page;
}

}  // namespace rasti::cli
