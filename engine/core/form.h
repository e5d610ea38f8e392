// A case's form: a JSON Schema (draft-07) of what a submission holds, and which of its fields are personal.
//
// Public fields travel as one canonical JSON object; personal ones apart from it, as Fields, so that they can be
// sealed.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/expression/type.h"
#include "engine/core/ids.h"

namespace rasti::core {

/// A personal value, or its sealed form. It is copied unchanged between cases.
struct Field {
  CaseId origin_case;  // where it was first entered
  std::string path;    // "/reporter/name" (JSON Pointer, RFC 6901)
  SubjectId subject;
  std::string key_id;  // empty while plain
  std::string value;   // JSON text while plain; ciphertext when `sealed`
  bool sealed = false;
  bool operator==(const Field&) const = default;
};

struct PersonalFieldSpec {
  std::string path;     // JSON Pointer into the form
  std::string subject;  // whose data it is: "submitter" or "third_party"
  bool required = false;
  bool operator==(const PersonalFieldSpec&) const = default;
};

/// What is wrong with a form, where.
struct FormIssue {
  std::string path;     // JSON Pointer of the field
  std::string message;  // what is wrong and what would be right; never quotes a value
};

/// A compiled form. Immutable and thread-safe.
class Form {
 public:
  /// Errors: kInvalidArgument with the JSON Pointer of the fault: no draft-07 schema, `x-personal` on an object or
  /// inside an array, an unknown subject, a property name that is no identifier.
  /// A property is personal where its schema says `"x-personal": "submitter"` (or "third_party").
  static Result<Form> Create(nlohmann::json schema);
  /// All faults of a schema, each with its JSON Pointer. Empty: Create succeeds.
  static std::vector<FormIssue> CheckSchema(const nlohmann::json& schema);
  /// A form without fields: every object is accepted.
  static Form Empty();

  const nlohmann::json& schema() const;
  const std::vector<PersonalFieldSpec>& personal() const;
  const PersonalFieldSpec* FindPersonal(std::string_view path) const;
  /// The type of `form` in guards; personal members are marked.
  const expression::Type& type() const;

  /// Checks the public part: the schema without its personal properties. Empty = valid.
  std::vector<FormIssue> CheckPublic(const nlohmann::json& data) const;
  /// Checks a whole form as a person filled it in, personal fields in their places. For the edge.
  std::vector<FormIssue> CheckWhole(const nlohmann::json& data) const;
  /// True when CheckPublic accepts every object, so that parsing can be spared.
  bool AcceptsAnything() const;

 private:
  struct Compiled;
  explicit Form(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

/// Puts a value where a JSON Pointer says, and makes the objects on the way to it. Returns false and changes nothing
/// where something else is in the way, or the value would stand inside an array. REQUIRES: `path` is a JSON Pointer.
bool PutMember(nlohmann::json& object, const std::string& path, nlohmann::json value);

/// Whether a JSON text nests deeper than any form needs (64 levels): what is read recursively later must not be refused
/// then, nor overflow the stack. Says nothing else about the text.
bool NestsTooDeep(std::string_view json);

/// The one text of a JSON object: keys sorted, no blanks, UTF-8 unescaped.
std::string CanonicalJson(const nlohmann::json& data);

}  // namespace rasti::core
