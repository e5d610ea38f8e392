// `rasti man`, `rasti completion`: what teaches the commands outside of them.
#include <fmt/format.h>

#include <filesystem>

#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/manual/completion.h"
#include "tools/rasti/manual/man_page.h"

namespace rasti::cli {
namespace {

struct ManualOptions {
  std::vector<std::string> command;
  std::string all;
  std::string shell;
};

Outcome<void> RunMan(const CLI::App& app, const Context& context, const ManualOptions& options) {
  const CommandEntry root = ReadCommands(app);
  if (options.all.empty()) {
    const CommandEntry* command = FindCommand(root, options.command);
    if (command == nullptr) {
      return Misused(
          fmt::format("there is no command '{}'; `rasti --help` lists them", fmt::join(options.command, " ")));
    }
    context.out.Raw(ManPage(root, *command));
    return {};
  }
  if (!options.command.empty()) return Misused("--all writes the pages of all commands: name none");
  std::error_code error;
  std::filesystem::create_directories(options.all, error);
  if (error) return Refuse(Error::Io(fmt::format("{}: {}", options.all, error.message())));
  auto written = nlohmann::ordered_json::array();
  for (const CommandEntry* command : AllCommands(root)) {
    const std::string path = options.all + "/" + ManPageName(*command);
    RASTI_CHECKED(WriteFileDurably(path, ManPage(root, *command)));
    written.push_back(path);
  }
  context.out.Line(fmt::format("{} pages in {}: man -l {}/rasti.1", written.size(), options.all, options.all));
  context.out.Json({{"pages", std::move(written)}});
  return {};
}

Outcome<void> RunCompletion(const CLI::App& app, const Context& context, const ManualOptions& options) {
  const CommandEntry root = ReadCommands(app);
  context.out.Raw(options.shell == "bash"  ? BashCompletion(root)
                  : options.shell == "zsh" ? ZshCompletion(root)
                                           : FishCompletion(root));
  return {};
}

}  // namespace

void AddManualCommands(CLI::App& app, Context& context) {
  auto options = std::make_shared<ManualOptions>();
  CLI::App* man = AddCommand(app, context, "man", "Print a manual page, of a command or of rasti itself",
                             "  rasti man submit | man -l -\n"
                             "  rasti man --all /usr/local/share/man/man1",
                             [&app, &context, options] { return RunMan(app, context, *options); });
  man->add_option("COMMAND", options->command, "As in 'topics create'; default: rasti itself");
  man->add_option("--all", options->all, "Write the pages of all commands into this folder")->type_name("DIR");
  CLI::App* completion =
      AddCommand(app, context, "completion", "Print a script that lets a shell complete the words of rasti",
                 "  source <(rasti completion bash)\n"
                 "  rasti completion zsh > ~/.zfunc/_rasti\n"
                 "  rasti completion fish > ~/.config/fish/completions/rasti.fish",
                 [&app, &context, options] { return RunCompletion(app, context, *options); });
  completion->add_option("SHELL", options->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace rasti::cli
