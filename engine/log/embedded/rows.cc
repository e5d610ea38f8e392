#include "engine/log/embedded/rows.h"

#include "engine/log/embedded/crc32c.h"

namespace rasti::log::embedded {
namespace {

constexpr size_t kCrcBytes = 4;
constexpr size_t kPartitionRowBytes = 12;
constexpr size_t kNumberRowBytes = 8;

void AppendLittleEndian(std::string& out, uint64_t value, int width) {
  std::array<char, 8> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xff);
  out.append(bytes.data(), static_cast<size_t>(width));
}

uint64_t ParseLittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

uint64_t ParseBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace

void RowKey::Append(uint64_t value, int width) {
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes_[size_++] = static_cast<char>(value >> shift & 0xff);
}

RowKey::RowKey(int64_t number) { Append(static_cast<uint64_t>(number), 8); }

RowKey::RowKey(core::PartitionId partition) { Append(static_cast<uint64_t>(partition.value), 4); }

RowKey::RowKey(core::PartitionId partition, int64_t number) : RowKey(partition) {
  Append(static_cast<uint64_t>(number), 8);
}

std::optional<std::pair<core::PartitionId, int64_t>> ParsePartitionRow(std::string_view key) {
  if (key.size() != kPartitionRowBytes) return std::nullopt;
  const core::PartitionId partition{static_cast<int32_t>(ParseBigEndian(key.substr(0, 4)))};
  return std::pair{partition, static_cast<int64_t>(ParseBigEndian(key.substr(4)))};
}

std::optional<int64_t> ParseNumberRow(std::string_view key) {
  if (key.size() != kNumberRowBytes) return std::nullopt;
  return static_cast<int64_t>(ParseBigEndian(key));
}

void RowWriter::BeginIfFinished() {
  if (!finished_) return;
  buffer_.clear();
  finished_ = false;
}

RowWriter& RowWriter::Number(int64_t value) {
  BeginIfFinished();
  AppendLittleEndian(buffer_, static_cast<uint64_t>(value), 8);
  return *this;
}

RowWriter& RowWriter::Bytes(std::string_view bytes) {
  Number(static_cast<int64_t>(bytes.size()));
  buffer_.append(bytes);
  return *this;
}

std::string_view RowWriter::Finish(std::string_view key) {
  BeginIfFinished();
  AppendLittleEndian(buffer_, Crc32c({key, buffer_}), kCrcBytes);
  finished_ = true;
  return buffer_;
}

RowReader::RowReader(std::string_view key, std::string_view row) {
  if (row.size() < kCrcBytes) return;
  left_ = row.substr(0, row.size() - kCrcBytes);
  ok_ = Crc32c({key, left_}) == ParseLittleEndian(row.substr(left_.size()));
}

int64_t RowReader::Number() {
  ok_ = ok_ && left_.size() >= 8;
  if (!ok_) return 0;
  const uint64_t value = ParseLittleEndian(left_.substr(0, 8));
  left_.remove_prefix(8);
  return static_cast<int64_t>(value);
}

std::string_view RowReader::Bytes() {
  const auto size = static_cast<uint64_t>(Number());
  ok_ = ok_ && size <= left_.size();
  if (!ok_) return {};
  const std::string_view bytes = left_.substr(0, size);
  left_.remove_prefix(size);
  return bytes;
}

// The headers are not kept: they repeat what the body says, for readers of Kafka that do not open it.
std::string_view WriteEvent(RowWriter& writer, const RowKey& key, const ports::EventOut& event) {
  return writer.Number(event.input.commands)
      .Number(event.input.follow_ups)
      .Bytes(event.key)
      .Bytes(event.value)
      .Finish(key.view());
}

std::optional<ports::StoredEvent> ReadEvent(core::PartitionId partition, core::Sequence sequence, std::string_view key,
                                            std::string_view row) {
  RowReader reader(key, row);
  ports::StoredEvent event{.partition = partition, .sequence = sequence, .key = {}, .value = {}, .input = {}};
  event.input.commands = reader.Number();
  event.input.follow_ups = reader.Number();
  event.key = reader.Bytes();
  event.value = reader.Bytes();
  if (!reader.ok()) return std::nullopt;
  return event;
}

std::string_view WritePartition(RowWriter& writer, const RowKey& key, const PartitionRow& partition) {
  return writer.Number(partition.committed.commands)
      .Number(partition.committed.follow_ups)
      .Number(partition.end_sequence)
      .Finish(key.view());
}

std::optional<PartitionRow> ReadPartition(std::string_view key, std::string_view row) {
  RowReader reader(key, row);
  PartitionRow partition;
  partition.committed.commands = reader.Number();
  partition.committed.follow_ups = reader.Number();
  partition.end_sequence = reader.Number();
  if (!reader.ok()) return std::nullopt;
  return partition;
}

std::string_view WritePair(RowWriter& writer, const RowKey& key, std::string_view first, std::string_view second) {
  return writer.Bytes(first).Bytes(second).Finish(key.view());
}

std::optional<Pair> ReadPair(std::string_view key, std::string_view row) {
  RowReader reader(key, row);
  Pair pair;
  pair.first = reader.Bytes();
  pair.second = reader.Bytes();
  if (!reader.ok()) return std::nullopt;
  return pair;
}

}  // namespace rasti::log::embedded
