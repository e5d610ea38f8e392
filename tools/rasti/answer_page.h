// Answers of the socket that grow with what was published or happened come in pages, so that each fits a frame.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tools/rasti/frame.h"

namespace rasti::cli {

/// What this program asks for: half of what a frame holds.
inline constexpr int32_t kPageBytes = int32_t{8} << 20;
/// The rest of the frame is for what stands around the entries, a few bytes each.
inline constexpr size_t kPageBytesMost = kFrameBytesMost / 4 * 3;

/// How large a page may be; `asked` is of the request, 0 where it says nothing.
inline size_t PageBytes(int32_t asked, size_t otherwise) {
  return asked > 0 ? std::min(static_cast<size_t>(asked), kPageBytesMost) : otherwise;
}

/// Counts what goes into a page.
class AnswerPage {
 public:
  explicit AnswerPage(size_t bytes_most) : bytes_most_(bytes_most) {}

  /// Whether an entry of so many bytes belongs to this page. The first always does: it has to go somewhere.
  bool Takes(size_t bytes) {
    if (!empty_ && bytes_ + bytes > bytes_most_) return false;
    empty_ = false;
    bytes_ += bytes;
    return true;
  }

 private:
  const size_t bytes_most_;
  size_t bytes_ = 0;
  bool empty_ = true;
};

}  // namespace rasti::cli
