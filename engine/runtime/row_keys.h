// Numbers in rows: 8 bytes whose order as bytes is the order of the numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rasti::runtime {

inline void AppendOrdered(std::string& row, int64_t number) {
  // The sign bit flipped, big-endian: negative numbers sort before positive ones.
  const uint64_t bits = static_cast<uint64_t>(number) ^ (uint64_t{1} << 63);
  for (int shift = 56; shift >= 0; shift -= 8) row += static_cast<char>(bits >> shift);
}

/// Reads a row from the left. What is missing reads as 0 and makes Complete() false.
class RowReader {
 public:
  explicit RowReader(std::string_view row) : row_(row) {}

  int64_t Number() {
    if (row_.size() < 8) {
      cut_off_ = true;
      return 0;
    }
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; ++i) bits = bits << 8 | static_cast<uint8_t>(row_[i]);
    row_.remove_prefix(8);
    return static_cast<int64_t>(bits ^ (uint64_t{1} << 63));
  }
  std::string_view Rest() const { return row_; }
  bool Complete() const { return !cut_off_ && row_.empty(); }

 private:
  std::string_view row_;
  bool cut_off_ = false;
};

}  // namespace rasti::runtime
