// Who is there to work on a day, and who works in the place of those who are not: substitutes, absences, departures.
// Pure functions of a directory and a day; thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "engine/core/tenant.h"

namespace rasti::core {

enum class Presence : uint8_t {
  kPresent,
  kAbsent,  // for some days
  kLeft,    // no longer active in the directory
};

struct Standing {
  Presence presence = Presence::kPresent;
  /// Of an absence: its last day, those that follow on it without a gap included.
  std::optional<sla::Day> until;
  /// Who does their work: they themselves while they are present. Null: nobody stands in.
  const Person* acting = nullptr;
};

/// How somebody of the directory stands on that day. Who stands in is present: a substitute who is away or has left is
/// stood in for by theirs, and so on; of an absence that names its own, that one is asked first, the person's after.
Standing StandingOf(const Tenant& tenant, const Person& person, sla::Day day);

/// Those whose work falls to `person` on that day, in the order of the directory: who is absent, and who left and is
/// named on cases still.
std::vector<const Person*> StandsInFor(const Tenant& tenant, const Person& person, sla::Day day);

}  // namespace rasti::core
