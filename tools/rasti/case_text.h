// A case as people read it: instants in the local time of the authority, deadlines with how they stand.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/core/case_state.h"
#include "engine/core/event.h"
#include "engine/runtime/configuration.h"
#include "engine/views/views.h"
#include "tools/rasti/output.h"

namespace rasti::cli {

/// The configuration around one case, as of an instant. Pointers live as long as the configuration.
struct CaseSetting {
  std::shared_ptr<const runtime::Configuration> configuration;
  const core::Definition* definition = nullptr;
  const core::Tenant* tenant = nullptr;
  const core::Tenant* overseer = nullptr;
  const sla::Calendar* calendar = nullptr;
  bool show_personal = false;  // the access was recorded
};
CaseSetting SettingOf(const core::CaseState& state, std::shared_ptr<const runtime::Configuration> configuration,
                      Instant at);

/// "Mon 2026-11-23 09:00:00 +01:00" in the calendar's zone; RFC 3339 in UTC without a calendar.
std::string LocalText(Instant instant, const sla::Calendar* calendar);
/// "2 d 3 h", "45 min", "12 s".
std::string LengthText(Duration length);

/// "queue roads of directorate roads", "waste.officer1", "nobody".
std::string HolderText(const core::Assignment& holder, const CaseSetting& setting);
/// "due Mon ... (in 2 d 3 h)", "met ..., on time", "paused since ...".
std::string ClockText(const core::ClockState& clock, const CaseSetting& setting, Instant now);
/// One line a clock: name and how it stands, in the colour of how it stands.
std::vector<std::string> ClockLines(const core::CaseState& state, const CaseSetting& setting, Instant now,
                                    const Output& out);
/// The page of a case.
std::vector<std::string> CaseLines(const views::CasePage& page, const CaseSetting& setting, Instant now,
                                   const Output& out);
nlohmann::ordered_json CaseJson(const views::CasePage& page, bool show_personal = false);

/// What an event says, in a sentence without its time and its actor.
std::string EventText(const core::Event& event, const CaseSetting& setting);

}  // namespace rasti::cli
