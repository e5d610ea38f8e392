#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "engine/core/expression/names.h"
#include "engine/core/form_schema.h"

namespace rasti::core {
namespace {

using nlohmann::json;

constexpr int kDepthMost = 16;
constexpr size_t kPatternBytesMost = 1024;

// What a keyword of draft-07 takes.
enum class Takes {
  kAnything,
  kText,
  kCount,
  kNumber,
  kBool,
  kSchema,
  kSchemaOrBool,
  kSchemas,
  kProperties,
  kNames,
  kList,
  kType,
  kTexts,
  kChoiceTexts,
  kSubject,
  kDependencies
};

struct Keyword {
  std::string_view name;
  Takes takes;
};

constexpr std::array kKeywords = {
    Keyword{"$schema", Takes::kText},
    Keyword{"$id", Takes::kText},
    Keyword{"$comment", Takes::kText},
    Keyword{"title", Takes::kText},
    Keyword{"description", Takes::kText},
    Keyword{"default", Takes::kAnything},
    Keyword{"examples", Takes::kList},
    Keyword{"type", Takes::kType},
    Keyword{"enum", Takes::kList},
    Keyword{"const", Takes::kAnything},
    Keyword{"properties", Takes::kProperties},
    Keyword{"required", Takes::kNames},
    Keyword{"additionalProperties", Takes::kSchemaOrBool},
    Keyword{"minProperties", Takes::kCount},
    Keyword{"maxProperties", Takes::kCount},
    Keyword{"items", Takes::kSchema},
    Keyword{"minItems", Takes::kCount},
    Keyword{"maxItems", Takes::kCount},
    Keyword{"uniqueItems", Takes::kBool},
    Keyword{"contains", Takes::kSchema},
    Keyword{"minLength", Takes::kCount},
    Keyword{"maxLength", Takes::kCount},
    Keyword{"pattern", Takes::kText},
    Keyword{"format", Takes::kText},
    Keyword{"minimum", Takes::kNumber},
    Keyword{"maximum", Takes::kNumber},
    Keyword{"exclusiveMinimum", Takes::kNumber},
    Keyword{"exclusiveMaximum", Takes::kNumber},
    Keyword{"multipleOf", Takes::kNumber},
    Keyword{"allOf", Takes::kSchemas},
    Keyword{"anyOf", Takes::kSchemas},
    Keyword{"oneOf", Takes::kSchemas},
    Keyword{"not", Takes::kSchema},
    Keyword{"if", Takes::kSchema},
    Keyword{"then", Takes::kSchema},
    Keyword{"else", Takes::kSchema},
    Keyword{"dependencies", Takes::kDependencies},
    Keyword{"x-personal", Takes::kSubject},
    Keyword{"x-title", Takes::kTexts},
    Keyword{"x-help", Takes::kTexts},
    Keyword{"x-choices", Takes::kChoiceTexts},
};

constexpr std::array<std::string_view, 5> kFormats = {"date", "date-time", "email", "uri", "uuid"};
constexpr std::array<std::string_view, 7> kTypes = {"string", "integer", "number", "boolean",
                                                    "object", "array",   "null"};

// Keywords that speak about an object as a whole, so that they mean something else once personal properties are apart.
constexpr std::array<std::string_view, 4> kWholeObject = {"minProperties", "maxProperties", "const", "enum"};
constexpr std::array<std::string_view, 8> kConditions = {"allOf", "anyOf", "oneOf", "not",
                                                         "if",    "then",  "else",  "dependencies"};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool HasPersonal(const json& schema) {
  if (!schema.is_object()) return false;
  if (schema.contains("x-personal")) return true;
  const auto properties = schema.find("properties");
  return properties != schema.end() && properties->is_object() &&
         std::ranges::any_of(*properties, [](const json& property) { return HasPersonal(property); });
}

// Whether a condition names one of the properties, as a key or in a list of names.
bool Names(const json& condition, const std::set<std::string>& properties) {
  if (condition.is_string()) return properties.contains(condition.get<std::string>());
  if (condition.is_array())
    return std::ranges::any_of(condition, [&](const json& item) { return Names(item, properties); });
  if (!condition.is_object()) return false;
  for (const auto& [key, value] : condition.items()) {
    if (properties.contains(key) || Names(value, properties)) return true;
  }
  return false;
}

void CollectPersonalNames(const json& schema, std::set<std::string>* names) {
  const json properties = schema.value("properties", json::object());
  for (const auto& [name, property] : properties.items()) {
    if (!property.is_object()) continue;
    if (property.contains("x-personal")) names->insert(name);
    CollectPersonalNames(property, names);
  }
}

class Checker {
 public:
  std::vector<FormIssue> issues;

  struct Place {
    std::string pointer;
    int depth = 0;
    bool in_list = false;
    bool in_condition = false;

