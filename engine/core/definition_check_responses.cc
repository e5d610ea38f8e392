// The response templates of a definition: of which action they are, and what their texts name.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/definition_checker.h"
#include "engine/core/response_template.h"

namespace rasti::core {

void DefinitionChecker::CheckResponses() {
  const auto& responses = definition_.responses;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < responses.size(); ++i) {
    const std::string path = Indexed("responses", i);
    CheckId(responses[i].id, path + ".id");
    CheckTexts(responses[i].title, path + ".title");
    CheckTexts(responses[i].text, path + ".text");
    if (!seen.insert(responses[i].id).second) {
      Add(path, fmt::format("the response '{}' stands twice", responses[i].id));
    }
    for (const CategoryId& category : responses[i].categories) {
      if (definition_.FindCategory(category) != nullptr) continue;
      CheckKnown("category", category.view(), IdsOf(definition_.categories), path + ".categories");
    }
    CheckResponseFields(responses[i], path);
    CheckResponseText(responses[i], path);
  }
}

void DefinitionChecker::CheckResponseFields(const ResponseTemplate& response, const std::string& path) {
  const Action* action = definition_.FindAction(response.action);
  if (action == nullptr) {
    return CheckKnown("action", response.action.view(), IdsOf(definition_.actions), path + ".action");
  }
  if (action->kind != ActionKind::kRespond) {
    return Add(path + ".action", fmt::format("'{}' is no action of 'kind: respond'", response.action.str()));
  }
  const auto field_of = [&](std::string_view id) { return std::ranges::find(action->fields, id, &ActionField::id); };
  if (field_of("text") == action->fields.end()) {
    Add(path + ".action", fmt::format("'{}' has no field 'text', where the response goes", response.action.str()));
  }
  for (const auto& [id, value] : response.fields) {
    const std::string at = path + ".fields." + id;
    if (id == "text") {
      Add(at, "the text is given by 'text'");
      continue;
    }
    const auto field = field_of(id);
    if (field == action->fields.end()) {
      CheckKnown("field", id, IdsOf(action->fields), at);
    } else if (field->type == FieldType::kChoice) {
      const std::vector<std::string_view> choices(field->choices.begin(), field->choices.end());
      if (std::ranges::find(choices, value) == choices.end()) CheckKnown("choice", value, choices, at);
    } else if (field->type != FieldType::kText) {
      Add(at, "a response gives values to fields of type text and choice");
    }
  }
}

void DefinitionChecker::CheckResponseText(const ResponseTemplate& response, const std::string& path) {
  for (const auto& [id, title] : response.asks) {
    CheckId(id, path + ".asks." + id);
    CheckTexts(title, path + ".asks." + id);
  }
  for (const auto& [language, text] :
       {std::pair("sq", &response.text.sq), {"sr-Latn", &response.text.sr_latn}, {"en", &response.text.en}}) {
    const std::string at = fmt::format("{}.text.{}", path, language);
    if (!BracesMatch(*text)) {
      Add(at, "the {{ and }} do not match");
      continue;
    }
    const std::vector<std::string> names = PlaceholdersOf(*text);
    for (const std::string& name : names) {
      if (const std::string why = WhyNoPlaceholder(definition_, response, name); !why.empty()) Add(at, why);
    }
    for (const auto& [id, title] : response.asks) {
      if (std::ranges::find(names, id) == names.end()) {
        Add(at, fmt::format("it does not say what is asked for: {{{{{}}}}}", id));
      }
    }
  }
}

}  // namespace rasti::core
