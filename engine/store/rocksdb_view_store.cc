#include "engine/store/rocksdb_view_store.h"

#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>

#include "engine/store/store_error.h"
#include "engine/store/store_options.h"

namespace rasti::store {
namespace {

using ports::Table;

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// The database and its tables; snapshots and cursors keep it open for as long as they live.
struct Database {
  std::string directory;
  std::shared_ptr<SharedBudget> budget;
  bool cache_blocks = true;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;  // all that exist
  std::vector<rocksdb::ColumnFamilyHandle*> tables;   // those asked for, in that order

  ~Database() {
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  }
  rocksdb::ColumnFamilyHandle* table(Table table) const { return tables[static_cast<size_t>(table.index)]; }
};

StoreUse UseOf(const Database& database) {
  const auto sum = [&](const std::string& property) {
    uint64_t bytes = 0;
    database.db->GetAggregatedIntProperty(property, &bytes);
    return bytes;
  };
  // Of the database as a whole, whichever table is asked.
  const auto whole = [&](const std::string& property) {
    uint64_t value = 0;
    database.db->GetIntProperty(property, &value);
    return value;
  };
  using Properties = rocksdb::DB::Properties;
  StoreUse use;
  use.directory = database.directory;
  use.memtable_bytes = sum(Properties::kCurSizeAllMemTables);
  use.reader_bytes = sum(Properties::kEstimateTableReadersMem);
  use.disk_bytes = sum(Properties::kTotalSstFilesSize);
  use.pending_merge_bytes = sum(Properties::kEstimatePendingCompactionBytes);
  use.running_merges = whole(Properties::kNumRunningCompactions);
  use.running_flushes = whole(Properties::kNumRunningFlushes);
  use.background_errors = whole(Properties::kBackgroundErrors);
  use.writes_held = whole(Properties::kIsWriteStopped) != 0 || whole(Properties::kActualDelayedWriteRate) != 0;
  return use;
}

// A snapshot is RocksDB's; without one, reads see what is newest.
struct Moment {
  std::shared_ptr<Database> database;
  const rocksdb::Snapshot* snapshot = nullptr;

  explicit Moment(std::shared_ptr<Database> of) : database(std::move(of)), snapshot(database->db->GetSnapshot()) {}
  ~Moment() { database->db->ReleaseSnapshot(snapshot); }
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;
};

class RocksCursor : public ports::Cursor {
 public:
  RocksCursor(std::shared_ptr<Database> database, std::shared_ptr<Moment> moment,
              std::unique_ptr<rocksdb::Iterator> rows)
      : database_(std::move(database)), moment_(std::move(moment)), rows_(std::move(rows)) {}

  void Seek(std::string_view key) override { rows_->Seek(ToSlice(key)); }
  bool Valid() const override { return rows_->Valid(); }
  std::string_view key() const override { return View(rows_->key()); }
  std::string_view value() const override { return View(rows_->value()); }
  void Next() override { rows_->Next(); }
  Status status() const override { return ToStatus(rows_->status(), database_->directory); }

 private:
  const std::shared_ptr<Database> database_;
  const std::shared_ptr<Moment> moment_;
  const std::unique_ptr<rocksdb::Iterator> rows_;  // goes first
};

Result<std::optional<std::string>> GetRow(const Database& database, const rocksdb::Snapshot* snapshot, Table table,
                                          std::string_view key) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.fill_cache = database.cache_blocks;
  rocksdb::PinnableSlice value;
  const auto status = database.db->Get(options, database.table(table), ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  RASTI_CHECKED(ToStatus(status, database.directory));
  return std::string(View(value));
}

std::unique_ptr<ports::Cursor> ScanRows(const std::shared_ptr<Database>& database,
                                        const std::shared_ptr<Moment>& moment, Table table) {
  rocksdb::ReadOptions options;
  options.snapshot = moment ? moment->snapshot : nullptr;
  options.fill_cache = database->cache_blocks;
  std::unique_ptr<rocksdb::Iterator> rows(database->db->NewIterator(options, database->table(table)));
  return std::make_unique<RocksCursor>(database, moment, std::move(rows));
}

class RocksSnapshot : public ports::ViewReader {
 public:
  explicit RocksSnapshot(std::shared_ptr<Database> database) : moment_(std::make_shared<Moment>(std::move(database))) {}

  Result<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    return GetRow(*moment_->database, moment_->snapshot, table, key);
  }
  std::unique_ptr<ports::Cursor> Scan(Table table) const override {
    return ScanRows(moment_->database, moment_, table);
  }

 private:
  const std::shared_ptr<Moment> moment_;
};

class RocksBatch : public ports::WriteBatch {
 public:
  explicit RocksBatch(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  void Put(Table table, std::string_view key, std::string_view value) override {
    Keep(batch_.Put(database_->table(table), ToSlice(key), ToSlice(value)));
  }
  void Delete(Table table, std::string_view key) override {
    Keep(batch_.Delete(database_->table(table), ToSlice(key)));
  }
  void Clear() override {
    batch_.Clear();
    failed_ = rocksdb::Status::OK();
  }
  size_t SizeBytes() const override { return batch_.GetDataSize(); }

  rocksdb::WriteBatch& batch() { return batch_; }
  // A row that could not be added (larger than 4 GiB) fails the write, not silently the row.
  const rocksdb::Status& failed() const { return failed_; }

 private:
  void Keep(const rocksdb::Status& status) {
    if (!status.ok()) failed_ = status;
  }

  const std::shared_ptr<Database> database_;
  rocksdb::WriteBatch batch_;
  rocksdb::Status failed_;
};

class RocksDbViewStore : public ports::ViewStore {
 public:
  explicit RocksDbViewStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  Result<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    return GetRow(*database_, nullptr, table, key);
  }
  std::unique_ptr<ports::Cursor> Scan(Table table) const override { return ScanRows(database_, nullptr, table); }
  std::unique_ptr<ports::WriteBatch> NewBatch() const override { return std::make_unique<RocksBatch>(database_); }

