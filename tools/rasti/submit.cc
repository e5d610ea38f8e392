// `rasti submit`: a new case.
#include <fmt/format.h>

#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/form_fields.h"
#include "tools/rasti/submission.h"

namespace rasti::cli {
namespace {

struct SubmitOptions {
  SubmitWish wish;
  std::string form;
  std::string received_at;
};

Outcome<void> RunSubmit(const Context& context, const SubmitOptions& options) {
  RASTI_TRY(const auto given_now, context.GivenNow());
  SubmitWish wish = options.wish;
  RASTI_TRY(wish.received_at, GivenInstant("--received-at", options.received_at));
  RASTI_TRY(wish.form, ReadForm("--form", options.form));
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto configuration, session->ConfigurationNow());
  RASTI_TRY(const Instant now, session->Now());
  RASTI_TRY(Submission made, MakeSubmission(wish, *configuration, now));
  core::Command& command = made.command;
  if (given_now && !(session->virtual_clock() && *given_now == now)) command.occurred_at = given_now;

  RASTI_TRY(const codec::Accepted accepted, Execute(*session, command, made.definition, now));
  const std::string reference = core::PublicReference(command.case_id);
  context.out.Line(fmt::format("case       {}", command.case_id.str()));
  context.out.Line(fmt::format("reference  {}", context.out.Paint(Colour::kBold, reference)));
  auto extra = nlohmann::ordered_json::object();
  if (made.who.fresh) {
    const std::string id = made.who.actor.id.str();
    context.out.Line(fmt::format("citizen    {}  (a fresh id: --as {} speaks for this citizen later on)", id, id));
    extra["actor"] = id;
  }
  if (made.subject) extra["subject"] = made.subject->str();
  RASTI_CHECKED(PrintAccepted(context, *session, command, accepted, extra));
  RASTI_CHECKED(session->Close());
  return {};
}

}  // namespace

void AddSubmitCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command = AddCommand(
      app, context, "submit", "Open a case: prints its id, the reference for the citizen, and its deadlines",
      "  rasti submit --workflow issue-report --tenant prishtine --category pothole --title 'Hole in Rruga B' \\\n"
      "      --channel portal --form @report.json --role citizen\n"
      "  rasti submit --workflow issue-report --tenant prishtine --category pothole --title 'Hole in Rruga B' \\\n"
      "      --channel post --form @report.json --as clerk1 --received-at 2026-11-20T15:30:00+01:00 --key letter-815",
      [&context, options] { return RunSubmit(context, *options); });
  command->add_option("--workflow", options->wish.workflow, "The case type")->required();
  command->add_option("--version-of-workflow", options->wish.version, "Only if this version is in force");
  command->add_option("--tenant", options->wish.tenant, "The municipality or institution")
      ->required()
      ->envname("RASTI_TENANT");
  command->add_option("--category", options->wish.category, "One of the workflow's categories")->required();
  command->add_option("--title", options->wish.title, "What it is about, in a few words and without personal data")
      ->required();
  command
      ->add_option("--form", options->form,
                   "The form as JSON, personal fields in their places; @FILE reads a file, - the standard input")
      ->type_name("JSON|@FILE|-");
  command->add_option("--channel", options->wish.channel, "How it came in");
  command->add_option("--received-at", options->received_at, "When it reached the authority: clocks count from there")
      ->type_name("TIME");
  command->add_option("--subject", options->wish.subject, "The person the case is about; default: a fresh id")
      ->type_name("UUID");
  command->add_flag("--anonymous", options->wish.anonymous, "Nobody is known whom the case is about");
  command->add_option("--key", options->wish.key, "Idempotency key: giving the same one again opens no second case");
  options->wish.who.AddTo(*command);
}

}  // namespace rasti::cli
