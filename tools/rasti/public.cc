// `rasti public`: a tenant's cases as anybody may read them.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/response_template.h"
#include "engine/views/public_case.h"
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"

namespace rasti::cli {
namespace {

using StepKind = views::PublicStep::Kind;

struct PublicOptions {
  std::string tenant;
  std::string workflow;
  std::string category;
  bool open = false;
  bool ended = false;
  int limit = 50;
  std::string cursor;
  std::string reference;
  std::string language = "en";
};

// Names in the language that was asked for; the id where a definition has none.
class Names {
 public:
  Names(const core::Definition* definition, std::string language)
      : definition_(definition), language_(std::move(language)) {}

  std::string Workflow() const { return definition_ == nullptr ? "" : core::TextIn(definition_->title, language_); }
  std::string Of(const core::CategoryId& id) const {
    return Title(definition_ ? definition_->FindCategory(id) : nullptr, id);
  }
  std::string Of(const core::StageId& id) const {
    return Title(definition_ ? definition_->FindStage(id) : nullptr, id);
  }
  std::string Of(const core::ClockId& id) const {
    return Title(definition_ ? definition_->FindClock(id) : nullptr, id);
  }
  /// Of a field that an action asks for.
  std::string Of(const core::ActionId& id, const std::string& field) const {
    const core::Action* action = definition_ ? definition_->FindAction(id) : nullptr;
    if (action == nullptr) return field;
    const auto found = std::ranges::find(action->fields, field, &core::ActionField::id);
    return found == action->fields.end() ? field : core::TextIn(found->title, language_);
  }
  /// Words of the page itself.
  const std::string& Say(const core::Texts& words) const { return core::TextIn(words, language_); }

 private:
  template <class Part, class Id>
  std::string Title(const Part* part, const Id& id) const {
    return part == nullptr ? id.str() : core::TextIn(part->title, language_);
  }

  const core::Definition* definition_;
  std::string language_;
};

std::string DayText(Instant instant, const sla::Calendar* calendar) {
  const std::string text = LocalText(instant, calendar);
  return calendar == nullptr ? text.substr(0, 10) : text.substr(4, 10);
}

nlohmann::ordered_json HeadJson(const views::PublicRow& row, const Names& names) {
  nlohmann::ordered_json json{{"reference", row.reference},
                              {"tenant", row.tenant.str()},
                              {"workflow", core::NameOf(row.definition)},
                              {"workflow_title", names.Workflow()},
                              {"category", row.category.str()},
                              {"category_title", names.Of(row.category)}};
  if (row.title) json["title"] = *row.title;
  json["stage"] = row.stage.str();
  json["stage_title"] = names.Of(row.stage);
  json["stage_since"] = FormatInstant(row.stage_since);
  json["status"] = core::CaseStatusName(row.status);
  json["received_at"] = FormatInstant(row.received_at);
  json["responses"] = row.responses;
  return json;
}

Outcome<void> RunList(const Context& context, const PublicOptions& options) {
  if (options.open && options.ended) return Misused("--open and --ended exclude each other");
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto configuration, session->ConfigurationNow());
  RASTI_TRY(const Instant now, session->Now());
  const core::Tenant* tenant = configuration->TenantAt(core::TenantId(options.tenant), now);
  if (tenant == nullptr) return Refuse(UnknownTenant(options.tenant, *configuration, now));
  const sla::Calendar* calendar = configuration->CalendarAt(tenant->calendar, now);
  views::PublicQuery query;
  query.tenant = tenant->id;
  if (!options.workflow.empty()) query.workflow = core::WorkflowId(options.workflow);
  if (!options.category.empty()) query.category = core::CategoryId(options.category);
  if (options.open || options.ended) query.ended = options.ended;
  query.limit = static_cast<size_t>(options.limit);
  query.cursor = options.cursor;
  RASTI_TRY(const views::PublicPage page, session->Public(query));
  RASTI_CHECKED(session->Close());

