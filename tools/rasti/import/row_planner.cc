#include "tools/rasti/import/row_planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/codec/form_edge.h"

namespace rasti::cli {
namespace {

using nlohmann::json;

std::string CommandIdOf(const std::string& key, std::string_view what) {
  return fmt::format("import/{}/{}", key, what);
}

}  // namespace

RowPlanner::RowPlanner(ImportSetting setting, const std::vector<std::string>& header)
    : setting_(std::move(setting)), cells_(*setting_.mapping, setting_.zone, header) {
  const codec::ImportMapping& mapping = *setting_.mapping;
  importer_.role = codec::ImporterRole(mapping, *setting_.definition);
  const core::Person* person = mapping.person ? setting_.tenant->FindHandle(mapping.person->text) : nullptr;
  importer_.id = person != nullptr
                     ? person->id
                     : core::ActorId(core::CaseIdFromKey(setting_.tenant->id, "importer/" + mapping.source.text).str());
}

void RowPlanner::Append(PlannedCase& planned, std::string id, std::optional<Instant> occurred_at,
                        core::CommandPayload payload) {
  core::Command command;
  command.command_id = core::CommandId(std::move(id));
  command.case_id = planned.id;
  command.tenant = setting_.tenant->id;
  command.actor = importer_;
  command.occurred_at = occurred_at;
  command.payload = std::move(payload);
  planned.commands.push_back(std::move(command));
  planned.origins.emplace_back();
}

RowPlanner::Read<void> RowPlanner::FillForm(const TableRow& row, const std::string& key, const core::CaseId& id,
                                            core::SubmitCase& submit) const {
  const codec::ImportMapping& mapping = *setting_.mapping;
  json form = json::object();
  json whole = json::object();
  for (const codec::MappedField& field : mapping.form) {
    RASTI_TRY(auto value, cells_.ValueIn(row, field.value));
    if (!value) continue;
    core::PutMember(whole, field.path, *value);
    const core::PersonalFieldSpec* personal = setting_.definition->form.FindPersonal(field.path);
    if (personal == nullptr) {
      core::PutMember(form, field.path, *std::move(value));
      continue;
    }
    // Random to whoever does not know the row's key, and the same when the row is imported again.
    const auto subject_of = [&](const char* whose) {
      const std::string name = fmt::format("import/{}/{}/{}", mapping.source.text, key, whose);
      return core::SubjectId(core::CaseIdFromKey(setting_.tenant->id, name).str());
    };
    const bool own = personal->subject == "submitter";
    if (own && !submit.subject) submit.subject = subject_of("subject");
    submit.personal.push_back({.origin_case = id,
                               .path = field.path,
                               .subject = own ? *submit.subject : subject_of("third-party"),
                               .key_id = {},
                               .value = core::CanonicalJson(*value)});
  }
  submit.form = core::CanonicalJson(form);
  if (submit.personal.empty()) return {};
  // The engine, which will see them sealed, cannot say what is wrong with personal fields.
  const auto issues = codec::CheckPersonalFields(setting_.definition->form, whole);
  if (issues.empty()) return {};
  const core::FormIssue& issue = issues.front();
  const auto mapped = std::ranges::find_if(mapping.form, [&](const codec::MappedField& field) {
    return issue.path == field.path || issue.path.starts_with(field.path + "/");
  });
  const bool from_column = mapped != mapping.form.end() && mapped->value.column;
  return Faulty(from_column ? mapped->value.column->text : std::string(),
                fmt::format("form{}: {}", issue.path, issue.message));
}

RowPlanner::Read<core::SubmitCase> RowPlanner::PlanSubmission(const TableRow& row, const std::string& key,
                                                              const core::CaseId& id) const {
  const codec::ImportMapping& mapping = *setting_.mapping;
  core::SubmitCase submit;
  submit.workflow = setting_.definition->id;
  submit.historic = true;
  RASTI_TRY(submit.title, cells_.RequiredText(row, mapping.title, "title"));
  RASTI_TRY(std::string category, cells_.RequiredText(row, mapping.category, "category"));
  submit.category = core::CategoryId(std::move(category));
  RASTI_TRY(submit.channel, cells_.RequiredText(row, mapping.channel, "channel"));
  if (mapping.subject) {
    const std::string& cell = cells_.Cell(row, *mapping.subject);
    const auto subject = ParseUuid(cell);
    if (!cell.empty() && !subject) return Faulty(mapping.subject->text, "a subject's id is a UUID");
    if (!cell.empty()) submit.subject = core::SubjectId(FormatUuid(*subject));
  }
  RASTI_CHECKED(FillForm(row, key, id, submit));
  for (const codec::MappedDeadline& deadline : mapping.deadlines) {
    RASTI_TRY(const auto due_at, cells_.TimeIn(row, deadline.column));
    submit.given_deadlines.push_back({core::ClockId(deadline.clock.text), due_at});
  }
  return submit;
}

RowPlanner::Read<std::optional<core::AssignCase>> RowPlanner::PlanAssignment(const TableRow& row) const {
  const codec::ImportMapping& mapping = *setting_.mapping;
  core::AssignCase assign;
  assign.reason = "import";
  if (mapping.queue) {
    RASTI_TRY(const auto queue, cells_.TextIn(row, *mapping.queue));
    if (queue) assign.to.queue = core::QueueId(*queue);
  }
  if (mapping.assignee) {
    RASTI_TRY(const auto handle, cells_.TextIn(row, *mapping.assignee));
    const core::Person* person = handle ? setting_.tenant->FindHandle(*handle) : nullptr;
    if (handle && person == nullptr) {
      return Faulty(mapping.assignee->column ? mapping.assignee->column->text : std::string(),
                    fmt::format("the directory of '{}' has no handle {}", setting_.tenant->id.str(), Quoted(*handle)));
    }
    if (person != nullptr) assign.to.person = person->id;
  }
  if (assign.to.IsNobody()) return std::nullopt;
  return assign;
}

RowPlanner::Read<std::vector<Happening>> RowPlanner::ColumnActions(const TableRow& row) const {
  const codec::ImportMapping& mapping = *setting_.mapping;
  std::vector<Happening> happenings;
  for (size_t i = 0; i < mapping.actions.size(); ++i) {
    const codec::MappedAction& mapped = mapping.actions[i];
    RASTI_TRY(const auto at, cells_.TimeIn(row, mapped.at));
    if (!at || (setting_.until && *at > *setting_.until)) continue;
    RASTI_TRY(std::string fields, cells_.FieldsIn(row, mapped.fields));
    Happening happening;
    happening.at = *at;
    // By its place in the mapping, so that a table of a later day finds the same id.
    happening.command = fmt::to_string(i + 1);
    happening.action = {core::ActionId(mapped.action.text), std::move(fields), ""};
    happenings.push_back(std::move(happening));
  }
  return happenings;
}

bool RowPlanner::AppendInOrder(const std::string& key, Instant opened, std::vector<Happening> happenings,
                               PlannedCase& planned) {
  for (Happening& one : happenings) one.at = std::max(one.at, opened);
  std::ranges::stable_sort(happenings, {}, &Happening::at);
  const core::Definition& definition = *setting_.definition;
  const core::Stage* stage = &definition.InitialStage();
  for (Happening& one : happenings) {
    const core::Action* action = definition.FindAction(one.action.action);
    RASTI_CHECK(action != nullptr, "the mapping was checked");
    const bool possible = std::ranges::find(action->from, stage->id) != action->from.end();
    const bool as_note = one.is_note || (one.note && !possible);
    if (one.note && !possible) {
      one.action = *std::move(one.note);
      action = definition.FindAction(one.action.action);
    }
    const bool later = stage->closed;
    if (!as_note && action->to) stage = definition.FindStage(*action->to);
    RASTI_CHECK(stage != nullptr, "the definition was checked");
    Append(planned, CommandIdOf(key, one.command), one.at, std::move(one.action));
    if (one.row) planned.origins.back() = {*one.row, true, setting_.SkipsRows(), as_note, later};
  }
  return stage->closed;
}

RowPlanner::Read<PlannedCase> RowPlanner::PlanCase(const TableRow& row, const std::string& key, Instant opened,
                                                   std::vector<Happening> happenings) {
  const codec::ImportMapping& mapping = *setting_.mapping;
  PlannedCase planned;
  planned.id = IdOf(key);
  RASTI_TRY(core::SubmitCase submit, PlanSubmission(row, key, planned.id));
  Append(planned, CommandIdOf(key, "0"), opened, std::move(submit));
  if (mapping.received) {
    RASTI_TRY(const auto received, cells_.TimeIn(row, *mapping.received));
    planned.commands.front().received_at = received;
  }
  RASTI_TRY(auto assign, PlanAssignment(row));
  if (assign) Append(planned, CommandIdOf(key, "assign"), opened, *std::move(assign));
  RASTI_TRY(auto from_columns, ColumnActions(row));
  happenings.insert(happenings.end(), std::make_move_iterator(from_columns.begin()),
                    std::make_move_iterator(from_columns.end()));
  // No clock runs in a case that has ended, so that nothing is left to happen to it.
  if (AppendInOrder(key, opened, std::move(happenings), planned)) return planned;
  if (setting_.until) {
    Append(planned, CommandIdOf(key, "until/" + FormatInstant(*setting_.until)), std::nullopt,
           core::AdvanceCase{*setting_.until});
  }
  if (setting_.live_from) {
    Append(planned, CommandIdOf(key, "live"), std::nullopt, core::GoLive{*setting_.live_from});
  }
  return planned;
}

core::CaseId RowPlanner::IdOf(const std::string& key) const {
  return core::CaseIdFromKey(setting_.tenant->id, fmt::format("import/{}/{}", setting_.mapping->source.text, key));
}

RowPlanner::Read<void> RowPlanner::CheckKey(const std::string& key) const {
  const std::string& column = setting_.mapping->key.text;
  if (key.empty()) return Faulty(column, "empty, but the row's key names its case");
  if (key.size() > kKeyBytesMost) return Faulty(column, fmt::format("longer than {} bytes", kKeyBytesMost));
  return {};
}

Plan RowPlanner::PlanRow(const TableRow& row) {
  const codec::ImportMapping& mapping = *setting_.mapping;
  const std::string& key = cells_.Cell(row, mapping.key);
  if (const auto checked = CheckKey(key); !checked) return checked.error();
  const auto opened = cells_.TimeIn(row, mapping.opened);
  if (!opened) return opened.error();
  if (!*opened) return RowFault{mapping.opened.text, "empty, but a case needs the time when it was opened"};
  if (setting_.until && **opened > *setting_.until) return NotYetOpened{};
  if (const auto [seen, is_new] = lines_.try_emplace(IdOf(key).uuid, row.line); !is_new) {
    return RowFault{mapping.key.text, fmt::format("the key {} stands in line {} already", Quoted(key), seen->second)};
  }
  auto planned = PlanCase(row, key, **opened, {});
  if (!planned) return std::move(planned).error();
  return *std::move(planned);
}

}  // namespace rasti::cli
