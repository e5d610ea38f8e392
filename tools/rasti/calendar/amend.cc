// `rasti calendar amend`: a day off that nobody knew of, a late Eid: what that would do to deadlines, then a new
// version of the calendar, then what it did.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/sla/text.h"
#include "tools/rasti/calendar/amend_plan.h"
#include "tools/rasti/calendar/calendar_at_hand.h"
#include "tools/rasti/calendar/commands.h"
#include "tools/rasti/calendar/move_list.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookAgain{100};
constexpr std::chrono::milliseconds kSettleStep{1'000};

Outcome<Duration> GivenWait(const std::string& text) {
  const auto wait = ParseDuration(text);
  if (!wait) return Misused(fmt::format("--wait {}: {}", text, wait.error().message));
  if (*wait < Duration{0}) return Misused("--wait: a length of time, as in PT1M");
  return *wait;
}

enum class Reached : uint8_t { kNotInForce, kUnderWay, kDone };
struct Progress {
  Reached reached = Reached::kNotInForce;
  int64_t still = 0;
};

// Until it is in force and nothing is left to be planned anew, or the time is over.
Outcome<Progress> Wait(const Context& context, Session& session, const codec::PublishedPackage& package,
                       steady_clock::time_point until) {
  Progress progress;
  for (;;) {
    RASTI_TRY(const Instant now, session.Now());
    if (now >= package.effective_from) {
      progress.reached = Reached::kUnderWay;
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
      const Status settled = session.Settle(std::clamp(left, std::chrono::milliseconds{1}, kSettleStep));
      if (!settled && settled.error().code != ErrorCode::kTimedOut) return Refuse(settled.error());
      // Other nodes do their part by themselves; what they have not done shows here.
      RASTI_TRY(progress.still, StillToMove(session, package.files.name));
      if (progress.still == 0) progress.reached = Reached::kDone;
    }
    if (progress.reached == Reached::kDone || steady_clock::now() >= until) break;
    // A virtual clock does not come nearer by waiting.
    if (session.virtual_clock() && progress.reached == Reached::kNotInForce) break;
    context.out.Progress(progress.reached == Reached::kNotInForce
                             ? fmt::format("in force from {}", FormatInstant(package.effective_from))
                             : fmt::format("{} deadlines still to be planned anew", progress.still));
    std::this_thread::sleep_for(kLookAgain);
  }
  context.out.Progress("");
  return progress;
}

void PrintComparison(const Output& out, const ReplanComparison& comparison, const AmendPlan& plan, int limit) {
  out.Line(fmt::format("{} of the {} deadlines that were forecast moved as forecast", comparison.as_forecast,
                       plan.forecast.moves.size()));
  if (!comparison.not_moved.empty()) {
    out.Line(fmt::format("{} did not move; people acted on them since:", comparison.not_moved.size()));
    PrintMoves(out, comparison.not_moved, plan.calendar, limit);
  }
  if (!comparison.not_forecast.empty()) {
    out.Line(fmt::format("{} moved without a forecast; they began or went on since:", comparison.not_forecast.size()));
    PrintMoves(out, comparison.not_forecast, plan.calendar, limit);
  }
  std::vector<MovedDeadline> otherwise;
  for (const auto& one : comparison.otherwise) otherwise.push_back(one.moved);
  if (!otherwise.empty()) {
    out.Line(fmt::format("{} moved elsewhere than forecast; people acted on them since:", otherwise.size()));
    PrintMoves(out, otherwise, plan.calendar, limit);
  }
}

Json ComparisonJson(const ReplanComparison& comparison, int limit) {
  auto otherwise = Json::array();
  for (const auto& [forecast, moved] : comparison.otherwise) {
    if (std::ssize(otherwise) == limit) break;
    otherwise.push_back({{"forecast", MoveJson(forecast)}, {"moved", MoveJson(moved)}});
  }
  return {{"as_forecast", comparison.as_forecast},
          {"not_moved_total", comparison.not_moved.size()},
          {"not_forecast_total", comparison.not_forecast.size()},
          {"otherwise_total", comparison.otherwise.size()},
          {"not_moved", MovesJson(comparison.not_moved, limit)},
          {"not_forecast", MovesJson(comparison.not_forecast, limit)},
          {"otherwise", std::move(otherwise)}};
}

std::string AskLater(const codec::PublishedPackage& package) {
  return fmt::format("rasti calendar moved {} --version {}", package.files.name, package.files.version);
}

Outcome<void> Publish(Session& session, AmendPlan& plan, const AmendOptions& options) {
  if (options.effective_from.empty()) {
    // The forecast took its time, and nothing may come into force behind anybody's back.
    RASTI_TRY(const Instant now, session.Now());
    plan.amended.published_at = now;
    plan.amended.effective_from = std::max(plan.amended.effective_from, now + session.notice());
  }
  // What somebody else published since the forecast must not be lost by this version.
  RASTI_TRY(const CalendarAtHand there, FindCalendar(session, plan.base.files.name));
  const codec::PublishedPackage* base = there.InForceAt(plan.amended.effective_from);
  if (base == nullptr || base->files.version != plan.base.files.version) {
    return Refuse(Failure(Exit::kRejected, "conflict",
                          fmt::format("{} was published meanwhile; look again at what this would do: rasti calendar "
                                      "amend without --yes",
                                      base == nullptr ? plan.base.Key() : base->Key())));
  }
  RASTI_TRY(const auto is_new, session.Publish({plan.amended}));
  if (is_new.size() == 1 && is_new.front()) {
    // A log that took it in late holds it back.
    RASTI_TRY(const auto known, session.Packages());
    const auto found = std::ranges::find(known, plan.amended.Key(), &codec::PublishedPackage::Key);
    if (found != known.end()) plan.amended.effective_from = found->effective_from;
    return {};
  }
  return Refuse(Failure(Exit::kRejected, "no_change",
                        fmt::format("{} was published by somebody else meanwhile, just so", plan.amended.Key())));
}

Outcome<EventPositions> PositionsOf(Session& session) {
  RASTI_TRY(const auto ends, session.Ends());
  EventPositions positions;
  for (size_t i = 0; i < ends.size(); ++i) positions[{static_cast<int32_t>(i)}] = ends[i];
  return positions;
}

Outcome<void> Carry(const Context& context, Session& session, AmendPlan& plan, const AmendOptions& options,
                    Duration wait) {
  const Output& out = context.out;
  RASTI_TRY(const EventPositions before, PositionsOf(session));
  RASTI_CHECKED(Publish(session, plan, options));
  RASTI_TRY(const Progress progress, Wait(context, session, plan.amended, steady_clock::now() + wait));
  Json json = PlanJson(plan, options);
  json["published"] = true;
  json["in_force"] = progress.reached != Reached::kNotInForce;
  PrintPlan(out, plan, options);
  if (progress.reached == Reached::kNotInForce) {
    out.Json(json);
    out.Line(fmt::format("published; it comes into force on {}. What it moves then: {}",
                         FormatInstant(plan.amended.effective_from), AskLater(plan.amended)));
    return {};
  }
  RASTI_TRY(auto moved, ReadMoved(session, plan.amended.files.id(), before, std::nullopt));
  ReplanComparison comparison = Compare(plan.forecast.moves, moved);
  const auto shown = std::min<std::ptrdiff_t>(options.limit, std::ssize(comparison.not_forecast));
  for (std::ptrdiff_t i = 0; i < shown; ++i) {
    RASTI_CHECKED(LookUpBefore(session, comparison.not_forecast[static_cast<size_t>(i)]));
  }
  json["moved"] = TotalsOf(moved).AsJson();
  json["moved"]["moves"] = MovesJson(moved, options.limit);
  json["comparison"] = ComparisonJson(comparison, options.limit);
  json["still_to_move"] = progress.still;
  out.Line(out.Paint(Colour::kBold,
                     fmt::format("published and in force; {} moved", sla::TextOfCount(std::ssize(moved), "deadline"))));
  PrintComparison(out, comparison, plan, options.limit);
  out.Json(json);
  if (progress.reached == Reached::kDone) return {};
  return Refuse(Error{ErrorCode::kTimedOut,
                      fmt::format("{} deadlines are still to be planned anew; that goes on by itself. What moved by "
                                  "then: {}",
                                  progress.still, AskLater(plan.amended))});
}

Outcome<void> RunAmend(const Context& context, const AmendOptions& options) {
  if (options.yes && options.dry_run) return Misused("--yes and --dry-run exclude each other");
  RASTI_TRY(const Duration wait, GivenWait(options.wait));
  if (options.wish.legal_basis.empty()) return Misused("--legal-basis is empty: name what the change stands on");
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(AmendPlan plan, MakeAmendPlan(context, *session, options));
  for (const std::string& warning : plan.amendment.warnings) context.out.Note("warning: " + warning);
  if (options.yes) {
    RASTI_CHECKED(Carry(context, *session, plan, options, wait));
  } else {
    PrintPlan(context.out, plan, options);
    context.out.Line("nothing was changed: the same with --yes does it");
    Json json = PlanJson(plan, options);
    json["published"] = false;
    context.out.Json(json);
  }
  RASTI_CHECKED(session->Close());
  return {};
}

void AddWish(CLI::App& command, AmendmentWish& wish) {
  command.add_option("--add", wish.add, "A day off, or with --hours one on which it is open then; may be repeated")
      ->type_name("DATE");
  command.add_option("--remove", wish.remove, "A day that is as its weekday from now on; may be repeated")
      ->type_name("DATE");
  command.add_option("--move", wish.move, "A day off that is on another day; may be repeated")->type_name("FROM TO");
  command.add_option("--name", wish.name, "What the day is called, as `explain` says it; for --move: as it was");
  command.add_option("--legal-basis", wish.legal_basis, "The decision that it stands on")->required();
  command.add_option("--hours", wish.hours, "Open on the added days nevertheless: 08:00-12:00, several with commas")
      ->delimiter(',')
      ->type_name("HOURS,...");
  command.add_flag("--estimated", wish.estimated, "The government fixes the date later");
  command.add_flag("--past", wish.past, "Days that are over may be changed too: open deadlines are counted anew");
}

}  // namespace

