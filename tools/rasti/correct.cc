// `rasti merge`, `rasti rate`, `rasti correct`, `rasti migrate`: what else changes a case.
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/form_fields.h"
#include "tools/rasti/payloads.h"

namespace rasti::cli {
namespace {

struct ChangeOptions {
  CaseOptions on;
  std::string into;
  int score = 0;
  std::string comment;
  std::string category;
  std::optional<std::string> title;
  std::string form;
  std::string version;
  std::string stage;
  std::string reason;
};

Outcome<void> RunMerge(const Context& context, const ChangeOptions& options) {
  const auto make = [&](const CaseAtHand& found, const core::Actor&) -> Outcome<core::CommandPayload> {
    RASTI_TRY(const CaseAtHand target, FindCase(*found.session, options.into));
    return core::MergeInto{target.state().id, options.reason};
  };
  return RunOnCase(context, options.on, RolesOf(core::Permission::kMerge), make, /*settle=*/true);
}

Outcome<void> RunRate(const Context& context, const ChangeOptions& options) {
  RASTI_TRY(const std::string comment, TextOrFile(options.comment));
  const auto make = [&](const CaseAtHand& found, const core::Actor& actor) -> Outcome<core::CommandPayload> {
    return MakeRating(options.score, comment, found, actor);
  };
  return RunOnCase(context, options.on, RolesOf(core::Permission::kRate), make);
}

Outcome<void> RunCorrect(const Context& context, const ChangeOptions& options) {
  RASTI_TRY(const nlohmann::json patch, ReadForm("--form", options.form));
  const auto make = [&](const CaseAtHand& found, const core::Actor&) -> Outcome<core::CommandPayload> {
    return MakeCorrection({options.category, options.title, patch, options.reason}, found);
  };
  return RunOnCase(context, options.on, RolesOf(core::Permission::kCorrect), make);
}

Outcome<void> RunMigrate(const Context& context, const ChangeOptions& options) {
  const auto make = [&](const CaseAtHand&, const core::Actor&) -> Outcome<core::CommandPayload> {
    core::MigrateCase migrate;
    migrate.to_version = options.version;
    if (!options.stage.empty()) migrate.stage = core::StageId(options.stage);
    migrate.reason = options.reason;
    return migrate;
  };
  return RunOnCase(context, options.on, RolesOf(core::Permission::kMigrate), make);
}

}  // namespace

void AddMergeCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = AddCommand(app, context, "merge", "Merge a duplicate into the case that goes on",
                                 "  rasti merge 7ZK4-MQ2W-9PAB-X --into 3RT8-KX1N-52CD-M --as clerk1",
                                 [&context, options] { return RunMerge(context, *options); });
  options->on.AddTo(*command);
  command->add_option("--into", options->into, "The case that goes on: id or reference")->required();
  command->add_option("--reason,--note", options->reason, "Why");
}

void AddRateCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = AddCommand(app, context, "rate", "How content the citizen is with an ended case",
                                 "  rasti rate 7ZK4-MQ2W-9PAB-X 4 --as 0b7c...-4e21 --role citizen",
                                 [&context, options] { return RunRate(context, *options); });
  options->on.AddTo(*command);
  command->add_option("SCORE", options->score, "1 (worst) to 5")->required();
  command->add_option("--comment", options->comment,
                      "In the citizen's words; @FILE reads a file, - the standard input");
}

void AddCorrectCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = AddCommand(app, context, "correct", "Set right what was entered; clocks keep their start",
                                 "  rasti correct 7ZK4-MQ2W-9PAB-X --category street_light --as clerk1 \\\n"
                                 "      --form '{\"location\":{\"address\":\"Rruga C 3\"}}' --reason 'Misread.'",
                                 [&context, options] { return RunCorrect(context, *options); });
  options->on.AddTo(*command);
  command->add_option("--category", options->category, "Another category; its deadlines count from the same start");
  command->add_option("--title", options->title, "Another title");
  command
      ->add_option("--form", options->form,
                   "Only what changes (JSON Merge Patch); null removes a public field, a personal one is only "
                   "replaced")
      ->type_name("JSON|@FILE|-");
  command->add_option("--reason,--note", options->reason, "Why");
}

void AddMigrateCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* command =
      AddCommand(app, context, "migrate", "Let a running case go on under another version of its workflow",
                 "  rasti migrate 7ZK4-MQ2W-9PAB-X --to-version 2 --as mayors-office",
                 [&context, options] { return RunMigrate(context, *options); });
  options->on.AddTo(*command);
  command->add_option("--to-version", options->version, "A version that is in force")->required();
  command->add_option("--stage", options->stage, "Where to go on, if the present stage has no namesake there");
  command->add_option("--reason,--note", options->reason, "Why");
}

}  // namespace rasti::cli
