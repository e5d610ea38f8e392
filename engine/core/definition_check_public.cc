// What a definition makes public: fields that exist and are nobody's, stages that there are.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/core/definition_checker.h"

namespace rasti::core {
void DefinitionChecker::CheckPublicRegister() {
  if (!definition_.public_register) return;
  const PublicRegister& shown = *definition_.public_register;
  for (size_t i = 0; i < shown.form.size(); ++i) {
    const std::string path = Indexed("public.form", i);
    CheckPublicField(shown.form[i], path);
    const auto earlier = shown.form.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(shown.form.begin(), earlier, shown.form[i]) != earlier) {
      Add(path, fmt::format("'{}' is named twice", shown.form[i]));
    }
  }
  for (size_t i = 0; i < shown.hidden_in.size(); ++i) {
    CheckStageName(shown.hidden_in[i], Indexed("public.hidden_in", i));
  }
}

void DefinitionChecker::CheckPublicField(const std::string& pointer, const std::string& path) {
  // nlohmann's pointers undo ~0 and ~1.
  nlohmann::json::json_pointer rest;
  try {
    rest = nlohmann::json::json_pointer(pointer);
  } catch (const nlohmann::json::parse_error&) {
    return Add(path, fmt::format("'{}' is no JSON Pointer, as in /location/address", pointer));
  }
  if (rest.empty()) return Add(path, "name the fields that are public, as in /location/address, not the whole form");
  std::vector<std::string> names;
  for (; !rest.empty(); rest.pop_back()) names.push_back(rest.back());
  std::ranges::reverse(names);
  const expression::Type* type = &definition_.form.type();
  for (size_t i = 0; i < names.size(); ++i) {
    if (!type->Is(expression::Kind::kObject)) return;  // whatever a free part of the form holds
    const expression::Member* member = type->FindMember(names[i]);
    if (member == nullptr) return Add(path, fmt::format("the form has no field '{}'", pointer));
    const bool is_last = i + 1 == names.size();
    if (member->personal || (is_last && member->type.HoldsPersonal())) {
      return Add(path, fmt::format("'{}' holds personal data, which is never public; name the fields in it that do not",
                                   pointer));
    }
    type = &member->type;
  }
}

}  // namespace rasti::core