void AddCalendarAmendCommand(CLI::App& calendar, Context& context) {
  auto options = std::make_shared<AmendOptions>();
  CLI::App* command =
      AddCommand(calendar, context, "amend",
                 "Show what a day off that was not known, or is on another day now, would do to the deadlines that "
                 "run; with --yes "
                 "publish it as a new version of the calendar, wait until they are planned anew, and list what moved",
                 "  rasti calendar amend kosovo --add 2027-03-08 --name 'Snow' --legal-basis 'Decision 03/12'\n"
                 "  rasti calendar amend kosovo --move 2027-03-09 2027-03-10 --legal-basis 'Decision 04/12' --yes",
                 [&context, options] { return RunAmend(context, *options); });
  command->add_option("CALENDAR", options->calendar, "Its name")->required();
  AddWish(*command, options->wish);
  command->add_option("--effective-from", options->effective_from, "In force from then on; default: now")
      ->type_name("TIME");
  command->add_option("--as-version", options->as_version, "What the new version is called; default: counted on")
      ->type_name("VERSION");
  command->add_flag("--yes", options->yes, "Do it");
  command->add_flag("--dry-run", options->dry_run, "Show only; that is the default");
  command->add_option("--wait", options->wait, "With --yes: how long to wait for all to be planned anew")
      ->type_name("DURATION")
      ->capture_default_str();
  command->add_option("--limit", options->limit, "Deadlines that are listed; totals are exact")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
}

}  // namespace rasti::cli
