// A form at the edge: split into what everyone may see and what is sealed, and joined again for those who may see both.
// Pure functions; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/form.h"
#include "engine/core/ids.h"

namespace rasti::codec {

/// Whose data the personal fields of a form are, by what their schema says. Empty: nobody is known.
struct FormSubjects {
  core::SubjectId submitter;
  core::SubjectId third_party;
};

struct FormParts {
  std::string public_form;            // canonical JSON
  std::vector<core::Field> personal;  // plain: to be sealed before a command is written
  bool operator==(const FormParts&) const = default;
};

/// Checks a form as a person filled it in (a JSON object with personal fields in their places) and splits it. An object
/// that held personal fields only is left out of the public part.
/// The issues name every faulty field; none quotes a value.
tl::expected<FormParts, std::vector<core::FormIssue>> SplitForm(const core::Form& form, std::string_view json,
                                                                const core::CaseId& origin,
                                                                const FormSubjects& subjects);

/// What is wrong with the personal fields that are there, in a form that need not be whole: a correction, or a row of a
/// table. Public fields are not looked at, nor what is missing. None quotes a value.
std::vector<core::FormIssue> CheckPersonalFields(const core::Form& form, const nlohmann::json& data);

/// The whole form, with the fields that are plain in their places; sealed ones are left out. Canonical JSON.
/// Errors: kInvalidArgument when the public part or a field's value is no JSON.
Result<std::string> JoinForm(const core::Form& form, std::string_view public_form,
                             const std::vector<core::Field>& personal);

}  // namespace rasti::codec
