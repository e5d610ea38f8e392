#include "engine/codec/event_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/audit/event_hash.h"
#include "engine/base/check.h"
#include "engine/codec/convert_event.h"
#include "engine/codec/parse.h"
#include "engine/codec/stored.h"
#include "engine/codec/upcasters.h"
#include "proto/rasti/v1/event.pb.h"

namespace rasti::codec {
namespace {

// Field number 1 of Event, length-delimited: the context, always written first.
constexpr uint8_t kContextTag = (1u << 3) | 2u;

// Where an event stands, as far as its bytes tell. For messages of errors only: nothing here is verified.
std::string Place(std::string_view body) {
  v1::Event event;
  static_cast<void>(Parse(event, body));  // what was read before a fault is still there
  core::CaseId case_id;
  Faults faults(ErrorCode::kCorruption);
  FromWire(event.context().case_id(), case_id, "case_id", faults);
  if (faults.any()) return "event of an unreadable case";
  return fmt::format("event {}, sequence {}", core::EventId(case_id, {event.revision()}), event.sequence());
}

tl::unexpected<Error> FailAt(std::string_view body, const Error& error) { return Fail(error.At(Place(body))); }

bool IsKnownType(std::string_view type) {
  const auto& names = core::EventTypeNames();
  return std::find(names.begin(), names.end(), type) != names.end();
}

}  // namespace

struct EventEncoder::Scratch {
  v1::Event message;
  // The context that was written last, and its bytes. Held, so that its address is no other's.
  std::shared_ptr<const core::EventContext> context;
  std::string context_bytes;
};

EventEncoder::EventEncoder() : scratch_(std::make_unique<Scratch>()) {}
EventEncoder::~EventEncoder() = default;
EventEncoder::EventEncoder(EventEncoder&&) noexcept = default;
EventEncoder& EventEncoder::operator=(EventEncoder&&) noexcept = default;

Result<EncodedEvent> EventEncoder::Encode(const core::Event& event) {
  RASTI_CHECK(event.revision.value > 0 && event.sequence.value >= 0, "an event is stamped before it is written");
  if (event.context != scratch_->context) {
    v1::EventContext context;
    ToWire(event.ctx(), context);
    context.SerializeToString(&scratch_->context_bytes);
    scratch_->context = event.context;
  }
  const std::string& context = scratch_->context_bytes;

  v1::Event& message = scratch_->message;
  message.Clear();
  message.set_revision(event.revision.value);
  message.set_sequence(event.sequence.value);
  message.set_prev_hash(event.prev_hash.data(), event.prev_hash.size());
  const std::string_view type = core::EventTypeName(event.payload);
  message.set_type(type.data(), type.size());
  message.set_type_version(Upcasters::Released().NewestVersion(type));
  message.set_signed_command(event.signed_command);
  ToWire(event.payload, message);

  const size_t size = FieldHeaderSize(context.size()) + context.size() + message.ByteSizeLong();
  if (size > kEventBytesMost) {
    return Fail(
        Error::OutOfRange(fmt::format("{} {} has {} bytes, more than the {} that an event may have", type,
                                      core::EventId(event.ctx().case_id, event.revision), size, kEventBytesMost)));
  }
  StoredFrame frame(size);
  uint8_t* to = WriteFieldHeader(kContextTag, context.size(), frame.body());
  to = std::copy(context.begin(), context.end(), to);
  message.SerializeWithCachedSizesToArray(to);

  EncodedEvent encoded;
  encoded.hash = audit::EventHash({reinterpret_cast<const char*>(frame.body()), size});
  frame.Finish(encoded.hash);
  encoded.stored = std::move(frame.bytes);
  encoded.body_offset = frame.body_offset;
  encoded.body_size = size;
  return encoded;
}

struct EventDecoder::Scratch {
  explicit Scratch(const Upcasters& u) : upcasters(&u) {}

  // The context of those bytes: the one of the event before, where it is the same decision's.
  Result<std::shared_ptr<const core::EventContext>> Context(std::string_view bytes) {
    if (context && bytes == context_bytes) return context;
    if (!Parse(context_message, bytes)) return Fail(Error::Corruption("context: not readable"));
    Faults faults(ErrorCode::kCorruption);
    auto read = std::make_shared<core::EventContext>();
    FromWire(context_message, *read, faults);
    if (faults.any()) return Fail(faults.Take());
    context_bytes.assign(bytes);
    context = std::move(read);
    return context;
  }

  Result<core::Event> Read(std::string_view body) {
    const auto leading = TakeLeadingField(body, kContextTag);
    if (!leading) return Fail(Error::Corruption("context: missing"));
    core::Event event;
    RASTI_TRY(event.context, Context(leading->value));

    if (!Parse(message, leading->rest)) return Fail(Error::Corruption("not readable"));
    if (message.payload_case() == v1::Event::PAYLOAD_NOT_SET && !IsKnownType(message.type())) {
      return Fail(ErrorCode::kUnsupportedVersion,
                  fmt::format("event type '{}' is unknown to this engine", message.type()));
    }
    RASTI_CHECKED(upcasters->Lift(message));

    Faults faults(ErrorCode::kCorruption);
    if (message.has_context()) faults.Wrong("context", "there twice");
    if (message.revision() < 1) faults.Wrong("revision", "less than 1");
    if (message.sequence() < 0) faults.Wrong("sequence", "less than 0");
    if (message.prev_hash().size() != event.prev_hash.size()) {
      faults.Wrong("prev_hash", fmt::format("a hash has 32 bytes, not {}", message.prev_hash().size()));
    } else {
      std::copy(message.prev_hash().begin(), message.prev_hash().end(), event.prev_hash.begin());
    }
    event.revision = {message.revision()};
    event.sequence = {message.sequence()};
    event.signed_command = message.signed_command();
    FromWire(message, event.payload, faults);
    if (faults.any()) return Fail(faults.Take().At(message.type()));
    if (message.type() != core::EventTypeName(event.payload)) {
      return Fail(Error::Corruption(
          fmt::format("type: '{}' with the payload of {}", message.type(), core::EventTypeName(event.payload))));
    }
    return event;
  }

  const Upcasters* upcasters;
  v1::Event message;
  v1::EventContext context_message;
  std::shared_ptr<const core::EventContext> context;
  std::string context_bytes;
};

EventDecoder::EventDecoder() : EventDecoder(Upcasters::Released()) {}
EventDecoder::EventDecoder(const Upcasters& upcasters) : scratch_(std::make_unique<Scratch>(upcasters)) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

Result<DecodedEvent> EventDecoder::Decode(std::string_view stored) {
  RASTI_TRY(const StoredParts parts, ReadStored(stored));
  if (parts.body.size() > kEventBytesMost) {
    return Fail(Error::Invalid(
        fmt::format("an event of {} bytes, more than the {} that one may have", parts.body.size(), kEventBytesMost)));
  }
  Result<DecodedEvent> decoded{tl::in_place};
  decoded->hash = audit::EventHash(parts.body);
  if (AsBytes(decoded->hash) != parts.hash) {
    return FailAt(parts.body, Error::Corruption("the hash is not that of the bytes: they were changed"));
  }
  auto event = scratch_->Read(parts.body);
  if (!event) return FailAt(parts.body, std::move(event).error());
  decoded->event = *std::move(event);
  return decoded;
}

Result<EncodedEvent> EncodeEvent(const core::Event& event) { return EventEncoder().Encode(event); }

Result<DecodedEvent> DecodeEvent(std::string_view stored) { return EventDecoder().Decode(stored); }

}  // namespace rasti::codec
