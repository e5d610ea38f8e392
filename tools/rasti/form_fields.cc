#include "tools/rasti/form_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/codec/form_edge.h"
#include "engine/core/decide.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace {

using core::RejectionCode;
using nlohmann::json;

constexpr size_t kFaultsMost = 10;

// Before it is read: copying and writing go down as deep as the text does.
Outcome<void> CheckDepth(const std::string& option, std::string_view text) {
  if (!core::NestsTooDeep(text)) return {};
  return Misused(fmt::format("{}: JSON that nests deeper than 64 levels", option));
}

Outcome<json> ParseObject(const std::string& option, const std::string& text) {
  RASTI_CHECKED(CheckDepth(option, text));
  json data;
  try {
    data = json::parse(text);
  } catch (const json::parse_error& error) {
    // The library's message quotes what it read; only the place is passed on.
    const size_t end = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    const size_t start = text.rfind('\n', end == 0 ? 0 : end - 1);
    const size_t column = end - (start == std::string::npos || end == 0 ? 0 : start + 1) + 1;
    return Misused(fmt::format("{}: no JSON: line {}, column {}", option, line, column));
  }
  if (!data.is_object())
    return Misused(fmt::format("{}: a JSON object is wanted, as in {{\"place\": \"...\"}}", option));
  return data;
}

// Removes what a pointer names, and the objects that become empty by it.
void Remove(json& data, const json::json_pointer& pointer) {
  json::json_pointer at = pointer;
  while (!at.empty()) {
    json& parent = data.at(at.parent_pointer());
    parent.erase(at.back());
    if (!parent.empty()) return;
    at = at.parent_pointer();
  }
}

Outcome<std::vector<core::Field>> TakePersonal(const core::Form& form, json& data, const core::CaseId& case_id,
                                               const std::optional<core::SubjectId>& subject) {
  std::vector<core::Field> personal;
  for (const core::PersonalFieldSpec& spec : form.personal()) {
    const json::json_pointer pointer(spec.path);
    if (!data.contains(pointer)) continue;
    core::Field field;
    field.origin_case = case_id;
    field.path = spec.path;
    if (spec.subject == "submitter") {
      if (!subject) {
        return Refuse(core::Rejection{RejectionCode::kPersonalFieldInvalid, "personal" + spec.path,
                                      "an anonymous case holds no personal data: leave the field out"});
      }
      field.subject = *subject;
    } else {
      field.subject = core::SubjectId(FormatUuid(RandomUuid()));
    }
    field.value = data.at(pointer).dump();
    personal.push_back(std::move(field));
    Remove(data, pointer);
  }
  return personal;
}

// Where a correction would take personal fields away.
std::vector<core::FormIssue> CheckNulls(const core::Form& form, const json& patch) {
  std::vector<core::FormIssue> issues;
  for (const core::PersonalFieldSpec& spec : form.personal()) {
    json::json_pointer at(spec.path);
    while (!at.empty() && !patch.contains(at)) at.pop_back();
    if (at.empty() || !patch.at(at).is_null()) continue;
    std::string path = at.to_string();
    if (std::ranges::find(issues, path, &core::FormIssue::path) != issues.end()) continue;
    const char* why = path == spec.path
                          ? "is personal, and null takes public fields away only: give what is right, or leave it out"
                          : "holds personal fields, and null takes public fields away only: name those one by one";
    issues.push_back({std::move(path), why});
  }
  return issues;
}

// All of them, so that a form is mended in one go.
tl::unexpected<Failure> RefuseForm(const std::vector<core::FormIssue>& issues) {
  std::string message = issues.front().message;
  const size_t told = std::min(issues.size(), kFaultsMost);
  for (size_t i = 1; i < told; ++i) message += fmt::format("; form{}: {}", issues[i].path, issues[i].message);
  if (issues.size() > told) message += fmt::format("; and {} more", issues.size() - told);
  return Refuse(core::Rejection{RejectionCode::kFormInvalid, "form" + issues.front().path, message});
}

Outcome<SplitForm> TakeApart(const core::Form& form, json data, const core::CaseId& case_id,
                             const std::optional<core::SubjectId>& subject) {
  SplitForm split;
  RASTI_TRY(split.personal, TakePersonal(form, data, case_id, subject));
  split.form = core::CanonicalJson(data);
  return split;
}

json ValueOf(const std::string& text, const core::ActionField* field) {
  const auto number = [&]<class T>(T value) -> json {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? json(value) : json(text);
  };
  if (field == nullptr) return text;
  switch (field->type) {
    case core::FieldType::kInteger: return number(int64_t{});
    case core::FieldType::kNumber: return number(double{});
    case core::FieldType::kBoolean:
      if (text == "true" || text == "yes") return true;
      if (text == "false" || text == "no") return false;
      return text;
    case core::FieldType::kText:
    case core::FieldType::kDate:
    case core::FieldType::kChoice: return text;
  }
  return text;
}

}  // namespace

Outcome<json> ReadForm(const std::string& option, const std::string& argument) {
  if (argument.empty()) return json::object();
  RASTI_TRY(const std::string text, TextOrFile(argument));
  return ParseObject(option, text);
}

Outcome<SplitForm> Split(const core::Form& form, json whole, const core::CaseId& case_id,
                         const std::optional<core::SubjectId>& subject) {
  if (const auto issues = form.CheckWhole(whole); !issues.empty()) return RefuseForm(issues);
  return TakeApart(form, std::move(whole), case_id, subject);
}

Outcome<SplitForm> SplitPatch(const core::Form& form, json patch, const core::CaseId& case_id,
                              const std::optional<core::SubjectId>& subject) {
  auto issues = CheckNulls(form, patch);
  for (core::FormIssue& issue : codec::CheckPersonalFields(form, patch)) {
    const bool is_told = std::ranges::find(issues, issue.path, &core::FormIssue::path) != issues.end();
    if (!is_told) issues.push_back(std::move(issue));
  }
  if (!issues.empty()) return RefuseForm(issues);
  return TakeApart(form, std::move(patch), case_id, subject);
}

Outcome<std::string> ActionFields(const std::vector<std::string>& pairs, const core::Action* action) {
  json data = json::object();
  for (const std::string& pair : pairs) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Misused(fmt::format("--field {}: a name, '=' and a value are wanted, as in evidence=photo-12", pair));
    }
    std::string name = pair.substr(0, equals);
    const std::string text = pair.substr(equals + 1);
    if (name.ends_with(':')) {
      name.pop_back();
      RASTI_CHECKED(CheckDepth("--field " + name, text));
      json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
      if (value.is_discarded()) return Misused(fmt::format("--field {}: behind ':=' no JSON", pair));
      data[name] = std::move(value);
      continue;
    }
    const core::ActionField* field = nullptr;
    if (action != nullptr) {
      const auto known = std::ranges::find(action->fields, name, &core::ActionField::id);
      if (known != action->fields.end()) field = &*known;
    }
    data[name] = ValueOf(text, field);
  }
  return data.empty() ? std::string() : core::CanonicalJson(data);
}

}  // namespace rasti::cli
