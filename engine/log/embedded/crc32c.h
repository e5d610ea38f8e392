// CRC32C (Castagnoli) over parts in order, as if they were one string. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace rasti::log::embedded {

uint32_t Crc32c(std::initializer_list<std::string_view> parts);

}  // namespace rasti::log::embedded
