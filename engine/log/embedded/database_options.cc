#include "engine/log/embedded/database_options.h"

#include <rocksdb/db.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_partitioner.h>
#include <rocksdb/table.h>

namespace rasti::log::embedded {
namespace {

constexpr size_t kPartitionPrefixBytes = 4;
constexpr size_t kSmallWriteBufferBytes = 4u << 20;
constexpr int kOpenFilesMost = 512;

rocksdb::ColumnFamilyOptions EventsOptions(const EmbeddedLogOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Events are read in runs, and a large block compresses better.
  table.block_size = 32u << 10;
  table.format_version = 5;
  // A log of years must not hold the index of all its blocks in memory.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.cache_index_and_filter_blocks = true;
  table.pin_top_level_index_and_filter = true;

  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes;
  family.max_write_buffer_number = 4;
  // One compression on all levels: a file whose compression differs from the next level's is rewritten, not moved.
  family.compression = rocksdb::kLZ4Compression;
  family.target_file_size_base = 64u << 20;
  family.target_file_size_multiplier = 2;
  // A file holds one partition only, so that below level 1 ranges never overlap and files are moved. Level 1 is kept
  // all but empty by that: what lies there is rewritten with everything that comes out of level 0, because the files of
  // level 0 hold all partitions and so reach over it.
  family.max_bytes_for_level_base = 1u << 20;
  family.sst_partitioner_factory = rocksdb::NewSstPartitionerFixedPrefixFactory(kPartitionPrefixBytes);
  // A partition's keys come in order: the place of the last insertion is where the next one goes.
  family.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kPartitionPrefixBytes));
  return family;
}

rocksdb::ColumnFamilyOptions SmallOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = kSmallWriteBufferBytes;
  family.compression = rocksdb::kLZ4Compression;
  return family;
}

}  // namespace

rocksdb::DBOptions DatabaseOptions(std::shared_ptr<WarningLogger> warnings) {
  rocksdb::DBOptions options;
  options.info_log = std::move(warnings);
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A file holds a few megabytes of one partition: a log of years has tens of thousands, of which the newest are read.
  // Those that are not open are looked at all the same when the database is opened (paranoid_checks): one that is
  // missing or of another size is an error then, not months later.
  options.max_open_files = kOpenFilesMost;
  // A thread each, for every family, however few files it has.
  options.max_file_opening_threads = 4;
  options.max_background_jobs = 2;
  // What merges write goes to the disk in pieces. Left to the system it goes by the gigabyte, and the write-ahead log's
  // fsync, for which people wait, waits for all of it.
  options.bytes_per_sync = 1u << 20;
  // Bounds what is replayed after a crash; also keeps families that are seldom written from holding old logs back.
  options.max_total_wal_size = 128u << 20;
  // The log stops at the first failed write and is opened again: no write may follow one whose outcome is unknown.
  options.max_bgerror_resume_count = 0;
  // A Close flushes; everything else is to behave as a crash does.
  options.avoid_flush_during_shutdown = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> FamilyOptions(const EmbeddedLogOptions& options) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  const rocksdb::ColumnFamilyOptions small = SmallOptions(cache);
  return {{rocksdb::kDefaultColumnFamilyName, small},
          {"events", EventsOptions(options, cache)},
          {"followups", small},
          {"outbox", small},
          {"definitions", small},
          {"positions", small},
          {"meta", small},
          {"dead_letters", small}};
}

}  // namespace rasti::log::embedded
