// A small but whole world for tests: a workflow with stages, actions, two clocks and three escalation levels, a working
// calendar, a municipality with people and the ministry that oversees it. Built in code, so that tests of the core need
// no loader.
//
// Immutable once built; hand it around by reference. Thread-safe to read.
#pragma once

#include <string>

#include "engine/core/decide.h"

namespace rasti::test {

/// Who acts in the sample's municipality and ministry. Roles: clerk, officer, head, mayor (municipality), overseer
/// (ministry), citizen (not in the directory), migrator (imports).
namespace people {
core::Actor Citizen();  // any case is submitted by this one unless the test says otherwise
core::Actor OtherCitizen();
core::Actor Clerk();
core::Actor Officer();        // of the roads directorate, queue "roads"
core::Actor SecondOfficer();  // of the waste directorate, queue "waste"
core::Actor Head();
core::Actor Mayor();
core::Actor Overseer();
core::Actor Migrator();
core::Actor Connector();
}  // namespace people

/// The workflow "sample":
///
///   new --open--> open --ask--> waiting --answer--> open --close--> closed --reopen--> open
///   new, open, waiting --withdraw--> closed;  new --reject--> closed;  open --respond, refer--> open
///   open --drop (automatic)--> closed as soon as the form says {"nothing_found": true}
///
/// Clocks: "acknowledge" (2 working days from the submission, met by opening, rejecting or closing) and "resolve" (by
/// category: roads 10 working days, waste 48 working hours, lights 15 calendar days, other none; met by closing; pauses
/// in waiting; one warning 2 working days ahead, escalations to head at once, mayor after 3 working days, overseer
/// after 7; may be extended twice by 5 working days). Reopening starts "resolve" again.
class SampleWorld {
 public:
  SampleWorld();
  SampleWorld(const SampleWorld&) = delete;
  SampleWorld& operator=(const SampleWorld&) = delete;

  core::Definition definition;    // "sample@1"
  core::Definition definition_2;  // "sample@2": the same with a stage "checking" more; for migrations
  sla::Calendar calendar;         // "sample-calendar@1": Mon-Fri 8-16, Europe/Belgrade, 2023 to 2030
  sla::Calendar calendar_2;       // "sample-calendar@2": the same with three holidays more
  core::Tenant tenant;            // "prishtine"
  core::Tenant ministry;          // "mlga"

  /// What Decide takes. Points into this object.
  core::Config config() const { return MakeConfig(definition, calendar, 1); }
  core::Config config_with_calendar_2() const { return MakeConfig(definition, calendar_2, 2); }
  /// For a case of version 2 of the definition.
  core::Config config_2() const { return MakeConfig(definition_2, calendar, 1); }

 private:
  core::Config MakeConfig(const core::Definition& used, const sla::Calendar& hours, int calendar_version) const;
};

/// What of a case of the sample everybody may read: its title and place, but not while it waits, and not of the worst.
/// The sample itself has no register.
core::PublicRegister SamplePublicRegister(const core::Form& form);

/// Monday 2024-03-04, 09:00 in Prishtina: an instant at which the counters are open.
Instant SampleStart();

/// A command of that actor in the sample's municipality, by the submitter "socket". occurred_at is left out.
core::Command MakeCommand(const core::CaseId& case_id, std::string command_id, const core::Actor& actor,
                          core::CommandPayload payload);
/// A submission of the category with a form that is valid.
core::SubmitCase SampleSubmit(std::string category = "roads", std::string title = "Pothole");
core::TakeAction Act(std::string action, std::string fields = {});
/// Case ids that count up: the same n gives the same id.
core::CaseId SampleCaseId(uint64_t n);

}  // namespace rasti::test
