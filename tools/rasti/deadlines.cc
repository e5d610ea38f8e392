// `rasti deadlines`: every case of a tenant with one of its deadlines, for other programs. `rasti go-live`: a historic
// case is handed to wall time.
#include <fmt/format.h>

#include <algorithm>

#include "engine/views/deadline_row.h"
#include "engine/views/standing.h"
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"
#include "tools/rasti/import/rejects_file.h"

namespace rasti::cli {
namespace {

using nlohmann::ordered_json;

constexpr size_t kPageCases = 1000;

struct DeadlinesOptions {
  std::string tenant;
  std::string clock;
  std::string at;
  std::vector<std::string> fields;
};

// A public field of the form, "location.lat" for one within another; null where the case has none.
ordered_json FieldOf(const nlohmann::json& form, std::string name) {
  std::ranges::replace(name, '.', '/');
  const nlohmann::json::json_pointer pointer("/" + name);
  return form.contains(pointer) ? ordered_json(form.at(pointer)) : ordered_json();
}

// The case's line: keys and values in a fixed order.
ordered_json LineOf(const core::CaseState& state, const DeadlinesOptions& options, Instant at) {
  const core::ClockId clock_id(options.clock);
  const core::ClockState* clock = state.FindClock(clock_id);
  ordered_json line{
      {"case_id", state.id.str()},
      {"reference", state.reference},
      {"category", state.category.str()},
      {"status", core::CaseStatusName(state.status)},
      {"submitted_at", FormatInstant(state.submitted_at)},
      {"due_at", clock == nullptr ? ordered_json() : ordered_json(FormatInstant(clock->plan.due_at))},
      {"met_at", clock == nullptr || !clock->met_at ? ordered_json() : ordered_json(FormatInstant(*clock->met_at))},
      {"standing", views::StandingName(views::StandingOf(state, clock_id, at))}};
  if (options.fields.empty()) return line;
  const auto form = nlohmann::json::parse(state.form, nullptr, /*allow_exceptions=*/false);
  for (const std::string& name : options.fields) line[name] = FieldOf(form, name);
  return line;
}

std::string CsvLine(const ordered_json& line, bool names) {
  std::string text;
  for (const auto& [name, value] : line.items()) {
    if (!text.empty()) text += ',';
    if (names) {
      text += CsvField(name);
    } else if (!value.is_null()) {
      text += CsvField(value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text;
}

Outcome<void> RunDeadlines(const Context& context, const DeadlinesOptions& options) {
  RASTI_TRY(const auto at, GivenInstant("--at", options.at));
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto configuration, session->ConfigurationNow());
  RASTI_TRY(const Instant now, session->Now());
  views::CaseQuery query;
  query.tenant = core::TenantId(options.tenant);
  if (configuration->TenantAt(*query.tenant, now) == nullptr) {
    return Refuse(UnknownTenant(options.tenant, *configuration, now));
  }
  query.moment.at = at;
  query.limit = kPageCases;
  bool named = false;
  do {
    RASTI_TRY(const views::CaseList list, session->ListCases(query));
    for (const views::CasePage& page : list.pages) {
      const ordered_json line = LineOf(page.state, options, at ? *at : views::EffectiveNow(page.state, now));
      if (!named) context.out.Line(CsvLine(line, true));
      named = true;
      context.out.Line(CsvLine(line, false));
      context.out.JsonLine(line);
    }
    query.after = list.next;
  } while (query.after);
  RASTI_CHECKED(session->Close());
  return {};
}

struct GoLiveOptions {
  CaseOptions on;
  std::string at;
};

}  // namespace

void AddDeadlinesCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<DeadlinesOptions>();
  CLI::App* command =
      AddCommand(app, context, "deadlines",
                 "List every case with one of its deadlines and how it stands with it: CSV, or JSON lines with --json",
                 "  rasti deadlines --tenant boston --clock resolve --at 2016-01-12T22:54:00-05:00 --field source_id",
                 [&context, options] { return RunDeadlines(context, *options); });
  command->add_option("--tenant", options->tenant, "Whose cases")->required()->envname("RASTI_TENANT");
  command->add_option("--clock", options->clock, "Which of their clocks")->required();
  command->add_option("--at", options->at, "As of then; default: now, for historic cases the end of their history")
      ->type_name("TIME");
  command->add_option("--field", options->fields, "Also this public field of the form; may be given several times")
      ->type_name("NAME");
}

void AddGoLiveCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<GoLiveOptions>();
  CLI::App* command = AddCommand(
      app, context, "go-live", "Hand a historic case to wall time: what falls due from then on happens by itself",
      "  rasti go-live 7ZK4-MQ2W-9PAB-X --role importer --as 0b7c...-4e21", [&context, options] {
        const auto make = [&](const CaseAtHand& found, const core::Actor&) -> Outcome<core::CommandPayload> {
          RASTI_TRY(const auto at, GivenInstant("--at", options->at));
          return core::GoLive{at.value_or(found.now)};
        };
        return RunOnCase(context, options->on, RolesOf(core::Permission::kImport), make);
      });
  options->on.AddTo(*command);
  command->add_option("--at", options->at, "From when on; default: now. Not before what happened last")
      ->type_name("TIME");
}

}  // namespace rasti::cli
