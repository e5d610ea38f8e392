#include "engine/core/decide.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/core/admission.h"
#include "engine/core/decision_builder.h"
#include "engine/core/register_number.h"
#include "engine/core/response_template.h"

namespace rasti::core {
namespace {

EventContext ContextOf(const Config& config, const Command& command, Instant occurred_at, Instant recorded_at) {
  EventContext context;
  context.case_id = command.case_id;
  context.tenant = command.tenant;
  context.occurred_at = occurred_at;
  context.recorded_at = recorded_at;
  if (command.received_at && *command.received_at != occurred_at) context.received_at = command.received_at;
  context.actor = command.actor;
  context.submitter = command.submitter;
  context.command_id = command.command_id;
  context.correlation_id = command.correlation_id;
  context.traceparent = command.traceparent;
  context.versions = config.versions;
  return context;
}

// The definition's action of that kind which leaves the present stage; admission made sure that there is one of the
// kind.
Verdict TakeKind(DecisionBuilder& builder, ActionKind kind, const std::string& fields, const std::string& note) {
  const Action* chosen = nullptr;
  for (const Action& action : builder.definition().actions) {
    if (action.kind != kind || action.automatic) continue;
    if (chosen == nullptr) chosen = &action;
    if (std::ranges::find(action.from, builder.state().stage) == action.from.end()) continue;
    chosen = &action;
    break;
  }
  RASTI_CHECK(chosen != nullptr, "admission passed an action that the definition does not have");
  return builder.TakeAction(*chosen, fields, note);
}

Verdict CheckText(std::string_view text, const char* field, bool required) {
  if (required && text.empty())
    return Reject(RejectionCode::kFieldMissing, field, fmt::format("'{}' is to be filled in", field));
  if (text.size() > kTextBytesMost) {
    return Reject(RejectionCode::kTooLarge, field, fmt::format("'{}' has more than {} bytes", field, kTextBytesMost));
  }
  return {};
}

Verdict CheckMessage(const DecisionBuilder& builder, const AddMessage& message) {
  if (auto verdict = CheckText(message.message_id, "message_id", true); !verdict) return verdict;
  if (auto verdict = CheckText(message.body.value, "body", true); !verdict) return verdict;
  if (message.body.subject.empty()) {
    return Reject(RejectionCode::kPersonalFieldInvalid, "body/subject", "the subject of the message is to be named");
  }
  if (message.body.origin_case != builder.context().case_id) {
    return Reject(RejectionCode::kPersonalFieldInvalid, "body/origin_case", "the message was written for another case");
  }
  return {};
}

Verdict CheckAttachment(const AttachmentAdded& attachment) {
  if (auto verdict = CheckText(attachment.attachment_id, "attachment_id", true); !verdict) return verdict;
  if (auto verdict = CheckText(attachment.name, "name", true); !verdict) return verdict;
  const bool hexadecimal = attachment.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (attachment.sha256.size() != 64 || !hexadecimal) {
    return Reject(RejectionCode::kFieldInvalid, "sha256", "64 lower-case hexadecimal digits are wanted");
  }
  if (attachment.size_bytes < 0) return Reject(RejectionCode::kFieldInvalid, "size_bytes", "a size is not negative");
  return {};
}

// What an officer says to have answered by.
Verdict CheckResponse(const DecisionBuilder& builder, const Action& action, const std::string& id) {
  if (id.empty()) return {};
  const Definition& definition = builder.definition();
  const ResponseTemplate* response = definition.FindResponse(id);
  if (response != nullptr && response->action == action.id && IsFor(*response, builder.state().category)) return {};
  std::vector<std::string> known;
  for (const ResponseTemplate& one : definition.responses) {
    if (one.action == action.id && IsFor(one, builder.state().category)) known.push_back(one.id);
  }
  return Reject(
      RejectionCode::kFieldInvalid, "response_template",
      fmt::format("{} has no response '{}' for '{}' on a case of this category; it has: {}", definition.version.str(),
                  id, action.id.str(), known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

// One overload a command: a new kind fails to compile until it is decided here.
class Decider {
 public:
  Decider(DecisionBuilder& builder, const Command& command) : builder_(builder), command_(command) {}

  Verdict operator()(const SubmitCase& submit) { return DecideSubmit(builder_, command_, submit); }
  Verdict operator()(const TakeAction& take) {
    const Action& action = *builder_.definition().FindAction(take.action);
    if (auto verdict = CheckResponse(builder_, action, take.response_template); !verdict) return verdict;
    return builder_.TakeAction(action, take.fields, take.note, take.response_template);
  }
  Verdict operator()(const AssignCase& assign) { return DecideAssign(builder_, assign); }
  Verdict operator()(const ReleaseCase& release) {
    const Assignment from = builder_.state().assignment;
    if (from.IsNobody()) return Reject(RejectionCode::kNoChange, "", "nobody holds the case");
    builder_.Emit(CaseReleased{from, release.reason});
    return {};
  }
  Verdict operator()(const AddMessage& message) {
    if (auto verdict = CheckMessage(builder_, message); !verdict) return verdict;
    builder_.Emit(MessageAdded{message.direction, message.message_id, message.body});
    return {};
  }
  Verdict operator()(const AddAttachment& add) {
    if (auto verdict = CheckAttachment(add.attachment); !verdict) return verdict;
    builder_.Emit(add.attachment);
    return {};
  }
  Verdict operator()(const ExtendClock& extend) { return DecideExtend(builder_, extend); }
  Verdict operator()(const PauseClocks& pause) { return DecidePause(builder_, pause); }
  Verdict operator()(const ResumeClocks& resume) { return DecideResume(builder_, resume); }
  Verdict operator()(const ReopenCase& reopen) { return TakeKind(builder_, ActionKind::kReopen, {}, reopen.reason); }
  Verdict operator()(const MergeInto& merge) { return DecideMerge(builder_, merge); }
  Verdict operator()(const ReferCase& refer) {
    return TakeKind(builder_, ActionKind::kRefer, nlohmann::json{{"to", refer.to}}.dump(), refer.reason);
  }
  Verdict operator()(const WithdrawCase& withdraw) {
    return TakeKind(builder_, ActionKind::kWithdraw, {}, withdraw.reason);
  }
  Verdict operator()(const RateCase& rate) {
    if (rate.score < 1 || rate.score > 5)
      return Reject(RejectionCode::kFieldInvalid, "score", "a score is 1 (worst) to 5");
    if (rate.score == builder_.state().rating && !rate.comment)
      return Reject(RejectionCode::kNoChange, "score", "that is the score already");
    builder_.Emit(CaseRated{rate.score, rate.comment});
    return {};
  }
  Verdict operator()(const CorrectCase& correct) { return DecideCorrect(builder_, correct); }
  Verdict operator()(const MigrateCase& migrate) { return DecideMigrate(builder_, migrate); }
  Verdict operator()(const AdvanceCase& advance) {
    if (builder_.state().IsLive()) return Reject(RejectionCode::kNotHistoric, "", "only a historic case is advanced");
    if (builder_.state().advanced_to && *builder_.state().advanced_to >= advance.to) {
      return Reject(RejectionCode::kNoChange, "to",
                    fmt::format("the case was advanced to {} before", FormatInstant(*builder_.state().advanced_to)));
    }
    builder_.Emit(CaseAdvanced{advance.to});
    return {};
  }
  Verdict operator()(const GoLive& live) {
    if (builder_.state().IsLive()) return Reject(RejectionCode::kNotHistoric, "", "the case is live already");
    builder_.Emit(CaseWentLive{live.at});
    return {};
  }
  Verdict operator()(const RecordDelivery& record) {
    builder_.Emit(record.delivery);
    return {};
  }
  Verdict operator()(const RecordAccess& access) {
    if (access.paths.empty()) return Reject(RejectionCode::kFieldMissing, "paths", "name the fields that are opened");
    if (auto verdict = CheckText(access.reason, "reason", true); !verdict) return verdict;
    builder_.Emit(PersonalDataOpened{access.paths, access.reason});
    return {};
  }
  Verdict operator()(const LinkDuplicate& link) { return DecideLink(builder_, link); }
  Verdict operator()(const IssueNumber& issue) { return DecideIssue(builder_, issue); }
  Verdict operator()(const AnswerFollowUp& answer) { return DecideAnswer(builder_, answer); }

 private:
  DecisionBuilder& builder_;
  const Command& command_;
};

// Bookkeeping changes nothing that an automatic action could wait for, and must not set off what time should. After a
// migration the automatic actions are those of another version: they come with the next thing that happens.
bool SetsOffAutomaticActions(const CommandPayload& payload) {
  return !std::holds_alternative<RecordDelivery>(payload) && !std::holds_alternative<RecordAccess>(payload) &&
         !std::holds_alternative<GoLive>(payload) && !std::holds_alternative<MigrateCase>(payload);
}

}  // namespace

tl::expected<Instant, Rejection> Admit(const Config& config, const CaseState& state, const Command& command,
                                       const DecisionTime& time) {
  return AdmitCommand(config, state, command, time);
}

DecideResult Decide(const Config& config, const CaseState& state, const Command& command, const DecisionTime& time) {
  const auto occurred_at = AdmitCommand(config, state, command, time);
  if (!occurred_at) return tl::unexpected(occurred_at.error());

  DecisionBuilder builder(config, state, ContextOf(config, command, *occurred_at, time.recorded_at));
  if (auto verdict = std::visit(Decider(builder, command), command.payload); !verdict) {
    return tl::unexpected(std::move(verdict).error());
  }
  if (SetsOffAutomaticActions(command.payload)) {
    if (auto verdict = builder.RunAutomaticActions(); !verdict) return tl::unexpected(std::move(verdict).error());
  }
  return std::move(builder).Finish();
}

bool IsAnswered(const CommandPayload& follow_up) {
  return std::holds_alternative<LinkDuplicate>(follow_up) || std::holds_alternative<IssueNumber>(follow_up);
}

FollowUp AnswerTo(const Command& follow_up, const tl::expected<Revision, Rejection>& outcome) {
  Command answer;
  answer.command_id = CommandId(follow_up.command_id.str() + "/answer");
  answer.tenant = follow_up.tenant;
  answer.actor = SystemActor();
  answer.submitter = follow_up.submitter;
  answer.correlation_id = follow_up.correlation_id;
  answer.traceparent = follow_up.traceparent;
  AnswerFollowUp payload;
  payload.follow_up = follow_up.command_id;
  payload.from = follow_up.case_id;
  // Asked again after a time-out, the other case has nothing to change: what was asked for is so.
  payload.accepted = outcome.has_value() || outcome.error().code == RejectionCode::kNoChange;
  if (!payload.accepted) {
    payload.code = RejectionCodeName(outcome.error().code);
    payload.reason = outcome.error().message;
  }
  if (const auto* link = std::get_if<LinkDuplicate>(&follow_up.payload)) answer.case_id = link->duplicate;
  if (const auto* issue = std::get_if<IssueNumber>(&follow_up.payload)) {
    answer.case_id = issue->to;
    if (outcome) payload.number = NumberAt(*outcome);
  }
  answer.payload = std::move(payload);
  return {std::move(answer)};
}

}  // namespace rasti::core
