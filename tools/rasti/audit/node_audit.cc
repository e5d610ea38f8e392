#include "tools/rasti/audit/node_audit.h"

#include <utility>

namespace rasti::cli {
namespace {

constexpr Duration kLookEvery{500};

}  // namespace

NodeAudit::NodeAudit(const DataPaths& paths, ports::EventLog& log, const ports::Clock& clock, AuditKeys keys,
                     AuditOptions options)
    : files_(paths.audit()),
      signer_(files_, log, clock,
              {.origin = keys.origin(), .keys = std::move(keys.signing), .earlier_keys = std::move(keys.earlier)}),
      trees_(std::make_unique<runtime::TreeProjection>(
          files_, runtime::TreeOptions{
                      .on_kept = [this](core::PartitionId partition,
                                        const runtime::TreeHead& head) { return signer_.Sign(partition, head); },
                      .on_damage = std::move(options.on_damage)})) {}

Result<std::unique_ptr<NodeAudit>> NodeAudit::Open(const DataPaths& paths, ports::EventLog& log,
                                                   const ports::Clock& clock, AuditKeys keys, AuditOptions options) {
  const int64_t checkpoint_events = options.checkpoint_events;
  const Duration checkpoint_every = options.checkpoint_every;
  std::unique_ptr<NodeAudit> audit(new NodeAudit(paths, log, clock, std::move(keys), std::move(options)));
  runtime::ProjectionOptions projection;
  projection.flush_events = checkpoint_events;
  projection.flush_interval = checkpoint_every;
  // Nobody waits for it.
  projection.idle_wait = projection.gather = kLookEvery;
  RASTI_TRY(audit->thread_, runtime::ProjectionThread::Start(log, *audit->trees_, std::move(projection)));
  return audit;
}

Status NodeAudit::Finish(Duration timeout) {
  Status first = thread_->WaitForEnd(timeout);
  // Also where not all of it was taken in: what was is signed.
  Status stopped = thread_->Stop();
  return first ? std::move(stopped) : std::move(first);
}

}  // namespace rasti::cli
