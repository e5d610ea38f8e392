#include "engine/store/store_options.h"

#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

namespace rasti::store {
namespace {

constexpr double kBloomBitsPerKey = 10;
constexpr size_t kMemtableBytes = 16u << 20;
// Of a memtable, for a filter over its keys: 10 bits for each of 250,000.
constexpr double kMemtableFilterShare = 0.02;

constexpr int kRunsBeforeMerge = 10;

// RocksDB's chatter goes nowhere: what matters of it comes back as a status.
class SilentLogger : public rocksdb::Logger {
 public:
  SilentLogger() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

std::shared_ptr<StoreBudget> StoreBudget::Create(size_t block_cache_bytes, size_t write_buffer_bytes) {
  return std::make_shared<SharedBudget>(block_cache_bytes, write_buffer_bytes);
}

BudgetUse SharedBudget::Use() const {
  BudgetUse use;
  use.cache_bytes = cache->GetUsage();
  use.cache_bytes_most = cache->GetCapacity();
  use.write_buffer_bytes = write_buffers->memory_usage();
  const std::lock_guard lock(mutex_);
  std::erase_if(stores_, [&](const auto& ask) {
    auto store = ask();
    if (store) use.stores.push_back(*std::move(store));
    return !store;
  });
  return use;
}

void SharedBudget::Add(std::function<std::optional<StoreUse>()> store) {
  const std::lock_guard lock(mutex_);
  std::erase_if(stores_, [](const auto& ask) { return !ask(); });
  stores_.push_back(std::move(store));
}

rocksdb::DBOptions DatabaseOptions(const SharedBudget& budget) {
  rocksdb::DBOptions options;
  options.info_log = std::make_shared<SilentLogger>();
  options.create_if_missing = true;
  // Without a WAL a flush is what makes tables durable, and they must be so at one point.
  options.atomic_flush = true;
  options.write_buffer_manager = budget.write_buffers;
  // One writer a store; the hint of a memtable works only so.
  options.allow_concurrent_memtable_write = false;
  // One store a partition: the threads are shared, and the descriptors must not run out.
  options.max_open_files = 256;
  // A thread each, for every table, however few files it has.
  options.max_file_opening_threads = 1;
  options.max_background_jobs = 2;
  // In pieces, or the fsync of the log on the same disk waits for gigabytes of theirs.
  options.bytes_per_sync = 1u << 20;
  // People wait for the streams, nobody waits for a merge. All databases of a process share these threads.
  rocksdb::Env::Default()->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kLow);
  // What was not flushed is lost when the store goes, always, so that nothing depends on how a process ends.
  options.avoid_flush_during_shutdown = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

rocksdb::ColumnFamilyOptions TableOptions(const SharedBudget& budget) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = budget.cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.format_version = 5;
  // Within the budget, like the data, but held by their file: a look-up goes through several of them, and finding each
  // in the cache, behind its mutex, cost as much as using it.
  table.cache_index_and_filter_blocks = true;
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = kMemtableBytes;
  // Half of the look-ups are for what is not there: a case that is being submitted, a command that was never given. A
  // search of the memtable for each of them was a quarter of a stream thread's time.
  options.memtable_prefix_bloom_size_ratio = kMemtableFilterShare;
  options.memtable_whole_key_filtering = true;
  // One hint for all keys: a row is looked for from where the last one went. Of sorted batches it takes half the time
  // of an insert, of others 3 % more.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(0));
  // On all levels: what is denser costs more of the two cores than the disk that it saves, and all of it can be
  // rebuilt.
  options.compression = rocksdb::kLZ4Compression;
  // Keys are random, so that levels would rewrite a table ten times over while it grows; runs are merged a few times,
  // and the filters keep look-ups from paying for that.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.level0_file_num_compaction_trigger = kRunsBeforeMerge;
  return options;
}

}  // namespace rasti::store
