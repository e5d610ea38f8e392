// `rasti inbox`: open cases by who holds them, the most urgent first.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/presence.h"
#include "tools/rasti/case_text.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"
#include "tools/rasti/holder_options.h"
#include "tools/rasti/people.h"

namespace rasti::cli {
namespace {

using views::InboxList;

struct InboxOptions {
  std::string tenant;
  std::string as;
  HolderOptions held;
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

Outcome<std::optional<Instant>> DueBefore(const InboxOptions& options, Instant now) {
  if (!options.due_before.empty() && !options.due_within.empty()) {
    return Misused("--due-before and --due-within exclude each other");
  }
  if (options.due_within.empty()) return GivenInstant("--due-before", options.due_before);
  const auto length = ParseDuration(options.due_within);
  if (!length) return Misused(fmt::format("--due-within {}: {}", options.due_within, length.error().message));
  return std::optional(CheckedAdd(now, *length).value_or(kLatestInstant));
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

// `all_fit`: nothing was asked of the cases beside whose they are.
void PrintPage(const Context& context, const views::InboxPage& page, const Around& around, bool all_fit) {
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
    context.out.Line(fmt::format("{} of {}{} open cases{}", page.rows.size(), page.total->is_exact ? "" : "at least ",
                                 page.total->rows, all_fit ? "" : " that fit"));
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
  RASTI_TRY(Holders holders, ResolveHolders(options.held, *around.tenant, around.overseer));
  if (!options.held.AreGiven() && !options.as.empty()) {
    RASTI_TRY(holders.places, PlacesOfPerson(options.as, around));
  }
  query.places = std::move(holders.places);
  query.queue = std::move(holders.queue);
  RASTI_TRY(query.due_before, DueBefore(options, around.now));
  if (!options.stage.empty()) query.stage = core::StageId(options.stage);
  if (!options.category.empty()) query.category = core::CategoryId(options.category);
  query.text = options.text;
  query.limit = static_cast<size_t>(options.limit);
  query.cursor = options.cursor;
  query.count = true;
  const NamesAskedFor names{.stage = options.stage, .category = options.category, .clock = {}};
  for (const std::string& note : RemarksOnUnknown(names, *around.configuration, around.now)) context.out.Note(note);
  RASTI_TRY(const views::InboxPage page, session->Inbox(query));
  RASTI_CHECKED(session->Close());
  PrintPage(context, page, around, !query.due_before && !query.LooksIntoCases());
  auto list = nlohmann::ordered_json::array();
  for (const views::InboxRow& row : page.rows) list.push_back(RowJson(row, around));
  nlohmann::ordered_json json{{"now", FormatInstant(around.now)}, {"cases", std::move(list)}};
  if (page.total) json[page.total->is_exact ? "total" : "at_least"] = page.total->rows;
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
  options->held.AddTo(*command);
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
