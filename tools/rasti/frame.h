// Frames of the socket: a message's length (4 bytes, big-endian, 1 byte to 16 MiB) and its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::cli {

inline constexpr size_t kFrameHeaderBytes = 4;
inline constexpr size_t kFrameBytesMost = size_t{16} << 20;
/// Goes up with every change of socket.proto that an older client would misread.
inline constexpr int kSocketProtocol = 2;

using FrameHeader = std::array<uint8_t, kFrameHeaderBytes>;

/// Errors: kOutOfRange for a message that is empty or too large.
Result<std::string> MakeFrame(std::string_view message);
/// The length of the message that follows. Errors: kInvalidArgument.
Result<size_t> ReadFrameHeader(const FrameHeader& header);

}  // namespace rasti::cli
