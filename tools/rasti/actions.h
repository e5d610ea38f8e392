// What may be done with a case as it stands.
#pragma once

#include <string>

#include "tools/rasti/case_command.h"

namespace rasti::cli {

void AddActionsCommand(CLI::App& app, Context& context);

/// "acknowledge, register": the actions of the workflow that are possible in the case's stage for this role, whatever
/// they ask for; empty where there are none. For those who named one that is not.
std::string ActionsOfStage(const CaseAtHand& found, const core::Role& role);

}  // namespace rasti::cli
