#include "tools/rasti/context.h"

#include <fmt/format.h>

namespace rasti::cli {

Outcome<DataPaths> Context::Paths() const {
  if (data.empty()) return Misused("no data directory is named: give --data DIR, or set RASTI_DATA");
  return DataPaths(data);
}

Outcome<std::optional<Instant>> GivenInstant(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<Instant>();
  const auto instant = ParseInstant(text);
  if (!instant) return Misused(fmt::format("{} {}: {}", option, text, instant.error().message));
  return std::optional<Instant>(*instant);
}

Outcome<std::optional<Instant>> Context::GivenNow() const { return GivenInstant("--now", now); }

Outcome<std::unique_ptr<Session>> Context::Open(int stream_threads) const {
  RASTI_TRY(const DataPaths paths, Paths());
  RASTI_TRY(const auto given, GivenNow());
  SessionOptions options;
  options.directory = paths.root;
  options.patience = std::chrono::milliseconds(static_cast<int64_t>(patience_s * 1000));
  options.stream_threads = stream_threads;
  options.progress = [this](const std::string& text) { out.Progress(text); };
  options.note = [this](const std::string& text) { out.Note("note: " + text); };
  auto session = OpenSession(options);
  if (session && given && (*session)->virtual_clock()) {
    RASTI_TRY(const Instant standing, (*session)->Now());
    if (*given > standing) RASTI_CHECKED((*session)->AdvanceClock(*given));
  }
  out.Progress("");
  if (!session) return Refuse(session.error());
  return *std::move(session);
}

CLI::App* AddCommand(CLI::App& parent, Context& context, const std::string& name, const std::string& description,
                     const std::string& example, std::function<Outcome<void>()> run) {
  CLI::App* command = parent.add_subcommand(name, description);
  // --data, --json and the like may stand behind the command's name, too.
  command->fallthrough();
  command->footer("Example:\n" + example + "\n\nOptions of all commands (--data, --json, --now ...): rasti --help");
  SetRun(*command, context, std::move(run));
  return command;
}

void SetRun(CLI::App& command, Context& context, std::function<Outcome<void>()> run) {
  command.callback([&context, run = std::move(run)] { context.run = run; });
}

}  // namespace rasti::cli