    Place In(std::string_view step) const { return {pointer + PointerStep(step), depth, in_list, in_condition}; }
  };

  void Schema(const json& schema, const Place& place) {
    if (place.depth > kDepthMost) return Add(place, fmt::format("nested deeper than {} levels", kDepthMost));
    if (!schema.is_object()) return Add(place, "a schema is an object of keywords, as in {type: string}");
    for (const auto& [key, value] : schema.items()) CheckKeyword(key, value, place);
    CheckRequired(schema, place);
    CheckText(schema, place);
    CheckUniqueItems(schema, place);
    CheckPersonal(schema, place);
  }

 private:
  void Add(const Place& place, std::string message) { issues.push_back({place.pointer, std::move(message)}); }

  static Place Deeper(Place place) {
    ++place.depth;
    return place;
  }

  void CheckKeyword(const std::string& key, const json& value, const Place& at) {
    const Place place = at.In(key);
    const auto keyword = std::ranges::find(kKeywords, key, &Keyword::name);
    if (keyword == kKeywords.end()) {
      if (key == "$ref" || key == "definitions") return Add(place, "references are not followed: write the schema out");
      if (key == "patternProperties" || key == "propertyNames") {
        return Add(place, "fields have fixed names: list them under 'properties'");
      }
      std::vector<std::string_view> known;
      for (const Keyword& each : kKeywords) known.push_back(each.name);
      return Add(place, fmt::format("forms know no keyword '{}'{}", key, expression::DidYouMean(key, known)));
    }
    const bool condition = Contains(kConditions, key) || key == "contains";
    Place inner = Deeper(place);
    inner.in_condition |= condition;
    switch (keyword->takes) {
      case Takes::kAnything: return;
      case Takes::kText: return Want(value.is_string(), place, "a text");
      case Takes::kCount: return Want(value.is_number_integer() && value >= 0, place, "a whole number from 0");
      case Takes::kNumber:
        return Want(value.is_number() && (key != "multipleOf" || value > 0), place,
                    key == "multipleOf" ? "a number above 0" : "a number");
      case Takes::kBool: return Want(value.is_boolean(), place, "true or false");
      case Takes::kList: return Want(value.is_array() && !value.empty(), place, "a list of values");
      case Takes::kType: return CheckType(value, place);
      case Takes::kSubject:
        return Want(value == "submitter" || value == "third_party", place,
                    "'submitter' or 'third_party': whose data it is");
      case Takes::kTexts: return CheckTexts(value, place);
      case Takes::kChoiceTexts:
        if (!value.is_object()) return Want(false, place, "a text in sq, sr-Latn and en for each choice");
        for (const auto& [choice, texts] : value.items()) CheckTexts(texts, place.In(choice));
        return;
      case Takes::kNames:
        return Want(value.is_array() && std::ranges::all_of(value, [](const json& v) { return v.is_string(); }), place,
                    "a list of names");
      case Takes::kSchema:
        if (key == "items") inner.in_list = true;
        return Schema(value, inner);
      case Takes::kSchemaOrBool:
        inner.in_condition = true;
        if (!value.is_boolean()) Schema(value, inner);
        return;
      case Takes::kSchemas:
        if (!value.is_array() || value.empty()) return Want(false, place, "a list of schemas");
        for (size_t i = 0; i < value.size(); ++i) Schema(value[i], inner.In(std::to_string(i)));
        return;
      case Takes::kProperties:
        if (!value.is_object()) return Want(false, place, "a schema for each name");
        for (const auto& [name, schema] : value.items()) {
          if (!expression::IsIdentifier(name) || expression::IsKeyword(name)) {
            Add(inner.In(name), "a field's name is made of letters a-z, digits and _, and begins with a letter");
          }
          Schema(schema, inner.In(name));
        }
        return;
      case Takes::kDependencies:
        if (!value.is_object()) return Want(false, place, "the names that each name asks for");
        for (const auto& [name, asked] : value.items()) {
          if (asked.is_object()) {
            Schema(asked, inner.In(name));
          } else {
            Want(asked.is_array() && std::ranges::all_of(asked, [](const json& v) { return v.is_string(); }),
                 inner.In(name), "a list of names, or a schema");
          }
        }
        return;
    }
  }

  void Want(bool right, const Place& place, std::string_view what) {
    if (!right) Add(place, fmt::format("takes {}", what));
  }

  void CheckType(const json& value, const Place& place) {
    const json list = value.is_array() ? value : json::array({value});
    if (list.empty()) return Want(false, place, "the name of a type");
    for (const json& type : list) {
      const std::string name = type.is_string() ? type.get<std::string>() : type.dump();
      if (Contains(kTypes, name)) continue;
      const std::vector<std::string_view> known(kTypes.begin(), kTypes.end());
      const std::string meant = expression::DidYouMean(name, known);
      Add(place, fmt::format("no type '{}'{}", name,
                             meant.empty() ? "; the types are " + expression::JoinNames(known) : meant));
    }
  }

