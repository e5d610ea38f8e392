#include "tools/rasti/frame.h"

#include <fmt/format.h>

namespace rasti::cli {

Result<std::string> MakeFrame(std::string_view message) {
  if (message.empty() || message.size() > kFrameBytesMost) {
    return Fail(Error::OutOfRange(
        fmt::format("a message of {} bytes does not go over the socket (1 to {})", message.size(), kFrameBytesMost)));
  }
  std::string frame;
  frame.reserve(kFrameHeaderBytes + message.size());
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(message.size() >> shift & 0xFF);
  frame += message;
  return frame;
}

Result<size_t> ReadFrameHeader(const FrameHeader& header) {
  size_t size = 0;
  for (const uint8_t byte : header) size = size << 8 | byte;
  if (size == 0 || size > kFrameBytesMost) {
    return Fail(
        Error::Invalid(fmt::format("a frame of {} bytes was announced; a frame holds 1 to {}", size, kFrameBytesMost)));
  }
  return size;
}

}  // namespace rasti::cli
