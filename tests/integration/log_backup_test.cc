// Copies of a log that is being written, backups that share what they have in common, and what is left to read of a log
// with damaged files.
#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <thread>

#include "engine/log/embedded_backups.h"
#include "tests/conformance/event_log_steps.h"
#include "tests/conformance/temporary_directory.h"
#include "tests/integration/log_sample.h"

namespace rasti::integration {
namespace {

namespace fs = std::filesystem;
using log::EmbeddedBackups;
using log::EmbeddedEventLog;
using testing::HasSubstr;

constexpr int kPartitions = 2;

// The same for the same event, and nothing that compresses.
std::string ValueOf(int partition, int64_t number) {
  std::mt19937_64 random(static_cast<uint64_t>(number * kPartitions + partition));
  std::string value = "event " + std::to_string(number) + " of " + std::to_string(partition) + " ";
  while (value.size() < 300) value.push_back(static_cast<char>(random()));
  return value;
}

// A log with a stream that writes into it.
class Writer {
 public:
  explicit Writer(const std::string& directory) {
    if (!fs::exists(directory)) RASTI_EXPECT_OK(EmbeddedEventLog::Create(directory, kPartitions));
    log_ = EmbeddedEventLog::Open({.directory = directory}, clock_).value();
    stream_ = log_->OpenStream(listener_).value();
    conformance::Settle({stream_.get()}, {&listener_}, kPartitions);
    for (int p = 0; p < kPartitions; ++p) events_.push_back(conformance::ReadAll(*log_, {p}));
  }
  void Write(int count) {
    for (int i = 0; i < count; ++i) {
      for (int p = 0; p < kPartitions; ++p) {
        auto& values = events_[static_cast<size_t>(p)];
        const std::string value = ValueOf(p, static_cast<int64_t>(values.size()));
        conformance::CommitEvents(*stream_, *log_, {p}, {value});
        values.push_back(value);
        acknowledged_.store(static_cast<int64_t>(events_[0].size()));
      }
    }
  }
  EmbeddedEventLog& log() { return *log_; }
  const Events& events() const { return events_; }
  // Of the first partition; may be asked while others write.
  int64_t acknowledged() const { return acknowledged_; }

 private:
  const ports::SystemClock clock_;
  conformance::Listener listener_;
  std::unique_ptr<EmbeddedEventLog> log_;
  std::unique_ptr<ports::LogStream> stream_;
  Events events_;
  std::atomic<int64_t> acknowledged_ = 0;
};

class LogBackupTest : public testing::Test {
 protected:
  std::string log() const { return root_ / "log"; }
  std::string restored() const { return root_ / "restored"; }
  std::unique_ptr<EmbeddedBackups> Open(EmbeddedBackups::Access access = EmbeddedBackups::Access::kWrite) const {
    auto opened = EmbeddedBackups::Open(root_ / "backups", access);
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  // What a backup needs, as a running service makes it.
  std::string Checkpoint(Writer& writer) const {
    const std::string copy = root_ / "copy";
    fs::remove_all(copy);
    RASTI_EXPECT_OK(writer.log().Checkpoint(copy));
    return copy;
  }
  EmbeddedBackups::Added BackUp(Writer& writer) const {
    const auto added = Open()->Add(Checkpoint(writer));
    EXPECT_TRUE(added) << added.error().message;
    return added.value_or(EmbeddedBackups::Added());
  }
  Events Read(EmbeddedBackups::Id id) const {
    Events events(kPartitions);
    const auto ends = Open(EmbeddedBackups::Access::kRead)->Read(id, [&](const ports::StoredEvent& event) -> Status {
      events[static_cast<size_t>(event.partition.value)].push_back(event.value);
      return {};
    });
    EXPECT_TRUE(ends) << ends.error().message;
    return events;
  }
  Findings Restore(EmbeddedBackups::Id id) const {
    fs::remove_all(restored());
    RASTI_EXPECT_OK(Open(EmbeddedBackups::Access::kRead)->Restore(id, restored()));
    return Inspect(restored(), kPartitions);
  }
  std::vector<std::string> Shared() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(root_ / "backups/shared_checksum")) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
  }

