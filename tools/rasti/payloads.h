// What commands carry, made from what a person typed or a scenario says. Ids of messages and documents are made here.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "engine/core/command.h"
#include "tools/rasti/case_command.h"

namespace rasti::cli {

/// Names as people use them; empty ones are not looked at.
struct AssignWish {
  std::string person;  // a handle or id of the tenant's directory or the overseer's
  std::string queue;
  std::string directorate;
  std::string tenant;
  std::string reason;
};
/// Failures: unknown_actor, with what was probably meant.
Outcome<core::AssignCase> MakeAssignment(const AssignWish& wish, const CaseAtHand& found);

/// `said` as it was said; otherwise told by the role: those who see only their own cases are citizens.
core::Direction DirectionOf(std::optional<core::Direction> said, const CaseAtHand& found, const core::Actor& actor);

/// What people write to each other is personal: the citizen's, or the writer's where no citizen is known.
core::AddMessage MakeMessage(const std::string& text, std::optional<core::Direction> said, const CaseAtHand& found,
                             const core::Actor& actor);

struct DocumentWish {
  std::string name;
  std::string media_type;
  std::string content;  // only its size and hash are kept
};
core::AddAttachment MakeAttachment(const DocumentWish& wish, std::optional<core::Direction> said,
                                   const CaseAtHand& found, const core::Actor& actor);

/// Without a comment where it is empty.
core::RateCase MakeRating(int score, const std::string& comment, const CaseAtHand& found, const core::Actor& actor);

struct CorrectionWish {
  std::string category;  // empty: stays
  std::optional<std::string> title;
  nlohmann::json form_patch = nlohmann::json::object();  // a JSON Merge Patch, personal fields in their places
  std::string reason;
};
/// Failures: those of SplitPatch.
Outcome<core::CorrectCase> MakeCorrection(const CorrectionWish& wish, const CaseAtHand& found);

}  // namespace rasti::cli
