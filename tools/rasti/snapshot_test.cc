#include "tools/rasti/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "engine/runtime/case_store.h"
#include "engine/store/rocksdb_view_store.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"
#include "tools/rasti/held_stores.h"
#include "tools/rasti/scratch_directory.h"

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Tells when it is asked for its partitions, as whoever looks into a copy does.
class AskedLog final : public test::MemoryEventLog {
 public:
  explicit AskedLog(const ports::Clock& clock) : MemoryEventLog({.partitions = 1}, clock) {}
  int partition_count() const override {
    if (on_asked) on_asked();
    return MemoryEventLog::partition_count();
  }
  std::function<void()> on_asked;
};

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() { owner_ = held_.Hold({0}, *Open()); }
  Result<std::unique_ptr<ports::ViewStore>> Open() const {
    return store::OpenRocksDbViewStore(
        {.directory = paths_.state({0}), .tables = runtime::CaseStore::Tables(), .budget = budget_});
  }
  Result<SnapshotManifest> Write(const std::vector<SnapshotSource>& sources) {
    return WriteSnapshot(snapshot_, sources, paths_, {}, log_, clock_.Now());
  }

  const ScratchDirectory scratch_ = *ScratchDirectory::Make("snapshot-test", "");
  const DataPaths paths_{scratch_.path() + "/data"};
  const std::string snapshot_ = scratch_.path() + "/snapshot";
  const std::shared_ptr<store::StoreBudget> budget_ = store::StoreBudget::Create(8u << 20, 8u << 20);
  test::ManualClock clock_{test::SampleStart()};
  AskedLog log_{clock_};
  HeldStores held_;
  std::unique_ptr<ports::ViewStore> owner_;
};

TEST_F(SnapshotTest, StoresAreLetGoOfBeforeTheirFilesAreRead) {
  std::optional<Result<std::unique_ptr<ports::ViewStore>>> again;
  log_.on_asked = [&] {
    if (again || !fs::exists(snapshot_ + ".making/state/p0")) return;
    // Its owner loses the partition, and another one on this node gets it.
    owner_.reset();
    again = Open();
  };
  const std::vector<SnapshotSource> sources = {{"state/p0", held_.Held().at({0})}};
  const auto written = Write(sources);
  ASSERT_TRUE(written) << written.error().message;
  ASSERT_TRUE(again) << "nobody looked into the copy";
  EXPECT_TRUE(again->has_value()) << again->error().message;
  ASSERT_EQ(written->parts.size(), 1U);
  EXPECT_GT(written->files.size(), 2U);
  EXPECT_TRUE(ReadSnapshot(snapshot_));
  EXPECT_FALSE(fs::exists(paths_.root + "/snapshot.making"));
}

TEST_F(SnapshotTest, AStoreThatClosedMeanwhileIsNamedAndNothingStaysBehind) {
  const std::vector<SnapshotSource> sources = {{"state/p0", held_.Held().at({0})}};
  owner_.reset();
  const auto written = Write(sources);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kNotFound) << "it is worth trying again";
  EXPECT_THAT(written.error().message, HasSubstr("state/p0: its store was closed meanwhile"));
  for (const std::string& path : {snapshot_, snapshot_ + ".making", paths_.root + "/snapshot.making"}) {
    EXPECT_FALSE(fs::exists(path)) << path;
  }
}

}  // namespace
}  // namespace rasti::cli
