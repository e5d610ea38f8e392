#include "tests/support/sample_people.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "tests/support/sample_definition.h"

namespace rasti::test {
namespace {

constexpr const char* kZone = "Europe/Belgrade";
constexpr const char* kTzdata = "2025b";

std::string PersonId(int n) { return fmt::format("00000000-0000-4000-8000-{:012}", n); }

core::Actor MakeActor(int n, const char* role) { return {core::ActorId(PersonId(n)), core::Role(role)}; }

core::Person MakePerson(const core::Actor& actor, const char* handle, const char* directorate, const char* queue) {
  core::Person person;
  person.id = actor.id;
  person.handle = handle;
  person.roles = {actor.role};
  if (directorate != nullptr) person.directorate = core::DirectorateId(directorate);
  if (queue != nullptr) person.queues = {core::QueueId(queue)};
  person.languages = {"sq", "en"};
  return person;
}

core::Texts Text(const char* text) { return {text, text, text}; }

}  // namespace

namespace people {
core::Actor Citizen() { return MakeActor(1, "citizen"); }
core::Actor OtherCitizen() { return MakeActor(2, "citizen"); }
core::Actor Clerk() { return MakeActor(3, "clerk"); }
core::Actor Officer() { return MakeActor(4, "officer"); }
core::Actor SecondOfficer() { return MakeActor(5, "officer"); }
core::Actor Head() { return MakeActor(6, "head"); }
core::Actor Mayor() { return MakeActor(7, "mayor"); }
core::Actor Overseer() { return MakeActor(8, "overseer"); }
core::Actor Migrator() { return MakeActor(9, "migrator"); }
core::Actor Connector() { return MakeActor(10, "connector"); }
}  // namespace people

core::Tenant SampleTenant() {
  core::Tenant tenant;
  tenant.id = core::TenantId("prishtine");
  tenant.version = core::VersionedName("prishtine@1");
  tenant.kind = "municipality";
  tenant.title = Text("Prishtina");
  tenant.calendar = "sample-calendar";
  tenant.languages = {"sq", "sr-Latn", "en"};
  tenant.overseen_by = core::TenantId("mlga");
  tenant.directorates = {{core::DirectorateId("roads"), Text("Roads")}, {core::DirectorateId("waste"), Text("Waste")}};
  tenant.queues = {{core::QueueId("roads"), core::DirectorateId("roads"), Text("Roads")},
                   {core::QueueId("waste"), core::DirectorateId("waste"), Text("Waste")},
                   {core::QueueId("reception"), core::DirectorateId(), Text("Reception")}};
  tenant.people = {MakePerson(people::Clerk(), "clerk1", nullptr, "reception"),
                   MakePerson(people::Officer(), "roads.officer1", "roads", "roads"),
                   MakePerson(people::SecondOfficer(), "waste.officer1", "waste", "waste"),
                   MakePerson(people::Head(), "roads.head", "roads", nullptr),
                   MakePerson(people::Mayor(), "mayor", nullptr, nullptr)};
  tenant.BuildIndex();
  return tenant;
}

core::Tenant SampleMinistry() {
  core::Tenant ministry;
  ministry.id = core::TenantId("mlga");
  ministry.version = core::VersionedName("mlga@1");
  ministry.kind = "ministry";
  ministry.title = Text("Ministry of Local Government");
  ministry.calendar = "sample-calendar";
  ministry.languages = {"sq", "sr-Latn", "en"};
  ministry.people = {MakePerson(people::Overseer(), "overseer1", nullptr, nullptr)};
  ministry.BuildIndex();
  return ministry;
}

Result<sla::Calendar> SampleCalendar(int version) {
  const std::string path = fmt::format("workflows/tzdata/{}/{}", kTzdata, kZone);
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(Error::NotFound(path + ": not there; tests run in the project's root"));
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  RASTI_CHECKED(sla::RegisterTimeZones(kTzdata, {{kZone, bytes}}));
  RASTI_TRY(auto zone, sla::LoadTimeZone(kTzdata, kZone));

  sla::CalendarSpec spec;
  spec.name = "sample-calendar";
  spec.zone_name = kZone;
  for (size_t day = 0; day < 5; ++day) spec.week[day] = {{8 * 60, 16 * 60}};
  spec.covers_from = sla::Day(2023, 1, 1);
  spec.covers_to = sla::Day(2030, 12, 31);
  if (version >= 2) {
    for (const sla::Day day : {sla::Day(2024, 3, 18), sla::Day(2024, 4, 1), sla::Day(2025, 2, 17)}) {
      spec.exceptional_days[day] = {{}, "Sample holiday", false};
    }
  }
  return sla::Calendar::Create(std::move(spec), zone);
}

Instant SampleStart() { return *ParseInstant("2024-03-04T09:00:00+01:00"); }

core::Command MakeCommand(const core::CaseId& case_id, std::string command_id, const core::Actor& actor,
                          core::CommandPayload payload) {
  core::Command command;
  command.command_id = core::CommandId(std::move(command_id));
  command.case_id = case_id;
  command.tenant = core::TenantId("prishtine");
  command.actor = actor;
  command.submitter = core::SubmitterId("socket");
  command.payload = std::move(payload);
  return command;
}

core::SubmitCase SampleSubmit(std::string category, std::string title) {
  core::SubmitCase submit;
  submit.workflow = core::WorkflowId("sample");
  submit.title = std::move(title);
  submit.category = core::CategoryId(std::move(category));
  submit.channel = "web";
  submit.subject = core::SubjectId(people::Citizen().id.str());
  submit.form = R"({"place":"Rruga B","severity":3})";
  return submit;
}

core::TakeAction Act(std::string action, std::string fields) {
  return {core::ActionId(std::move(action)), std::move(fields), {}};
}

core::CaseId SampleCaseId(uint64_t n) {
  return core::CaseIdFromKey(core::TenantId("prishtine"), fmt::format("sample case {}", n));
}

}  // namespace rasti::test
