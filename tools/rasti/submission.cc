#include "tools/rasti/submission.h"

#include <fmt/format.h>

#include "tools/rasti/files.h"
#include "tools/rasti/form_fields.h"
#include "tools/rasti/hints.h"

namespace rasti::cli {
namespace {

// Where the case lands, and what its command is called: both follow from the key, so that a retry finds them again.
void Name(core::Command& command, const SubmitWish& wish, Instant now) {
  if (wish.key.empty()) {
    command.case_id = {NewCaseUuid(now)};
    command.command_id = core::CommandId(FormatUuid(RandomUuid()));
  } else {
    command.case_id = core::CaseIdFromKey(command.tenant, wish.key);
    command.command_id = core::CommandId("submit:" + wish.key);
  }
}

struct Places {
  const core::Tenant* tenant = nullptr;
  const core::Tenant* overseer = nullptr;
  const core::Definition* definition = nullptr;
};

Outcome<Places> FindPlaces(const SubmitWish& wish, const runtime::Configuration& configuration, Instant now) {
  Places places;
  places.tenant = configuration.TenantAt(core::TenantId(wish.tenant), now);
  if (places.tenant == nullptr) return Refuse(UnknownTenant(wish.tenant, configuration, now));
  places.definition = configuration.DefinitionAt(core::WorkflowId(wish.workflow), places.tenant->id, now);
  if (places.definition == nullptr) return Refuse(UnknownWorkflow(wish.workflow, configuration, now));
  if (places.tenant->overseen_by) places.overseer = configuration.TenantAt(*places.tenant->overseen_by, now);
  return places;
}

// Whose data the personal fields are: the citizen's own id; of who acts for a citizen, that of the citizen.
Outcome<std::optional<core::SubjectId>> SubjectOf(const SubmitWish& wish, const core::Definition& definition,
                                                  const core::Actor& actor) {
  if (wish.anonymous) return std::optional<core::SubjectId>();
  if (!wish.subject.empty()) {
    const auto uuid = ParseUuid(wish.subject);
    if (!uuid) return Misused(fmt::format("--subject {}: {}", wish.subject, uuid.error().message));
    return std::optional(core::SubjectId(FormatUuid(*uuid)));
  }
  const core::RoleDefinition* role = definition.FindRole(actor.role);
  const bool own = role != nullptr && role->own_cases_only;
  return std::optional(own ? core::SubjectId(actor.id.str()) : core::SubjectId(FormatUuid(RandomUuid())));
}

}  // namespace

Outcome<Submission> MakeSubmission(const SubmitWish& wish, const runtime::Configuration& configuration, Instant now) {
  if (wish.anonymous && !wish.subject.empty()) return Misused("--anonymous and --subject exclude each other");
  RASTI_TRY(const Places places, FindPlaces(wish, configuration, now));
  const core::Definition& definition = *places.definition;
  Submission made;
  made.definition = &definition;
  RASTI_TRY(made.who,
            ResolveWho(wish.who, {.definition = &definition,
                                  .tenant = places.tenant,
                                  .overseer = places.overseer,
                                  .allowed = definition.permissions[static_cast<size_t>(core::Permission::kSubmit)],
                                  .may_be_new = true}));
  core::Command& command = made.command;
  command.tenant = places.tenant->id;
  command.actor = made.who.actor;
  Name(command, wish, now);
  command.received_at = wish.received_at;

  core::SubmitCase submit;
  submit.workflow = definition.id;
  if (!wish.version.empty()) submit.version = wish.version;
  submit.title = wish.title;
  submit.category = core::CategoryId(wish.category);
  submit.channel = wish.channel;
  if (submit.channel.empty() && definition.channels.size() == 1) submit.channel = definition.channels.front();
  RASTI_TRY(submit.subject, SubjectOf(wish, definition, made.who.actor));
  RASTI_TRY(SplitForm split, Split(definition.form, wish.form, command.case_id, submit.subject));
  submit.form = std::move(split.form);
  submit.personal = std::move(split.personal);
  made.subject = submit.subject;
  command.payload = std::move(submit);
  return made;
}

}  // namespace rasti::cli
