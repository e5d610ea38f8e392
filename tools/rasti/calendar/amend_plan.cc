#include "tools/rasti/calendar/amend_plan.h"

#include <fmt/format.h>

#include "engine/sla/text.h"
#include "tools/rasti/calendar/calendar_at_hand.h"
#include "tools/rasti/calendar/move_list.h"
#include "tools/rasti/package_folders.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;

Json ChangesJson(const Amendment& amendment) {
  auto list = Json::array();
  for (const DayChange& change : amendment.changes) {
    Json json{{"date", sla::TextOf(change.day)},
              {"weekday", sla::WeekdayName(cctz::get_weekday(change.day))},
              {"open_before", HoursJson(change.hours_before)},
              {"open_after", HoursJson(change.hours_after)}};
    if (!change.name_before.empty()) json["name_before"] = change.name_before;
    json["name"] = change.after.name;
    if (!change.after.legal_basis.empty()) json["legal_basis"] = change.after.legal_basis;
    if (change.after.estimated) json["estimated"] = true;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

void PrintPlan(const Output& out, const AmendPlan& plan, const AmendOptions& options) {
  out.Line(
      out.Paint(Colour::kBold, fmt::format("{} with these days {} {}, in force from {}", plan.base.files.id().str(),
                                           options.yes ? "is" : "would be", plan.amended.files.id().str(),
                                           FormatInstant(plan.amended.effective_from))));
  std::vector<std::vector<std::string>> rows;
  for (const DayChange& change : plan.amendment.changes) {
    rows.push_back({sla::TextOfDayOfWeek(change.day),
                    fmt::format("{} -> {}", HoursText(change.hours_before), HoursText(change.hours_after)),
                    EntryText(change.after)});
  }
  for (const std::string& line : Align(rows)) out.Line("  " + line);
  const MoveTotals totals = TotalsOf(plan.forecast.moves);
  out.Line(fmt::format("{} {} planned anew: {}; {} with running deadlines looked at",
                       sla::TextOfCount(totals.all, "deadline"), totals.all == 1 ? "is" : "are", TotalsText(totals),
                       sla::TextOfCount(plan.forecast.cases, "case")));
  PrintTenants(out, totals);
  PrintMoves(out, plan.forecast.moves, plan.calendar, options.limit);
  for (const ForecastKept& kept : plan.forecast.kept) {
    out.Line(fmt::format("  {} stays as it is: {}", core::PublicReference(kept.case_id), kept.reason));
  }
}

Json PlanJson(const AmendPlan& plan, const AmendOptions& options) {
  Json forecast = TotalsOf(plan.forecast.moves).AsJson();
  forecast["cases"] = plan.forecast.cases;
  forecast["moves"] = MovesJson(plan.forecast.moves, options.limit);
  auto kept = Json::array();
  for (const ForecastKept& one : plan.forecast.kept) {
    kept.push_back({{"case_id", one.case_id.str()}, {"tenant", one.tenant.str()}, {"reason", one.reason}});
  }
  forecast["kept"] = std::move(kept);
  return {{"calendar", plan.base.files.name},       {"base", plan.base.files.version},
          {"version", plan.amended.files.version},  {"effective_from", FormatInstant(plan.amended.effective_from)},
          {"changes", ChangesJson(plan.amendment)}, {"warnings", plan.amendment.warnings},
          {"forecast", std::move(forecast)}};
}

Outcome<AmendPlan> MakeAmendPlan(const Context& context, Session& session, const AmendOptions& options) {
  RASTI_TRY(const auto given, GivenInstant("--effective-from", options.effective_from));
  RASTI_TRY(const CalendarAtHand calendar, FindCalendar(session, options.calendar));
  const Instant from = given.value_or(calendar.now + session.notice());
  if (from < calendar.now + session.notice()) {
    return Misused(fmt::format("--effective-from {}: lies {} (it is {}); what was decided stays decided",
                               FormatInstant(from),
                               from < calendar.now ? "in the past" : "too near for every node to know it by then",
                               FormatInstant(calendar.now)));
  }
  const codec::PublishedPackage* base = calendar.InForceAt(from);
  if (base == nullptr) {
    return Misused(fmt::format("--effective-from {}: no version of '{}' is in force then; {} is from {}",
                               FormatInstant(from), calendar.name, calendar.versions.front().files.id().str(),
                               FormatInstant(calendar.versions.front().effective_from)));
  }
  AmendPlan plan;
  plan.base = *base;
  RASTI_TRY(const codec::CalendarSource source, SourceOf(*base));
  RASTI_TRY(plan.configuration, session.Configuration());
  plan.calendar = plan.configuration->CalendarAt(calendar.name, calendar.now);
  const sla::Day today = plan.calendar == nullptr ? sla::Day(cctz::convert(calendar.now, cctz::utc_time_zone()))
                                                  : plan.calendar->LocalDay(calendar.now);
  RASTI_TRY(plan.amendment, PlanAmendment(options.wish, source.spec, today));
  if (const codec::PublishedPackage* next = calendar.NextAfter(from)) {
    plan.amendment.warnings.push_back(
        fmt::format("--effective-from: {} comes into force on {} and does not have these days: amend it, too",
                    next->files.id().str(), FormatInstant(next->effective_from)));
  }
  std::vector<std::string> versions;
  for (const codec::PublishedPackage& version : calendar.versions) versions.push_back(version.files.version);
  RASTI_TRY(const std::string version, VersionAfter(versions, options.as_version));
  RASTI_TRY(auto files, codec::AmendCalendar(base->files, {version, plan.amendment.days()}));
  plan.amended = {std::move(files), from, calendar.now, kLocalPublisher};

  ForecastQuery query;
  query.calendar = calendar.name;
  query.amended = plan.amended;
  RASTI_TRY(plan.forecast, ForecastAll(session, query, [&](int64_t cases) {
              context.out.Progress(fmt::format("looking ahead: {} cases", cases));
            }));
  context.out.Progress("");
  return plan;
}

}  // namespace rasti::cli
