// `rasti export`: cases or their events as lines, for other programs. Personal data stays where it is.
#include <fmt/format.h>

#include "engine/codec/json.h"
#include "tools/rasti/case_text.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"
#include "tools/rasti/import/rejects_file.h"

namespace rasti::cli {
namespace {

constexpr size_t kPageCases = 1000;

struct ExportOptions {
  std::string tenant;
  std::string at;
  std::string known_at;
  bool events = false;
  bool csv = false;
};

const std::vector<std::string>& Columns() {
  static const std::vector<std::string> columns{
      "case_id",   "reference",   "tenant",       "workflow",    "category",
      "channel",   "title",       "stage",        "status",      "person",
      "queue",     "directorate", "submitted_at", "received_at", "last_occurred_at",
      "responses", "reopened",    "rating",       "next_clock",  "next_due_at"};
  return columns;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::vector<std::string> fields;
  for (const std::string& cell : cells) fields.push_back(CsvField(cell));
  return fmt::format("{}", fmt::join(fields, ","));
}

// In the order of Columns().
std::string CsvOf(const core::CaseState& state) {
  const auto text = [](const auto& id) { return id ? id->str() : std::string(); };
  const auto time = [](const std::optional<Instant>& at) { return at ? FormatInstant(*at) : std::string(); };
  const views::InboxRow next = views::MakeInboxRow(state);
  return CsvLine({state.id.str(),
                  state.reference,
                  state.tenant.str(),
                  state.definition.str(),
                  state.category.str(),
                  state.channel,
                  state.title,
                  state.stage.str(),
                  std::string(core::CaseStatusName(state.status)),
                  text(state.assignment.person),
                  text(state.assignment.queue),
                  text(state.assignment.directorate),
                  FormatInstant(state.submitted_at),
                  time(state.received_at),
                  FormatInstant(state.last_occurred_at),
                  std::to_string(state.responses),
                  std::to_string(state.reopened),
                  state.rating == 0 ? "" : std::to_string(state.rating),
                  text(next.clock),
                  next.clock ? FormatInstant(next.due_at) : ""});
}

Outcome<void> PrintCase(const Context& context, const ExportOptions& options, Session& session,
                        const views::CasePage& page, const views::Moment& moment) {
  if (options.csv) {
    context.out.Raw(CsvOf(page.state));
    return {};
  }
  if (!options.events) {
    context.out.Raw(CaseJson(page).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return {};
  }
  RASTI_TRY(const views::CaseHistory history, session.History(page.state.id.str(), moment));
  for (const codec::DecodedEvent& event : history.events) {
    auto json = codec::ToJson(event.event, {.show_personal = false});
    json["hash"] = ToHex(AsBytes(event.hash));
    context.out.Raw(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return {};
}

Outcome<void> RunExport(const Context& context, const ExportOptions& options) {
  if (options.events && options.csv) return Misused("--csv: a line for each case; events are JSON lines");
  views::CaseQuery query;
  RASTI_TRY(query.moment.at, GivenInstant("--at", options.at));
  RASTI_TRY(query.moment.known_at, GivenInstant("--known-at", options.known_at));
  query.limit = kPageCases;
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(query.tenant, GivenTenant(*session, options.tenant));
  if (options.csv) context.out.Raw(CsvLine(Columns()));
  do {
    RASTI_TRY(const views::CaseList list, session->ListCases(query));
    for (const views::CasePage& page : list.pages) {
      RASTI_CHECKED(PrintCase(context, options, *session, page, query.moment));
    }
    query.after = list.next;
  } while (query.after);
  RASTI_CHECKED(session->Close());
  return {};
}

}  // namespace

void AddExportCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = AddCommand(
      app, context, "export", "Print every case as a line of JSON, or of CSV, or all their events; never personal data",
      "  rasti export --tenant prishtine --csv > cases.csv\n"
      "  rasti export --events --at 2026-12-31T23:59:59+01:00 > events.jsonl",
      [&context, options] { return RunExport(context, *options); });
  command->add_option("--tenant", options->tenant, "Only this tenant's cases")->envname("RASTI_TENANT");
  command->add_flag("--events", options->events, "A line for each event: by case, then revision");
  command->add_flag("--csv", options->csv, "Comma-separated values (RFC 4180), a line for each case");
  command->add_option("--at", options->at, "As it was then: everything that had occurred by that time")
      ->type_name("TIME");
  command->add_option("--known-at", options->known_at, "As the log knew it then: everything recorded by that time")
      ->type_name("TIME");
}

}  // namespace rasti::cli
