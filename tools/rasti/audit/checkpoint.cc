// `rasti audit checkpoint`: signs what the log holds now.
#include <fmt/format.h>

#include <chrono>

#include "tools/rasti/audit/audit_keys.h"
#include "tools/rasti/audit/commands.h"
#include "tools/rasti/audit/node_audit.h"
#include "tools/rasti/node_log.h"

namespace rasti::cli {
namespace {

constexpr std::chrono::hours kMost{24};

Outcome<void> RunCheckpoint(const Context& context) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  RASTI_TRY(AuditKeys keys, ReadAuditKeys(paths));
  if (keys.signing.empty()) {
    return Refuse(Error::NotFound(paths.signing_key() + ": there is no key; `rasti audit keys new ORIGIN` makes one"));
  }
  const ports::SystemClock clock;
  const auto log = NodeLog::Open(paths, meta, clock, NodeLog::Access::kWrite);
  if (!log && log.error().code == ErrorCode::kInUse) {
    return Refuse(log.error().At("a running service signs by itself, and when it ends"));
  }
  if (!log) return Refuse(log.error());
  ports::EventLog& events = (*log)->events();
  AuditOptions options;
  options.on_damage = [&](core::PartitionId, const Error& error) { context.out.Note("note: " + error.message); };
  RASTI_TRY(const auto audit, NodeAudit::Open(paths, events, clock, std::move(keys), std::move(options)));
  RASTI_CHECKED(audit->Finish(kMost));
  auto list = nlohmann::ordered_json::array();
  for (int32_t i = 0; i < events.partition_count(); ++i) {
    RASTI_TRY(const auto note, events.LastCheckpoint({i}));
    if (!note) continue;
    context.out.Line(*note);
    list.push_back({{"partition", i}, {"checkpoint", *note}});
  }
  if (list.empty()) context.out.Line("the log is empty: there is nothing to sign");
  context.out.Json({{"checkpoints", std::move(list)}});
  RASTI_CHECKED((*log)->Close());
  return {};
}

}  // namespace

void AddAuditCheckpointCommand(CLI::App& audit, Context& context) {
  AddCommand(audit, context, "checkpoint",
             "Sign what the log holds now, where no service does, and print the checkpoint of each partition. Give "
             "them to those who are to see later that nothing was changed",
             "  rasti audit checkpoint > checkpoints-2026-11-23.txt", [&context] { return RunCheckpoint(context); });
}

}  // namespace rasti::cli
