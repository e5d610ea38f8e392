#include "engine/log/embedded/crc32c.h"

#include <rocksdb/file_checksum.h>

#if defined(__x86_64__)
#include <nmmintrin.h>

#include <cstring>
#endif

namespace rasti::log::embedded {
namespace {

// RocksDB's own, through the only door that its public headers leave open. As packaged it does without SSE 4.2.
uint32_t PortableCrc32c(std::initializer_list<std::string_view> parts) {
  static const auto factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  static const rocksdb::FileChecksumGenContext context;
  const auto generator = factory->CreateFileChecksumGenerator(context);
  for (const std::string_view part : parts) generator->Update(part.data(), part.size());
  generator->Finalize();
  // Given with the most significant byte first.
  uint32_t value = 0;
  for (const char byte : generator->GetChecksum()) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

#if defined(__x86_64__)
// One instruction for eight bytes: five times as fast, on the dearest step of laying a row out.
__attribute__((target("sse4.2"))) uint32_t HardwareCrc32c(std::initializer_list<std::string_view> parts) {
  uint64_t crc = 0xffffffffU;
  for (std::string_view part : parts) {
    for (; part.size() >= sizeof(uint64_t); part.remove_prefix(sizeof(uint64_t))) {
      uint64_t bytes = 0;
      std::memcpy(&bytes, part.data(), sizeof bytes);
      crc = _mm_crc32_u64(crc, bytes);
    }
    for (const char byte : part) crc = _mm_crc32_u8(static_cast<uint32_t>(crc), static_cast<uint8_t>(byte));
  }
  return static_cast<uint32_t>(crc) ^ 0xffffffffU;
}
#endif

}  // namespace

uint32_t Crc32c(std::initializer_list<std::string_view> parts) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return HardwareCrc32c(parts);
#endif
  return PortableCrc32c(parts);
}

}  // namespace rasti::log::embedded
