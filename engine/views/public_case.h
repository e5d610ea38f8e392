// A case as anybody may read it. A pure function of what the views hold and what its definition makes public.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/views/history.h"
#include "engine/views/public_register.h"
#include "engine/views/rows.h"

namespace rasti::views {

/// Something that happened in public.
struct PublicStep {
  enum class Kind : uint8_t { kReceived, kStage, kResponse, kReferred, kClosed, kReopened, kWithdrawn, kMerged, kTold };
  Kind kind = Kind::kReceived;
  Instant at;
  core::StageId stage;    // kStage: that was entered
  std::string outcome;    // kResponse, kClosed
  std::string text;       // kResponse: the answer; kReferred: to whom; kMerged: the reference of the other case
  core::ActionId action;  // kTold: what was done,
  std::string fields;     // and what was said with it in public, a JSON object
  bool operator==(const PublicStep&) const = default;
};
std::string_view PublicStepName(PublicStep::Kind kind);

/// A deadline, and whether it was kept.
struct PublicClock {
  core::ClockId clock;
  core::ClockStatus status = core::ClockStatus::kRunning;
  Instant due_at;
  std::optional<Instant> met_at;
  bool breached = false;
  bool operator==(const PublicClock&) const = default;
};

struct PublicCase {
  PublicRow head;
  std::string form;  // JSON object of the fields that are public, in their places
  std::vector<PublicStep> steps;
  std::vector<PublicClock> clocks;
};

/// `history`: all of the case's, up to what the page shows. Errors: kNotFound where the case is not in the register, in
/// words that do not say whether there is one; kCorruption (a form that is no JSON object).
Result<PublicCase> MakePublicCase(const CasePage& page, const CaseHistory& history, const core::Definition& definition);

}  // namespace rasti::views
