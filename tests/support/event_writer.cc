#include "tests/support/event_writer.h"

#include <utility>

#include "engine/audit/event_hash.h"
#include "engine/base/check.h"
#include "tests/support/sample_definition.h"

namespace rasti::test {

core::Event EventWriter::Stamp(const core::CaseId& id, const core::TenantId& tenant, Instant occurred_at,
                               core::EventPayload payload, std::optional<Instant> recorded_at) {
  const Chain& chain = chains_.try_emplace(id, Chain{{}, audit::FirstPrevHash(id.uuid)}).first->second;
  core::EventContext context;
  context.case_id = id;
  context.tenant = tenant;
  context.occurred_at = occurred_at;
  context.recorded_at = recorded_at.value_or(occurred_at);
  context.actor = people::Clerk();
  context.submitter = core::SubmitterId("socket");
  context.command_id = core::CommandId("by hand");
  context.versions = {definition_, core::VersionedName("sample-calendar@1"), core::VersionedName("prishtine@1"),
                      core::VersionedName("tzdata@2025b")};
  core::Event event;
  event.context = std::make_shared<const core::EventContext>(std::move(context));
  event.revision = chain.revision.Next();
  event.sequence = *log_.EndSequence(ports::PartitionOf(id.uuid.AsBytes(), log_.partition_count()));
  event.prev_hash = chain.head;
  event.payload = std::move(payload);
  return event;
}

codec::EncodedEvent EventWriter::Encode(const core::Event& event) {
  auto encoded = encoder_.Encode(event);
  RASTI_CHECK(encoded.has_value(), "a hand-made event can be encoded");
  return *std::move(encoded);
}

ports::StoredEvent EventWriter::Prepare(const core::CaseId& id, const core::TenantId& tenant, Instant occurred_at,
                                        core::EventPayload payload, std::optional<Instant> recorded_at) {
  const core::Event event = Stamp(id, tenant, occurred_at, std::move(payload), recorded_at);
  const core::PartitionId partition = ports::PartitionOf(id.uuid.AsBytes(), log_.partition_count());
  return {partition, event.sequence, std::string(id.uuid.AsBytes()), Encode(event).stored, {}};
}

core::Event EventWriter::Write(const core::CaseId& id, const core::TenantId& tenant, Instant occurred_at,
                               core::EventPayload payload, std::optional<Instant> recorded_at) {
  core::Event event = Stamp(id, tenant, occurred_at, std::move(payload), recorded_at);
  codec::EncodedEvent encoded = Encode(event);
  chains_[id] = {event.revision, encoded.hash};
  const core::PartitionId partition = ports::PartitionOf(id.uuid.AsBytes(), log_.partition_count());
  log_.AppendRaw(partition,
                 {{partition, event.sequence, std::string(id.uuid.AsBytes()), std::move(encoded.stored), {}}});
  return event;
}

core::CaseSubmitted Submitted(const core::CaseId& id, std::string title) {
  core::CaseSubmitted submitted;
  submitted.workflow = core::WorkflowId("sample");
  submitted.title = std::move(title);
  submitted.category = core::CategoryId("roads");
  submitted.channel = "web";
  submitted.reference = core::PublicReference(id);
  submitted.form = "{}";
  return submitted;
}

core::ClockStarted Started(const std::string& clock, Instant started_at, Instant due_at) {
  core::ClockStarted started;
  started.clock = core::ClockId(clock);
  started.rule = sla::DefaultRule(sla::Count::kElapsed);
  started.rule.length = due_at - started_at;
  started.started_at = started_at;
  started.plan.due_at = due_at;
  started.plan.computed_due_at = due_at;
  started.given = true;
  return started;
}

}  // namespace rasti::test
