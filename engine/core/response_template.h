// Response templates: standard answers that officers choose, so that like cases are answered alike. The text is made at
// the edge, where a person reads it before it is sent; the event says by which template.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/case_state.h"
#include "engine/core/definition.h"
#include "engine/core/tenant.h"

namespace rasti::core {

/// The text in "sq", "sr-Latn" (or "sr") or "en". REQUIRES: one of these.
const std::string& TextIn(const Texts& texts, std::string_view language);

/// What stands between {{ and }} in a text, in order, as often as it stands there.
std::vector<std::string> PlaceholdersOf(std::string_view text);

/// What is wrong with a placeholder of a response of this workflow, or nothing. Good ones: `reference`, `category`,
/// `tenant`, `stage`; `number.REGISTER`, a number that the workflow asks for; `form/PATH`, a public field of the form
/// that holds a value; a name that the template asks for.
std::string WhyNoPlaceholder(const Definition& definition, const ResponseTemplate& response, std::string_view name);

struct FilledResponse {
  std::string text;
  std::vector<std::string>
      missing;  // placeholders that stay as they are: nobody gave a value, or the case has none yet
};
/// The template's text for a case, in one language. `given`: values of what it asks for. A field of the form that is
/// not filled in, and a number that has not come yet, are missing.
FilledResponse FillResponse(const ResponseTemplate& response, std::string_view language, const Definition& definition,
                            const Tenant& tenant, const CaseState& state,
                            const std::map<std::string, std::string>& given);

/// Whether the template is for cases of this category.
bool IsFor(const ResponseTemplate& response, const CategoryId& category);

}  // namespace rasti::core
