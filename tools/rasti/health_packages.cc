// Configuration as `rasti doctor` sees it: what is in force, what ends, what open cases lack.
#include <fmt/format.h>

#include "tools/rasti/health_parts.h"

namespace rasti::cli {
namespace {

// Deadlines are often some weeks long; an Eid is fixed late. Below the first somebody has to act, below the second it
// is time to prepare.
constexpr auto kCoverageLeast = std::chrono::days(30);
constexpr auto kCoverageSoon = std::chrono::days(90);

struct CalendarUse {
  const sla::Calendar* calendar = nullptr;
  int tenants = 0;
  int64_t live = 0;  // open cases of theirs
};

void CheckCoverage(const std::string& name, const CalendarUse& use, Instant now, bool cases_known, Findings& findings) {
  const sla::Day end = use.calendar->spec().covers_to;
  const Duration left = use.calendar->EndOf(end) - now;
  if (left >= kCoverageSoon) return;
  const std::string text = fmt::format(
      "the calendar '{}' of {} tenants{} covers only days up to {:04}-{:02}-{:02}: a deadline beyond is "
      "refused, never guessed",
      name, use.tenants, cases_known ? fmt::format(" with {} open cases", use.live) : "", end.year(), end.month(),
      end.day());
  const std::string remedy = "publish a version with the holidays of the years that follow";
  // Nobody is let down by the calendar of a city whose cases are history.
  if (left < kCoverageLeast && use.live > 0) {
    findings.push_back(Problem("calendars", Error::OutOfRange(text), remedy));
  } else {
    findings.push_back(Noted("calendars", text, remedy));
  }
}

void CheckCalendars(const runtime::Configuration& configuration, const std::vector<const core::Tenant*>& tenants,
                    Instant now, const std::optional<OpenCases>& cases, Findings& findings) {
  std::map<std::string, CalendarUse> calendars;
  for (const core::Tenant* tenant : tenants) {
    CalendarUse& use = calendars[tenant->calendar];
    use.calendar = configuration.CalendarAt(tenant->calendar, now);
    ++use.tenants;
    if (!cases) continue;
    if (const auto live = cases->live.find(tenant->id); live != cases->live.end()) use.live += live->second;
  }
  const size_t before = findings.size();
  for (const auto& [name, use] : calendars) {
    if (use.calendar == nullptr) {
      findings.push_back(
          Problem("packages",
                  Error::NotFound(fmt::format("{} tenants use the calendar '{}', which is not in force, or no tz data "
                                              "is",
                                              use.tenants, name)),
                  "publish it: their cases are rejected until then"));
    } else {
      CheckCoverage(name, use, now, cases.has_value(), findings);
    }
  }
  if (findings.size() == before) {
    findings.push_back(Good("calendars", fmt::format("{} calendars in force cover the next {} days", calendars.size(),
                                                     std::chrono::days(kCoverageSoon).count())));
  }
}

void CheckNeeded(const runtime::Configuration& configuration, const OpenCases& cases, Findings& findings) {
  const std::string remedy =
      "publish that version again, exactly as it was: until then these cases cannot be worked on, and their partition "
      "stands still when one of their deadlines falls due";
  for (const auto& [definition, count] : cases.definitions) {
    if (configuration.FindDefinition(definition) != nullptr) continue;
    findings.push_back(Problem("definitions",
                               Error::NotFound(fmt::format("the workflow {} is needed by {} open cases, and is not "
                                                           "published here",
                                                           definition.str(), count)),
                               remedy));
  }
  for (const auto& [versions, count] : cases.calendars) {
    if (configuration.FindCalendar(versions.first, versions.second) != nullptr) continue;
    findings.push_back(Problem(
        "definitions",
        Error::NotFound(fmt::format("{} and {} are needed by the clocks of {} open cases, and are not published "
                                    "here",
                                    versions.first.str(), versions.second.str(), count)),
        remedy));
  }
  if (findings.empty() || findings.back().what != "definitions") {
    findings.push_back(Good("definitions", fmt::format("open cases need {} versions of workflows; all are published",
                                                       cases.definitions.size())));
  }
}

}  // namespace

void CheckPackages(const runtime::Configuration& configuration, size_t packages, Instant now,
                   const std::optional<OpenCases>& cases, Findings& findings) {
  const auto tenants = configuration.TenantsAt(now);
  const auto workflows = configuration.DefinitionsAt(now);
  if (tenants.empty() || workflows.empty()) {
    findings.push_back(Noted("packages",
                             fmt::format("{} tenants and {} workflows are in force", tenants.size(), workflows.size()),
                             "publish some: rasti publish DIR"));
  } else {
    findings.push_back(Good("packages", fmt::format("{} packages; {} workflows and {} tenants in force", packages,
                                                    workflows.size(), tenants.size())));
  }
  if (!tenants.empty()) CheckCalendars(configuration, tenants, now, cases, findings);
  if (cases) CheckNeeded(configuration, *cases, findings);
}

}  // namespace rasti::cli
