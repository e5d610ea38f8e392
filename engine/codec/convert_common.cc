#include "engine/codec/convert_common.h"

namespace rasti::codec {
namespace {

constexpr EnumTable<core::Direction, v1::Direction, 2> kDirections{{{
    {core::Direction::kFromCitizen, v1::DIRECTION_FROM_CITIZEN},
    {core::Direction::kToCitizen, v1::DIRECTION_TO_CITIZEN},
}}};

}  // namespace

void ToWire(const core::Actor& in, v1::Actor& out) {
  out.set_id(in.id.str());
  out.set_role(in.role.str());
}

void FromWire(const v1::Actor& in, core::Actor& out, Faults&) {
  out.id = core::ActorId(in.id());
  out.role = core::Role(in.role());
}

void ToWire(const core::Versions& in, v1::Versions& out) {
  out.set_definition(in.definition.str());
  out.set_calendar(in.calendar.str());
  out.set_directory(in.directory.str());
  out.set_tzdata(in.tzdata.str());
}

void FromWire(const v1::Versions& in, core::Versions& out, Faults&) {
  out.definition = core::VersionedName(in.definition());
  out.calendar = core::VersionedName(in.calendar());
  out.directory = core::VersionedName(in.directory());
  out.tzdata = core::VersionedName(in.tzdata());
}

void ToWire(const core::Assignment& in, v1::Assignment& out) {
  if (in.tenant) out.set_tenant(in.tenant->str());
  if (in.directorate) out.set_directorate(in.directorate->str());
  if (in.queue) out.set_queue(in.queue->str());
  if (in.person) out.set_person(in.person->str());
}

void FromWire(const v1::Assignment& in, core::Assignment& out, Faults&) {
  FromWire(in.has_tenant(), in.tenant(), out.tenant);
  FromWire(in.has_directorate(), in.directorate(), out.directorate);
  FromWire(in.has_queue(), in.queue(), out.queue);
  FromWire(in.has_person(), in.person(), out.person);
}

void ToWire(const core::Field& in, v1::Field& out) {
  out.set_origin_case(ToWire(in.origin_case));
  out.set_path(in.path);
  out.set_subject(in.subject.str());
  out.set_key_id(in.key_id);
  if (in.sealed) {
    out.set_sealed(in.value);
  } else {
    out.set_value(in.value);
  }
}

void FromWire(const v1::Field& in, core::Field& out, Faults& faults) {
  FromWire(in.origin_case(), out.origin_case, "origin_case", faults);
  out.path = in.path();
  out.subject = core::SubjectId(in.subject());
  out.key_id = in.key_id();
  switch (in.content_case()) {
    case v1::Field::kValue: out.value = in.value(); break;
    case v1::Field::kSealed:
      out.value = in.sealed();
      out.sealed = true;
      break;
    case v1::Field::CONTENT_NOT_SET: faults.Wrong("personal field", "neither value nor sealed"); break;
  }
}

v1::Direction ToWire(core::Direction in) { return kDirections.Of(in); }

void FromWire(v1::Direction in, core::Direction& out, Faults& faults) {
  kDirections.Read(in, out, "direction", faults);
}

void ToWire(const core::AttachmentAdded& in, v1::Attachment& out) {
  out.set_attachment_id(in.attachment_id);
  out.set_name(in.name);
  out.set_media_type(in.media_type);
  out.set_size_bytes(in.size_bytes);
  out.set_sha256(in.sha256);
}

void FromWire(const v1::Attachment& in, core::AttachmentAdded& out, Faults& faults) {
  out.attachment_id = in.attachment_id();
  out.name = in.name();
  out.media_type = in.media_type();
  out.size_bytes = in.size_bytes();
  out.sha256 = in.sha256();
  if (out.size_bytes < 0) faults.Wrong("size_bytes", "less than nothing");
}

void ToWire(const core::DeliveryRecorded& in, v1::Delivery& out) {
  out.set_outbox_id(in.outbox_id);
  out.set_channel(in.channel);
  out.set_outcome(in.outcome);
  out.set_detail(in.detail);
}

void FromWire(const v1::Delivery& in, core::DeliveryRecorded& out, Faults&) {
  out.outbox_id = in.outbox_id();
  out.channel = in.channel();
  out.outcome = in.outcome();
  out.detail = in.detail();
}

}  // namespace rasti::codec
