// `rasti overdue`, `rasti tally`: deadlines over all cases of a tenant.
#include <fmt/format.h>

#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"
#include "tools/rasti/holder_options.h"

namespace rasti::cli {
namespace {

struct OverdueOptions {
  std::string tenant;
  HolderOptions held;
  std::string category;
  std::string at_risk;
  std::string at;
  std::string known_at;
  std::string clock;
  int limit = 100;
  std::string cursor;
};

nlohmann::ordered_json RowJson(const views::DeadlineRow& row, Instant now) {
  nlohmann::ordered_json json{{"case_id", row.case_id.str()},
                              {"reference", row.reference},
                              {"tenant", row.tenant.str()},
                              {"title", row.title},
                              {"category", row.category.str()},
                              {"stage", row.stage.str()},
                              {"status", core::CaseStatusName(row.status)}};
  if (row.holder.person) json["person"] = row.holder.person->str();
  if (row.holder.queue) json["queue"] = row.holder.queue->str();
  if (row.holder.directorate) json["directorate"] = row.holder.directorate->str();
  json["clock"] = row.clock.str();
  json["due_at"] = FormatInstant(row.due_at);
  json["overdue"] = row.due_at < now;
  json["breached"] = row.breached;
  json["escalated_to"] = row.escalated_to;
  if (row.historic) json["historic"] = true;
  return json;
}

// How late is counted to when? The moment that was asked about; time has not passed for historic cases since, so of
// these it is only said that they are late.
std::string StandingText(const views::DeadlineRow& row, Instant now, bool is_as_of) {
  const bool late = row.due_at < now;
  if (late && row.historic && !is_as_of) return "late, historic";
  return fmt::format("{} {}", LengthText(row.due_at - now), late ? "late" : "left");
}

// `at`: what names and time zones are looked up by. The directory of today knows more people than that of then, and
// before the first package there is none.
std::vector<std::string> RowText(const views::DeadlineRow& row, const runtime::Configuration& configuration, Instant at,
                                 std::string standing) {
  CaseSetting setting;
  setting.tenant = configuration.TenantAt(row.tenant, at);
  if (setting.tenant != nullptr) {
    setting.calendar = configuration.CalendarAt(setting.tenant->calendar, at);
    if (setting.tenant->overseen_by) setting.overseer = configuration.TenantAt(*setting.tenant->overseen_by, at);
  }
  return {LocalText(row.due_at, setting.calendar),
          std::move(standing),
          row.reference,
          fmt::format("{}/{}", row.tenant.str(), row.clock.str()),
          row.escalated_to > 0 ? fmt::format("level {}", row.escalated_to) : "-",
          HolderText(row.holder, setting),
          Printable(row.title)};
}

// Which deadlines, but for when they are due.
Outcome<views::DeadlineQuery> QueryOf(const Context& context, Session& session, const OverdueOptions& options) {
  views::DeadlineQuery query;
  query.limit = static_cast<size_t>(options.limit);
  query.cursor = options.cursor;
  query.count = true;
  RASTI_TRY(query.tenant, GivenTenant(session, options.tenant));
  if (!options.clock.empty()) query.clock = core::ClockId(options.clock);
  if (!options.category.empty()) query.category = core::CategoryId(options.category);
  RASTI_TRY(const auto configuration, session.ConfigurationNow());
  RASTI_TRY(const Instant now, session.Now());
  const NamesAskedFor names{.stage = {}, .category = options.category, .clock = options.clock};
  for (const std::string& note : RemarksOnUnknown(names, *configuration, now)) context.out.Note(note);
  if (!options.held.AreGiven()) return query;
  if (!query.tenant) return Misused("who holds a case is asked of one municipality: name the --tenant too");
  const core::Tenant& tenant = *configuration->TenantAt(*query.tenant, now);
  const core::Tenant* overseer = tenant.overseen_by ? configuration->TenantAt(*tenant.overseen_by, now) : nullptr;
  RASTI_TRY(Holders holders, ResolveHolders(options.held, tenant, overseer));
  query.places = std::move(holders.places);
  query.queue = std::move(holders.queue);
  return query;
}

// How many there are, where that is known, and how to see more.
void PrintEnd(const Context& context, const views::DeadlinePage& page, std::string_view what) {
  const size_t shown = page.rows.size();
  if (shown == 0 && page.next.empty()) {
    context.out.Line(fmt::format("nothing is {}", what));
  } else if (page.total && page.next.empty()) {
    context.out.Line(fmt::format("{} deadline{} {}", shown, shown == 1 ? "" : "s", what));
  } else if (page.total) {
    context.out.Line(
        fmt::format("{} of {}{} deadlines {}", shown, page.total->is_exact ? "" : "at least ", page.total->rows, what));
  }
  if (!page.next.empty()) context.out.Line(fmt::format("more: --cursor {}", page.next));
}

Outcome<void> RunOverdue(const Context& context, const OverdueOptions& options) {
  RASTI_TRY(const auto at, GivenInstant("--at", options.at));
  RASTI_TRY(const auto known_at, GivenInstant("--known-at", options.known_at));
  std::optional<Duration> ahead;
  if (!options.at_risk.empty()) {
    const auto length = ParseDuration(options.at_risk);
    if (!length) return Misused(fmt::format("--at-risk {}: {}", options.at_risk, length.error().message));
    if (*length < Duration{0}) return Misused("--at-risk: a length of time from now on, as in P7D");
    if (at || known_at) return Misused("--at-risk looks ahead from now; it does not go with --at and --known-at");
    ahead = *length;
  }
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const views::DeadlineQuery query, QueryOf(context, *session, options));
  RASTI_TRY(const Instant present, session->Now());
  Instant now = present;
  const bool is_as_of = at || known_at;
  views::DeadlinePage page;
  if (ahead) {
    const auto until = CheckedAdd(now, *ahead);
    RASTI_TRY(page, session->AtRisk(query, now, until.value_or(kLatestInstant)));
  } else if (is_as_of) {
    const views::Moment moment{.at = at, .known_at = known_at};
    now = moment.Now();
    RASTI_TRY(page, session->OverdueAsOf(query, moment));
  } else {
    RASTI_TRY(page, session->Overdue(query, now));
  }
  RASTI_TRY(const auto configuration, session->ConfigurationNow());
  RASTI_CHECKED(session->Close());

