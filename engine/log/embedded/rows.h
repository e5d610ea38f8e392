// Rows of the embedded log: keys that sort as numbers, values that end in a CRC32C over key and value.
//
// RocksDB has checksums of its own on blocks and WAL records; this one covers the way between them (memory, a
// compaction, a bug), because the log is the only copy of the truth. It is checked on every read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/event_log.h"

namespace rasti::log::embedded {

/// A key of a partition and a number, or of a number alone, big-endian so that bytes sort as the numbers do.
class RowKey {
 public:
  explicit RowKey(int64_t number);
  RowKey(core::PartitionId partition, int64_t number);
  explicit RowKey(core::PartitionId partition);

  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  void Append(uint64_t value, int width);

  std::array<char, 12> bytes_{};
  size_t size_ = 0;
};

/// The parts of a key, or nothing where it has another length.
std::optional<std::pair<core::PartitionId, int64_t>> ParsePartitionRow(std::string_view key);
std::optional<int64_t> ParseNumberRow(std::string_view key);

/// Builds the value of a row in a buffer that is used again for the next one.
class RowWriter {
 public:
  RowWriter& Number(int64_t value);
  RowWriter& Bytes(std::string_view bytes);
  /// The row with its CRC; valid until the next call of Number or Bytes, which begins a new row.
  std::string_view Finish(std::string_view key);

 private:
  void BeginIfFinished();

  std::string buffer_;
  bool finished_ = false;
};

/// Reads a row back in the order in which it was written.
class RowReader {
 public:
  RowReader(std::string_view key, std::string_view row);

  int64_t Number();
  std::string_view Bytes();
  /// The CRC agrees and every read so far was within the row.
  bool ok() const { return ok_; }

 private:
  std::string_view left_;
  bool ok_ = false;
};

/// What is known of a partition beside its events, in one row written with every transaction.
struct PartitionRow {
  ports::InputPositions committed;
  int64_t end_sequence = 0;
};

std::string_view WriteEvent(RowWriter& writer, const RowKey& key, const ports::EventOut& event);
std::optional<ports::StoredEvent> ReadEvent(core::PartitionId partition, core::Sequence sequence, std::string_view key,
                                            std::string_view row);
std::string_view WritePartition(RowWriter& writer, const RowKey& key, const PartitionRow& partition);
std::optional<PartitionRow> ReadPartition(std::string_view key, std::string_view row);

/// A key and a value as others hand them in: definitions and outbox entries.
std::string_view WritePair(RowWriter& writer, const RowKey& key, std::string_view first, std::string_view second);
struct Pair {
  std::string first;
  std::string second;
};
std::optional<Pair> ReadPair(std::string_view key, std::string_view row);

}  // namespace rasti::log::embedded