  void CheckTexts(const json& value, const Place& place) {
    if (!value.is_object()) return Want(false, place, "a text in sq, sr-Latn and en");
    for (const char* language : {"sq", "sr-Latn", "en"}) {
      const auto text = value.find(language);
      if (text == value.end() || !text->is_string() || text->get_ref<const std::string&>().empty()) {
        Add(place, fmt::format("no text in '{}'", language));
      }
    }
    for (const auto& [language, text] : value.items()) {
      if (language != "sq" && language != "sr-Latn" && language != "en") {
        Add(place.In(language), "the languages are 'sq', 'sr-Latn' and 'en'");
      }
    }
  }

  void CheckRequired(const json& schema, const Place& place) {
    const auto required = schema.find("required");
    if (required == schema.end() || !required->is_array() || place.in_condition) return;
    const json properties = schema.value("properties", json::object());
    std::vector<std::string_view> known;
    for (const auto& item : properties.items()) known.push_back(item.key());
    for (size_t i = 0; i < required->size(); ++i) {
      if (!(*required)[i].is_string()) continue;
      const auto& name = (*required)[i].get_ref<const std::string&>();
      if (properties.contains(name)) continue;
      Add(place.In("required").In(std::to_string(i)),
          fmt::format("'{}' is not among 'properties'{}", name, expression::DidYouMean(name, known)));
    }
  }

  void CheckText(const json& schema, const Place& place) {
    for (const char* key : {"pattern", "format"}) {
      const auto value = schema.find(key);
      if (value == schema.end() || !value->is_string()) continue;
      const auto& text = value->get_ref<const std::string&>();
      const Place at = place.In(key);
      if (place.in_condition) {
        Add(at, fmt::format("'{}' does not work within conditions: put it on the property itself", key));
      } else if (key == std::string_view("format")) {
        if (Contains(kFormats, text)) continue;
        const std::vector<std::string_view> known(kFormats.begin(), kFormats.end());
        Add(at, fmt::format("no format '{}'; the formats are {}", text, expression::JoinNames(known)));
      } else if (text.size() > kPatternBytesMost) {
        Add(at, fmt::format("longer than {} bytes", kPatternBytesMost));
      } else if (const RE2 pattern(text, RE2::Quiet); !pattern.ok()) {
        Add(at, fmt::format("no pattern that RE2 understands: {}", pattern.error()));
      }
    }
  }

  // The validator compares every element with every other one.
  void CheckUniqueItems(const json& schema, const Place& place) {
    constexpr int kComparedMost = 200;
    if (schema.value("uniqueItems", json()) != true) return;
    const json most = schema.value("maxItems", json());
    if (!most.is_number_integer() || most > kComparedMost) {
      Add(place.In("uniqueItems"), fmt::format("needs 'maxItems' of at most {}", kComparedMost));
    }
  }

  void CheckPersonal(const json& schema, const Place& place) {
    if (schema.contains("x-personal")) {
      const Place at = place.In("x-personal");
      const json type = schema.value("type", json());
      if (place.depth == 0) Add(at, "the form as a whole can't be personal: mark its fields");
      if (type == "object" || schema.contains("properties")) {
        Add(at, "mark the object's fields one by one, not the object");
      } else if (!type.is_string()) {
        Add(at, "a personal field needs one 'type', as in {type: string}");
      }
      if (place.in_list) Add(at, "a field within a list can't be personal: keep personal fields outside of lists");
      if (place.in_condition) Add(at, "mark the property itself, not a condition on it");
      return;
    }
    if (place.in_condition || !HasPersonal(schema)) return;
    for (const std::string_view key : kWholeObject) {
      if (schema.contains(key)) {
        Add(place.In(key), fmt::format("'{}' can't be checked on an object some fields of which are personal", key));
      }
    }
    std::set<std::string> personal;
    CollectPersonalNames(schema, &personal);
    for (const std::string_view key : kConditions) {
      if (schema.contains(key) && Names(schema[std::string(key)], personal)) {
        Add(place.In(key), "a condition can't depend on personal fields: they are sealed when it is checked");
      }
    }
  }
};

}  // namespace

std::vector<FormIssue> CheckFormSchema(const json& schema) {
  Checker checker;
  checker.Schema(schema, {});
  if (schema.is_object() && schema.contains("type") && schema["type"] != "object") {
    checker.issues.push_back({"/type", "a form is an object: 'type: object'"});
  }
  return std::move(checker.issues);
}

}  // namespace rasti::core
