#include <fmt/format.h>

#include <algorithm>

#include "engine/core/decision_builder.h"

namespace rasti::core {
namespace {

Verdict CheckForm(const Form& form, const std::string& text) {
  if (text.size() > kFormBytesMost) {
    return Reject(RejectionCode::kTooLarge, "form", fmt::format("the form has more than {} bytes", kFormBytesMost));
  }
  if (NestsTooDeep(text)) return Reject(RejectionCode::kTooLarge, "form", "the form nests deeper than 64 levels");
  const bool blank = text.empty() || text == "{}";
  if (blank && form.AcceptsAnything()) return {};
  const auto data = nlohmann::json::parse(blank ? "{}" : text, nullptr, /*allow_exceptions=*/false);
  if (!data.is_object()) return Reject(RejectionCode::kFormInvalid, "form", "a JSON object is wanted");
  const auto issues = form.CheckPublic(data);
  if (issues.empty()) return {};
  return Reject(RejectionCode::kFormInvalid, "form" + issues.front().path, issues.front().message);
}

std::string Canonical(const std::string& form) {
  if (form.empty() || form == "{}") return "{}";
  return CanonicalJson(nlohmann::json::parse(form));
}

Verdict CheckCategory(const Definition& definition, const CategoryId& category) {
  if (definition.FindCategory(category) != nullptr) return {};
  return Reject(
      RejectionCode::kUnknownCategory, "category",
      fmt::format("{} has no category '{}'; `rasti lint` lists them", definition.version.str(), category.str()));
}

}  // namespace

Verdict CheckPersonal(const DecisionBuilder& builder, const std::vector<Field>& fields, bool all_required) {
  const Form& form = builder.definition().form;
  for (const Field& field : fields) {
    if (form.FindPersonal(field.path) == nullptr) {
      return Reject(RejectionCode::kPersonalFieldInvalid, "personal" + field.path,
                    "the form has no personal field of that path");
    }
    if (field.subject.empty()) {
      return Reject(RejectionCode::kPersonalFieldInvalid, "personal" + field.path,
                    "the subject of the data is to be named");
    }
    if (field.origin_case != builder.context().case_id) {
      return Reject(RejectionCode::kPersonalFieldInvalid, "personal" + field.path,
                    "the field was entered for another case; only a follow-up carries it over");
    }
    if (std::ranges::count(fields, field.path, &Field::path) > 1) {
      return Reject(RejectionCode::kPersonalFieldInvalid, "personal" + field.path, "the field is given twice");
    }
  }
  if (!all_required) return {};
  for (const PersonalFieldSpec& wanted : form.personal()) {
    if (!wanted.required || std::ranges::find(fields, wanted.path, &Field::path) != fields.end()) continue;
    return Reject(RejectionCode::kPersonalFieldMissing, "personal" + wanted.path,
                  "the form requires this personal field");
  }
  return {};
}

Verdict DecideSubmit(DecisionBuilder& builder, const Command& command, const SubmitCase& submit) {
  const Definition& definition = builder.definition();
  if (submit.workflow != definition.id) {
    return Reject(RejectionCode::kUnknownWorkflow, "workflow",
                  fmt::format("there is no workflow '{}'", submit.workflow.str()));
  }
  if (auto verdict = CheckCategory(definition, submit.category); !verdict) return verdict;
  // What was once is not undone: a historic case may have a category of old.
  if (!definition.FindCategory(submit.category)->offered && !submit.historic) {
    return Reject(RejectionCode::kUnknownCategory, "category",
                  fmt::format("{} does not offer the category '{}' for new cases", definition.version.str(),
                              submit.category.str()));
  }
  if (!definition.channels.empty() &&
      std::ranges::find(definition.channels, submit.channel) == definition.channels.end()) {
    return Reject(
        RejectionCode::kUnknownChannel, "channel",
        fmt::format("'{}' is no channel; it is to be one of {}", submit.channel, fmt::join(definition.channels, ", ")));
  }
  if (submit.title.size() > kTextBytesMost) {
    return Reject(RejectionCode::kTooLarge, "title", fmt::format("the title has more than {} bytes", kTextBytesMost));
  }
  if (command.received_at && *command.received_at > builder.now()) {
    return Reject(RejectionCode::kTimeInvalid, "received_at",
                  fmt::format("{} lies after the submission at {}", FormatInstant(*command.received_at),
                              FormatInstant(builder.now())));
  }
  const Permission back_date = submit.historic ? Permission::kImport : Permission::kBackDate;
  if (command.received_at && *command.received_at < builder.now() &&
      !definition.Allows(back_date, command.actor.role)) {
    return Reject(RejectionCode::kBackDated, "received_at",
                  fmt::format("the role '{}' may not say that something was received before it was entered; leave "
                              "received_at out",
                              command.actor.role.str()));
  }
  if (!submit.given_deadlines.empty() && !submit.historic) {
    return Reject(RejectionCode::kNotHistoric, "given_deadlines", "only a historic case brings deadlines of its own");
  }
  for (const GivenDeadline& given : submit.given_deadlines) {
    const Clock* clock = definition.FindClock(given.clock);
    if (clock == nullptr) {
      return Reject(RejectionCode::kUnknownClock, "given_deadlines/" + given.clock.str(),
                    fmt::format("{} has no clock '{}'", definition.version.str(), given.clock.str()));
    }
    if (!clock->start.submitted) {
      return Reject(RejectionCode::kFieldInvalid, "given_deadlines/" + given.clock.str(),
                    "the clock starts later than the case: a deadline is given for clocks that start with the "
                    "submission");
    }
  }
  if (auto verdict = CheckForm(definition.form, submit.form); !verdict) return verdict;
  // A historic record may lack what today's form requires of a person.
  if (auto verdict = CheckPersonal(builder, submit.personal, !submit.historic); !verdict) return verdict;

  builder.Emit(CaseSubmitted{submit.workflow, submit.title, submit.category, submit.channel,
                             PublicReference(command.case_id), submit.subject, Canonical(submit.form), submit.personal,
                             submit.historic});
  const Stage& initial = definition.InitialStage();
  builder.Emit(StageEntered{initial.id, {}, {}, initial.closed, {}, {}});

  const Category* category = definition.FindCategory(submit.category);
  const auto queue = category->queue && builder.config().tenant->FindQueue(*category->queue) != nullptr
                         ? category->queue
                         : builder.config().tenant->default_queue;
  if (queue) {
    const Queue* known = builder.config().tenant->FindQueue(*queue);
    Assignment to;
    to.queue = queue;
    if (known != nullptr && !known->directorate.empty()) to.directorate = known->directorate;
    builder.Emit(CaseAssigned{std::move(to), "category"});
  }
  DecisionBuilder::Happening happening;
  happening.submitted = true;
  happening.stage = initial.id;
  if (auto verdict = builder.RunClocks(happening, submit.historic ? &submit.given_deadlines : nullptr); !verdict) {
    return verdict;
  }
  return builder.AskForNumbers(happening);
}

namespace {

// Another category, or a form of which a clock's condition now says something else, has other deadlines. They are
// counted from the same start: a correction resets no clock. What is breached or met stays so, and deadlines that came
// with the case are its own. `applied`: which of the definition's clocks the case had before.
Verdict FollowCorrection(DecisionBuilder& builder, const std::vector<bool>& applied, const char* reason) {
  const bool own_deadlines =
      builder.state().historic &&
      (builder.state().clocks.empty() || std::ranges::any_of(builder.state().clocks, &ClockState::given));
  if (own_deadlines) return {};
  const auto& clocks = builder.definition().clocks;
  for (size_t i = 0; i < clocks.size(); ++i) {
    const Clock& clock = clocks[i];
    const ClockState* known = builder.state().FindClock(clock.id);
    if (known != nullptr && (known->breached || known->status == ClockStatus::kMet)) continue;
    const auto applies = builder.AppliesTo(clock);
    if (!applies) return tl::unexpected(applies.error());

    if (known != nullptr && known->IsActive()) {
      if (!*applies) {
        builder.Emit(ClockCancelled{clock.id, reason});
        continue;
      }
      const sla::Rule& rule = *clock.RuleFor(builder.state().category);
      if (auto verdict = builder.ReplanClock(clock, rule, reason); !verdict) return verdict;
    } else if (*applies && !applied[i] && (known != nullptr || clock.start.submitted)) {
      const Instant submitted = builder.state().received_at.value_or(builder.state().submitted_at);
      const Instant start = known != nullptr ? known->course.start : submitted;
      if (auto verdict = builder.StartClock(clock, start, nullptr); !verdict) return verdict;
    }
  }
  return {};
}

// Which of the definition's clocks the case has, in their order.
tl::expected<std::vector<bool>, Rejection> ClocksOf(const DecisionBuilder& builder) {
  std::vector<bool> applied;
  for (const Clock& clock : builder.definition().clocks) {
    const auto applies = builder.AppliesTo(clock);
    if (!applies) return tl::unexpected(applies.error());
    applied.push_back(*applies);
  }
  return applied;
}

}  // namespace

Verdict DecideCorrect(DecisionBuilder& builder, const CorrectCase& correct) {
  const CaseState& state = builder.state();
  CaseCorrected event;
  event.reason = correct.reason;
  if (correct.category && *correct.category != state.category) {
    if (auto verdict = CheckCategory(builder.definition(), *correct.category); !verdict) return verdict;
    event.category = correct.category;
  }
  if (correct.title && *correct.title != state.title) {
    if (correct.title->size() > kTextBytesMost) {
      return Reject(RejectionCode::kTooLarge, "title", fmt::format("the title has more than {} bytes", kTextBytesMost));
    }
    event.title = correct.title;
  }
  if (correct.form_patch) {
    if (correct.form_patch->size() > kFormBytesMost || NestsTooDeep(*correct.form_patch)) {
      return Reject(RejectionCode::kTooLarge, "form_patch", "the patch is larger or nests deeper than a form may");
    }
    const auto patch = nlohmann::json::parse(*correct.form_patch, nullptr, /*allow_exceptions=*/false);
    if (!patch.is_object())
      return Reject(RejectionCode::kFormInvalid, "form_patch", "a JSON object is wanted (RFC 7396)");
    auto form = nlohmann::json::parse(state.form);
    form.merge_patch(patch);
    std::string text = CanonicalJson(form);
    if (text != state.form) {
      if (auto verdict = CheckForm(builder.definition().form, text); !verdict) return verdict;
      event.form = std::move(text);
    }
  }
  if (auto verdict = CheckPersonal(builder, correct.personal, false); !verdict) return verdict;
  event.personal = correct.personal;
  if (!event.category && !event.title && !event.form && event.personal.empty()) {
    return Reject(RejectionCode::kNoChange, "", "the case already says so");
  }
  const bool moves_clocks = event.category || event.form;
  const char* reason = event.category ? "category corrected" : "form corrected";
  const auto applied = ClocksOf(builder);
  if (!applied) return tl::unexpected(applied.error());
  builder.Emit(std::move(event));
  return moves_clocks ? FollowCorrection(builder, *applied, reason) : Verdict();
}

Verdict DecideMigrate(DecisionBuilder& builder, const MigrateCase& migrate) {
  const Definition* target = builder.config().migrate_to;
  if (target == nullptr) {
    return Reject(
        RejectionCode::kVersionNotInForce, "to_version",
        fmt::format("version '{}' of '{}' is not in force", migrate.to_version, builder.definition().id.str()));
  }
  if (target->version == builder.state().definition) {
    return Reject(RejectionCode::kNoChange, "to_version", "the case is on that version already");
  }
  const StageId stage = migrate.stage.value_or(builder.state().stage);
  const Stage* known = target->FindStage(stage);
  if (known == nullptr) {
    return Reject(RejectionCode::kUnknownStage, "stage",
                  fmt::format("{} has no stage '{}': name the one to go on in", target->version.str(), stage.str()));
  }
  const bool ended = builder.state().status != CaseStatus::kOpen;
  if (known->closed != ended) {
    return Reject(RejectionCode::kWrongStage, "stage",
                  fmt::format("an {} case cannot go on in the {} stage '{}'", ended ? "ended" : "open",
                              known->closed ? "closed" : "open", stage.str()));
  }
  builder.Emit(CaseMigrated{target->version, stage, migrate.reason});
  return {};
}

}  // namespace rasti::core
