#include "engine/store/rocksdb_view_store.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace rasti::store {
namespace {

namespace fs = std::filesystem;
using ports::Table;
using ports::ViewStore;

constexpr Table kFirst{0};
constexpr Table kSecond{1};

using Rows = std::map<std::string, std::string>;
using Tables = std::array<Rows, 2>;

class Directory {
 public:
  Directory() {
    std::string name = (fs::temp_directory_path() / "rasti-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::shared_ptr<StoreBudget> Budget() {
  static const auto budget = StoreBudget::Create(8u << 20, 8u << 20);
  return budget;
}

Result<std::unique_ptr<ViewStore>> Open(const std::string& directory, bool read_only = false) {
  return OpenRocksDbViewStore(
      {.directory = directory, .tables = {"first", "second"}, .budget = Budget(), .read_only = read_only});
}

std::unique_ptr<ViewStore> MustOpen(const std::string& directory) {
  auto store = Open(directory);
  if (!store) throw std::runtime_error(store.error().message);
  return *std::move(store);
}

Rows ReadTable(const ports::ViewReader& reader, Table table) {
  Rows rows;
  const auto cursor = reader.Scan(table);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) rows.emplace(cursor->key(), cursor->value());
  EXPECT_TRUE(cursor->status());
  return rows;
}

Tables ReadTables(const ports::ViewReader& reader) { return {ReadTable(reader, kFirst), ReadTable(reader, kSecond)}; }

void PutOne(ViewStore& store, Table table, const std::string& key, const std::string& value) {
  const auto batch = store.NewBatch();
  batch->Put(table, key, value);
  const auto written = store.Write(*batch);
  ASSERT_TRUE(written) << written.error().message;
}

TEST(RocksDbViewStoreTest, ReadsWhatWasWrittenInTheOrderOfKeys) {
  const Directory directory;
  const auto store = MustOpen(directory / "store");
  PutOne(*store, kFirst, "b", "2");
  PutOne(*store, kFirst, "a", "1");
  PutOne(*store, kFirst, std::string("\xff\x00", 2), "last");
  PutOne(*store, kSecond, "a", "other");
  EXPECT_EQ(store->Get(kFirst, "a")->value(), "1");
  EXPECT_EQ(store->Get(kSecond, "a")->value(), "other");
  EXPECT_FALSE(store->Get(kSecond, "b")->has_value());

  const auto cursor = store->Scan(kFirst);
  cursor->Seek("aa");
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->key(), "b");
  cursor->Next();
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->value(), "last");
  cursor->Next();
  EXPECT_FALSE(cursor->Valid());
  EXPECT_TRUE(cursor->status());
}

TEST(RocksDbViewStoreTest, ASnapshotStaysAtItsMoment) {
  const Directory directory;
  auto store = MustOpen(directory / "store");
  PutOne(*store, kFirst, "key", "old");
  const auto snapshot = store->Snapshot();
  PutOne(*store, kFirst, "key", "new");
  PutOne(*store, kSecond, "key", "new");
  EXPECT_EQ(snapshot->Get(kFirst, "key")->value(), "old");
  EXPECT_FALSE(snapshot->Get(kSecond, "key")->has_value());
  EXPECT_EQ(ReadTable(*snapshot, kFirst), (Rows{{"key", "old"}}));
  EXPECT_EQ(store->Get(kFirst, "key")->value(), "new");
  // It outlives the store that it was taken of.
  store.reset();
  EXPECT_EQ(snapshot->Get(kFirst, "key")->value(), "old");
}

TEST(RocksDbViewStoreTest, ACheckpointIsAStoreOfItsOwn) {
  const Directory directory;
  const auto store = MustOpen(directory / "store");
  PutOne(*store, kFirst, "key", "kept");
  const auto made = store->Checkpoint(directory / "copy");
  ASSERT_TRUE(made) << made.error().message;
  PutOne(*store, kFirst, "key", "changed");
  const auto copy = MustOpen(directory / "copy");
  EXPECT_EQ(copy->Get(kFirst, "key")->value(), "kept");
  EXPECT_EQ(store->Get(kFirst, "key")->value(), "changed");
  EXPECT_FALSE(store->Checkpoint(directory / "copy"));
}

TEST(RocksDbViewStoreTest, TablesAreAddedAndKept) {
  const Directory directory;
  {
    const auto store = MustOpen(directory / "store");
    PutOne(*store, kSecond, "key", "value");
    ASSERT_TRUE(store->Flush());
  }
  auto store = OpenRocksDbViewStore(
      {.directory = directory / "store", .tables = {"third", "second"}, .budget = Budget(), .read_only = false});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->Get({1}, "key")->value(), "value");
  EXPECT_FALSE((*store)->Get({0}, "key")->has_value());
}

TEST(RocksDbViewStoreTest, ReadersOpenWhatWasFlushedAndCannotWrite) {
  const Directory directory;
  const auto store = MustOpen(directory / "store");
  PutOne(*store, kFirst, "key", "flushed");
  ASSERT_TRUE(store->Flush());
  PutOne(*store, kFirst, "key", "later");
  const auto reader = Open(directory / "store", true);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->Get(kFirst, "key")->value(), "flushed");
  const auto batch = (*reader)->NewBatch();
  batch->Put(kFirst, "key", "no");
  EXPECT_FALSE((*reader)->Write(*batch));
}

