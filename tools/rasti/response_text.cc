#include "tools/rasti/response_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/core/expression/names.h"

namespace rasti::cli {
namespace {

using core::RejectionCode;

Outcome<std::map<std::string, std::string>> ReadFills(const core::ResponseTemplate& response,
                                                      const std::vector<std::string>& fills) {
  std::map<std::string, std::string> given;
  for (const std::string& fill : fills) {
    const size_t equals = fill.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Misused(
          fmt::format("--fill {}: a name, '=' and a value are wanted, as in reason='No funds this year'", fill));
    }
    const std::string name = fill.substr(0, equals);
    if (!response.asks.contains(name)) {
      std::vector<std::string_view> asked;
      for (const auto& [id, title] : response.asks) asked.push_back(id);
      return Misused(fmt::format("--fill {}: the response '{}' does not ask for '{}'; it asks for {}", fill,
                                 response.id, name, asked.empty() ? "nothing" : core::expression::JoinNames(asked)));
    }
    given[name] = fill.substr(equals + 1);
  }
  return given;
}

}  // namespace

void ResponseOptions::AddTo(CLI::App& command) {
  command.add_option("--fill", fills, "What the response asks for")->type_name("NAME=VALUE")->allow_extra_args(false);
  command.add_option("--language", language, "Of the response; default: the first of the tenant's")
      ->check(CLI::IsMember({"sq", "sr", "sr-Latn", "en"}));
}

Outcome<core::FilledResponse> Fill(const CaseAtHand& found, const core::ResponseTemplate& response,
                                   const ResponseOptions& options) {
  RASTI_TRY(const auto given, ReadFills(response, options.fills));
  const core::Tenant& tenant = *found.setting.tenant;
  const std::string language = !options.language.empty()  ? options.language
                               : tenant.languages.empty() ? "en"
                                                          : tenant.languages.front();
  return core::FillResponse(response, language, *found.setting.definition, tenant, found.state(), given);
}

Outcome<std::string> WithResponse(const CaseAtHand& found, const core::ActionId& action, const std::string& fields,
                                  const ResponseOptions& options) {
  const core::Definition& definition = *found.setting.definition;
  const core::ResponseTemplate* response = definition.FindResponse(options.response);
  if (response == nullptr) {
    std::vector<std::string_view> known;
    for (const core::ResponseTemplate& one : definition.responses) known.push_back(one.id);
    std::string hint = core::expression::DidYouMean(options.response, known);
    if (hint.empty()) hint = known.empty() ? "" : "; it has " + core::expression::JoinNames(known);
    return Refuse(
        core::Rejection{RejectionCode::kFieldInvalid, "response_template",
                        fmt::format("{} has no response '{}'{}", definition.version.str(), options.response, hint)});
  }
  if (response->action != action) {
    return Refuse(core::Rejection{
        RejectionCode::kFieldInvalid, "response_template",
        fmt::format("the response '{}' is sent by the action '{}'", response->id, response->action.str())});
  }
  RASTI_TRY(core::FilledResponse filled, Fill(found, *response, options));
  nlohmann::json data = fields.empty() ? nlohmann::json::object() : nlohmann::json::parse(fields);
  for (const auto& [id, value] : response->fields) {
    if (!data.contains(id)) data[id] = value;
  }
  // A text of one's own comes before the template's, which then asks for nothing.
  if (!data.contains("text")) {
    if (!filled.missing.empty()) {
      const std::vector<std::string_view> missing(filled.missing.begin(), filled.missing.end());
      return Refuse(
          core::Rejection{RejectionCode::kFieldMissing, "fill/" + filled.missing.front(),
                          fmt::format("the response '{}' lacks {}; give what it asks for by --fill NAME=VALUE",
                                      response->id, core::expression::JoinNames(missing))});
    }
    data["text"] = std::move(filled.text);
  }
  return core::CanonicalJson(data);
}

}  // namespace rasti::cli
