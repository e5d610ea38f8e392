#include "engine/codec/outbox_codec.h"

#include "engine/codec/convert_basics.h"
#include "engine/codec/parse.h"
#include "proto/rasti/v1/outbox.pb.h"

namespace rasti::codec {
namespace {

constexpr EnumTable<core::Recipient, v1::Recipient, 3> kRecipients{{{
    {core::Recipient::kSubject, v1::RECIPIENT_SUBJECT},
    {core::Recipient::kAssignee, v1::RECIPIENT_ASSIGNEE},
    {core::Recipient::kEscalation, v1::RECIPIENT_ESCALATION},
}}};

}  // namespace

std::string EncodeOutboxEntry(const core::OutboxEntry& entry) {
  v1::OutboxEntry message;
  message.set_id(entry.id);
  message.set_event_id(entry.event_id);
  message.set_case_id(ToWire(entry.case_id));
  message.set_tenant(entry.tenant.str());
  message.set_definition(entry.definition.str());
  message.set_template_id(entry.template_id);
  message.set_recipient(kRecipients.Of(entry.recipient));
  message.set_recipient_reference(entry.recipient_reference);
  return message.SerializeAsString();
}

Result<core::OutboxEntry> DecodeOutboxEntry(std::string_view bytes) {
  v1::OutboxEntry message;
  if (!Parse(message, bytes)) {
    return Fail(Error::Corruption("not a rasti.v1.OutboxEntry"));
  }
  core::OutboxEntry entry;
  Faults faults(ErrorCode::kCorruption);
  entry.id = message.id();
  entry.event_id = message.event_id();
  FromWire(message.case_id(), entry.case_id, "case_id", faults);
  entry.tenant = core::TenantId(message.tenant());
  entry.definition = core::VersionedName(message.definition());
  entry.template_id = message.template_id();
  kRecipients.Read(message.recipient(), entry.recipient, "recipient", faults);
  entry.recipient_reference = message.recipient_reference();
  if (faults.any()) return Fail(faults.Take());
  return entry;
}

}  // namespace rasti::codec
