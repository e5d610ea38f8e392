// ViewStore over RocksDB: WAL off, atomic flush across column families, one cache and one write-buffer budget for all.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/view_store.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace rasti::store {

/// What a store takes, in bytes, and what RocksDB is at there.
struct StoreUse {
  std::string directory;
  uint64_t memtable_bytes = 0;
  uint64_t reader_bytes = 0;  // of indexes and filters outside the cache
  uint64_t disk_bytes = 0;
  uint64_t pending_merge_bytes = 0;  // that merges (compactions) have still to rewrite, about
  uint64_t running_merges = 0;
  uint64_t running_flushes = 0;
  uint64_t background_errors = 0;  // of flushes and merges, since it was opened
  bool writes_held = false;        // RocksDB slows or stops writers until flushes and merges have caught up
};
struct BudgetUse {
  uint64_t cache_bytes = 0;
  uint64_t cache_bytes_most = 0;
  uint64_t write_buffer_bytes = 0;
  std::vector<StoreUse> stores;  // those that are open
};

/// Memory shared by all stores of a process. Thread-safe.
class StoreBudget {
 public:
  virtual ~StoreBudget() = default;
  virtual BudgetUse Use() const = 0;
  static std::shared_ptr<StoreBudget> Create(size_t block_cache_bytes, size_t write_buffer_bytes);
};

struct RocksDbViewStoreOptions {
  std::string directory;
  std::vector<std::string> tables;  // created where missing
  std::shared_ptr<StoreBudget> budget;
  bool read_only = false;
  /// Whether the blocks that are read stay in the shared cache; false for callers that keep what they read themselves.
  bool cache_blocks = true;
  rocksdb::Env* env = nullptr;  // where the files lie, and outlives the store; null: in the machine's directories
};

/// Errors: kInUse, kCorruption (names the file; the way out is to delete the directory and rebuild), kIo, kNoSpace.
Result<std::unique_ptr<ports::ViewStore>> OpenRocksDbViewStore(const RocksDbViewStoreOptions& options);

/// Reads every block of a store's files and compares its checksum. Errors: as above.
Status VerifyRocksDbViewStore(const RocksDbViewStoreOptions& options);

}  // namespace rasti::store
