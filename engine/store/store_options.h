// How RocksDB is set up below a view store.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/options.h>
#include <rocksdb/write_buffer_manager.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/store/rocksdb_view_store.h"

namespace rasti::store {

class SharedBudget : public StoreBudget {
 public:
  SharedBudget(size_t block_cache_bytes, size_t write_buffer_bytes)
      : cache(rocksdb::NewLRUCache(block_cache_bytes)),
        write_buffers(std::make_shared<rocksdb::WriteBufferManager>(write_buffer_bytes)) {}

  BudgetUse Use() const override;
  /// A store that shares the budget: answers what it takes, or nothing once it is closed.
  void Add(std::function<std::optional<StoreUse>()> store);

  const std::shared_ptr<rocksdb::Cache> cache;
  const std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::function<std::optional<StoreUse>()>> stores_;  // guarded by mutex_
};

rocksdb::DBOptions DatabaseOptions(const SharedBudget& budget);
rocksdb::ColumnFamilyOptions TableOptions(const SharedBudget& budget);

}  // namespace rasti::store