  TemporaryDirectory root_{FastTemporaryRoot()};
};

TEST_F(LogBackupTest, ABackupHoldsEverythingAndIsALogAgainOnceRestored) {
  Writer writer(log());
  writer.Write(20);
  const auto added = BackUp(writer);
  EXPECT_EQ(added.backup.id, 1U);
  EXPECT_EQ(added.new_files, added.backup.files);
  const Events at_backup = writer.events();
  writer.Write(5);
  EXPECT_EQ(Read(1), at_backup);
  const Findings findings = Restore(1);
  EXPECT_FALSE(findings.error || !findings.notes.empty()) << findings.Text();
  EXPECT_EQ(findings.events, at_backup);
  // It goes on from there.
  Writer again(restored());
  EXPECT_EQ(again.events(), at_backup);
  again.Write(3);
  EXPECT_EQ(again.events()[1].size(), at_backup[1].size() + 3);
}

TEST_F(LogBackupTest, TheNextOneCopiesOnlyWhatIsNew) {
  Writer writer(log());
  writer.Write(500);
  const auto first = BackUp(writer);
  const Events at_first = writer.events();
  writer.Write(3);
  const auto second = BackUp(writer);
  EXPECT_LT(second.new_bytes, first.new_bytes / 2);
  EXPECT_GT(second.backup.bytes, first.backup.bytes);
  const Events at_second = writer.events();
  // Nothing came in between.
  EXPECT_EQ(Read(BackUp(writer).backup.id), at_second);
  EXPECT_EQ(Restore(1).events, at_first);
  EXPECT_EQ(Restore(2).events, at_second);
  // What the others need stays.
  RASTI_EXPECT_OK(Open()->Delete(1));
  EXPECT_EQ(Open()->List().size(), 2U);
  RASTI_EXPECT_OK(Open()->CheckFiles(2));
  EXPECT_EQ(Restore(2).events, at_second);
  EXPECT_EQ(Open()->Delete(1).error().code, ErrorCode::kNotFound);
}

TEST_F(LogBackupTest, WhatWasAcknowledgedBeforeIsInACopyMadeUnderLoad) {
  Writer writer(log());
  writer.Write(10);
  std::atomic<bool> enough = false;
  std::thread load([&] {
    while (!enough) writer.Write(1);
  });
  for (int round = 1; round <= 5; ++round) {
    const int64_t before = writer.acknowledged();
    const auto added = BackUp(writer);
    const Events events = Read(added.backup.id);
    EXPECT_GE(static_cast<int64_t>(events[0].size()), before);
    for (size_t p = 0; p < events.size(); ++p) {
      for (size_t i = 0; i < events[p].size(); ++i) {
        ASSERT_EQ(events[p][i], ValueOf(static_cast<int>(p), static_cast<int64_t>(i)));
      }
    }
    const Findings findings = Restore(added.backup.id);
    EXPECT_FALSE(findings.error) << findings.Text();
    EXPECT_EQ(findings.events, events);
  }
  enough = true;
  load.join();
}

TEST_F(LogBackupTest, AnEmptyLogToo) {
  Writer writer(log());
  EXPECT_EQ(Read(BackUp(writer).backup.id), Events(kPartitions));
  const Findings findings = Restore(1);
  EXPECT_FALSE(findings.error || !findings.notes.empty()) << findings.Text();
}

TEST_F(LogBackupTest, ABackupThatWasCutShortIsNoneAndTheNextOneSucceeds) {
  Writer writer(log());
  writer.Write(50);
  BackUp(writer);
  const Events at_first = writer.events();
  writer.Write(50);
  BackUp(writer);
  // The last thing that is written makes it one.
  fs::remove(root_ / "backups/meta/2");
  EXPECT_EQ(Open(EmbeddedBackups::Access::kRead)->List().size(), 1U);
  EXPECT_EQ(Restore(1).events, at_first);
  const auto third = BackUp(writer);
  EXPECT_EQ(Read(third.backup.id), writer.events());
  EXPECT_EQ(Open()->List().size(), 2U);
  EXPECT_TRUE(Open()->Damaged().empty());
}

TEST_F(LogBackupTest, DamageIsFoundWithTheFilesName) {
  Writer writer(log());
  writer.Write(50);
  BackUp(writer);
  const std::string file = Shared().front();
  FlipBit(file, 100, 3);
  const Status checked = Open(EmbeddedBackups::Access::kRead)->CheckFiles(1);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(checked.error().message, HasSubstr(fs::path(file).filename().string()));
  const Status restored_one = Open(EmbeddedBackups::Access::kRead)->Restore(1, restored());
  EXPECT_EQ(restored_one.error().code, ErrorCode::kCorruption);
  EXPECT_FALSE(fs::exists(restored() + "/FORMAT"));
  fs::remove(file);
  EXPECT_TRUE(Open()->List().empty());
  EXPECT_EQ(Open()->Damaged(), std::vector<EmbeddedBackups::Id>{1});
}

TEST_F(LogBackupTest, ADamagedLogIsNotBackedUp) {
  Writer writer(log());
  writer.Write(50);
  BackUp(writer);
  const auto before = FilesOf(root_ / "copy", "", ".sst");
  writer.Write(200);
  const std::string copy = Checkpoint(writer);
  std::string damaged;  // the largest that is new
  for (const std::string& table : FilesOf(copy, "", ".sst")) {
    const bool is_new = std::ranges::find(before, table) == before.end();
    if (is_new && (damaged.empty() || SizeOf(table) > SizeOf(damaged))) damaged = table;
  }
  ASSERT_FALSE(damaged.empty());
  // Not where its opening looks: the last events of the partitions.
  const uint64_t byte = SizeOf(damaged) / 4;
  FlipBit(damaged, byte, 3);
  const auto added = Open()->Add(copy);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(added.error().message, HasSubstr("a file of the log is damaged"));
  EXPECT_EQ(Open()->List().size(), 1U);
  RASTI_EXPECT_OK(Open()->CheckFiles(1));
  // The copy shares its files with the log: whole again, it is backed up.
  FlipBit(damaged, byte, 3);
  EXPECT_EQ(Read(BackUp(writer).backup.id), writer.events());
}

TEST_F(LogBackupTest, NoPlaceIsAnError) {
  EXPECT_EQ(EmbeddedBackups::Open(root_ / "nowhere", EmbeddedBackups::Access::kRead).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(Open()->CheckFiles(7).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Open()->Restore(7, restored()).error().code, ErrorCode::kNotFound);
}

// Every release reads the logs of the ones before it; that of an auditor does so without changing them.
TEST_F(LogBackupTest, ALogThatWasMadeBeforeAFamilyIsReadAndThenGetsIt) {
  Events events;
  {
    Writer writer(log());
    writer.Write(4);
    events = writer.events();
    RASTI_EXPECT_OK(writer.log().Close());
  }
  {
    std::vector<std::string> names;
    const std::string database = log() + "/db";
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, database, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, database, families, &handles, &db).ok());
    for (auto* handle : handles) {
      if (handle->GetName() == "dead_letters") {
        EXPECT_TRUE(db->DropColumnFamily(handle).ok());
      }
      db->DestroyColumnFamilyHandle(handle);
    }
    delete db;
  }
  const ports::SystemClock clock;
  {
    const auto reader = EmbeddedEventLog::Open({.directory = log(), .read_only = true}, clock);
    ASSERT_TRUE(reader) << reader.error().message;
    RASTI_EXPECT_OK((*reader)->VerifyAll({}));
    EXPECT_TRUE((*reader)->ReadDeadLetters(0, 10)->empty());
    for (int p = 0; p < kPartitions; ++p) {
      EXPECT_EQ(conformance::ReadAll(**reader, {p}), events[static_cast<size_t>(p)]);
    }
  }
  Writer writer(log());
  RASTI_EXPECT_OK(writer.log().WriteDeadLetter({.key = "letter", .value = "what was wrong"}));
  EXPECT_EQ(writer.log().ReadDeadLetters(0, 10)->size(), 1U);
}

