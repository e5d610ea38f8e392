#include "engine/codec/form_edge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace rasti::codec {
namespace {

using nlohmann::json;

constexpr size_t kFormBytesMost = size_t{256} * 1024;
constexpr int kDepthMost = 64;

// Parsing stops being deep before anything walks the tree recursively.
std::optional<json> ParseBounded(std::string_view text, std::string* fault) {
  if (text.size() > kFormBytesMost) {
    *fault = fmt::format("larger than {} bytes", kFormBytesMost);
    return std::nullopt;
  }
  bool too_deep = false;
  json data = json::parse(
      text,
      [&](int depth, json::parse_event_t, json&) {
        too_deep |= depth > kDepthMost;
        return depth <= kDepthMost;
      },
      /*allow_exceptions=*/false);
  if (too_deep) {
    *fault = fmt::format("nested deeper than {} levels", kDepthMost);
    return std::nullopt;
  }
  if (data.is_discarded()) {
    *fault = "no JSON";
    return std::nullopt;
  }
  return data;
}

bool NestsDeeper(const json& data, int levels) {
  if (!data.is_structured()) return false;
  return levels == 0 || std::ranges::any_of(data, [levels](const json& item) { return NestsDeeper(item, levels - 1); });
}

// Takes the value out, and with it the objects that held nothing else.
json Take(json& data, json::json_pointer pointer) {
  json value = std::move(data[pointer]);
  for (;;) {
    json& parent = data[pointer.parent_pointer()];
    parent.erase(pointer.back());
    pointer.pop_back();
    if (pointer.empty() || !parent.empty()) return value;
  }
}

}  // namespace

tl::expected<FormParts, std::vector<core::FormIssue>> SplitForm(const core::Form& form, std::string_view json,
                                                                const core::CaseId& origin,
                                                                const FormSubjects& subjects) {
  std::string fault;
  auto data = ParseBounded(json, &fault);
  if (!data) return tl::unexpected(std::vector<core::FormIssue>{{"", fault}});
  auto issues = form.CheckWhole(*data);

  FormParts parts;
  for (const core::PersonalFieldSpec& spec : form.personal()) {
    const nlohmann::json::json_pointer pointer(spec.path);
    if (!data->contains(pointer)) continue;
    const core::SubjectId& subject = spec.subject == "third_party" ? subjects.third_party : subjects.submitter;
    if (subject.empty()) {
      issues.push_back({spec.path, spec.subject == "third_party"
                                       ? "is data of a third person, and it is not said who that is"
                                       : "is data of the submitter, and an anonymous case has none: leave it empty"});
      continue;
    }
    if (!issues.empty()) continue;
    parts.personal.push_back({.origin_case = origin,
                              .path = spec.path,
                              .subject = subject,
                              .key_id = {},
                              .value = core::CanonicalJson(Take(*data, pointer))});
  }
  if (!issues.empty()) return tl::unexpected(std::move(issues));
  parts.public_form = core::CanonicalJson(*data);
  return parts;
}

std::vector<core::FormIssue> CheckPersonalFields(const core::Form& form, const json& data) {
  // Not checked any further by the form itself, and whose fault it is could not be told.
  if (NestsDeeper(data, kDepthMost)) return {{"", fmt::format("nested deeper than {} levels", kDepthMost)}};
  std::vector<std::string_view> given;
  for (const core::PersonalFieldSpec& spec : form.personal()) {
    if (data.contains(json::json_pointer(spec.path))) given.push_back(spec.path);
  }
  if (given.empty()) return {};
  auto issues = form.CheckWhole(data);
  std::erase_if(issues, [&](const core::FormIssue& issue) {
    return std::ranges::none_of(given, [&](std::string_view path) {
      return issue.path == path || (issue.path.starts_with(path) && issue.path[path.size()] == '/');
    });
  });
  return issues;
}

Result<std::string> JoinForm(const core::Form& form, std::string_view public_form,
                             const std::vector<core::Field>& personal) {
  std::string fault;
  auto data = ParseBounded(public_form.empty() ? std::string_view("{}") : public_form, &fault);
  if (!data || !data->is_object())
    return Fail(Error::Invalid("the public form: " + (fault.empty() ? "no object" : fault)));
  for (const core::Field& field : personal) {
    // Fields that are no part of the form (the body of a message) stay where they are.
    if (field.sealed || form.FindPersonal(field.path) == nullptr) continue;
    auto value = ParseBounded(field.value, &fault);
    if (!value) return Fail(Error::Invalid(fmt::format("the field {}: {}", field.path, fault)));
    if (!core::PutMember(*data, field.path, *std::move(value))) {
      return Fail(Error::Invalid(fmt::format("the field {}: its place is no object", field.path)));
    }
  }
  return core::CanonicalJson(*data);
}

}  // namespace rasti::codec