TEST(RocksDbViewStoreTest, AStoreHasOneWriter) {
  const Directory directory;
  const auto store = MustOpen(directory / "store");
  const auto second = Open(directory / "store");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kInUse) << second.error().message;
}

TEST(RocksDbViewStoreTest, DamageNamesTheFileAndTheWayOut) {
  const Directory directory;
  {
    const auto store = MustOpen(directory / "store");
    for (int i = 0; i < 100; ++i) PutOne(*store, kFirst, std::to_string(i), std::string(100, 'v'));
    ASSERT_TRUE(store->Flush());
  }
  for (const auto& entry : fs::directory_iterator(directory / "store")) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(40);
    file.put('\x5a').put('\x5a');
  }
  const auto store = MustOpen(directory / "store");
  const auto row = store->Get(kFirst, "1");
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().code, ErrorCode::kCorruption);
  EXPECT_NE(row.error().message.find(".sst"), std::string::npos) << row.error().message;
  EXPECT_NE(row.error().message.find("rebuild"), std::string::npos) << row.error().message;
}

TEST(RocksDbViewStoreTest, EveryBlockCanBeCheckedWithoutReadingARow) {
  const Directory directory;
  {
    const auto store = MustOpen(directory / "store");
    const auto batch = store->NewBatch();
    for (int i = 0; i < 2'000; ++i) batch->Put(kFirst, std::to_string(i), std::string(100, static_cast<char>(i)));
    ASSERT_TRUE(store->Write(*batch) && store->Flush());
  }
  const RocksDbViewStoreOptions options{
      .directory = directory / "store", .tables = {"first", "second"}, .budget = Budget(), .read_only = true};
  EXPECT_TRUE(VerifyRocksDbViewStore(options));
  for (const auto& entry : fs::directory_iterator(directory / "store")) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(entry.file_size() / 3));
    file.put('\x5A');
    file.put('\xA5');
  }
  const Status verified = VerifyRocksDbViewStore(options);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::kCorruption);
  EXPECT_NE(verified.error().message.find(".sst"), std::string::npos) << verified.error().message;
}

TEST(RocksDbViewStoreTest, CountsItsBytes) {
  const Directory directory;
  const auto store = MustOpen(directory / "store");
  const size_t before = store->MemoryBytes();
  for (int i = 0; i < 1'000; ++i) PutOne(*store, kFirst, std::to_string(i), std::string(1'000, static_cast<char>(i)));
  EXPECT_GT(store->MemoryBytes(), before + 900'000);
  EXPECT_EQ(store->DiskBytes(), 0U);
  ASSERT_TRUE(store->Flush());
  EXPECT_GT(store->DiskBytes(), 0U);
}

// Random batches, flushes, snapshots and losses against maps. What was not flushed may be lost when the store goes, but
// what is left is what some number of whole batches made, not before the last flush.
class Model {
 public:
  explicit Model(std::string directory) : directory_(std::move(directory)), store_(MustOpen(directory_)) {
    history_.push_back({});
  }

  void Write() {
    Tables tables = history_.back();
    const auto batch = store_->NewBatch();
    const int rows = *rc::gen::inRange(1, 8);
    for (int i = 0; i < rows; ++i) {
      const Table table{*rc::gen::inRange(0, 2)};
      const auto key = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\xff")));
      Rows& model = tables[static_cast<size_t>(table.index)];
      if (*rc::gen::inRange(0, 4) == 0) {
        batch->Delete(table, key);
        model.erase(key);
      } else {
        const auto value = *rc::gen::arbitrary<std::string>();
        batch->Put(table, key, value);
        model[key] = value;
      }
    }
    RC_ASSERT(store_->Write(*batch).has_value());
    history_.push_back(std::move(tables));
  }
  void Flush() {
    RC_ASSERT(store_->Flush().has_value());
    flushed_ = history_.size() - 1;
  }
  void Lose() {
    store_.reset();
    store_ = MustOpen(directory_);
    const Tables left = ReadTables(*store_);
    size_t found = flushed_;
    while (found < history_.size() && history_[found] != left) ++found;
    RC_ASSERT(found < history_.size());
    history_.resize(found + 1);
    flushed_ = found;
  }
  void TakeSnapshot() { snapshots_.emplace_back(store_->Snapshot(), history_.back()); }
  void Check() {
    RC_ASSERT(ReadTables(*store_) == history_.back());
    for (const auto& [snapshot, tables] : snapshots_) RC_ASSERT(ReadTables(*snapshot) == tables);
    for (const auto& [key, value] : history_.back()[0]) RC_ASSERT(store_->Get(kFirst, key)->value() == value);
    snapshots_.clear();
  }

 private:
  const std::string directory_;
  std::unique_ptr<ViewStore> store_;
  std::vector<Tables> history_;  // after each batch
  size_t flushed_ = 0;           // the index of the last that a flush covers
  std::vector<std::pair<std::unique_ptr<ports::ViewReader>, Tables>> snapshots_;
};

TEST(RocksDbViewStoreTest, BehavesAsMapsDoAndLosesOnlyWholeBatchesSinceTheFlush) {
  const bool held = rc::check([] {
    const Directory directory;
    Model model(directory / "store");
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      const int step = *rc::gen::inRange(0, 10);
      if (step < 6) {
        model.Write();
      } else if (step == 6) {
        model.Flush();
      } else if (step == 7) {
        model.TakeSnapshot();
      } else {
        model.Check();
        if (step == 9) model.Lose();
      }
    }
    model.Check();
    model.Lose();
    model.Check();
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace rasti::store
