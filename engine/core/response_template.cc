#include "engine/core/response_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/core/expression/names.h"

namespace rasti::core {
namespace {

constexpr std::string_view kNumber = "number.";
constexpr std::string_view kForm = "form/";

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Calls `text` and `placeholder` for the pieces of a text, in order.
void ForEachPiece(std::string_view text, const std::function<void(std::string_view)>& plain,
                  const std::function<void(std::string_view)>& placeholder) {
  while (!text.empty()) {
    const size_t open = text.find("{{");
    const size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) return plain(text);
    plain(text.substr(0, open));
    placeholder(Trim(text.substr(open + 2, close - open - 2)));
    text.remove_prefix(close + 2);
  }
}

// "form/location/address" -> "/location/address".
std::string PointerOf(std::string_view name) { return std::string(name.substr(kForm.size() - 1)); }

std::optional<std::string> TextAt(const nlohmann::json& form, const std::string& pointer) {
  const nlohmann::json::json_pointer at(pointer);
  if (!form.contains(at)) return std::nullopt;
  const nlohmann::json& value = form[at];
  if (value.is_null()) return std::nullopt;
  return value.is_string() ? value.get<std::string>() : value.dump();
}

class Filler {
 public:
  Filler(std::string_view language, const Definition& definition, const Tenant& tenant, const CaseState& state,
         const std::map<std::string, std::string>& given)
      : language_(language), definition_(definition), tenant_(tenant), state_(state), given_(given) {}

  std::optional<std::string> ValueOf(std::string_view name) const {
    if (name == "reference") return state_.reference;
    if (name == "tenant") return TextIn(tenant_.title, language_);
    if (name == "category") {
      const Category* category = definition_.FindCategory(state_.category);
      return category == nullptr ? state_.category.str() : TextIn(category->title, language_);
    }
    if (name == "stage") {
      const Stage* stage = definition_.FindStage(state_.stage);
      return stage == nullptr ? state_.stage.str() : TextIn(stage->title, language_);
    }
    if (name.starts_with(kNumber)) {
      const auto number = std::ranges::find(state_.numbers, name.substr(kNumber.size()), &CaseNumber::register_id);
      if (number == state_.numbers.end() || number->number == 0) return std::nullopt;
      return number->text;
    }
    if (name.starts_with(kForm)) {
      return TextAt(nlohmann::json::parse(state_.form.empty() ? "{}" : state_.form), PointerOf(name));
    }
    const auto found = given_.find(std::string(name));
    if (found == given_.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }

 private:
  std::string_view language_;
  const Definition& definition_;
  const Tenant& tenant_;
  const CaseState& state_;
  const std::map<std::string, std::string>& given_;
};

std::string WhyNoField(const Definition& definition, std::string_view name) {
  const std::string pointer = PointerOf(name);
  const expression::Type* type = &definition.form.type();
  try {
    nlohmann::json::json_pointer rest(pointer);
    std::vector<std::string> names;
    for (; !rest.empty(); rest.pop_back()) names.push_back(rest.back());
    std::ranges::reverse(names);
    for (const std::string& step : names) {
      if (!type->Is(expression::Kind::kObject)) return {};  // whatever a free part of the form holds
      const expression::Member* member = type->FindMember(step);
      if (member == nullptr) return fmt::format("the form has no field '{}'", pointer);
      if (member->personal || member->type.HoldsPersonal()) {
        return fmt::format("'{}' holds personal data, and responses are public", pointer);
      }
      type = &member->type;
    }
  } catch (const nlohmann::json::parse_error&) {
    return fmt::format("'{}' is no path of a field, as in form/location/address", name);
  }
  if (type->Is(expression::Kind::kObject)) return fmt::format("'{}' is no single field; name one in it", pointer);
  return {};
}

}  // namespace

const std::string& TextIn(const Texts& texts, std::string_view language) {
  if (language == "sq") return texts.sq;
  return language.starts_with("sr") ? texts.sr_latn : texts.en;
}

std::vector<std::string> PlaceholdersOf(std::string_view text) {
  std::vector<std::string> names;
  ForEachPiece(
      text, [](std::string_view) {}, [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

std::string WhyNoPlaceholder(const Definition& definition, const ResponseTemplate& response, std::string_view name) {
  if (name.starts_with(kNumber)) {
    if (definition.FindNumber(name.substr(kNumber.size())) != nullptr) return {};
    return fmt::format("the workflow asks for no number of a register '{}'", name.substr(kNumber.size()));
  }
  if (name.starts_with(kForm)) return WhyNoField(definition, name);
  std::vector<std::string_view> known{"reference", "category", "tenant", "stage"};
  for (const auto& [asked, title] : response.asks) known.push_back(asked);
  if (std::ranges::find(known, name) != known.end()) return {};
  std::string hint = expression::DidYouMean(name, known);
  if (hint.empty()) hint = "; there are " + expression::JoinNames(known) + ", number.REGISTER and form/FIELD";
  return fmt::format("nothing gives a value to '{}'{}", name, hint);
}

FilledResponse FillResponse(const ResponseTemplate& response, std::string_view language, const Definition& definition,
                            const Tenant& tenant, const CaseState& state,
                            const std::map<std::string, std::string>& given) {
  const Filler filler(language, definition, tenant, state, given);
  FilledResponse filled;
  ForEachPiece(
      TextIn(response.text, language), [&](std::string_view plain) { filled.text.append(plain); },
      [&](std::string_view name) {
        if (const auto value = filler.ValueOf(name)) {
          filled.text.append(*value);
          return;
        }
        filled.text.append("{{").append(name).append("}}");
        if (std::ranges::find(filled.missing, name) == filled.missing.end()) filled.missing.emplace_back(name);
      });
  while (filled.text.ends_with('\n')) filled.text.pop_back();
  return filled;
}

bool IsFor(const ResponseTemplate& response, const CategoryId& category) {
  return response.categories.empty() || std::ranges::find(response.categories, category) != response.categories.end();
}

}  // namespace rasti::core