  auto list = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const views::DeadlineRow& row : page.rows) {
    list.push_back(RowJson(row, now));
    rows.push_back(RowText(row, *configuration, present, StandingText(row, now, is_as_of)));
  }
  const auto lines = Align(rows);
  for (size_t i = 0; i < lines.size(); ++i) {
    context.out.Line(context.out.Paint(page.rows[i].due_at < now ? Colour::kRed : Colour::kYellow, lines[i]));
  }
  PrintEnd(context, page, ahead ? "at risk" : "overdue");
  nlohmann::ordered_json json{{"now", FormatInstant(now)}, {"deadlines", std::move(list)}};
  if (page.total) json[page.total->is_exact ? "total" : "at_least"] = page.total->rows;
  if (!page.next.empty()) json["next"] = page.next;
  context.out.Json(json);
  return {};
}

Outcome<void> RunTally(const Context& context, const OverdueOptions& options) {
  RASTI_TRY(const auto given, GivenInstant("--at", options.at));
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto tenant, GivenTenant(*session, options.tenant));
  RASTI_TRY(const Instant now, session->Now());
  const auto clock = options.clock.empty() ? std::nullopt : std::optional(core::ClockId(options.clock));
  RASTI_TRY(const views::StatusTally tally, session->Tally(tenant, clock, given));
  RASTI_CHECKED(session->Close());
  const int64_t cases =
      tally.closed_on_time + tally.closed_late + tally.open_overdue + tally.open_in_time + tally.no_deadline;
  for (const std::string& line : Align({{"closed in time", std::to_string(tally.closed_on_time)},
                                        {"closed late", std::to_string(tally.closed_late)},
                                        {"open, overdue", std::to_string(tally.open_overdue)},
                                        {"open, in time", std::to_string(tally.open_in_time)},
                                        {"no deadline", std::to_string(tally.no_deadline)},
                                        {"cases", std::to_string(cases)}})) {
    context.out.Line(line);
  }
  context.out.Json({{"at", FormatInstant(given.value_or(now))},
                    {"closed_on_time", tally.closed_on_time},
                    {"closed_late", tally.closed_late},
                    {"open_overdue", tally.open_overdue},
                    {"open_in_time", tally.open_in_time},
                    {"no_deadline", tally.no_deadline},
                    {"cases", cases}});
  return {};
}

}  // namespace

void AddOverdueCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<OverdueOptions>();
  CLI::App* command = AddCommand(app, context, "overdue",
                                 "List deadlines that have passed, oldest first; with --at-risk those about to",
                                 "  rasti overdue --tenant prishtine\n"
                                 "  rasti overdue --tenant prishtine --directorate public-services --clock resolve\n"
                                 "  rasti overdue --tenant prishtine --at-risk P2D --limit 20",
                                 [&context, options] { return RunOverdue(context, *options); });
  command->add_option("--tenant", options->tenant, "Only this tenant's cases")->envname("RASTI_TENANT");
  command->add_option("--clock", options->clock, "Only this clock");
  command->add_option("--category", options->category, "Only of this category (looks into cases)");
  options->held.AddTo(*command);
  command->add_option("--at-risk", options->at_risk, "Instead: deadlines from now until then")->type_name("DURATION");
  command->add_option("--at", options->at, "What was overdue then, whatever happened since (reads every case)")
      ->type_name("TIME");
  command->add_option("--known-at", options->known_at, "The same by what the log held then")->type_name("TIME");
  command->add_option("--limit", options->limit, "Rows in the answer")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command->add_option("--cursor", options->cursor, "Go on behind the last answer: its `next`");
}

void AddTallyCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<OverdueOptions>();
  CLI::App* command = AddCommand(app, context, "tally", "Count cases by how they stand with their deadlines",
                                 "  rasti tally --tenant prishtine --clock resolve --at 2026-11-21T12:00:00+01:00",
                                 [&context, options] { return RunTally(context, *options); });
  command->add_option("--tenant", options->tenant, "Only this tenant's cases")->envname("RASTI_TENANT");
  command->add_option("--clock", options->clock, "Only this clock; default: all of each case");
  command->add_option("--at", options->at, "As of then; default: now, for historic cases the end of their history")
      ->type_name("TIME");
}

}  // namespace rasti::cli
