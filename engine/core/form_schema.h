// What a form's JSON Schema is turned into when it is compiled: faults, personal fields, the type that guards see, and
// two schemas for the validator. Pure functions; thread-safe. Used by form.cc only.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/expression/type.h"
#include "engine/core/form.h"

namespace rasti::core {

/// The formats of draft-07 that forms know. Others are faults, because an ignored format looks like a check.
enum class TextFormat : uint8_t { kNone, kDate, kDateTime, kEmail, kUri, kUuid };

/// A pattern or a format of one field. They are checked here with RE2, because the validator would use std::regex:
/// compiled anew for each form, and of exponential time where a pattern is badly written.
struct TextCheck {
  std::vector<std::string> path;  // names of properties; "*" stands for every element of a list
  std::shared_ptr<const RE2> pattern;
  TextFormat format = TextFormat::kNone;
};

/// The faults of a schema, each with the JSON Pointer of the keyword. Empty: the functions below may be called.
std::vector<FormIssue> CheckFormSchema(const nlohmann::json& schema);

std::vector<PersonalFieldSpec> PersonalFieldsOf(const nlohmann::json& schema);
expression::Type GuardTypeOf(const nlohmann::json& schema);
std::vector<TextCheck> TextChecksOf(const nlohmann::json& schema);
/// The schema without personal properties. An object of which only personal properties are left out is not required.
nlohmann::json WithoutPersonal(const nlohmann::json& schema);
/// The schema without `pattern` and `format`, which TextChecksOf took over.
nlohmann::json WithoutTextChecks(nlohmann::json schema);

/// What would be right at one place of a form: "a text of at most 80 characters". `schema` is that of the place.
std::string DescribeWanted(const nlohmann::json& schema);
bool MatchesFormat(TextFormat format, const std::string& text);

/// One step of a JSON Pointer (RFC 6901), escaped.
std::string PointerStep(std::string_view name);

}  // namespace rasti::core
