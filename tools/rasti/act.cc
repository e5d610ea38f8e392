// `rasti act`: an action of the workflow, and the commands that are kinds of action: reopen, refer, withdraw.
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/form_fields.h"
#include "tools/rasti/response_text.h"

namespace rasti::cli {
namespace {

struct ActOptions {
  CaseOptions on;
  std::string action;
  std::vector<std::string> fields;
  std::string note;
  std::string to;
  ResponseOptions response;
};

Outcome<void> RunAct(const Context& context, const ActOptions& options) {
  const core::ActionId id(options.action);
  const auto make = [&](const CaseAtHand& found, const core::Actor&) -> Outcome<core::CommandPayload> {
    core::TakeAction take;
    take.action = id;
    RASTI_TRY(take.fields, ActionFields(options.fields, found.setting.definition->FindAction(id)));
    take.note = options.note;
    if (options.response.response.empty()) {
      if (!options.response.fills.empty()) return Misused("--fill is of a response; name it by --response");
      return take;
    }
    RASTI_TRY(take.fields, WithResponse(found, id, take.fields, options.response));
    take.response_template = options.response.response;
    return take;
  };
  return RunOnCase(context, options.on, RolesOf(id), make);
}

// A command whose payload needs nothing of the case.
template <class Payload>
MakePayload Fixed(Payload payload) {
  return [payload](const CaseAtHand&, const core::Actor&) -> Outcome<core::CommandPayload> { return payload; };
}

}  // namespace

void AddActCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ActOptions>();
  CLI::App* command = AddCommand(
      app, context, "act", "Take one of the workflow's actions on a case",
      "  rasti act 7ZK4-MQ2W-9PAB-X register --as clerk1 --field file_number=2026/815 --note 'On paper too.'\n"
      "  rasti act 7ZK4-MQ2W-9PAB-X respond --as roads.officer1 --response planned --fill when='spring 2027'",
      [&context, options] { return RunAct(context, *options); });
  options->on.AddTo(*command);
  command
      ->add_option("ACTION", options->action,
                   "The action's name in the workflow; `rasti actions CASE` lists those that are possible")
      ->required();
  command
      ->add_option("--field", options->fields, "What the action asks for; NAME:=JSON for other than text and numbers")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--response", options->response.response,
                      "A standard answer (`rasti responses` lists them); fields that are given come before its own");
  options->response.AddTo(*command);
  command->add_option("--note,--reason", options->note, "A remark, kept in the history");
}

void AddReopenCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ActOptions>();
  CLI::App* command =
      AddCommand(app, context, "reopen", "Open an ended case again",
                 "  rasti reopen 7ZK4-MQ2W-9PAB-X --as 0b7c...-4e21 --role citizen --reason 'The hole is back.'",
                 [&context, options] {
                   return RunOnCase(context, options->on, RolesOf(core::ActionKind::kReopen),
                                    Fixed(core::ReopenCase{options->note}));
                 });
  options->on.AddTo(*command);
  command->add_option("--reason,--note", options->note, "Why");
}

void AddReferCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ActOptions>();
  CLI::App* command = AddCommand(
      app, context, "refer", "Hand a case to a body outside, a utility for instance",
      "  rasti refer 7ZK4-MQ2W-9PAB-X --to water_company --as roads.officer1 --reason 'A leak.'", [&context, options] {
        return RunOnCase(context, options->on, RolesOf(core::ActionKind::kRefer),
                         Fixed(core::ReferCase{options->to, options->note}));
      });
  options->on.AddTo(*command);
  command->add_option("--to", options->to, "The body that is to act")->required();
  command->add_option("--reason,--note", options->note, "Why");
}

void AddWithdrawCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ActOptions>();
  CLI::App* command =
      AddCommand(app, context, "withdraw", "Take a case back, on the wish of who submitted it",
                 "  rasti withdraw 7ZK4-MQ2W-9PAB-X --as 0b7c...-4e21 --role citizen", [&context, options] {
                   return RunOnCase(context, options->on, RolesOf(core::ActionKind::kWithdraw),
                                    Fixed(core::WithdrawCase{options->note}));
                 });
  options->on.AddTo(*command);
  command->add_option("--reason,--note", options->note, "Why");
}

}  // namespace rasti::cli
