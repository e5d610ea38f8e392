// The frame around an event's bytes: rasti.v1.Stored, in the one form that the engine writes it.
//
// Read and written by hand, so that the body is never copied, and because the hash covers only the body: a field twice,
// an unknown one or a length in another form would be a change that nobody notices. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace rasti::codec {

/// Views into the bytes that were read.
struct StoredParts {
  std::string_view body;
  std::string_view hash;  // 32 bytes
};

/// Errors: kCorruption.
Result<StoredParts> ReadStored(std::string_view stored);

/// A frame for a body of that size, to be written at body_offset and finished with its hash.
struct StoredFrame {
  explicit StoredFrame(size_t size);
  void Finish(const Hash256& hash);

  uint8_t* body() { return reinterpret_cast<uint8_t*>(bytes.data()) + body_offset; }

  std::string bytes;
  size_t body_offset = 0;
  size_t body_size = 0;
};

/// The first field of a message: its tag, and what is behind the length-delimited value.
struct LeadingField {
  std::string_view value;
  std::string_view rest;
};

/// Takes a length-delimited field with this tag byte off the front. Nothing where there is another one, where the bytes
/// end too early or where the length is not in its shortest form.
std::optional<LeadingField> TakeLeadingField(std::string_view message, uint8_t tag);

/// Tag byte and length of a length-delimited field, as TakeLeadingField reads them.
size_t FieldHeaderSize(size_t value_size);
uint8_t* WriteFieldHeader(uint8_t tag, size_t value_size, uint8_t* to);

}  // namespace rasti::codec
