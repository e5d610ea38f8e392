// A crash cuts the write-ahead log anywhere; a disk flips bits anywhere. Nothing that was acknowledged may be lost in
// silence, and no record may come back other than it was written.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/conformance/temporary_directory.h"
#include "tests/integration/log_sample.h"

namespace rasti::integration {
namespace {

namespace fs = std::filesystem;

class TornLogTest : public testing::Test {
 protected:
  void Make(const SampleOptions& options) {
    options_ = options;
    sample_ = MakeSample(original(), options);
  }
  std::string original() const { return root_ / "original"; }
  std::string copy() const { return root_ / "copy"; }
  void Restore() {
    fs::remove_all(copy());
    fs::copy(original(), copy(), fs::copy_options::recursive);
  }
  Findings InspectCopy() { return Inspect(copy(), options_.partitions); }

  // An error must say where and how far the log is good.
  void ExpectNamed(const Findings& findings, const std::string& damage) {
    if (findings.error) {
      EXPECT_TRUE(findings.error->message.find(copy()) != std::string::npos) << damage << ": " << findings.Text();
      EXPECT_TRUE(findings.error->message.find("last good") != std::string::npos) << damage << ": " << findings.Text();
    } else {
      ASSERT_FALSE(findings.notes.empty()) << damage << ": lost in silence";
      EXPECT_TRUE(findings.notes[0].file.find(copy()) != std::string::npos) << damage << ": " << findings.Text();
      EXPECT_TRUE(findings.notes[0].message.find("last good") != std::string::npos)
          << damage << ": " << findings.Text();
    }
  }

  // Flips a bit of the file in a fresh copy. Everything must be there, or the loss be named. Whether it was an error.
  bool FlipAndInspect(const std::string& file, uint64_t byte, int bit) {
    Restore();
    FlipBit(copy() + file, byte, bit);
    const Findings findings = InspectCopy();
    const std::string damage = file + " byte " + std::to_string(byte) + " bit " + std::to_string(bit);
    EXPECT_TRUE(IsPrefix(findings.events, sample_.events)) << damage << ": a wrong record";
    if (findings.error || findings.events != sample_.events) ExpectNamed(findings, damage);
    return findings.error.has_value();
  }
  std::string InCopy(const std::string& path_in_original) const { return path_in_original.substr(original().size()); }

