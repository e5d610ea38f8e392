// Events to and from the bytes that the log keeps: a rasti.v1.Stored around a rasti.v1.Event.
//
// Threading: an encoder and a decoder belong to one thread each; they own scratch memory and remember the last context,
// so that the events of one decision share one. Keep them for as long as events come.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/codec/limits.h"
#include "engine/core/event.h"

namespace rasti::codec {

class Upcasters;

/// An event as it is written.
struct EncodedEvent {
  std::string stored;      // a serialised rasti.v1.Stored: the record's value
  Hash256 hash{};          // of the body: the next event's prev_hash, and the partition's Merkle leaf
  size_t body_offset = 0;  // of the body within `stored`
  size_t body_size = 0;

  std::string_view body() const { return std::string_view(stored).substr(body_offset, body_size); }
};

class EventEncoder {
 public:
  EventEncoder();
  ~EventEncoder();
  EventEncoder(EventEncoder&&) noexcept;
  EventEncoder& operator=(EventEncoder&&) noexcept;

  /// REQUIRES: sequence, revision and prev_hash are stamped; strings are UTF-8.
  /// Errors: kOutOfRange when the body would exceed kEventBytesMost: the decision is to be rejected as too large.
  Result<EncodedEvent> Encode(const core::Event& event);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

struct DecodedEvent {
  core::Event event;
  Hash256 hash{};  // as verified

  bool operator==(const DecodedEvent&) const = default;
};

class EventDecoder {
 public:
  EventDecoder();
  /// With other upcasters than the released ones, which outlive the decoder.
  explicit EventDecoder(const Upcasters& upcasters);
  ~EventDecoder();
  EventDecoder(EventDecoder&&) noexcept;
  EventDecoder& operator=(EventDecoder&&) noexcept;

  /// Reads a record's value and verifies its hash over the raw body. Any bytes may be handed in.
  /// Errors: kCorruption (says which field of which case and sequence, where these can be read), kUnsupportedVersion
  /// (an event type, a version of one or a value that only a newer engine knows), kInvalidArgument (a body larger than
  /// kEventBytesMost).
  Result<DecodedEvent> Decode(std::string_view stored);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

/// The same with a fresh encoder or decoder, for where speed does not matter.
Result<EncodedEvent> EncodeEvent(const core::Event& event);
Result<DecodedEvent> DecodeEvent(std::string_view stored);

}  // namespace rasti::codec
