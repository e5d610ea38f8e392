// A response made by a template, on its way into a command.
#pragma once

#include <string>
#include <vector>

#include "engine/core/response_template.h"
#include "tools/rasti/case_command.h"

namespace rasti::cli {

struct ResponseOptions {
  std::string response;            // the template; empty: none
  std::vector<std::string> fills;  // NAME=VALUE
  std::string language;            // empty: the tenant's first
  void AddTo(CLI::App& command);
};

/// Fills a template in for a case. Failures: exit 2 (no '=', a name that the template does not ask for);
/// field_invalid (no such template, or not for this action or category), as the engine would say it.
Outcome<core::FilledResponse> Fill(const CaseAtHand& found, const core::ResponseTemplate& response,
                                   const ResponseOptions& options);

/// Adds to the fields of an action (a JSON object as text) what the template gives and they do not have. Failures: as
/// of Fill, and field_missing where something is still to be filled in, naming it.
Outcome<std::string> WithResponse(const CaseAtHand& found, const core::ActionId& action, const std::string& fields,
                                  const ResponseOptions& options);

}  // namespace rasti::cli
