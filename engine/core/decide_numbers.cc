// Numbers of registers: what a case asks for, what a register gives, and what the case makes of the answer.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/decision_builder.h"
#include "engine/core/register_number.h"
#include "engine/sla/calendar.h"

namespace rasti::core {
namespace {

// The year on the tenant's wall when the number is asked for: a case that is entered late stands in the book of the day
// on which it was entered.
std::string PeriodOf(const DecisionBuilder& builder) {
  const Instant at = builder.context().recorded_at;
  return std::to_string(cctz::convert(at, builder.config().calendar->zone()).year());
}

}  // namespace

Verdict DecisionBuilder::AskForNumbers(const Happening& happening) {
  // What was once had numbers of its own.
  if (!state().IsLive()) return {};
  for (const NumberRule& rule : definition().numbers) {
    if (!happening.Is(rule.when)) continue;
    if (std::ranges::find(state().numbers, rule.register_id, &CaseNumber::register_id) != state().numbers.end()) {
      continue;
    }
    const std::string period = rule.yearly ? PeriodOf(*this) : std::string();
    Emit(NumberRequested{rule.register_id, period, NextFollowUpId()});
    Send(RegisterCaseId(state().tenant, rule.register_id, period), IssueNumber{rule.register_id, period, state().id});
  }
  return {};
}

Verdict DecideIssue(DecisionBuilder& builder, const IssueNumber& issue) {
  if (!builder.state().Exists()) {
    const Definition& definition = builder.definition();
    CaseSubmitted opened;
    opened.workflow = definition.id;
    opened.title = issue.period.empty() ? issue.register_id : fmt::format("{} {}", issue.register_id, issue.period);
    opened.category = definition.categories.front().id;
    opened.reference = PublicReference(builder.context().case_id);
    opened.form = CanonicalJson({{"register", issue.register_id}, {"period", issue.period}});
    builder.Emit(std::move(opened));
    builder.Emit(StageEntered{definition.InitialStage().id, {}, {}, false, {}, {}});
  } else if (!IsRegister(builder.state().definition)) {
    return Reject(RejectionCode::kCaseExists, "register_id",
                  fmt::format("the place of the register '{}' is taken by another case", issue.register_id));
  }
  builder.Emit(NumberIssued{NumberAt(builder.state().revision.Next()), issue.to});
  return {};
}

void TakeNumber(DecisionBuilder& builder, const CaseNumber& asked, const AnswerFollowUp& answer) {
  if (!answer.accepted || !answer.number) {
    builder.Emit(NumberRefused{asked.register_id, asked.follow_up, answer.code, answer.reason});
    return;
  }
  // After a migration the case may have a definition that knows nothing of the register.
  const NumberRule* rule = builder.definition().FindNumber(asked.register_id);
  const std::string format = rule == nullptr ? (asked.period.empty() ? "{number}" : "{number}/{year}") : rule->format;
  builder.Emit(NumberReceived{asked.register_id, *answer.number, FormatNumber(format, *answer.number, asked.period),
                              asked.follow_up});
}

}  // namespace rasti::core
