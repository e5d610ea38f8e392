// `rasti calendar moved`: what a version of a calendar did when it came into force, asked at any time after.
#include <fmt/format.h>

#include "engine/sla/text.h"
#include "tools/rasti/calendar/calendar_at_hand.h"
#include "tools/rasti/calendar/commands.h"
#include "tools/rasti/calendar/move_list.h"
#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;

struct MovedOptions {
  std::string calendar;
  std::string version;
  int limit = 20;
};

Outcome<void> RunMoved(const Context& context, const MovedOptions& options) {
  const Output& out = context.out;
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const CalendarAtHand calendar, FindCalendar(*session, options.calendar));
  const codec::PublishedPackage* in_force = calendar.InForceAt(calendar.now);
  const codec::PublishedPackage* asked = options.version.empty() ? in_force : calendar.Find(options.version);
  if (asked == nullptr) {
    return Refuse(Error::NotFound(options.version.empty()
                                      ? fmt::format("no version of '{}' is in force yet", calendar.name)
                                      : fmt::format("--version {}: there is no {}@{}: rasti calendar show {}",
                                                    options.version, calendar.name, options.version, calendar.name)));
  }
  const core::VersionedName id = asked->files.id();
  Json json{{"calendar", calendar.name},
            {"version", asked->files.version},
            {"effective_from", FormatInstant(asked->effective_from)},
            {"in_force", asked == in_force}};
  if (asked->effective_from > calendar.now) {
    RASTI_CHECKED(session->Close());
    out.Line(fmt::format("{} comes into force on {}; nothing moved by it yet", id.str(),
                         FormatInstant(asked->effective_from)));
    out.Json(json);
    return {};
  }
  RASTI_TRY(const auto configuration, session->Configuration());
  RASTI_TRY(auto moved, ReadMoved(*session, id, {}, asked->effective_from));
  const auto shown = std::min<std::ptrdiff_t>(options.limit, std::ssize(moved));
  for (std::ptrdiff_t i = 0; i < shown; ++i) RASTI_CHECKED(LookUpBefore(*session, moved[static_cast<size_t>(i)]));
  int64_t still = 0;
  if (asked == in_force) {
    RASTI_TRY(still, StillToMove(*session, calendar.name));
  }
  RASTI_CHECKED(session->Close());
  const MoveTotals totals = TotalsOf(moved);
  json["moved"] = totals.AsJson();
  json["moved"]["moves"] = MovesJson(moved, options.limit);
  json["still_to_move"] = still;
  out.Json(json);
  out.Line(fmt::format("{} since {}: {} moved{}", id.str(), FormatInstant(asked->effective_from),
                       sla::TextOfCount(totals.all, "deadline"),
                       still > 0 ? fmt::format(", {} are still to be planned anew", still) : ""));
  PrintTenants(out, totals);
  PrintMoves(out, moved, configuration->CalendarAt(calendar.name, calendar.now), options.limit);
  return {};
}

}  // namespace

void AddCalendarMovedCommand(CLI::App& calendar, Context& context) {
  auto options = std::make_shared<MovedOptions>();
  CLI::App* command = AddCommand(calendar, context, "moved",
                                 "List the deadlines that a version of a calendar moved when it came into force, and "
                                 "how many are still to be planned anew",
                                 "  rasti calendar moved kosovo --limit 100",
                                 [&context, options] { return RunMoved(context, *options); });
  command->add_option("CALENDAR", options->calendar, "Its name")->required();
  command->add_option("--version", options->version, "Which version; default: the one in force")->type_name("VERSION");
  command->add_option("--limit", options->limit, "Deadlines that are listed; totals are exact")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
}

void AddCalendarCommand(CLI::App& app, Context& context) {
  CLI::App* calendar = app.add_subcommand(
      "calendar", "When authorities are open: look at it, and amend it when the government decides late");
  calendar->fallthrough();
  calendar->require_subcommand(1);
  AddCalendarListCommand(*calendar, context);
  AddCalendarShowCommand(*calendar, context);
  AddCalendarAmendCommand(*calendar, context);
  AddCalendarMovedCommand(*calendar, context);
}

}  // namespace rasti::cli
