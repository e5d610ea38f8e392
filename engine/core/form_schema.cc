#include "engine/core/form_schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/time.h"
#include "engine/base/uuid.h"

namespace rasti::core {
namespace {

using expression::Member;
using expression::Type;
using nlohmann::json;

const json& At(const json& schema, const char* key) {
  static const json kNothing;
  const auto found = schema.find(key);
  return found == schema.end() ? kNothing : *found;
}

bool IsRequired(const json& schema, const std::string& name) {
  const json& required = At(schema, "required");
  return required.is_array() && std::ranges::find(required, json(name)) != required.end();
}

// The one type besides null, or nothing.
std::string TypeName(const json& schema) {
  const json& type = At(schema, "type");
  if (type.is_string()) return type.get<std::string>();
  std::string only;
  if (type.is_array()) {
    for (const json& each : type) {
      if (each == "null") continue;
      if (!only.empty()) return "";
      only = each.get<std::string>();
    }
    return only;
  }
  if (schema.contains("properties")) return "object";
  const json& choices = At(schema, "enum");
  const bool texts = choices.is_array() && std::ranges::all_of(choices, [](const json& c) { return c.is_string(); });
  return texts ? "string" : "";
}

bool MayBeNull(const json& schema) {
  const json& type = At(schema, "type");
  return type.is_array() && std::ranges::find(type, json("null")) != type.end();
}

// An object of which nothing is left in the public part.
bool HoldsOnlyPersonal(const json& schema) {
  const json& properties = At(schema, "properties");
  return properties.is_object() && !properties.empty() && std::ranges::all_of(properties, [](const json& property) {
           return property.contains("x-personal") || HoldsOnlyPersonal(property);
         });
}

TextFormat FormatOf(const json& schema) {
  const json& format = At(schema, "format");
  if (format == "date") return TextFormat::kDate;
  if (format == "date-time") return TextFormat::kDateTime;
  if (format == "email") return TextFormat::kEmail;
  if (format == "uri") return TextFormat::kUri;
  if (format == "uuid") return TextFormat::kUuid;
  return TextFormat::kNone;
}

void CollectPersonal(const json& schema, const std::string& pointer, bool required,
                     std::vector<PersonalFieldSpec>* found) {
  const json& properties = At(schema, "properties");
  if (!properties.is_object()) return;
  for (const auto& [name, property] : properties.items()) {
    const std::string path = pointer + PointerStep(name);
    const bool needed = required && IsRequired(schema, name);
    const json& subject = At(property, "x-personal");
    if (subject.is_string()) {
      found->push_back({path, subject.get<std::string>(), needed});
    } else {
      CollectPersonal(property, path, needed, found);
    }
  }
}

void CollectTextChecks(const json& schema, std::vector<std::string>& path, std::vector<TextCheck>* found) {
  if (!schema.is_object()) return;
  TextCheck check{path, nullptr, FormatOf(schema)};
  if (const json& pattern = At(schema, "pattern"); pattern.is_string()) {
    check.pattern = std::make_shared<const RE2>(pattern.get<std::string>(), RE2::Quiet);
  }
  if (check.pattern != nullptr || check.format != TextFormat::kNone) found->push_back(std::move(check));
  if (const json& properties = At(schema, "properties"); properties.is_object()) {
    for (const auto& [name, property] : properties.items()) {
      path.push_back(name);
      CollectTextChecks(property, path, found);
      path.pop_back();
    }
  }
  if (const json& items = At(schema, "items"); items.is_object()) {
    path.emplace_back("*");
    CollectTextChecks(items, path, found);
    path.pop_back();
  }
}

std::string Bounds(const json& schema, const char* least, const char* most, std::string_view unit) {
  const json& from = At(schema, least);
  const json& to = At(schema, most);
  if (from.is_number() && to.is_number()) return fmt::format("{} to {}{}", from.dump(), to.dump(), unit);
  if (from.is_number()) return fmt::format("at least {}{}", from.dump(), unit);
  if (to.is_number()) return fmt::format("at most {}{}", to.dump(), unit);
  return "";
}

}  // namespace

std::string PointerStep(std::string_view name) {
  std::string step = "/";
  for (const char c : name) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::vector<PersonalFieldSpec> PersonalFieldsOf(const json& schema) {
  std::vector<PersonalFieldSpec> found;
  CollectPersonal(schema, "", true, &found);
  return found;
}

Type GuardTypeOf(const json& schema) {
  const std::string type = TypeName(schema);
  if (type == "boolean") return Type::Bool();
  if (type == "integer") return Type::Int();
  if (type == "number") return Type::Double();
  if (type == "string") {
    const TextFormat format = FormatOf(schema);
    return format == TextFormat::kDate || format == TextFormat::kDateTime ? Type::Timestamp() : Type::String();
  }
  if (type == "array") {
    const json& items = At(schema, "items");
    return Type::List(items.is_object() ? GuardTypeOf(items) : Type::Dyn());
  }
  if (type == "object") {
    std::vector<Member> members;
    if (const json& properties = At(schema, "properties"); properties.is_object()) {
      for (const auto& [name, property] : properties.items()) {
        members.push_back(
            {.name = name,
             .type = GuardTypeOf(property),
             .personal = property.contains("x-personal"),
             .optional = !IsRequired(schema, name) || MayBeNull(property) || HoldsOnlyPersonal(property)});
      }
    }
    return Type::Object(std::move(members));
  }
  return Type::Dyn();
}

std::vector<TextCheck> TextChecksOf(const json& schema) {
  std::vector<TextCheck> found;
  std::vector<std::string> path;
  CollectTextChecks(schema, path, &found);
  return found;
}

json WithoutPersonal(const json& schema) {
  const json& properties = At(schema, "properties");
  if (!properties.is_object()) return schema;
  json rest = schema;
  json& kept = rest["properties"];
  std::vector<std::string> no_longer_required;
  for (const auto& [name, property] : properties.items()) {
    if (property.contains("x-personal")) {
      kept.erase(name);
      no_longer_required.push_back(name);
      continue;
    }
    if (!property.contains("properties")) continue;
    kept[name] = WithoutPersonal(property);
    if (HoldsOnlyPersonal(property)) no_longer_required.push_back(name);
  }
  if (const auto required = rest.find("required"); required != rest.end()) {
    for (const std::string& name : no_longer_required) {
      required->erase(std::remove(required->begin(), required->end(), json(name)), required->end());
    }
    if (required->empty()) rest.erase("required");
  }
  return rest;
}

json WithoutTextChecks(json schema) {
  if (!schema.is_object()) return schema;
  schema.erase("pattern");
  schema.erase("format");
  if (const auto properties = schema.find("properties"); properties != schema.end()) {
    for (json& property : *properties) property = WithoutTextChecks(std::move(property));
  }
  if (const auto items = schema.find("items"); items != schema.end()) *items = WithoutTextChecks(std::move(*items));
  return schema;
}

std::string DescribeWanted(const json& schema) {
  if (const json& choices = At(schema, "enum"); choices.is_array()) {
    std::vector<std::string> names;
    for (const json& choice : choices) names.push_back(choice.is_string() ? choice.get<std::string>() : choice.dump());
    return fmt::format("one of: {}", fmt::join(names, ", "));
  }
  if (const json& only = At(schema, "const"); !only.is_null()) return only.dump();
  const std::string type = TypeName(schema);
  std::string bounds;
  if (type == "string") {
    switch (FormatOf(schema)) {
      case TextFormat::kDate: return "a date like 2026-11-21";
      case TextFormat::kDateTime: return "a time like 2026-11-21T14:30:00Z";
      case TextFormat::kEmail: return "an e-mail address";
      case TextFormat::kUri: return "a web address";
      case TextFormat::kUuid: return "a UUID";
      case TextFormat::kNone: break;
    }
    bounds = Bounds(schema, "minLength", "maxLength", " characters");
    std::string text = bounds.empty() ? "a text" : "a text of " + bounds;
    if (const json& pattern = At(schema, "pattern"); pattern.is_string()) {
      text += fmt::format(" that matches {}", pattern.get<std::string>());
    }
    return text;
  }
  if (type == "integer" || type == "number") {
    bounds = Bounds(schema, "minimum", "maximum", "");
    const std::string number = type == "integer" ? "a whole number" : "a number";
    return bounds.empty() ? number : number + ", " + bounds;
  }
  if (type == "boolean") return "true or false";
  if (type == "object") return "an object of fields";
  if (type == "array") {
    bounds = Bounds(schema, "minItems", "maxItems", " elements");
    return bounds.empty() ? "a list" : "a list of " + bounds;
  }
  return "";
}

bool MatchesFormat(TextFormat format, const std::string& text) {
  // As strict as can be without refusing what is in use: a message proves an address, a pattern does not.
  static const RE2 kEmail(R"([^\s@<>"]{1,64}@[^\s@<>".]+(\.[^\s@<>".]+)+)");
  static const RE2 kUri(R"([A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+)");
  static const RE2 kDate(R"(\d{4}-\d{2}-\d{2})");
  switch (format) {
    case TextFormat::kNone: return true;
    case TextFormat::kDate: return RE2::FullMatch(text, kDate) && ParseInstant(text + "T00:00:00Z").has_value();
    case TextFormat::kDateTime: return ParseInstant(text).has_value();
    case TextFormat::kEmail: return text.size() <= 254 && RE2::FullMatch(text, kEmail);
    case TextFormat::kUri: return RE2::FullMatch(text, kUri);
    case TextFormat::kUuid: return ParseUuid(text).has_value();
  }
  return false;
}

}  // namespace rasti::core
