// calendar.yaml with its table of holidays, tenant.yaml and overrides.yaml; which of them an input is, its first key
// says. The files of a calendar stand behind each other, each after a line "--- NAME". What is accepted carries over
// the log of definitions unchanged, is read the same again, and can be worked with: deadlines are counted on a
// calendar, people are found in a tenant, overrides fit a workflow or are told why not.
#include <map>
#include <string>

#include "engine/codec/calendar_yaml.h"
#include "engine/codec/overrides_yaml.h"
#include "engine/codec/tenant_yaml.h"
#include "engine/codec/yaml/yaml_node.h"
#include "engine/sla/deadline.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/package_file.h"
#include "tests/fuzz/text_file.h"

namespace rasti::fuzz {
namespace {

Instant Middle(const sla::Calendar& calendar) {
  const sla::CalendarSpec& spec = calendar.spec();
  return calendar.At(spec.covers_from + (spec.covers_to - spec.covers_from) / 2, std::chrono::hours(11));
}

void CheckCounting(const sla::Calendar& calendar) {
  const Instant start = Middle(calendar);
  for (const sla::Count count : {sla::Count::kWorkingDays, sla::Count::kWorkingHours, sla::Count::kCalendarDays,
                                 sla::Count::kCalendarMonths, sla::Count::kElapsed}) {
    sla::Course course{sla::DefaultRule(count), start};
    course.rule.number = 3;
    course.rule.length = std::chrono::hours(17);
    sla::Explanation explanation;
    const auto deadline = ComputeDeadline(calendar, course, &explanation);
    const auto without = ComputeDeadline(calendar, course);
    RASTI_CHECK(deadline.has_value() == without.has_value(), "an explanation changes nothing");
    if (!deadline) {
      CheckError(deadline.error());
      continue;
    }
    RASTI_CHECK(*deadline == *without && deadline->due_at >= start, "a deadline comes after its start");
    RASTI_CHECK(!explanation.empty() && explanation.back().kind == sla::ExplanationStep::Kind::kDue &&
                    explanation.back().at == deadline->due_at,
                "an explanation ends with the deadline");
    course.steps = {sla::Paused{start}, sla::Resumed{start + std::chrono::hours(30)}};
    const auto paused = ComputeDeadline(calendar, course);
    RASTI_CHECK(!paused || paused->due_at >= deadline->due_at, "a pause brings no deadline forward");
  }
  for (const Duration length : {Duration{0}, Duration{1}, Duration{std::chrono::hours(100)}}) {
    const auto later = sla::AddOpeningTime(calendar, start, length);
    if (!later) continue;
    const auto between = sla::OpeningTimeBetween(calendar, start, *later);
    RASTI_CHECK(between.has_value() && *between == length, "opening time that was added has passed");
  }
}

std::string VersionIn(const std::string& yaml) {
  codec::Issues none("calendar.yaml");
  const auto root = codec::ParseYaml(yaml, none);
  const codec::YamlEntry* version = root ? root->Find("version") : nullptr;
  RASTI_CHECK(version != nullptr, "a calendar has a version");
  return version->value.text;
}

void CheckCalendar(std::string_view input) {
  const auto files = SplitFiles("calendar.yaml", input);
  std::vector<codec::Issue> issues;
  const auto spec = codec::ReadCalendar(files, issues);
  RASTI_CHECK(spec.has_value() != codec::HasErrors(issues), "there is a calendar, or errors");
  for (const codec::Issue& issue : issues) {
    const auto file = files.find(issue.file);
    RASTI_CHECK(file != files.end() && LinesOf(file->second).Has({issue.line, issue.column}) && !issue.message.empty(),
                "an issue has its place in one of the files");
  }
  if (!spec) return;
  const auto calendar = sla::Calendar::Create(*spec, cctz::utc_time_zone());
  RASTI_CHECK(calendar.has_value(), "a calendar that was read is one");
  CheckCounting(*calendar);
  const codec::PackageFiles package{codec::PackageKind::kCalendar, spec->name, VersionIn(files.at("calendar.yaml")),
                                    files};
  const auto loaded = LoadCarried(package);
  RASTI_CHECK(loaded.has_value(), "what was carried over the log can be loaded");
  const auto& again = std::get<sla::CalendarSpec>(*loaded);
  RASTI_CHECK(again.name == spec->name && again.zone_name == spec->zone_name && again.week == spec->week &&
                  again.exceptional_days == spec->exceptional_days && again.covers_from == spec->covers_from &&
                  again.covers_to == spec->covers_to,
              "it is the same calendar");
}

void CheckTenant(std::string_view yaml) {
  codec::Issues issues("tenant.yaml");
  const auto tenant = codec::ReadTenant(yaml, issues);
  RASTI_CHECK(tenant.has_value() != issues.HasErrors(), "there is a tenant, or errors");
  CheckIssues(std::move(issues), LinesOf(yaml));
  if (!tenant) return;
  for (const core::Person& person : tenant->people) {
    RASTI_CHECK(tenant->FindPerson(person.id) == &person && tenant->FindHandle(person.handle) == &person,
                "a person is found by id and handle");
    RASTI_CHECK(!person.substitute || tenant->FindPerson(*person.substitute), "a substitute stands in the directory");
    for (const core::QueueId& queue : person.queues) RASTI_CHECK(tenant->FindQueue(queue), "a person's queue is there");
  }
  for (const core::Queue& queue : tenant->queues) {
    RASTI_CHECK(tenant->FindDirectorate(queue.directorate), "a queue belongs to a directorate");
  }
  const codec::PackageFiles package{codec::PackageKind::kTenant,
                                    tenant->id.str(),
                                    std::string(core::VersionOf(tenant->version)),
                                    {{"tenant.yaml", std::string(yaml)}}};
  const auto loaded = LoadCarried(package);
  RASTI_CHECK(loaded.has_value(), "what was carried over the log can be loaded");
  const auto& again = std::get<core::Tenant>(*loaded);
  RASTI_CHECK(again.id == tenant->id && again.version == tenant->version && again.title == tenant->title &&
                  again.directorates == tenant->directorates && again.queues == tenant->queues &&
                  again.people == tenant->people && again.overseen_by == tenant->overseen_by &&
                  again.default_queue == tenant->default_queue && again.languages == tenant->languages,
              "it is the same tenant");
}

const core::Definition& BaseWorkflow() {
  static const core::Definition kBase = [] {
    const auto files = codec::ReadPackageDirectory("workflows/request");
    RASTI_CHECK(files.has_value(), "there is a workflow");
    auto loaded = codec::LoadPackage(*files);
    RASTI_CHECK(loaded.has_value(), "the workflow is in order");
    return std::get<core::Definition>(*std::move(loaded));
  }();
  return kBase;
}

void CheckOverrides(std::string_view yaml) {
  codec::Issues issues("overrides.yaml");
  const auto overrides = codec::ReadOverrides(yaml, issues);
  RASTI_CHECK(overrides.has_value() != issues.HasErrors(), "there are overrides, or errors");
  CheckIssues(std::move(issues), LinesOf(yaml));
  if (!overrides) return;
  const core::Definition& base = BaseWorkflow();
  const core::Materialised made = core::Materialise(base, *overrides);
  RASTI_CHECK(core::PartsOf(made.definition.version).base == base.version, "the name says what it was made of");
  RASTI_CHECK(made.definition.actions.size() == base.actions.size() &&
                  made.definition.permissions == base.permissions &&
                  made.definition.stages.size() == base.stages.size(),
              "what is not a tenant's stays");
  const auto unfit = core::CheckOverrides(base, *overrides);
  RASTI_CHECK(!unfit.empty() || made.issues.empty(), "what has no place is told");
  codec::Issues placed("overrides.yaml");
  codec::CheckFit(yaml, *overrides, base, nullptr, placed);
  RASTI_CHECK(placed.HasErrors() != unfit.empty(), "each fault has its place");
  CheckIssues(std::move(placed), LinesOf(yaml));
  const codec::PackageFiles package{codec::PackageKind::kOverrides,
                                    core::OverridesName(overrides->workflow, overrides->tenant),
                                    overrides->version,
                                    {{"overrides.yaml", std::string(yaml)}}};
  const auto loaded = LoadCarried(package);
  RASTI_CHECK(loaded.has_value() && std::get<core::Overrides>(*loaded) == *overrides,
              "what was carried over the log is the same");
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  const std::string_view input = AsText(data, size);
  if (input.starts_with("tenant")) {
    CheckTenant(input);
  } else if (input.starts_with("overrides")) {
    CheckOverrides(input);
  } else {
    CheckCalendar(input);
  }
  return 0;
}
