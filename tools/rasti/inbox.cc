// `rasti inbox`: open cases by who holds them, the most urgent first.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/expression/names.h"
#include "engine/core/presence.h"
#include "tools/rasti/case_text.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"
#include "tools/rasti/people.h"

namespace rasti::cli {
namespace {

using views::InboxList;

struct InboxOptions {
  std::string tenant;
  std::string as;
  std::string queue;
  bool unclaimed = false;
  std::string person;
  std::string directorate;
  bool nobody = false;
  std::string stage;
  std::string category;
  std::string due_before;
  std::string due_within;
  std::string text;
  int limit = 50;
  std::string cursor;
};

struct Around {
  std::shared_ptr<const runtime::Configuration> configuration;
  const core::Tenant* tenant = nullptr;
  const core::Tenant* overseer = nullptr;
  const sla::Calendar* calendar = nullptr;
  Instant now;
  std::vector<const core::Person*> stands_in_for;  // whose cases --as sees too
};

Outcome<Around> LookAround(Session& session, const std::string& tenant) {
  Around around;
  RASTI_TRY(around.configuration, session.ConfigurationNow());
  RASTI_TRY(around.now, session.Now());
  RASTI_TRY(const auto id, GivenTenant(session, tenant));
  if (!id) return Misused("--tenant is empty: name the municipality or institution");
  around.tenant = around.configuration->TenantAt(*id, around.now);
  around.calendar = around.configuration->CalendarAt(around.tenant->calendar, around.now);
  if (around.tenant->overseen_by) {
    around.overseer = around.configuration->TenantAt(*around.tenant->overseen_by, around.now);
  }
  return around;
}

bool IsStaffed(const core::Tenant& tenant, const core::QueueId& queue, sla::Day day) {
  return std::ranges::any_of(tenant.people, [&](const core::Person& person) {
    return std::ranges::find(person.queues, queue) != person.queues.end() &&
           core::StandingOf(tenant, person, day).presence == core::Presence::kPresent;
  });
}

// What somebody has taken, and what nobody took of the queues in which they work. For those in whose place they work
// too: what those had taken, and what nobody took of queues that nobody else is there for.
Outcome<std::vector<views::InboxPlace>> PlacesOfPerson(const std::string& name, Around& around) {
  const core::Tenant& tenant = *around.tenant;
  RASTI_TRY(const Colleague colleague, ResolveColleague(name, tenant, nullptr));
  const core::Person& person = *tenant.FindPerson(colleague.id);
  std::vector<views::InboxPlace> places{{InboxList::kPerson, colleague.id.str()}};
  std::vector<core::QueueId> queues = person.queues;
  if (around.calendar != nullptr) {
    const sla::Day today = around.calendar->LocalDay(around.now);
    around.stands_in_for = core::StandsInFor(tenant, person, today);
    for (const core::Person* away : around.stands_in_for) {
      places.push_back({InboxList::kPerson, away->id.str()});
      for (const core::QueueId& queue : away->queues) {
        const bool seen = std::ranges::find(queues, queue) != queues.end();
        if (!seen && !IsStaffed(tenant, queue, today)) queues.push_back(queue);
      }
    }
  }
  for (const core::QueueId& queue : queues) places.push_back({InboxList::kUnclaimed, queue.str()});
  return places;
}

Outcome<std::vector<views::InboxPlace>> PlacesOfDirectorate(const std::string& name, const core::Tenant& tenant) {
  const core::DirectorateId id(name);
  if (tenant.FindDirectorate(id) == nullptr) return Refuse(UnknownDirectorate(name, tenant));
  std::vector<views::InboxPlace> places{{InboxList::kDirectorate, name}};
  for (const core::Queue& queue : tenant.queues) {
    if (queue.directorate == id) places.push_back({InboxList::kQueue, queue.id.str()});
  }
  return places;
}

// The lists that are asked for; what narrows them down further goes into the query.
Outcome<std::vector<views::InboxPlace>> PlacesOf(const InboxOptions& options, Around& around,
                                                 views::InboxQuery& query) {
  const core::Tenant& tenant = *around.tenant;
  const int named = static_cast<int>(!options.person.empty()) + static_cast<int>(!options.directorate.empty()) +
                    static_cast<int>(options.nobody);
  if (named > 1) return Misused("--person, --directorate and --nobody exclude each other");
  if (options.unclaimed && options.queue.empty()) return Misused("--unclaimed: say of which --queue");
  if (!options.queue.empty() && tenant.FindQueue(core::QueueId(options.queue)) == nullptr) {
    return Refuse(UnknownQueue(options.queue, tenant));
  }
  if (named == 1 && !options.queue.empty()) query.queue = core::QueueId(options.queue);
  if (!options.person.empty()) {
    RASTI_TRY(const Colleague colleague, ResolveColleague(options.person, tenant, around.overseer));
    return std::vector<views::InboxPlace>{{InboxList::kPerson, colleague.id.str()}};
  }
  if (!options.directorate.empty()) return PlacesOfDirectorate(options.directorate, tenant);
  if (options.nobody) return std::vector<views::InboxPlace>{{InboxList::kNobody, ""}};
  if (!options.queue.empty()) {
    return std::vector<views::InboxPlace>{
        {options.unclaimed ? InboxList::kUnclaimed : InboxList::kQueue, options.queue}};
  }
  if (!options.as.empty()) return PlacesOfPerson(options.as, around);
  return std::vector<views::InboxPlace>();
}

Outcome<std::optional<Instant>> DueBefore(const InboxOptions& options, Instant now) {
  if (!options.due_before.empty() && !options.due_within.empty()) {
    return Misused("--due-before and --due-within exclude each other");
  }
  if (options.due_within.empty()) return GivenInstant("--due-before", options.due_before);
  const auto length = ParseDuration(options.due_within);
  if (!length) return Misused(fmt::format("--due-within {}: {}", options.due_within, length.error().message));
  return std::optional(CheckedAdd(now, *length).value_or(kLatestInstant));
}

// Names of other versions may be meant, whose cases still run; so an unknown one is only remarked on.
void RemarkOnUnknown(const Context& context, const InboxOptions& options, const Around& around) {
  std::vector<std::string_view> stages;
  std::vector<std::string_view> categories;
  for (const core::Definition* definition : around.configuration->DefinitionsAt(around.now)) {
    for (const core::Stage& stage : definition->stages) stages.push_back(stage.id.view());
    for (const core::Category& category : definition->categories) categories.push_back(category.id.view());
  }
  for (const core::Overrides* overrides : around.configuration->OverridesAt(around.now)) {
    for (const core::CategoryOverride& category : overrides->categories) categories.push_back(category.id.view());
  }
  const auto remark = [&](std::string_view what, const std::string& name, const std::vector<std::string_view>& known) {
    if (name.empty() || std::ranges::find(known, name) != known.end()) return;
    context.out.Note(fmt::format("note: no workflow in force has a {} '{}'{}", what, name,
                                 core::expression::DidYouMean(name, known)));
  };
  remark("stage", options.stage, stages);
  remark("category", options.category, categories);
}

// Wall time leaves historic cases alone.
Instant NowOf(const views::InboxRow& row, Instant now) { return std::min(now, row.ended_at.value_or(now)); }

// In whose place the case is in the inbox; null: in nobody's.
const core::Person* InPlaceOf(const views::InboxRow& row, const Around& around) {
  if (!row.holder.person) return nullptr;
  const auto found = std::ranges::find(around.stands_in_for, *row.holder.person, &core::Person::id);
  return found == around.stands_in_for.end() ? nullptr : *found;
}

nlohmann::ordered_json RowJson(const views::InboxRow& row, const Around& around) {
  const Instant now = around.now;
  nlohmann::ordered_json json{{"case_id", row.case_id.str()},
                              {"reference", row.reference},
                              {"tenant", row.tenant.str()},
                              {"title", row.title},
                              {"category", row.category.str()},
                              {"stage", row.stage.str()},
                              {"status", core::CaseStatusName(row.status)}};
  if (row.holder.tenant) json["held_in"] = row.holder.tenant->str();
  if (row.holder.person) json["person"] = row.holder.person->str();
  if (const core::Person* away = InPlaceOf(row, around)) json["for"] = away->handle;
  if (row.holder.queue) json["queue"] = row.holder.queue->str();
  if (row.holder.directorate) json["directorate"] = row.holder.directorate->str();
  if (row.clock) {
    json["clock"] = row.clock->str();
    json["due_at"] = FormatInstant(row.due_at);
    json["overdue"] = row.due_at < NowOf(row, now);
  }
  json["breached"] = row.breached;
  json["escalated_to"] = row.escalated_to;
  json["submitted_at"] = FormatInstant(row.submitted_at);
  json["last_occurred_at"] = FormatInstant(row.last_occurred_at);
  if (row.historic) json["historic"] = true;
  return json;
}

std::vector<std::string> RowText(const views::InboxRow& row, const Around& around) {
  CaseSetting setting;
  setting.tenant = around.tenant;
  setting.overseer = around.overseer;
  const Instant now = NowOf(row, around.now);
  const bool late = row.clock && row.due_at < now;
  const std::string stage =
      row.tenant == around.tenant->id ? row.stage.str() : row.tenant.str() + ": " + row.stage.str();
  return {row.clock ? LocalText(row.due_at, around.calendar) : "no deadline runs",
          row.clock ? fmt::format("{} {}", LengthText(row.due_at - now), late ? "late" : "left") : "-",
          row.reference,
          row.clock ? fmt::format("{}/{}", stage, row.clock->str()) : stage,
          row.escalated_to > 0 ? fmt::format("level {}", row.escalated_to) : "-",
          (InPlaceOf(row, around) != nullptr ? "for " : "") + HolderText(row.holder, setting),
          Printable(row.title)};
}

void PrintPage(const Context& context, const views::InboxPage& page, const Around& around) {
  std::vector<std::vector<std::string>> rows;
  for (const views::InboxRow& row : page.rows) rows.push_back(RowText(row, around));
  const auto lines = Align(rows);
  for (size_t i = 0; i < lines.size(); ++i) {
    const views::InboxRow& row = page.rows[i];
    const Colour colour = !row.clock                            ? Colour::kFaint
                          : row.due_at < NowOf(row, around.now) ? Colour::kRed
                                                                : Colour::kBold;
    context.out.Line(context.out.Paint(colour, lines[i]));
  }
  if (page.total) {
    context.out.Line(fmt::format("{} of {} open cases", page.rows.size(), *page.total));
  } else if (page.next.empty()) {
    context.out.Line(rows.empty() ? "no open case fits" : "no more open cases fit");
  }
  if (!page.next.empty()) {
    // A long search ends a page before it is full.
    context.out.Line(fmt::format("more: --cursor {}", page.next));
  }
}

Outcome<void> RunInbox(const Context& context, const InboxOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(Around around, LookAround(*session, options.tenant));
  views::InboxQuery query;
  query.tenant = around.tenant->id;
  RASTI_TRY(query.places, PlacesOf(options, around, query));
  RASTI_TRY(query.due_before, DueBefore(options, around.now));
  if (!options.stage.empty()) query.stage = core::StageId(options.stage);
  if (!options.category.empty()) query.category = core::CategoryId(options.category);
  query.text = options.text;
  query.limit = static_cast<size_t>(options.limit);
  query.cursor = options.cursor;
  RemarkOnUnknown(context, options, around);
  RASTI_TRY(const views::InboxPage page, session->Inbox(query));
  RASTI_CHECKED(session->Close());
  PrintPage(context, page, around);
  auto list = nlohmann::ordered_json::array();
  for (const views::InboxRow& row : page.rows) list.push_back(RowJson(row, around));
  nlohmann::ordered_json json{{"now", FormatInstant(around.now)}, {"cases", std::move(list)}};
  if (page.total) json["total"] = *page.total;
  if (!page.next.empty()) json["next"] = page.next;
  context.out.Json(json);
  return {};
}

}  // namespace

void AddInboxCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<InboxOptions>();
  CLI::App* command = AddCommand(
      app, context, "inbox",
      "List open cases by who holds them, the most urgent first; with --as what that officer has taken and what nobody "
      "took of their queues, and what is held by those who are absent or have left and in whose place they work",
      "  rasti inbox --tenant prishtine --as roads.officer1\n"
      "  rasti inbox --tenant prishtine --queue roads --unclaimed\n"
      "  rasti inbox --tenant prishtine --directorate public-services --due-within P2D",
      [&context, options] { return RunInbox(context, *options); });
  command->add_option("--tenant", options->tenant, "The municipality or institution")
      ->required()
      ->envname("RASTI_TENANT");
  command->add_option("--as", options->as, "Whose inbox: a handle or id of the tenant's directory")
      ->type_name("WHO")
      ->envname("RASTI_AS");
  command->add_option("--queue", options->queue, "Only of this queue");
  command->add_flag("--unclaimed", options->unclaimed, "Of the queue, only what nobody has taken");
  command->add_option("--person", options->person, "What this person has taken")->type_name("WHO");
  command->add_option("--directorate", options->directorate, "What this directorate and its queues hold");
  command->add_flag("--nobody", options->nobody, "What nobody holds");
  command->add_option("--stage", options->stage, "Only in this stage");
  command->add_option("--category", options->category, "Only of this category (looks into cases)");
  command->add_option("--due-before", options->due_before, "Only what is due before")->type_name("TIME");
  command->add_option("--due-within", options->due_within, "Only what is due until then")->type_name("DURATION");
  command->add_option("--text", options->text,
                      "In title or reference, whatever its capitals and marks (looks into cases)");
  command->add_option("--limit", options->limit, "Rows in the answer")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--cursor", options->cursor, "Go on behind the last answer: its `next`");
}

}  // namespace rasti::cli
