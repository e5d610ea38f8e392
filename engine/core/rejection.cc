#include <array>
#include <utility>

#include "engine/core/decide.h"

namespace rasti::core {
namespace {

using Code = RejectionCode;

constexpr std::array kNames{
    std::pair{Code::kUnknownWorkflow, "unknown_workflow"},
    std::pair{Code::kVersionNotInForce, "version_not_in_force"},
    std::pair{Code::kUnknownTenant, "unknown_tenant"},
    std::pair{Code::kWrongTenant, "wrong_tenant"},
    std::pair{Code::kUnknownCase, "unknown_case"},
    std::pair{Code::kCaseExists, "case_exists"},
    std::pair{Code::kUnknownCategory, "unknown_category"},
    std::pair{Code::kUnknownChannel, "unknown_channel"},
    std::pair{Code::kUnknownStage, "unknown_stage"},
    std::pair{Code::kUnknownAction, "unknown_action"},
    std::pair{Code::kUnknownClock, "unknown_clock"},
    std::pair{Code::kUnknownQueue, "unknown_queue"},
    std::pair{Code::kUnknownDirectorate, "unknown_directorate"},
    std::pair{Code::kUnknownActor, "unknown_actor"},
    std::pair{Code::kRoleNotHeld, "role_not_held"},
    std::pair{Code::kRoleNotAllowed, "role_not_allowed"},
    std::pair{Code::kNotYourCase, "not_your_case"},
    std::pair{Code::kRevisionConflict, "revision_conflict"},
    std::pair{Code::kWrongStage, "wrong_stage"},
    std::pair{Code::kGuardFalse, "guard_false"},
    std::pair{Code::kGuardError, "guard_error"},
    std::pair{Code::kFieldMissing, "field_missing"},
    std::pair{Code::kFieldInvalid, "field_invalid"},
    std::pair{Code::kFormInvalid, "form_invalid"},
    std::pair{Code::kPersonalFieldMissing, "personal_field_missing"},
    std::pair{Code::kPersonalFieldInvalid, "personal_field_invalid"},
    std::pair{Code::kNotHistoric, "not_historic"},
    std::pair{Code::kHistoric, "historic"},
    std::pair{Code::kBackDated, "back_dated"},
    std::pair{Code::kTimeInvalid, "time_invalid"},
    std::pair{Code::kCaseFrozen, "case_frozen"},
    std::pair{Code::kCaseClosed, "case_closed"},
    std::pair{Code::kCaseNotClosed, "case_not_closed"},
    std::pair{Code::kNoChange, "no_change"},
    std::pair{Code::kClockNotRunning, "clock_not_running"},
    std::pair{Code::kClockNotPaused, "clock_not_paused"},
    std::pair{Code::kExtensionNotAllowed, "extension_not_allowed"},
    std::pair{Code::kLegalBasisUnknown, "legal_basis_unknown"},
    std::pair{Code::kMergeTargetInvalid, "merge_target_invalid"},
    std::pair{Code::kCalendarNotCovered, "calendar_not_covered"},
    std::pair{Code::kAutomaticLoop, "automatic_loop"},
    std::pair{Code::kUnknownFollowUp, "unknown_follow_up"},
    std::pair{Code::kInactiveActor, "inactive_actor"},
    std::pair{Code::kTooLarge, "too_large"},
    std::pair{Code::kMalformed, "malformed"},
    std::pair{Code::kNotAuthenticated, "not_authenticated"},
    std::pair{Code::kActorAbsent, "actor_absent"},
    std::pair{Code::kFourEyes, "four_eyes"},
};

}  // namespace

std::string_view RejectionCodeName(RejectionCode code) {
  for (const auto& [known, name] : kNames) {
    if (known == code) return name;
  }
  return "no_change";
}

std::optional<RejectionCode> ParseRejectionCode(std::string_view name) {
  for (const auto& [code, known] : kNames) {
    if (name == known) return code;
  }
  return std::nullopt;
}

}  // namespace rasti::core
