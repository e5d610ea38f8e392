#include "engine/core/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "engine/core/expression/names.h"
#include "engine/core/form_schema.h"

namespace rasti::core {
namespace {

using nlohmann::json;
using valijson::adapters::NlohmannJsonAdapter;

constexpr int kDataDepthMost = 64;
constexpr size_t kIssuesMost = 100;

bool IsDeeperThan(const json& data, int levels) {
  if (!data.is_structured()) return false;
  if (levels == 0) return true;
  return std::ranges::any_of(data, [levels](const json& item) { return IsDeeperThan(item, levels - 1); });
}

// The schema of one place of the data, or null where the form does not know it.
const json& SchemaAt(const json& schema, const std::vector<std::string>& steps) {
  static const json kNothing;
  const json* at = &schema;
  for (const std::string& step : steps) {
    if (const auto properties = at->find("properties"); properties != at->end() && properties->contains(step)) {
      at = &(*properties)[step];
    } else if (const auto items = at->find("items"); items != at->end()) {
      at = &*items;
    } else {
      return kNothing;
    }
  }
  return *at;
}

const json* DataAt(const json& data, const std::vector<std::string>& steps) {
  const json* at = &data;
  for (const std::string& step : steps) {
    if (at->is_object()) {
      const auto member = at->find(step);
      if (member == at->end()) return nullptr;
      at = &*member;
    } else if (at->is_array()) {
      size_t index = 0;
      const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
      if (parsed.ec != std::errc() || index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else {
      return nullptr;
    }
  }
  return at;
}

// Translates the validator's messages: they name neither a field as JSON Pointer nor what would be right.
class Translator {
 public:
  Translator(const json& schema, const json& data) : schema_(schema), data_(data) {}

  void Add(const valijson::ValidationResults::Error& error) {
    std::vector<std::string> steps;
    for (size_t i = 1; i < error.context.size(); ++i) {
      const std::string& step = error.context[i];
      steps.push_back(step.size() >= 2 && step.front() == '[' ? step.substr(1, step.size() - 2) : step);
    }
    std::string path;
    for (const std::string& step : steps) path += PointerStep(step);
    const std::string_view what = error.description;

    if (what.starts_with("Missing required property")) return Add(path + PointerStep(Quoted(what)), "is required");
    if (what.starts_with("Missing dependency")) {
      return Add(path + PointerStep(Quoted(what)), "is required beside another field that is filled in");
    }
    if (what.starts_with("Object contains a property")) return AddUnknown(steps, path);
    // These only repeat that something inside is wrong, which has its own message.
    for (const char* summary :
         {"Failed to validate item", "Failed to validate against schema", "Failed to validate against child",
          "Failed to validate against additional", "Failed to validate against dependent"}) {
      if (what.starts_with(summary)) return;
    }
    if (what.find("anyOf") != std::string_view::npos)
      return Add(path, "must fit at least one of the form's alternatives");
    if (what.find("oneOf") != std::string_view::npos || what.find("exactly one") != std::string_view::npos) {
      return Add(path, "must fit exactly one of the form's alternatives");
    }
    if (what.find("'not'") != std::string_view::npos) return Add(path, "is what the form excludes");
    if (what.find("conditional") != std::string_view::npos) return Add(path, "does not meet a condition of the form");
    if (what.find("uniqueness") != std::string_view::npos) return Add(path, "must not hold the same element twice");
    if (what.starts_with("Object should have")) return Add(path, "holds too many or too few fields");
    const std::string wanted = DescribeWanted(SchemaAt(schema_, steps));
    Add(path, wanted.empty() ? "is not what the form asks for" : "must be " + wanted);
  }

  void Add(std::string path, std::string message) {
    if (issues_.size() >= kIssuesMost || !seen_.insert(path + '\n' + message).second) return;
    issues_.push_back({std::move(path), std::move(message)});
  }

  std::vector<FormIssue> Take() && { return std::move(issues_); }

 private:
  static std::string Quoted(std::string_view text) {
    const size_t from = text.find('\'');
    const size_t to = text.rfind('\'');
    return from == std::string_view::npos || to <= from ? "" : std::string(text.substr(from + 1, to - from - 1));
  }

  void AddUnknown(const std::vector<std::string>& steps, const std::string& path) {
    const json properties = SchemaAt(schema_, steps).value("properties", json::object());
    const json* object = DataAt(data_, steps);
    if (object == nullptr || !object->is_object()) return;
    std::vector<std::string_view> known;
    for (const auto& item : properties.items()) known.push_back(item.key());
    for (const auto& [name, value] : object->items()) {
      if (properties.contains(name)) continue;
      Add(path + PointerStep(name), "is no field of this form" + expression::DidYouMean(name, known));
    }
  }

  const json& schema_;
  const json& data_;
  std::vector<FormIssue> issues_;
  std::set<std::string> seen_;
};

bool PassesTextCheck(const TextCheck& check, const json& value) {
  if (!value.is_string()) return true;
  const auto& text = value.get_ref<const std::string&>();
  return (check.pattern == nullptr || RE2::PartialMatch(text, *check.pattern)) && MatchesFormat(check.format, text);
}

// Calls `fail` with the path of each value that the check refuses.
template <class Fail>
void RunTextCheck(const TextCheck& check, const json& value, size_t step, std::vector<std::string>& path,
                  const Fail& fail) {
  if (step == check.path.size()) {
    if (!PassesTextCheck(check, value)) fail(path);
    return;
  }
  if (check.path[step] == "*") {
    if (!value.is_array()) return;
    for (size_t i = 0; i < value.size(); ++i) {
      path.push_back(std::to_string(i));
      RunTextCheck(check, value[i], step + 1, path, fail);
      path.pop_back();
    }
    return;
  }
  if (!value.is_object()) return;
  const auto member = value.find(check.path[step]);
  if (member == value.end()) return;
  path.push_back(check.path[step]);
  RunTextCheck(check, *member, step + 1, path, fail);
  path.pop_back();
}

// One schema, ready to check data against.
class Check {
 public:
  /// Throws what valijson throws on a malformed schema.
  explicit Check(json schema) : schema_(std::move(schema)), text_checks_(TextChecksOf(schema_)) {
    const json structural = WithoutTextChecks(schema_);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(NlohmannJsonAdapter(structural), compiled_);
  }

  const json& schema() const { return schema_; }

  std::vector<FormIssue> Run(const json& data) const {
    if (!data.is_object()) return {{"", "a form is a JSON object"}};
    if (IsDeeperThan(data, kDataDepthMost)) {
      return {{"", fmt::format("nested deeper than {} levels", kDataDepthMost)}};
    }
    // Without results the validator stops at the first fault and makes no messages, which is twice as fast.
    const NlohmannJsonAdapter target(data);
    const bool fits = valijson::Validator().validate(compiled_, target, nullptr);
    Translator translator(schema_, data);
    if (!fits) {
      valijson::ValidationResults results;
      valijson::Validator().validate(compiled_, target, &results);
      for (const auto& error : results) translator.Add(error);
      if (results.numErrors() == 0) translator.Add("", "is not what the form asks for");
    }
    for (const TextCheck& check : text_checks_) {
      std::vector<std::string> path;
      RunTextCheck(check, data, 0, path, [&](const std::vector<std::string>& steps) {
        std::string pointer;
        for (const std::string& step : steps) pointer += PointerStep(step);
        translator.Add(std::move(pointer), "must be " + DescribeWanted(SchemaAt(schema_, steps)));
      });
    }
    return std::move(translator).Take();
  }

 private:
  json schema_;
  std::vector<TextCheck> text_checks_;
  valijson::Schema compiled_;
};

// Whether every object fits.
bool SaysNothing(const json& schema) {
  for (const auto& [key, value] : schema.items()) {
    const bool harmless = key == "type" || key == "title" || key == "description" || key.starts_with("$") ||
                          key.starts_with("x-") || (key == "properties" && value.empty()) ||
                          (key == "additionalProperties" && value == true);
    if (!harmless) return false;
  }
  return true;
}

}  // namespace

struct Form::Compiled {
  explicit Compiled(const json& schema)
      : whole(schema),
        without_personal(WithoutPersonal(schema)),
        personal(PersonalFieldsOf(schema)),
        type(schema.contains("properties") ? GuardTypeOf(schema) : expression::Type::Object({})),
        accepts_anything(personal.empty() && SaysNothing(schema)) {
    for (const PersonalFieldSpec& field : personal) pointers.emplace_back(field.path);
  }

  Check whole;
  Check without_personal;
  std::vector<PersonalFieldSpec> personal;
  std::vector<json::json_pointer> pointers;  // of `personal`
  expression::Type type;
  bool accepts_anything = false;
};

Result<Form> Form::Create(json schema) {  // NOLINT(performance-unnecessary-value-param): it is taken over
  if (const auto issues = CheckFormSchema(schema); !issues.empty()) {
    return Fail(Error::Invalid(issues.front().path + ": " + issues.front().message));
  }
  try {
    return Form(std::make_shared<const Compiled>(std::move(schema)));
  } catch (const std::exception& error) {
    return Fail(Error::Invalid(fmt::format(": no JSON Schema of draft-07: {}", error.what())));
  }
}

std::vector<FormIssue> Form::CheckSchema(const json& schema) {
  auto issues = CheckFormSchema(schema);
  if (!issues.empty()) return issues;
  if (const auto form = Create(schema); !form) issues.push_back({"", form.error().message.substr(2)});
  return issues;
}

Form Form::Empty() {
  static const Form kEmpty(std::make_shared<const Compiled>(json::object()));
  return kEmpty;
}

const json& Form::schema() const { return compiled_->whole.schema(); }
const std::vector<PersonalFieldSpec>& Form::personal() const { return compiled_->personal; }
const expression::Type& Form::type() const { return compiled_->type; }
bool Form::AcceptsAnything() const { return compiled_->accepts_anything; }

const PersonalFieldSpec* Form::FindPersonal(std::string_view path) const {
  const auto found = std::ranges::find(compiled_->personal, path, &PersonalFieldSpec::path);
  return found == compiled_->personal.end() ? nullptr : &*found;
}

std::vector<FormIssue> Form::CheckPublic(const json& data) const {
  if (compiled_->accepts_anything && data.is_object() && !IsDeeperThan(data, kDataDepthMost)) return {};
  if (!data.is_object()) return compiled_->without_personal.Run(data);
  // Said first and alone: a schema that forbids unknown fields would call them unknown.
  std::vector<FormIssue> misplaced;
  for (const json::json_pointer& pointer : compiled_->pointers) {
    if (data.contains(pointer)) {
      misplaced.push_back({pointer.to_string(), "is personal: it travels apart from the public fields"});
    }
  }
  return misplaced.empty() ? compiled_->without_personal.Run(data) : misplaced;
}

std::vector<FormIssue> Form::CheckWhole(const json& data) const { return compiled_->whole.Run(data); }

std::string CanonicalJson(const json& data) {
  return data.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

bool PutMember(json& object, const std::string& path, json value) {
  std::vector<std::string> names;
  for (json::json_pointer place(path); !place.empty(); place.pop_back()) names.push_back(place.back());
  std::ranges::reverse(names);
  const json* above = &object;
  for (const std::string& name : names) {
    if (!above->is_object()) return false;
    const auto found = above->find(name);
    if (found == above->end()) break;
    above = &*found;
  }
  // Not by the pointer as a whole, which would make a list of 4,000,000,001 items for the name "4000000000".
  json* target = &object;
  for (const std::string& name : names) {
    if (target->is_null()) *target = json::object();
    target = &(*target)[name];
  }
  *target = std::move(value);
  return true;
}

bool NestsTooDeep(std::string_view json) {
  constexpr int kLevelsMost = 64;
  int level = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') ++level;
    if (c == ']' || c == '}') --level;
    if (level > kLevelsMost) return true;
  }
  return false;
}

}  // namespace rasti::core
