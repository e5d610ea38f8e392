// `rasti responses`: the standard answers that there are for a case.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/expression/names.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/response_text.h"

namespace rasti::cli {
namespace {

struct ResponsesOptions {
  std::string case_text;
  ResponseOptions response;
};

nlohmann::ordered_json TextsJson(const core::Texts& texts) {
  return {{"sq", texts.sq}, {"sr-Latn", texts.sr_latn}, {"en", texts.en}};
}

Outcome<nlohmann::ordered_json> ResponseJson(const CaseAtHand& found, const core::ResponseTemplate& response,
                                             const core::FilledResponse& filled) {
  nlohmann::ordered_json json{{"id", response.id},
                              {"title", TextsJson(response.title)},
                              {"action", response.action.str()},
                              {"fields", response.fields}};
  auto asks = nlohmann::ordered_json::object();
  for (const auto& [id, title] : response.asks) asks[id] = TextsJson(title);
  json["asks"] = std::move(asks);
  json["text"] = filled.text;
  json["missing"] = filled.missing;
  const core::Action* action = found.setting.definition->FindAction(response.action);
  json["possible_now"] =
      action != nullptr && std::ranges::find(action->from, found.state().stage) != action->from.end();
  return json;
}

Outcome<void> RunResponses(const Context& context, const ResponsesOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const CaseAtHand found, FindCase(*session, options.case_text));
  RASTI_CHECKED(session->Close());
  const core::Definition& definition = *found.setting.definition;
  const std::string& wanted = options.response.response;
  auto list = nlohmann::ordered_json::array();
  for (const core::ResponseTemplate& response : definition.responses) {
    if (!core::IsFor(response, found.state().category) || (!wanted.empty() && response.id != wanted)) continue;
    RASTI_TRY(const core::FilledResponse filled, Fill(found, response, options.response));
    RASTI_TRY(auto json, ResponseJson(found, response, filled));
    list.push_back(std::move(json));
    if (wanted.empty()) {
      context.out.Line(fmt::format("{}  {}", response.id, response.title.en));
      continue;
    }
    context.out.Line(filled.text);
    for (const auto& [id, title] : response.asks) context.out.Note(fmt::format("asks for {}: {}", id, title.en));
  }
  if (list.empty() && !wanted.empty()) {
    std::vector<std::string_view> known;
    for (const core::ResponseTemplate& response : definition.responses) {
      if (core::IsFor(response, found.state().category)) known.push_back(response.id);
    }
    std::string hint = core::expression::DidYouMean(wanted, known);
    if (hint.empty()) hint = known.empty() ? "" : "; it has " + core::expression::JoinNames(known);
    return Refuse(Error::NotFound(fmt::format("{} has no response '{}' for cases of the category '{}'{}",
                                              definition.version.str(), wanted, found.state().category.str(), hint)));
  }
  if (list.empty()) context.out.Line(fmt::format("{} has no responses for this case", definition.version.str()));
  context.out.Json({{"reference", found.state().reference}, {"responses", std::move(list)}});
  return {};
}

}  // namespace

void AddResponsesCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ResponsesOptions>();
  CLI::App* command =
      AddCommand(app, context, "responses", "The standard answers that there are for a case, and what they would say",
                 "  rasti responses 7ZK4-MQ2W-9PAB-X\n"
                 "  rasti responses 7ZK4-MQ2W-9PAB-X not_competent --fill body='the water company' --language sr",
                 [&context, options] { return RunResponses(context, *options); });
  command->add_option("CASE", options->case_text, "A case id or a public reference")->required();
  command->add_option("RESPONSE", options->response.response, "Only this one, with its text");
  options->response.AddTo(*command);
}

}  // namespace rasti::cli
