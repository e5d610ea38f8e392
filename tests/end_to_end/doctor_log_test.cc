// Faults of a log are inflicted on a real one: `rasti doctor` names each, what can still be read, and its remedy.
#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "engine/codec/event_codec.h"
#include "engine/log/embedded/rows.h"
#include "tests/end_to_end/doctor_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using log::embedded::RowKey;

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// The log's database, behind the back of everything that looks after it.
class RawLog {
 public:
  explicit RawLog(const std::string& data) {
    const std::string path = data + "/log/db";
    std::vector<std::string> names;
    EXPECT_TRUE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    rocksdb::DB* db = nullptr;
    const auto opened = rocksdb::DB::Open({}, path, families, &handles_, &db);
    EXPECT_TRUE(opened.ok()) << opened.ToString();
    db_.reset(db);
  }
  ~RawLog() {
    EXPECT_TRUE(db_->Flush({}, handles_).ok());
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }
  RawLog(const RawLog&) = delete;
  RawLog& operator=(const RawLog&) = delete;

  void DeleteEvent(core::PartitionId partition, int64_t sequence) {
    EXPECT_TRUE(db_->Delete({}, Family("events"), ToSlice(RowKey(partition, sequence).view())).ok());
  }
  // With a checksum of its own, as whoever can write there would.
  void RewriteEvent(core::PartitionId partition, int64_t sequence, const std::function<void(core::Event&)>& change) {
    const RowKey key(partition, sequence);
    std::string row;
    ASSERT_TRUE(db_->Get({}, Family("events"), ToSlice(key.view()), &row).ok());
    const auto stored = log::embedded::ReadEvent(partition, {sequence}, key.view(), row);
    ASSERT_TRUE(stored);
    auto event = codec::DecodeEvent(stored->value);
    ASSERT_TRUE(event);
    change(event->event);
    const auto encoded = codec::EncodeEvent(event->event);
    ASSERT_TRUE(encoded);
    log::embedded::RowWriter writer;
    const ports::EventOut out{partition, {sequence}, stored->key, encoded->stored, stored->input, {}};
    ASSERT_TRUE(db_->Put({}, Family("events"), ToSlice(key.view()), ToSlice(WriteEvent(writer, key, out))).ok());
  }
  // A partition with at least so many events.
  core::PartitionId PartitionWith(int64_t events) {
    for (int32_t i = 0; i < 2; ++i) {
      std::string row;
      if (db_->Get({}, Family("events"), ToSlice(RowKey({i}, events - 1).view()), &row).ok()) return {i};
    }
    ADD_FAILURE() << "no partition has " << events << " events";
    return {};
  }
  void DeletePackages(const std::string& key_part) {
    const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator({}, Family("definitions")));
    int deleted = 0;
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      if (View(rows->value()).find(key_part) == std::string_view::npos) continue;
      EXPECT_TRUE(db_->Delete({}, Family("definitions"), rows->key()).ok());
      ++deleted;
    }
    EXPECT_GT(deleted, 0) << key_part;
  }

 private:
  rocksdb::ColumnFamilyHandle* Family(const std::string& name) const {
    for (auto* handle : handles_) {
      if (handle->GetName() == name) return handle;
    }
    ADD_FAILURE() << name;
    return handles_.front();
  }
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

class DoctorLogTest : public DoctorTest {
 protected:
  // Sorted files of the log with events, in the order in which they were made.
  std::vector<fs::path> EventFiles() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(data() + "/log/db")) {
      if (entry.path().extension() == ".sst" && entry.file_size() > 1'500) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    // The first holds the packages.
    files.erase(files.begin());
    EXPECT_FALSE(files.empty());
    return files;
  }
};

TEST_F(DoctorLogTest, AMissingFileOfTheLogIsNamedWithWhatIsLost) {
  Make();
  Json({"backup", root() + "/backups"});
  const fs::path gone = EventFiles().back();
  fs::remove(gone);
  ExpectProblem("log", 5, {gone.string(), "last good", "rasti restore " + root() + "/backups"});
  ExpectFinding(Examine(), "log", "note", {"can be read"});
}

TEST_F(DoctorLogTest, ATornFileAndAFlippedBitOfTheLogAreNamed) {
  Make();
  const fs::path file = EventFiles().back();
  Flip(file, 100);
  ExpectProblem("log", 5, {file.string(), "last good"});
  ExpectFinding(Examine(), "log", "note", {file.string(), "checksum mismatch"});
  // Only who reads everything meets it.
  Flip(file, 100);
  ExpectHealthy();
  fs::resize_file(file, fs::file_size(file) - 7);
  ExpectProblem("log", 5, {file.string(), "last good"}, {"--quick"});
}