class SurveyTest : public LogBackupTest {
 protected:
  // Each close writes a sorted file, so that the events lie in several.
  void Make() {
    for (int i = 0; i < 3; ++i) {
      Writer writer(log());
      writer.Write(4);
      RASTI_EXPECT_OK(writer.log().Close());
    }
  }
  // The largest of the files that came with the second close or the third one: of events.
  std::string SomeTable(size_t from_behind) const {
    std::vector<std::string> events;
    for (const std::string& file : FilesOf(log(), "", ".sst")) {
      if (SizeOf(file) > 1'300) events.push_back(file);
    }
    EXPECT_GT(events.size(), from_behind);
    return events[events.size() - 1 - from_behind];
  }
  std::string Surveyed() const {
    const auto lines = EmbeddedEventLog::Survey(log());
    EXPECT_TRUE(lines) << lines.error().message;
    std::string text;
    for (const std::string& line : lines.value_or(std::vector<std::string>())) text += line + "\n";
    return text;
  }
};

TEST_F(SurveyTest, AWholeLogHasNoFaults) {
  Make();
  EXPECT_EQ(Surveyed(), "partition 0: sequences 0 to 11 can be read\npartition 1: sequences 0 to 11 can be read\n");
}

TEST_F(SurveyTest, AMissingFileLeavesAGapThatIsNamed) {
  Make();
  const std::string gone = SomeTable(1);
  fs::remove(gone);
  EXPECT_THAT(Surveyed(), HasSubstr("sequences 0 to 3, 8 to 11 can be read; 4 to 7 are in no whole file"));
  const Findings findings = Inspect(log(), kPartitions);
  ASSERT_TRUE(findings.error);
  EXPECT_THAT(findings.error->message, HasSubstr(gone));
  EXPECT_THAT(findings.error->message, HasSubstr("last good, in the files that are whole: partition 0 sequence 3"));
}

TEST_F(SurveyTest, ATornFileAndAFlippedBitAreNamed) {
  Make();
  const std::string torn = SomeTable(0);
  const std::string flipped = SomeTable(1);
  fs::resize_file(torn, SizeOf(torn) - 10);
  FlipBit(flipped, 60, 2);
  const std::string text = Surveyed();
  EXPECT_THAT(text, HasSubstr(torn));
  EXPECT_THAT(text, HasSubstr(flipped));
  EXPECT_THAT(text, HasSubstr("sequences 0 to 3 can be read"));
  EXPECT_THAT(Inspect(log(), kPartitions).error->message, HasSubstr("partition 1 sequence"));
}

}  // namespace
}  // namespace rasti::integration
