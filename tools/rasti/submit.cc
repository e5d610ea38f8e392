// `rasti submit`: a new case.
#include <fmt/format.h>

#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/form_fields.h"
#include "tools/rasti/hints.h"

namespace rasti::cli {
namespace {

struct SubmitOptions {
  std::string workflow;
  std::string version;
  std::string tenant;
  std::string category;
  std::string title;
  std::string form;
  std::string channel;
  std::string received_at;
  std::string subject;
  bool anonymous = false;
  std::string key;
  WhoOptions who;
};

// Where the case lands, and what its command is called: both follow from the key, so that a retry finds them again.
void Name(core::Command& command, const SubmitOptions& options, Instant now) {
  if (options.key.empty()) {
    command.case_id = {NewCaseUuid(now)};
    command.command_id = core::CommandId(FormatUuid(RandomUuid()));
  } else {
    command.case_id = core::CaseIdFromKey(command.tenant, options.key);
    command.command_id = core::CommandId("submit:" + options.key);
  }
}

struct Places {
  const core::Tenant* tenant = nullptr;
  const core::Tenant* overseer = nullptr;
  const core::Definition* definition = nullptr;
};

Outcome<Places> FindPlaces(const SubmitOptions& options, const runtime::Configuration& configuration, Instant now) {
  Places places;
  places.tenant = configuration.TenantAt(core::TenantId(options.tenant), now);
  if (places.tenant == nullptr) return Refuse(UnknownTenant(options.tenant, configuration, now));
  places.definition = configuration.DefinitionAt(core::WorkflowId(options.workflow), now);
  if (places.definition == nullptr) return Refuse(UnknownWorkflow(options.workflow, configuration, now));
  if (places.tenant->overseen_by) places.overseer = configuration.TenantAt(*places.tenant->overseen_by, now);
  return places;
}

// Whose data the personal fields are: the citizen's own id; of who acts for a citizen, that of the citizen.
Outcome<std::optional<core::SubjectId>> SubjectOf(const SubmitOptions& options, const core::Definition& definition,
                                                  const core::Actor& actor) {
  if (options.anonymous) return std::optional<core::SubjectId>();
  if (!options.subject.empty()) {
    const auto uuid = ParseUuid(options.subject);
    if (!uuid) return Misused(fmt::format("--subject {}: {}", options.subject, uuid.error().message));
    return std::optional(core::SubjectId(FormatUuid(*uuid)));
  }
  const core::RoleDefinition* role = definition.FindRole(actor.role);
  const bool own = role != nullptr && role->own_cases_only;
  return std::optional(own ? core::SubjectId(actor.id.str()) : core::SubjectId(FormatUuid(RandomUuid())));
}

Outcome<void> RunSubmit(const Context& context, const SubmitOptions& options) {
  RASTI_TRY(const auto given_now, context.GivenNow());
  RASTI_TRY(const auto received_at, GivenInstant("--received-at", options.received_at));
  if (options.anonymous && !options.subject.empty()) return Misused("--anonymous and --subject exclude each other");
  RASTI_TRY(const nlohmann::json whole, ReadForm("--form", options.form));
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto configuration, session->Configuration());
  RASTI_TRY(const Instant now, session->Now());
  RASTI_TRY(const Places places, FindPlaces(options, *configuration, now));
  const core::Definition& definition = *places.definition;
  RASTI_TRY(const Who who,
            ResolveWho(options.who, {.definition = &definition,
                                     .tenant = places.tenant,
                                     .overseer = places.overseer,
                                     .allowed = definition.permissions[static_cast<size_t>(core::Permission::kSubmit)],
                                     .may_be_new = true}));
  core::Command command;
  command.tenant = places.tenant->id;
  command.actor = who.actor;
  Name(command, options, now);
  if (given_now && !(session->virtual_clock() && *given_now == now)) command.occurred_at = given_now;
  command.received_at = received_at;

  core::SubmitCase submit;
  submit.workflow = definition.id;
  if (!options.version.empty()) submit.version = options.version;
  submit.title = options.title;
  submit.category = core::CategoryId(options.category);
  submit.channel = options.channel;
  if (submit.channel.empty() && definition.channels.size() == 1) submit.channel = definition.channels.front();
  RASTI_TRY(submit.subject, SubjectOf(options, definition, who.actor));
  RASTI_TRY(SplitForm split, Split(definition.form, whole, command.case_id, submit.subject));
  submit.form = std::move(split.form);
  submit.personal = std::move(split.personal);
  const auto subject = submit.subject;
  command.payload = std::move(submit);

  RASTI_TRY(const codec::Accepted accepted, Execute(*session, command, &definition, now));
  const std::string reference = core::PublicReference(command.case_id);
  context.out.Line(fmt::format("case       {}", command.case_id.str()));
  context.out.Line(fmt::format("reference  {}", context.out.Paint(Colour::kBold, reference)));
  auto extra = nlohmann::ordered_json::object();
  if (who.fresh) {
    context.out.Line(fmt::format("citizen    {}  (a fresh id: --as {} speaks for this citizen later on)",
                                 who.actor.id.str(), who.actor.id.str()));
    extra["actor"] = who.actor.id.str();
  }
  if (subject) extra["subject"] = subject->str();
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
  command->add_option("--workflow", options->workflow, "The case type")->required();
  command->add_option("--version-of-workflow", options->version, "Only if this version is in force");
  command->add_option("--tenant", options->tenant, "The municipality or institution")->required();
  command->add_option("--category", options->category, "One of the workflow's categories")->required();
  command->add_option("--title", options->title, "What it is about, in a few words and without personal data")
      ->required();
  command
      ->add_option("--form", options->form,
                   "The form as JSON, personal fields in their places; @FILE reads a file, - the standard input")
      ->type_name("JSON|@FILE|-");
  command->add_option("--channel", options->channel, "How it came in");
  command->add_option("--received-at", options->received_at, "When it reached the authority: clocks count from there")
      ->type_name("TIME");
  command->add_option("--subject", options->subject, "The person the case is about; default: a fresh id")
      ->type_name("UUID");
  command->add_flag("--anonymous", options->anonymous, "Nobody is known whom the case is about");
  command->add_option("--key", options->key, "Idempotency key: giving the same one again opens no second case");
  options->who.AddTo(*command);
}

}  // namespace rasti::cli
