// What people fill in, on its way into commands: forms are checked and their personal fields taken out, `--field k=v`
// becomes the JSON that an action wants.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/definition.h"
#include "engine/core/form.h"
#include "tools/rasti/failure.h"

namespace rasti::cli {

/// A JSON object from an option: text, @FILE or - (see TextOrFile); empty: {}. Failures: exit 2 with line and column.
Outcome<nlohmann::json> ReadForm(const std::string& option, const std::string& argument);

struct SplitForm {
  std::string form;  // the public fields
  std::vector<core::Field> personal;
};
/// Checks the form as it was filled in and takes its personal fields out. Failures: form_invalid (names the field,
/// never its value); personal_field_invalid where a personal field has no subject.
Outcome<SplitForm> Split(const core::Form& form, nlohmann::json whole, const core::CaseId& case_id,
                         const std::optional<core::SubjectId>& subject);
/// The same for a correction (a JSON Merge Patch). Personal fields that are there are checked; what the others become
/// is for the engine to check, which has the whole form. Null takes a public field away; a personal one, which lies
/// apart and sealed, only another value replaces: null there, or for an object around it, is refused.
Outcome<SplitForm> SplitPatch(const core::Form& form, nlohmann::json patch, const core::CaseId& case_id,
                              const std::optional<core::SubjectId>& subject);

/// "k=v" pairs as the action's fields want them; "k:=JSON" is taken as it stands. A value that is none of its type goes
/// on as text, so that the engine says what is wrong with it. Failures: exit 2 where there is no '='.
Outcome<std::string> ActionFields(const std::vector<std::string>& pairs, const core::Action* action);

}  // namespace rasti::cli
