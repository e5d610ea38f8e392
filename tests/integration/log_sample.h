// A small embedded log on disk to be damaged, and what is left of it afterwards.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/log/embedded_event_log.h"

namespace rasti::integration {

/// Of each partition, its events' values.
using Events = std::vector<std::vector<std::string>>;

struct SampleOptions {
  int partitions = 2;
  int batches = 4;
  size_t value_bytes = 40;
  size_t write_buffer_bytes = 32u << 20;  // small: many write-ahead logs
  bool close = false;  // in good order, so that everything is in sorted files; otherwise everything is in the WAL
};

struct Sample {
  Events events;
  Events events_before_last_batch;
  uint64_t wal_bytes_before_last_batch = 0;
};

/// Makes a log in `directory`; every batch writes an event in each partition, an outbox entry and a follow-up.
Sample MakeSample(const std::string& directory, const SampleOptions& options);

/// Opens a log and reads everything in it.
struct Findings {
  std::optional<Error> error;  // the first one met
  std::vector<log::RecoveryNote> notes;
  Events events;
  std::string Text() const;
};
Findings Inspect(const std::string& directory, int partitions);

/// The write-ahead log with the most bytes.
std::string WalOf(const std::string& directory);
std::vector<std::string> FilesOf(const std::string& directory, const std::string& prefix, const std::string& suffix);
uint64_t SizeOf(const std::string& path);
void FlipBit(const std::string& path, uint64_t byte, int bit);

/// Each value is the one that was written, and none is missing before it.
bool IsPrefix(const Events& part, const Events& whole);

/// A directory in memory where there is one: these tests open logs by the thousand, and each open syncs.
std::string FastTemporaryRoot();

}  // namespace rasti::integration