  TemporaryDirectory root_{FastTemporaryRoot()};
  SampleOptions options_;
  Sample sample_;
};

TEST_F(TornLogTest, EveryLengthOfTheLastBatchRecoversToTheBatchBefore) {
  Make({});
  const std::string wal = InCopy(WalOf(original()));
  const uint64_t whole = SizeOf(original() + wal);
  ASSERT_GT(whole, sample_.wal_bytes_before_last_batch);
  for (uint64_t size = sample_.wal_bytes_before_last_batch; size <= whole; ++size) {
    Restore();
    fs::resize_file(copy() + wal, size);
    const Findings findings = InspectCopy();
    ASSERT_FALSE(findings.error) << size << ": " << findings.Text();
    EXPECT_EQ(findings.events, size == whole ? sample_.events : sample_.events_before_last_batch) << size;
    const bool cut = size != whole && size != sample_.wal_bytes_before_last_batch;
    EXPECT_EQ(findings.notes.size(), cut ? 1U : 0U) << size << ": " << findings.Text();
    if (cut) ExpectNamed(findings, std::to_string(size));
    // Mended: the next start has nothing to say.
    if (size % 16 == 0) {
      const Findings again = InspectCopy();
      EXPECT_EQ(again.events, findings.events);
      EXPECT_FALSE(again.error || !again.notes.empty()) << again.Text();
    }
  }
}

TEST_F(TornLogTest, ABatchOfSeveralBlocksIsTornAsAWhole) {
  Make({.batches = 3, .value_bytes = 50'000});
  const std::string wal = InCopy(WalOf(original()));
  const uint64_t whole = SizeOf(original() + wal);
  for (uint64_t size = sample_.wal_bytes_before_last_batch + 1; size < whole; size += 1'999) {
    Restore();
    fs::resize_file(copy() + wal, size);
    const Findings findings = InspectCopy();
    ASSERT_FALSE(findings.error) << size << ": " << findings.Text();
    EXPECT_EQ(findings.events, sample_.events_before_last_batch) << size;
    ExpectNamed(findings, std::to_string(size));
  }
}

// A power cut may leave the length and not the bytes: sectors that were never written read as zeros.
TEST_F(TornLogTest, SectorsThatWereNeverWrittenAreATornTail) {
  Make({.batches = 3, .value_bytes = 50'000});
  const std::string wal = InCopy(WalOf(original()));
  const uint64_t whole = SizeOf(original() + wal);
  for (const uint64_t missing : {uint64_t{1'024}, uint64_t{40'000}, uint64_t{90'000}}) {
    Restore();
    fs::resize_file(copy() + wal, whole - missing);
    fs::resize_file(copy() + wal, whole);
    const Findings findings = InspectCopy();
    ASSERT_FALSE(findings.error) << missing << ": " << findings.Text();
    EXPECT_EQ(findings.events, sample_.events_before_last_batch) << missing;
    ExpectNamed(findings, std::to_string(missing));
  }
}

TEST_F(TornLogTest, EveryFlippedByteOfTheWalIsAnError) {
  Make({});
  const std::string wal = InCopy(WalOf(original()));
  for (uint64_t byte = 0; byte < SizeOf(original() + wal); ++byte) {
    EXPECT_TRUE(FlipAndInspect(wal, byte, static_cast<int>(byte * 5 % 8))) << byte;
  }
}

// The type and the length of a record are what RocksDB trusts before it checks the CRC.
TEST_F(TornLogTest, EveryFlippedBitOfARecordsHeaderIsAnError) {
  Make({});
  const std::string wal = InCopy(WalOf(original()));
  for (const uint64_t record : {uint64_t{0}, sample_.wal_bytes_before_last_batch}) {
    for (uint64_t byte = record; byte < record + 7; ++byte) {
      for (int bit = 0; bit < 8; ++bit) EXPECT_TRUE(FlipAndInspect(wal, byte, bit)) << byte << " bit " << bit;
    }
  }
}

TEST_F(TornLogTest, FlippedBitsInAWalOfSeveralBlocksAreErrors) {
  Make({.batches = 3, .value_bytes = 50'000});
  const std::string wal = InCopy(WalOf(original()));
  for (uint64_t byte = 5; byte < SizeOf(original() + wal); byte += 4'001) {
    EXPECT_TRUE(FlipAndInspect(wal, byte, static_cast<int>(byte % 8))) << byte;
  }
  // The headers at the beginnings of blocks.
  for (uint64_t block = 0; block < SizeOf(original() + wal); block += 32'768) {
    for (int bit = 0; bit < 8; ++bit) EXPECT_TRUE(FlipAndInspect(wal, block + 6, bit)) << block << " bit " << bit;
  }
}

// Before a write-ahead log is done with, others follow it: what is missing or torn between two of them was synced.
TEST_F(TornLogTest, SeveralWalsFollowEachOther) {
  Make({.batches = 60, .value_bytes = 4'000, .write_buffer_bytes = 64u << 10});
  const auto wals = FilesOf(original(), "", ".log");
  ASSERT_GE(wals.size(), 3U);
  Restore();
  const Findings whole = InspectCopy();
  EXPECT_FALSE(whole.error || !whole.notes.empty()) << whole.Text();
  EXPECT_EQ(whole.events, sample_.events);

  const std::string middle = InCopy(wals[wals.size() / 2]);
  for (const bool torn : {false, true}) {
    Restore();
    if (torn) {
      fs::resize_file(copy() + middle, SizeOf(copy() + middle) - 10);
    } else {
      fs::remove(copy() + middle);
    }
    const Findings findings = InspectCopy();
    ASSERT_TRUE(findings.error) << torn;
    EXPECT_EQ(findings.error->code, ErrorCode::kCorruption);
    ExpectNamed(findings, middle);
  }
}

// Somebody takes the write-ahead logs for log files.
TEST_F(TornLogTest, RemovedLogFilesAreNamed) {
  Make({});
  Restore();
  for (const std::string& path : FilesOf(copy(), "", ".log")) fs::remove(path);
  const Findings findings = InspectCopy();
  ASSERT_TRUE(findings.error);
  EXPECT_EQ(findings.error->code, ErrorCode::kCorruption);
  ExpectNamed(findings, "no log files");
}

TEST_F(TornLogTest, NoFlippedByteOfASortedFileGoesUnseen) {
  Make({.batches = 8, .close = true});
  const auto files = FilesOf(original(), "", ".sst");
  ASSERT_FALSE(files.empty());
  for (const std::string& file : files) {
    for (uint64_t byte = 0; byte < SizeOf(file); byte += 7) {
      FlipAndInspect(InCopy(file), byte, static_cast<int>(byte % 8));
    }
  }
}

TEST_F(TornLogTest, NoFlippedByteOfTheManifestGoesUnseen) {
  Make({.batches = 4, .close = true});
  for (const std::string prefix : {"MANIFEST-", "CURRENT"}) {
    for (const std::string& file : FilesOf(original(), prefix, "")) {
      for (uint64_t byte = 0; byte < SizeOf(file); ++byte) {
        FlipAndInspect(InCopy(file), byte, static_cast<int>(byte * 3 % 8));
        // Where a record's type may be, the bit that makes it look recycled.
        FlipAndInspect(InCopy(file), byte, 2);
      }
    }
  }
}

TEST_F(TornLogTest, AMissingSortedFileIsNamed) {
  Make({.batches = 4, .close = true});
  for (const std::string& file : FilesOf(original(), "", ".sst")) {
    Restore();
    fs::remove(copy() + InCopy(file));
    const Findings findings = InspectCopy();
    ASSERT_TRUE(findings.error) << file;
    ExpectNamed(findings, file);
  }
}

}  // namespace
}  // namespace rasti::integration
