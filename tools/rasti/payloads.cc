#include "tools/rasti/payloads.h"

#include "tools/rasti/files.h"
#include "tools/rasti/form_fields.h"

namespace rasti::cli {
namespace {

// A text that people wrote, in the case of who it is about.
core::Field PersonalText(const std::string& path, const std::string& text, const CaseAtHand& found,
                         const core::Actor& actor) {
  core::Field field;
  field.origin_case = found.state().id;
  field.path = path;
  field.subject = found.state().subject.value_or(core::SubjectId(actor.id.str()));
  field.value = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return field;
}

}  // namespace

Outcome<core::AssignCase> MakeAssignment(const AssignWish& wish, const CaseAtHand& found) {
  core::AssignCase assign;
  assign.reason = wish.reason;
  if (!wish.person.empty()) {
    RASTI_TRY(const Colleague colleague, ResolveColleague(wish.person, *found.setting.tenant, found.setting.overseer));
    assign.to.person = colleague.id;
    if (colleague.tenant != found.setting.tenant) assign.to.tenant = colleague.tenant->id;
  }
  if (!wish.queue.empty()) assign.to.queue = core::QueueId(wish.queue);
  if (!wish.directorate.empty()) assign.to.directorate = core::DirectorateId(wish.directorate);
  if (!wish.tenant.empty()) assign.to.tenant = core::TenantId(wish.tenant);
  return assign;
}

core::Direction DirectionOf(std::optional<core::Direction> said, const CaseAtHand& found, const core::Actor& actor) {
  if (said) return *said;
  const core::RoleDefinition* role = found.setting.definition->FindRole(actor.role);
  return role != nullptr && role->own_cases_only ? core::Direction::kFromCitizen : core::Direction::kToCitizen;
}

core::AddMessage MakeMessage(const std::string& text, std::optional<core::Direction> said, const CaseAtHand& found,
                             const core::Actor& actor) {
  core::AddMessage message;
  message.direction = DirectionOf(said, found, actor);
  message.message_id = FormatUuid(RandomUuid());
  message.body = PersonalText("/message/" + message.message_id, text, found, actor);
  return message;
}

core::AddAttachment MakeAttachment(const DocumentWish& wish, std::optional<core::Direction> said,
                                   const CaseAtHand& found, const core::Actor& actor) {
  core::AddAttachment add;
  add.attachment.direction = DirectionOf(said, found, actor);
  add.attachment.attachment_id = FormatUuid(RandomUuid());
  add.attachment.name = wish.name;
  add.attachment.media_type = wish.media_type;
  add.attachment.size_bytes = static_cast<int64_t>(wish.content.size());
  add.attachment.sha256 = ToHex(AsBytes(Sha256({wish.content})));
  return add;
}

core::RateCase MakeRating(int score, const std::string& comment, const CaseAtHand& found, const core::Actor& actor) {
  core::RateCase rate;
  rate.score = score;
  if (!comment.empty()) rate.comment = PersonalText("/rating/comment", comment, found, actor);
  return rate;
}

Outcome<core::CorrectCase> MakeCorrection(const CorrectionWish& wish, const CaseAtHand& found) {
  core::CorrectCase correct;
  if (!wish.category.empty()) correct.category = core::CategoryId(wish.category);
  correct.title = wish.title;
  correct.reason = wish.reason;
  if (!wish.form_patch.empty()) {
    RASTI_TRY(SplitForm split,
              SplitPatch(found.setting.definition->form, wish.form_patch, found.state().id, found.state().subject));
    if (split.form != "{}") correct.form_patch = std::move(split.form);
    correct.personal = std::move(split.personal);
  }
  return correct;
}

}  // namespace rasti::cli