TEST_F(DoctorLogTest, AMissingHeadOfTheLogIsNamed) {
  Make();
  fs::rename(data() + "/log/db/CURRENT", root() + "/CURRENT");
  ExpectProblem("log", 5, {"CURRENT: missing", "last good"});
  fs::rename(root() + "/CURRENT", data() + "/log/db/CURRENT");
  fs::rename(data() + "/log/FORMAT", root() + "/FORMAT");
  ExpectProblem("log", 5, {"FORMAT: missing"});
  WriteFile(data() + "/log/FORMAT", "rasti embedded log, format 99\n");
  ExpectProblem("log", 7, {"format 99", "newer rasti"});
  fs::remove_all(data() + "/log");
  ExpectProblem("log", 5, {data() + "/log: missing, with everything that was recorded", "rasti restore"});
}

TEST_F(DoctorLogTest, ATornTailIsANoteBecauseItWasNeverAcknowledged) {
  Init();
  {
    const auto service = StartService();
    for (int i = 0; i < 3; ++i) SubmitPothole();
    service->Signal(SIGKILL);
    service->Finish();
  }
  fs::path wal;
  for (const auto& entry : fs::directory_iterator(data() + "/log/db")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) wal = entry.path();
  }
  ASSERT_FALSE(wal.empty());
  ExpectNote("lock", {"ended without closing it"});
  fs::resize_file(wal, fs::file_size(wal) - 5);
  ExpectNote("log", {wal.string(), "never acknowledged", "last good"});
  // A whole record that was spoilt is no such thing.
  Flip(wal, 30);
  ExpectProblem("log", 5, {wal.string(), "damaged at byte 0", "last good"});
}

TEST_F(DoctorLogTest, AGapInTheSequenceIsNamed) {
  Make();
  core::PartitionId partition;
  {
    RawLog log(data());
    partition = log.PartitionWith(6);
    log.DeleteEvent(partition, 2);
  }
  ExpectProblem(
      "log", 5,
      {"partition " + std::to_string(partition.value), "a missing event at sequence 2", "last good sequence 1"});
}

TEST_F(DoctorLogTest, AForgedEventBreaksTheChain) {
  Make();
  core::PartitionId partition;
  {
    RawLog log(data());
    partition = log.PartitionWith(6);
    log.RewriteEvent(partition, 0, [](core::Event& event) {
      std::get<core::CaseSubmitted>(event.payload).title = "Nothing to see here";
    });
  }
  ExpectProblem("chain", 5,
                {"partition " + std::to_string(partition.value) + ", sequence 1", "the chain of case", "is broken",
                 "past the checksums"});
  EXPECT_EQ(Examine({"--quick"}).exit_code, 0);
}

TEST_F(DoctorLogTest, VersionsThatOpenCasesNeedAndNobodyPublishedAreNamed) {
  Make();
  { RawLog(data()).DeletePackages("workflow/issue-report@1"); }
  ExpectProblem("definitions", 3, {"the workflow issue-report@1 is needed by 4 open cases", "exactly as it was"});
  { RawLog(data()).DeletePackages("calendar/kosovo@1"); }
  const Report report = Examine();
  ExpectFinding(report, "definitions", "problem", {"kosovo@1 and tzdata@2025b"});
  ExpectFinding(report, "packages", "problem", {"tenants use the calendar 'kosovo'"});
}

TEST_F(DoctorLogTest, BesideARunningServiceItLooksAtACopy) {
  Init();
  const auto service = StartService();
  for (int i = 0; i < 3; ++i) SubmitPothole();
  const Report shallow = Examine();
  EXPECT_EQ(shallow.exit_code, 0) << All(shallow);
  ExpectFinding(shallow, "service", "note", {"rasti doctor --copy"});
  ExpectFinding(shallow, "packages", "good", {});
  const Report deep = Examine({"--copy"});
  EXPECT_EQ(deep.exit_code, 0) << All(deep);
  ExpectFinding(deep, "log", "good", {"every record read"});
  ExpectFinding(deep, "chain", "good", {});
  EXPECT_FALSE(fs::exists(data() + "/backup.making"));
  // A disk that goes bad under it.
  Flip(EventFiles().back(), 100);
  const Report damaged = Examine({"--copy"});
  EXPECT_EQ(damaged.exit_code, 5) << All(damaged);
  ExpectFinding(damaged, "log", "problem", {"rasti restore"});
  service->Signal(SIGKILL);
  service->Finish();
}

}  // namespace
}  // namespace rasti::test
