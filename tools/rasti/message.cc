// `rasti message`, `rasti attach`: what goes to and fro between citizen and authority.
#include <filesystem>

#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/media_type.h"
#include "tools/rasti/payloads.h"

namespace rasti::cli {
namespace {

constexpr size_t kAttachmentBytesMost = size_t{256} << 20;

struct TalkOptions {
  CaseOptions on;
  std::string text;
  std::string file;
  std::string name;
  std::string media_type;
  bool from_citizen = false;
  bool to_citizen = false;
};

std::optional<core::Direction> SaidDirection(const TalkOptions& options) {
  if (options.from_citizen) return core::Direction::kFromCitizen;
  if (options.to_citizen) return core::Direction::kToCitizen;
  return std::nullopt;
}

Outcome<void> RunMessage(const Context& context, const TalkOptions& options) {
  RASTI_TRY(const std::string text, TextOrFile(options.text));
  const auto make = [&](const CaseAtHand& found, const core::Actor& actor) -> Outcome<core::CommandPayload> {
    return MakeMessage(text, SaidDirection(options), found, actor);
  };
  return RunOnCase(context, options.on, RolesOf(core::Permission::kMessage), make);
}

Outcome<void> RunAttach(const Context& context, const TalkOptions& options) {
  RASTI_TRY(const std::string content, ReadFile(options.file, kAttachmentBytesMost));
  const std::string name =
      options.name.empty() ? std::filesystem::path(options.file).filename().string() : options.name;
  const std::string media_type = options.media_type.empty() ? MediaTypeOf(name) : options.media_type;
  const auto make = [&](const CaseAtHand& found, const core::Actor& actor) -> Outcome<core::CommandPayload> {
    return MakeAttachment({name, media_type, content}, SaidDirection(options), found, actor);
  };
  return RunOnCase(context, options.on, RolesOf(core::Permission::kAttach), make);
}

void AddDirection(CLI::App& command, TalkOptions& options) {
  auto* from = command.add_flag("--from-citizen", options.from_citizen, "It came from the citizen");
  command
      .add_flag("--to-citizen", options.to_citizen,
                "It goes to the citizen; default: as the role that acts stands to the case")
      ->excludes(from);
}

}  // namespace

void AddMessageCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<TalkOptions>();
  CLI::App* command =
      AddCommand(app, context, "message", "Add a message from or to the citizen",
                 "  rasti message 7ZK4-MQ2W-9PAB-X --as roads.officer1 --text 'Which side of the road?'",
                 [&context, options] { return RunMessage(context, *options); });
  options->on.AddTo(*command);
  command->add_option("--text", options->text, "The message; @FILE reads a file, - the standard input")->required();
  AddDirection(*command, *options);
}

void AddAttachCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<TalkOptions>();
  CLI::App* command = AddCommand(app, context, "attach",
                                 "Record a document by its hash; the file itself is kept elsewhere, by that hash",
                                 "  rasti attach 7ZK4-MQ2W-9PAB-X photo.jpg --as clerk1",
                                 [&context, options] { return RunAttach(context, *options); });
  options->on.AddTo(*command);
  command->add_option("FILE", options->file, "The document")->required();
  command->add_option("--name", options->name, "Its name in the case, without personal data; default: the file's");
  command->add_option("--media-type", options->media_type, "As in image/jpeg; default: by the ending of its name");
  AddDirection(*command, *options);
}

}  // namespace rasti::cli
