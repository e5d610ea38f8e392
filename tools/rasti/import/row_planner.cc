#include "tools/rasti/import/row_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/check.h"
#include "engine/core/expression/names.h"
#include "tools/rasti/output.h"

namespace rasti::cli {
namespace {

using codec::CellType;
using codec::MappedName;
using codec::MappedValue;
using nlohmann::json;

constexpr size_t kKeyBytesMost = 200;
constexpr size_t kQuotedMost = 60;

tl::unexpected<RowFault> Faulty(std::string column, std::string reason) {
  return tl::unexpected(RowFault{std::move(column), std::move(reason)});
}

std::string ColumnOf(const MappedValue& value) { return value.column ? value.column->text : std::string(); }

// A cell as a message quotes it.
std::string Quoted(std::string_view cell) {
  std::string text = Printable(cell);
  if (text.size() > kQuotedMost) {
    size_t end = kQuotedMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "...";
  }
  return "'" + text + "'";
}

template <class T>
std::optional<T> NumberIn(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "2127.0", as a spreadsheet leaves it, is the whole number 2127.
std::string_view WithoutZeroFraction(std::string_view text) {
  const size_t point = text.find('.');
  if (point == 0 || point == std::string_view::npos) return text;
  return text.find_first_not_of('0', point + 1) == std::string_view::npos ? text.substr(0, point) : text;
}

std::optional<std::string> WithLeadingZeros(std::string_view text, int digits) {
  const std::string_view whole = WithoutZeroFraction(text);
  const auto size = static_cast<size_t>(digits);
  if (whole.empty() || whole.size() > size || whole.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(size - whole.size(), '0') + std::string(whole);
}

std::optional<bool> BoolIn(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "true" || lower == "yes" || lower == "1") return true;
  if (lower == "false" || lower == "no" || lower == "0") return false;
  return std::nullopt;
}

std::string CommandIdOf(const std::string& key, std::string_view what) {
  return fmt::format("import/{}/{}", key, what);
}

}  // namespace

RowPlanner::RowPlanner(ImportSetting setting, const std::vector<std::string>& header) : setting_(std::move(setting)) {
  for (size_t i = 0; i < header.size(); ++i) columns_.emplace(header[i], i);
  const codec::ImportMapping& mapping = *setting_.mapping;
  importer_.role = codec::ImporterRole(mapping, *setting_.definition);
  const core::Person* person = mapping.person ? setting_.tenant->FindHandle(mapping.person->text) : nullptr;
  importer_.id = person != nullptr
                     ? person->id
                     : core::ActorId(core::CaseIdFromKey(setting_.tenant->id, "importer/" + mapping.source.text).str());
}

const std::string& RowPlanner::Cell(const CsvRow& row, const MappedName& column) const {
  const auto found = columns_.find(column.text);
  RASTI_CHECK(found != columns_.end() && found->second < row.fields.size(), "header and mapping were checked");
  return row.fields[found->second];
}

RowPlanner::Read<Instant> RowPlanner::ParseTime(const std::string& text, const std::string& column) const {
  for (const std::string& format : setting_.mapping->time_formats) {
    Instant at;
    if (!cctz::parse(format, text, setting_.zone, &at)) continue;
    if (at < kEarliestInstant || at > kLatestInstant) break;
    return at;
  }
  return Faulty(column, fmt::format("{} is no time as in \"{}\"", Quoted(text),
                                    fmt::join(setting_.mapping->time_formats, "\" or \"")));
}

RowPlanner::Read<std::optional<Instant>> RowPlanner::TimeIn(const CsvRow& row, const MappedName& column) const {
  const std::string& cell = Cell(row, column);
  if (cell.empty()) return std::nullopt;
  RASTI_TRY(const Instant at, ParseTime(cell, column.text));
  return at;
}

RowPlanner::Read<std::optional<std::string>> RowPlanner::TextIn(const CsvRow& row, const MappedValue& value) const {
  if (!value.column) return value.fixed;
  const std::string& cell = Cell(row, *value.column);
  if (!value.values.empty()) {
    if (const auto found = value.values.find(cell); found != value.values.end()) return found->second.text;
    if (value.otherwise) return value.otherwise->text;
    if (!cell.empty())
      return Faulty(value.column->text, fmt::format("{} is not among the mapping's values", Quoted(cell)));
  }
  if (!cell.empty()) return cell;
  if (value.otherwise) return value.otherwise->text;
  return std::nullopt;
}

RowPlanner::Read<std::string> RowPlanner::RequiredText(const CsvRow& row, const MappedValue& value,
                                                       std::string_view what) const {
  RASTI_TRY(auto text, TextIn(row, value));
  if (!text) return Faulty(ColumnOf(value), fmt::format("empty, but a case needs its {}", what));
  return *std::move(text);
}

RowPlanner::Read<std::optional<json>> RowPlanner::ValueIn(const CsvRow& row, const MappedValue& value) const {
  RASTI_TRY(const auto text, TextIn(row, value));
  if (!text) return std::nullopt;
  switch (value.type) {
    case CellType::kText: {
      if (value.digits == 0) return json(*text);
      const auto number = WithLeadingZeros(*text, value.digits);
      if (number) return json(*number);
      return Faulty(ColumnOf(value), fmt::format("a number of at most {} digits is wanted", value.digits));
    }
    case CellType::kInteger:
      if (const auto number = NumberIn<int64_t>(WithoutZeroFraction(*text))) return json(*number);
      return Faulty(ColumnOf(value), "a whole number is wanted");
    case CellType::kNumber: {
      const auto number = NumberIn<double>(*text);
      if (number && std::isfinite(*number)) return json(*number);
      return Faulty(ColumnOf(value), "a number is wanted, as in 42.5");
    }
    case CellType::kBoolean:
      if (const auto truth = BoolIn(*text)) return json(*truth);
      return Faulty(ColumnOf(value), "true or false is wanted");
    case CellType::kTime: {
      RASTI_TRY(const Instant at, ParseTime(*text, ColumnOf(value)));
      return json(FormatInstant(at));
    }
  }
  return std::nullopt;
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
}

RowPlanner::Read<void> RowPlanner::FillForm(const CsvRow& row, const std::string& key, const core::CaseId& id,
                                            core::SubmitCase& submit) const {
  const codec::ImportMapping& mapping = *setting_.mapping;
  json form = json::object();
  for (const codec::MappedField& field : mapping.form) {
    RASTI_TRY(auto value, ValueIn(row, field.value));
    if (!value) continue;
    const core::PersonalFieldSpec* personal = setting_.definition->form.FindPersonal(field.path);
    if (personal == nullptr) {
      form[json::json_pointer(field.path)] = *std::move(value);
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
  return {};
}

RowPlanner::Read<core::SubmitCase> RowPlanner::PlanSubmission(const CsvRow& row, const std::string& key,
                                                              const core::CaseId& id) const {
  const codec::ImportMapping& mapping = *setting_.mapping;
  core::SubmitCase submit;
  submit.workflow = setting_.definition->id;
  submit.historic = true;
  RASTI_TRY(submit.title, RequiredText(row, mapping.title, "title"));
  RASTI_TRY(std::string category, RequiredText(row, mapping.category, "category"));
  submit.category = core::CategoryId(std::move(category));
  RASTI_TRY(submit.channel, RequiredText(row, mapping.channel, "channel"));
  if (mapping.subject) {
    const std::string& cell = Cell(row, *mapping.subject);
    const auto subject = ParseUuid(cell);
    if (!cell.empty() && !subject) return Faulty(mapping.subject->text, "a subject's id is a UUID");
    if (!cell.empty()) submit.subject = core::SubjectId(FormatUuid(*subject));
  }
  RASTI_CHECKED(FillForm(row, key, id, submit));
  for (const codec::MappedDeadline& deadline : mapping.deadlines) {
    RASTI_TRY(const auto due_at, TimeIn(row, deadline.column));
    submit.given_deadlines.push_back({core::ClockId(deadline.clock.text), due_at});
  }
  return submit;
}

RowPlanner::Read<std::optional<core::AssignCase>> RowPlanner::PlanAssignment(const CsvRow& row) const {
  const codec::ImportMapping& mapping = *setting_.mapping;
  core::AssignCase assign;
  assign.reason = "import";
  if (mapping.queue) {
    RASTI_TRY(const auto queue, TextIn(row, *mapping.queue));
    if (queue) assign.to.queue = core::QueueId(*queue);
  }
  if (mapping.assignee) {
    RASTI_TRY(const auto handle, TextIn(row, *mapping.assignee));
    const core::Person* person = handle ? setting_.tenant->FindHandle(*handle) : nullptr;
    if (handle && person == nullptr) {
      return Faulty(ColumnOf(*mapping.assignee),
                    fmt::format("the directory of '{}' has no handle {}", setting_.tenant->id.str(), Quoted(*handle)));
    }
    if (person != nullptr) assign.to.person = person->id;
  }
  if (assign.to.IsNobody()) return std::nullopt;
  return assign;
}

RowPlanner::Read<void> RowPlanner::PlanActions(const CsvRow& row, Instant opened, PlannedCase& planned, bool& closes) {
  const codec::ImportMapping& mapping = *setting_.mapping;
  const std::string& key = Cell(row, mapping.key);
  struct Taken {
    Instant at;
    size_t index;
    core::TakeAction action;
  };
  std::vector<Taken> taken;
  for (size_t i = 0; i < mapping.actions.size(); ++i) {
    const codec::MappedAction& mapped = mapping.actions[i];
    RASTI_TRY(const auto at, TimeIn(row, mapped.at));
    if (!at || (setting_.until && *at > *setting_.until)) continue;
    json fields = json::object();
    for (const codec::MappedField& field : mapped.fields) {
      RASTI_TRY(auto value, ValueIn(row, field.value));
      if (value) fields[field.name.text] = *std::move(value);
    }
    taken.push_back({std::max(*at, opened),
                     i,
                     {core::ActionId(mapped.action.text), fields.empty() ? "" : core::CanonicalJson(fields), ""}});
  }
  std::ranges::stable_sort(taken, {}, &Taken::at);
  for (Taken& one : taken) {
    const core::Action* action = setting_.definition->FindAction(one.action.action);
    const core::Stage* stage = action != nullptr && action->to ? setting_.definition->FindStage(*action->to) : nullptr;
    if (stage != nullptr) closes = stage->closed;
    // By its place in the mapping, so that a table of a later day finds the same id.
    Append(planned, CommandIdOf(key, fmt::to_string(one.index + 1)), one.at, std::move(one.action));
  }
  return {};
}

RowPlanner::Read<PlannedCase> RowPlanner::PlanCase(const CsvRow& row, const std::string& key, Instant opened) {
  const codec::ImportMapping& mapping = *setting_.mapping;
  PlannedCase planned;
  planned.id = core::CaseIdFromKey(setting_.tenant->id, fmt::format("import/{}/{}", mapping.source.text, key));
  if (const auto [seen, is_new] = lines_.try_emplace(planned.id.uuid, row.line); !is_new) {
    return Faulty(mapping.key.text, fmt::format("the key {} stands in line {} already", Quoted(key), seen->second));
  }
  RASTI_TRY(core::SubmitCase submit, PlanSubmission(row, key, planned.id));
  Append(planned, CommandIdOf(key, "0"), opened, std::move(submit));
  if (mapping.received) {
    RASTI_TRY(const auto received, TimeIn(row, *mapping.received));
    planned.commands.front().received_at = received;
  }
  RASTI_TRY(auto assign, PlanAssignment(row));
  if (assign) Append(planned, CommandIdOf(key, "assign"), opened, *std::move(assign));
  bool closes = setting_.definition->InitialStage().closed;
  RASTI_CHECKED(PlanActions(row, opened, planned, closes));
  // No clock runs in a case that has ended, so that nothing is left to happen to it.
  if (closes) return planned;
  if (setting_.until) {
    Append(planned, CommandIdOf(key, "until/" + FormatInstant(*setting_.until)), std::nullopt,
           core::AdvanceCase{*setting_.until});
  }
  if (setting_.live_from) {
    Append(planned, CommandIdOf(key, "live"), std::nullopt, core::GoLive{*setting_.live_from});
  }
  return planned;
}

Plan RowPlanner::PlanRow(const CsvRow& row) {
  const codec::ImportMapping& mapping = *setting_.mapping;
  const std::string& key = Cell(row, mapping.key);
  if (key.empty()) return RowFault{mapping.key.text, "empty, but the row's key names its case"};
  if (key.size() > kKeyBytesMost) {
    return RowFault{mapping.key.text, fmt::format("longer than {} bytes", kKeyBytesMost)};
  }
  const auto opened = TimeIn(row, mapping.opened);
  if (!opened) return opened.error();
  if (!*opened) return RowFault{mapping.opened.text, "empty, but a case needs the time when it was opened"};
  if (setting_.until && **opened > *setting_.until) return NotYetOpened{};
  auto planned = PlanCase(row, key, **opened);
  if (!planned) return std::move(planned).error();
  return *std::move(planned);
}

}  // namespace rasti::cli