  Status Write(ports::WriteBatch& batch) override {
    auto& rows = static_cast<RocksBatch&>(batch);
    RASTI_CHECKED(ToStatus(rows.failed(), database_->directory));
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return ToStatus(database_->db->Write(options, &rows.batch()), database_->directory);
  }

  Status Flush() override {
    rocksdb::FlushOptions options;
    options.wait = true;
    return ToStatus(database_->db->Flush(options, database_->handles), database_->directory);
  }

  Status BeginFlush() override {
    rocksdb::FlushOptions options;
    options.wait = false;
    return ToStatus(database_->db->Flush(options, database_->handles), database_->directory);
  }

  std::unique_ptr<ports::ViewReader> Snapshot() const override { return std::make_unique<RocksSnapshot>(database_); }

  Status Checkpoint(const std::string& directory) override {
    rocksdb::Checkpoint* made = nullptr;
    RASTI_CHECKED(ToStatus(rocksdb::Checkpoint::Create(database_->db.get(), &made), database_->directory));
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    // Flushes first: there is no WAL that could be copied instead.
    return ToStatus(checkpoint->CreateCheckpoint(directory, 0), directory);
  }

  size_t MemoryBytes() const override {
    const StoreUse use = store::UseOf(*database_);
    return use.memtable_bytes + use.reader_bytes + database_->budget->cache->GetUsage();
  }
  size_t DiskBytes() const override { return store::UseOf(*database_).disk_bytes; }
  ports::TableUse UseOf(Table table) const override {
    const auto property = [&](const std::string& name) {
      uint64_t value = 0;
      database_->db->GetIntProperty(database_->table(table), name, &value);
      return value;
    };
    using Properties = rocksdb::DB::Properties;
    return {static_cast<int64_t>(property(Properties::kEstimateNumKeys)), property(Properties::kLiveSstFilesSize),
            property(Properties::kCurSizeAllMemTables)};
  }

 private:
  const std::shared_ptr<Database> database_;
};

// A database is opened with every table that it has, asked for or not; a new one has none.
std::vector<std::string> ExistingTables(const rocksdb::DBOptions& options, const std::string& directory) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, directory, &names).ok()) names.clear();
  return names;
}

Result<std::shared_ptr<Database>> OpenDatabase(const RocksDbViewStoreOptions& options) {
  auto database = std::make_shared<Database>();
  database->directory = options.directory;
  database->budget = std::dynamic_pointer_cast<SharedBudget>(options.budget);
  if (!database->budget) return Fail(Error::Invalid(options.directory + ": a store needs a StoreBudget::Create"));
  database->cache_blocks = options.cache_blocks;

  rocksdb::DBOptions db_options = DatabaseOptions(*database->budget);
  if (options.env != nullptr) db_options.env = options.env;
  db_options.create_missing_column_families = !options.read_only;
  if (!options.read_only) {
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    if (error) return Fail(Error::Io(options.directory + ": cannot be made: " + error.message()));
  }

  std::vector<std::string> names = ExistingTables(db_options, options.directory);
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  add(rocksdb::kDefaultColumnFamilyName);
  for (const std::string& table : options.tables) add(table);
  const rocksdb::ColumnFamilyOptions table_options = TableOptions(*database->budget);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const std::string& name : names) families.emplace_back(name, table_options);

  rocksdb::DB* db = nullptr;
  const auto status =
      options.read_only ? rocksdb::DB::OpenForReadOnly(db_options, options.directory, families, &database->handles, &db)
                        : rocksdb::DB::Open(db_options, options.directory, families, &database->handles, &db);
  if (!status.ok()) return Fail(ToError(status, options.directory));
  database->db.reset(db);
  for (const std::string& table : options.tables) {
    const auto place = std::find(names.begin(), names.end(), table) - names.begin();
    database->tables.push_back(database->handles[static_cast<size_t>(place)]);
  }
  database->budget->Add([known = std::weak_ptr(database)]() -> std::optional<StoreUse> {
    const auto open = known.lock();
    if (open == nullptr) return std::nullopt;
    return UseOf(*open);
  });
  return database;
}

}  // namespace

Result<std::unique_ptr<ports::ViewStore>> OpenRocksDbViewStore(const RocksDbViewStoreOptions& options) {
  RASTI_TRY(auto database, OpenDatabase(options));
  return std::make_unique<RocksDbViewStore>(std::move(database));
}

Status VerifyRocksDbViewStore(const RocksDbViewStoreOptions& options) {
  RASTI_TRY(const auto database, OpenDatabase(options));
  return ToStatus(database->db->VerifyChecksum(), options.directory);
}

}  // namespace rasti::store
