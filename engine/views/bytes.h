// Numbers and texts as bytes: big-endian where rows sort by them, variable length where they do not. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/time.h"

namespace rasti::views {

/// Eight bytes that sort as the numbers do, negative ones first.
void AppendSortable(std::string& out, int64_t value);
/// The text so that no text's bytes begin another's, and both sort alike.
void AppendSortable(std::string& out, std::string_view text);
/// Seven bits a byte; negative numbers alternate with positive ones.
void AppendVarint(std::string& out, int64_t value);

/// The bytes that hexadecimal digits stand for; nothing where they are none.
std::optional<std::string> BytesFromHex(std::string_view digits);

/// Takes bytes off the front. After a failure all further reads fail too.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  int64_t Sortable();
  std::string SortableText();
  int64_t Varint();
  std::string_view Bytes(size_t count);
  std::string_view Rest() { return Bytes(rest_.size()); }

  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace rasti::views