  std::vector<std::vector<std::string>> rows;
  auto list = nlohmann::ordered_json::array();
  for (const views::PublicRow& row : page.rows) {
    const Names names(configuration->FindDefinition(row.definition), options.language);
    rows.push_back({DayText(row.received_at, calendar), row.reference, names.Of(row.category),
                    fmt::format("{} ({})", names.Of(row.stage), DayText(row.stage_since, calendar)),
                    row.responses == 0 ? "-" : fmt::format("{} answered", row.responses),
                    Printable(row.title.value_or(""))});
    list.push_back(HeadJson(row, names));
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  context.out.Line(fmt::format("{} of {} cases", page.rows.size(), page.total));
  if (!page.next.empty()) context.out.Line(fmt::format("more: --cursor {}", page.next));
  nlohmann::ordered_json json{{"cases", std::move(list)}, {"total", page.total}};
  if (!page.next.empty()) json["next"] = page.next;
  context.out.Json(json);
  return {};
}

// What the page says beside the names that a workflow gives.
struct PageWords {
  core::Texts received{"pranuar", "primljeno", "received"};
  core::Texts response{"përgjigje", "odgovor", "response"};
  core::Texts referred{"referuar te", "upućeno", "referred to"};
  core::Texts closed{"mbyllur", "zatvoreno", "closed"};
  core::Texts reopened{"rihapur", "ponovo otvoreno", "reopened"};
  core::Texts withdrawn{"tërhequr", "povučeno", "withdrawn"};
  core::Texts merged{"vazhdon si", "nastavlja se kao", "continued as"};
  core::Texts due{"afati", "rok", "due"};
  core::Texts met{"përmbushur", "ispunjeno", "met"};
  core::Texts on_time{"me kohë", "na vreme", "on time"};
  core::Texts late{"me vonesë", "sa zakašnjenjem", "late"};
  core::Texts running{"në vijim", "u toku", "running"};
  core::Texts paused{"pezulluar", "zaustavljeno", "paused"};
  core::Texts not_needed{"nuk nevojitet më", "više nije potrebno", "not needed any more"};
};

const PageWords& Words() {
  static const PageWords words;
  return words;
}

std::string ValueText(const nlohmann::ordered_json& value) {
  return Printable(value.is_string() ? value.get<std::string>() : value.dump());
}

std::string StepText(const views::PublicStep& step, const Names& names) {
  const PageWords& words = Words();
  const auto with_outcome = [&](const core::Texts& what) {
    return step.outcome.empty() ? names.Say(what) : fmt::format("{} ({})", names.Say(what), step.outcome);
  };
  switch (step.kind) {
    case StepKind::kReceived: return names.Say(words.received);
    case StepKind::kStage: return names.Of(step.stage);
    case StepKind::kResponse: return fmt::format("{}: {}", with_outcome(words.response), Printable(step.text));
    case StepKind::kReferred: return fmt::format("{} {}", names.Say(words.referred), Printable(step.text));
    case StepKind::kClosed: return with_outcome(words.closed);
    case StepKind::kReopened: return names.Say(words.reopened);
    case StepKind::kWithdrawn: return names.Say(words.withdrawn);
    case StepKind::kMerged: return fmt::format("{} {}", names.Say(words.merged), step.text);
    case StepKind::kTold: {
      const auto fields = nlohmann::ordered_json::parse(step.fields);
      std::vector<std::string> told;
      for (const auto& [id, value] : fields.items()) {
        told.push_back(fmt::format("{}: {}", names.Of(step.action, id), ValueText(value)));
      }
      return fmt::format("{}", fmt::join(told, "; "));
    }
  }
  return "";
}

nlohmann::ordered_json StepJson(const views::PublicStep& step, const Names& names) {
  nlohmann::ordered_json json{{"what", views::PublicStepName(step.kind)}, {"at", FormatInstant(step.at)}};
  if (step.kind == StepKind::kStage) {
    json["stage"] = step.stage.str();
    json["stage_title"] = names.Of(step.stage);
  }
  if (!step.outcome.empty()) json["outcome"] = step.outcome;
  if (step.kind == StepKind::kMerged) {
    json["reference"] = step.text;
  } else if (!step.text.empty()) {
    json["text"] = step.text;
  }
  if (step.kind == StepKind::kTold) {
    json["action"] = step.action.str();
    json["fields"] = nlohmann::ordered_json::parse(step.fields);
  }
  return json;
}

nlohmann::ordered_json CaseJson(const views::PublicCase& shown, const Names& names) {
  nlohmann::ordered_json json = HeadJson(shown.head, names);
  json["form"] = nlohmann::ordered_json::parse(shown.form);
  auto steps = nlohmann::ordered_json::array();
  for (const views::PublicStep& step : shown.steps) steps.push_back(StepJson(step, names));
  json["steps"] = std::move(steps);
  auto clocks = nlohmann::ordered_json::array();
  for (const views::PublicClock& clock : shown.clocks) {
    nlohmann::ordered_json one{{"clock", clock.clock.str()},
                               {"title", names.Of(clock.clock)},
                               {"status", core::ClockStatusName(clock.status)},
                               {"due_at", FormatInstant(clock.due_at)}};
    if (clock.met_at) one["met_at"] = FormatInstant(*clock.met_at);
    one["late"] = clock.breached || (clock.met_at && *clock.met_at > clock.due_at);
    clocks.push_back(std::move(one));
  }
  json["deadlines"] = std::move(clocks);
  return json;
}

std::string ClockState(const views::PublicClock& clock, const sla::Calendar* calendar, const Names& names) {
  const PageWords& words = Words();
  if (clock.met_at) {
    const bool late = clock.breached || *clock.met_at > clock.due_at;
    return fmt::format("{} {}, {}", names.Say(words.met), DayText(*clock.met_at, calendar),
                       names.Say(late ? words.late : words.on_time));
  }
  if (clock.status == core::ClockStatus::kCancelled) return names.Say(words.not_needed);
  if (clock.status == core::ClockStatus::kPaused) return names.Say(words.paused);
  return names.Say(clock.breached ? words.late : words.running);
}

Outcome<void> RunShow(const Context& context, const PublicOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const CaseAtHand found, FindCase(*session, options.reference));
  RASTI_TRY(const views::CaseHistory history, session->History(options.reference, {}));
  RASTI_TRY(const views::PublicCase shown, views::MakePublicCase(found.page, history, *found.setting.definition));
  RASTI_CHECKED(session->Close());
  const Names names(found.setting.definition, options.language);
  const sla::Calendar* calendar = found.setting.calendar;
  context.out.Json(CaseJson(shown, names));

