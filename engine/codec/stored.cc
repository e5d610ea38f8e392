#include "engine/codec/stored.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace rasti::codec {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// Field numbers 1 and 2 of Stored, both length-delimited.
constexpr uint8_t kBodyTag = (1u << 3) | 2u;
constexpr uint8_t kHashTag = (2u << 3) | 2u;
constexpr size_t kHashSize = std::tuple_size_v<Hash256>;

}  // namespace

Result<StoredParts> ReadStored(std::string_view stored) {
  const auto body = TakeLeadingField(stored, kBodyTag);
  if (!body) return Fail(Error::Corruption("not a stored event: the body is cut off or missing"));
  const auto hash = TakeLeadingField(body->rest, kHashTag);
  if (!hash || hash->value.size() != kHashSize) {
    return Fail(Error::Corruption("not a stored event: 32 bytes of hash expected behind the body"));
  }
  if (!hash->rest.empty()) return Fail(Error::Corruption("not a stored event: bytes behind the hash"));
  return StoredParts{.body = body->value, .hash = hash->value};
}

StoredFrame::StoredFrame(size_t size) : body_offset(FieldHeaderSize(size)), body_size(size) {
  bytes.resize(body_offset + body_size + FieldHeaderSize(kHashSize) + kHashSize);
  WriteFieldHeader(kBodyTag, body_size, reinterpret_cast<uint8_t*>(bytes.data()));
}

void StoredFrame::Finish(const Hash256& hash) {
  uint8_t* to = WriteFieldHeader(kHashTag, hash.size(), body() + body_size);
  std::copy(hash.begin(), hash.end(), to);
}

std::optional<LeadingField> TakeLeadingField(std::string_view message, uint8_t tag) {
  if (message.empty() || static_cast<uint8_t>(message.front()) != tag) return std::nullopt;
  if (message.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return std::nullopt;
  CodedInputStream input(reinterpret_cast<const uint8_t*>(message.data()), static_cast<int>(message.size()));
  uint32_t length = 0;
  input.Skip(1);
  if (!input.ReadVarint32(&length)) return std::nullopt;
  const auto start = static_cast<size_t>(input.CurrentPosition());
  if (start != FieldHeaderSize(length) || length > message.size() - start) return std::nullopt;
  return LeadingField{.value = message.substr(start, length), .rest = message.substr(start + length)};
}

size_t FieldHeaderSize(size_t value_size) {
  return 1 + CodedOutputStream::VarintSize32(static_cast<uint32_t>(value_size));
}

uint8_t* WriteFieldHeader(uint8_t tag, size_t value_size, uint8_t* to) {
  *to = tag;
  return CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(value_size), to + 1);
}

}  // namespace rasti::codec
