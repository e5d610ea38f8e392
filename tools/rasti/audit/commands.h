// The commands below `rasti audit`.
#pragma once

#include "tools/rasti/context.h"

namespace rasti::cli {

void AddAuditKeysCommand(CLI::App& audit, Context& context);
void AddAuditCheckpointCommand(CLI::App& audit, Context& context);
void AddAuditVerifyCommand(CLI::App& audit, Context& context);
void AddAuditProveCommand(CLI::App& audit, Context& context);
void AddAuditCheckCommand(CLI::App& audit, Context& context);

}  // namespace rasti::cli
