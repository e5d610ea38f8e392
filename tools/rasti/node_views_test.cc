#include "tools/rasti/node_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>

#include "engine/views/compare.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_view_store.h"
#include "tests/support/random_life.h"
#include "tools/rasti/scratch_directory.h"

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Duration kMost{60'000};

const test::SampleWorld& World() {
  static const test::SampleWorld kWorld;
  return kWorld;
}

class NodeViewsTest : public ::testing::Test {
 protected:
  NodeViewsTest()
      : log_({.partitions = 2}, clock_),
        life_(World(), log_, {.seed = 7, .cases = 30, .step_most = std::chrono::hours(1)}) {}

  void Open() {
    views_.reset();
    notes_.clear();
    auto opened = NodeViews::Open(paths_, log_, store::StoreBudget::Create(8u << 20, 8u << 20), {}, notes_);
    ASSERT_TRUE(opened) << opened.error().message;
    views_ = std::move(*opened);
  }
  void WaitForRebuild() {
    const auto until = std::chrono::steady_clock::now() + kMost;
    while (views_->rebuild().state == ViewRebuild::State::kBuilding && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
  }
  /// What lies in the place of the views.
  std::vector<std::string> Lying() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(paths_.view_home())) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
  /// That what is shown is what a fresh projection makes.
  void ExpectWhole() {
    ASSERT_TRUE(views_->WaitForEnd(kMost));
    test::MemoryViewStore fresh(views::ViewTables().size());
    const auto projector = *views::Projector::Open(fresh, {.keep_events = !log_.is_local()});
    for (int32_t i = 0; i < log_.partition_count(); ++i) {
      ASSERT_TRUE(projector->Project({i}, log_.events({i})));
    }
    const auto compared = views::CompareViews(*views_->store(), fresh, log_);
    ASSERT_TRUE(compared) << compared.error().message;
    EXPECT_THAT(compared->differences, IsEmpty());
    EXPECT_EQ(compared->events, static_cast<int64_t>(life_.events()));
  }

  ScratchDirectory scratch_ = *ScratchDirectory::Make("views", "");
  const DataPaths paths_{scratch_.path()};
  test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_;
  test::RandomLife life_;
  std::vector<std::string> notes_;
  std::unique_ptr<NodeViews> views_;
};

TEST_F(NodeViewsTest, ARebuildTakesThePlaceOfTheOldOnes) {
  life_.RunTo(500);
  Open();
  ExpectWhole();
  EXPECT_THAT(Lying(), ElementsAre("1", "shown"));
  ASSERT_TRUE(views_->Rebuild());
  WaitForRebuild();
  const ViewRebuild rebuild = views_->rebuild();
  EXPECT_EQ(rebuild.state, ViewRebuild::State::kDone) << rebuild.error;
  EXPECT_EQ(rebuild.end, static_cast<int64_t>(life_.events()));
  ExpectWhole();
  life_.RunTo(600);
  views_->Notify();
  ExpectWhole();
  ASSERT_TRUE(views_->Stop());
  EXPECT_THAT(Lying(), ElementsAre("2", "shown"));
  EXPECT_EQ(fs::read_symlink(paths_.views()), "2");
  Open();
  EXPECT_THAT(notes_, IsEmpty());
  ExpectWhole();
}

// Whoever was told that something is shown finds it, before, while and after other views take the place of these.
TEST_F(NodeViewsTest, NoReaderSeesLessWhileTheViewsAreReplaced) {
  life_.RunTo(2000);
  Open();
  std::atomic<bool> done = false;
  std::atomic<int64_t> looks = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&, partition = core::PartitionId{i}] {
      while (!done.load()) {
        const core::Sequence end = *log_.EndSequence(partition);
        const Status waited = i == 0 ? views_->WaitForEnd(kMost) : views_->WaitFor({partition, {end.value - 1}}, kMost);
        EXPECT_TRUE(waited) << waited.error().message;
        const auto seen = views_->shown()->NextSequence(partition);
        ASSERT_TRUE(seen);
        EXPECT_GE(*seen, end);
        ++looks;
      }
    });
  }
  std::thread rebuilds([&] {
    for (int i = 0; i < 4; ++i) {
      const Status begun = views_->Rebuild();
      EXPECT_TRUE(begun) << begun.error().message;
      WaitForRebuild();
      EXPECT_EQ(views_->rebuild().state, ViewRebuild::State::kDone) << views_->rebuild().error;
    }
    done = true;
  });
  while (!done.load()) {
    if (life_.events() < 30'000) life_.Step();
    views_->Notify();
    std::this_thread::yield();
  }
  rebuilds.join();
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(looks.load(), 0);
  ExpectWhole();
}

TEST_F(NodeViewsTest, OneRebuildAtATime) {
  life_.RunTo(5000);
  Open();
  ASSERT_TRUE(views_->Rebuild());
  const Status second = views_->Rebuild();
  // The first may be done by then.
  if (!second) {
    EXPECT_EQ(second.error().code, ErrorCode::kAlreadyExists);
  }
  WaitForRebuild();
  EXPECT_EQ(views_->rebuild().state, ViewRebuild::State::kDone);
  ExpectWhole();
}

TEST_F(NodeViewsTest, StoppedHalfWayNothingHasChanged) {
  life_.RunTo(3000);
  Open();
  ASSERT_TRUE(views_->WaitForEnd(kMost));
  ASSERT_TRUE(views_->Rebuild());
  ASSERT_TRUE(views_->Stop());
  const auto state = views_->rebuild().state;
  EXPECT_NE(state, ViewRebuild::State::kBuilding);
  EXPECT_FALSE(views_->Rebuild());
  Open();
  EXPECT_THAT(Lying(), ElementsAre(state == ViewRebuild::State::kDone ? "2" : "1", "shown"));
  ExpectWhole();
}

TEST_F(NodeViewsTest, ARebuildThatFailsLeavesTheOldOnes) {
  life_.RunTo(400);
  Open();
  ASSERT_TRUE(views_->WaitForEnd(kMost));
  // The old ones have read it already.
  log_.FlipByte({0}, core::Sequence{20}, 60);
  ASSERT_TRUE(views_->Rebuild());
  WaitForRebuild();
  EXPECT_EQ(views_->rebuild().state, ViewRebuild::State::kFailed);
  EXPECT_THAT(views_->rebuild().error, HasSubstr("partition 0, sequence 20"));
  life_.RunTo(450);
  views_->Notify();
  EXPECT_TRUE(views_->WaitForEnd(kMost));
  EXPECT_FALSE(views_->error());
  EXPECT_THAT(Lying(), ElementsAre("1", "shown"));
}

TEST_F(NodeViewsTest, LeftoversAndViewsOfASnapshotAreTakenIntoOrder) {
  life_.RunTo(300);
  Open();
  ASSERT_TRUE(views_->WaitForEnd(kMost));
  ASSERT_TRUE(views_->Stop());
  views_.reset();
  // As a snapshot puts them there, beside what a crash left.
  fs::remove(paths_.views());
  fs::rename(paths_.view_home() + "/1", paths_.views());
  fs::create_directories(paths_.view_home() + "/7");
  std::ofstream(paths_.view_home() + "/CURRENT") << "of an older order\n";
  Open();
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_THAT(Lying(), ElementsAre("1", "shown"));
  EXPECT_TRUE(fs::is_symlink(paths_.views()));
  ExpectWhole();
}

}  // namespace
}  // namespace rasti::cli