  context.out.Line(context.out.Paint(
      Colour::kBold, fmt::format("{}  {}: {}", shown.head.reference, names.Workflow(), names.Of(shown.head.category))));
  if (shown.head.title) context.out.Line(Printable(*shown.head.title));
  const auto form = nlohmann::ordered_json::parse(shown.form).flatten();
  for (const auto& [path, value] : form.items()) {
    if (value.is_null()) continue;
    context.out.Line(fmt::format("{}: {}", path.substr(1), ValueText(value)));
  }
  std::vector<std::vector<std::string>> rows;
  for (const views::PublicStep& step : shown.steps) {
    rows.push_back({DayText(step.at, calendar), StepText(step, names)});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  rows.clear();
  for (const views::PublicClock& clock : shown.clocks) {
    rows.push_back({names.Of(clock.clock),
                    fmt::format("{} {}", names.Say(Words().due), DayText(clock.due_at, calendar)),
                    ClockState(clock, calendar, names)});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  return {};
}

}  // namespace

void AddPublicCommand(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand(
      "public",
      "The public register: cases as anybody may read them, without personal data, people and messages. Each workflow "
      "says what of it is public");
  group->fallthrough();
  group->require_subcommand(1);
  auto options = std::make_shared<PublicOptions>();
  CLI::App* list = AddCommand(*group, context, "list", "The cases of a tenant, the latest first",
                              "  rasti public list --tenant prishtine\n"
                              "  rasti public list --tenant prishtine --category pothole --ended --language sq",
                              [&context, options] { return RunList(context, *options); });
  list->add_option("--tenant", options->tenant, "Whose")->required()->envname("RASTI_TENANT");
  list->add_option("--workflow", options->workflow, "Only of this workflow");
  list->add_option("--category", options->category, "Only of this category");
  list->add_flag("--open", options->open, "Only those that are not ended");
  list->add_flag("--ended", options->ended, "Only those that are closed, withdrawn or continued elsewhere");
  list->add_option("--limit", options->limit, "Rows of a page at the most")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  list->add_option("--cursor", options->cursor, "Where the page before says to go on");
  CLI::App* show = AddCommand(*group, context, "show", "One case: what happened, the answers, and how deadlines stand",
                              "  rasti public show 7ZK4-MQ2W-9PAB-X --language sr-Latn",
                              [&context, options] { return RunShow(context, *options); });
  show->add_option("CASE", options->reference, "Its public reference")->required();
  for (CLI::App* command : {list, show}) {
    command
        ->add_option("--language", options->language,
                     "Of the page and of the names of stages, categories and deadlines; sr is sr-Latn")
        ->check(CLI::IsMember({"sq", "sr", "sr-Latn", "en"}))
        ->capture_default_str();
  }
}

}  // namespace rasti::cli
