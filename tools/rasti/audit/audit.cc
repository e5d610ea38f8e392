// `rasti audit`: proofs that nothing was changed, for those who do not trust whoever runs the log.
#include "tools/rasti/audit/commands.h"
#include "tools/rasti/commands.h"

namespace rasti::cli {

void AddAuditCommand(CLI::App& app, Context& context) {
  CLI::App* audit = app.add_subcommand(
      "audit", "Show that nothing in the log was changed, dropped, inserted or reordered, and sign what it holds");
  audit->fallthrough();
  audit->require_subcommand(1);
  AddAuditKeysCommand(*audit, context);
  AddAuditCheckpointCommand(*audit, context);
  AddAuditVerifyCommand(*audit, context);
  AddAuditProveCommand(*audit, context);
  AddAuditCheckCommand(*audit, context);
}

}  // namespace rasti::cli
