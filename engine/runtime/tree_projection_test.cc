#include "engine/runtime/tree_projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/audit/event_hash.h"
#include "engine/codec/stored.h"
#include "tests/support/memory_file_store.h"

namespace rasti::runtime {
namespace {

using ports::StoredEvent;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

constexpr core::PartitionId kThird{3};

// Frames with bodies of their own: a tree looks at nothing else.
StoredEvent Stored(int64_t sequence, const std::string& what = "event") {
  const std::string body = what + " " + std::to_string(sequence);
  codec::StoredFrame frame(body.size());
  std::ranges::copy(body, frame.body());
  frame.Finish(audit::EventHash(body));
  return {kThird, {sequence}, "key", frame.bytes, {}};
}
std::vector<StoredEvent> Some(int64_t from, int64_t to, const std::string& what = "event") {
  std::vector<StoredEvent> events;
  for (int64_t sequence = from; sequence < to; ++sequence) events.push_back(Stored(sequence, what));
  return events;
}
Hash256 EntryOf(int64_t sequence) { return audit::EventHash("event " + std::to_string(sequence)); }

// As the RFC defines it.
Hash256 NaiveRoot(int64_t begin, int64_t end) {
  if (begin == end) return Sha256({});
  if (end - begin == 1) return audit::LeafHash(AsBytes(EntryOf(begin)));
  int64_t left = 1;
  while (left * 2 < end - begin) left *= 2;
  return audit::NodeHash(NaiveRoot(begin, begin + left), NaiveRoot(begin + left, end));
}

class TreeProjectionTest : public testing::Test {
 protected:
  TreeProjection& Open() {
    TreeOptions options;
    options.on_kept = [this](core::PartitionId partition, const TreeHead& head) {
      EXPECT_EQ(partition, kThird);
      kept_.push_back(head.size);
      return Status();
    };
    options.on_damage = [this](core::PartitionId, const Error& error) { damage_.push_back(error.message); };
    trees_ = std::make_unique<TreeProjection>(files_, std::move(options));
    return *trees_;
  }
  // Projects up to there, from wherever it is.
  void GrowTo(int64_t size) {
    const auto next = trees_->NextSequence(kThird);
    ASSERT_TRUE(next) << next.error().message;
    ASSERT_TRUE(trees_->Project(kThird, Some(next->value, size)));
    ASSERT_TRUE(trees_->Flush());
  }

  test::MemoryFileStore files_;
  std::unique_ptr<TreeProjection> trees_;
  std::vector<int64_t> kept_;
  std::vector<std::string> damage_;
};

TEST_F(TreeProjectionTest, KeepsTheTilesOfTheTreeAndNoLeftovers) {
  Open();
  EXPECT_EQ(trees_->Head(kThird), (TreeHead{0, audit::EmptyRoot()}));
  GrowTo(100);
  EXPECT_EQ(trees_->Head(kThird), (TreeHead{100, NaiveRoot(0, 100)}));
  EXPECT_THAT(files_.files(), Contains(Key("3/tile/0/000.p/100")));
  EXPECT_THAT(files_.files(), Contains(Key("3/tile/entries/000.p/100")));
  GrowTo(600);
  EXPECT_EQ(trees_->Head(kThird), (TreeHead{600, NaiveRoot(0, 600)}));
  std::vector<std::string> paths;
  for (const auto& [path, content] : files_.files()) paths.push_back(path);
  EXPECT_THAT(paths, ElementsAre("3/kept", "3/tile/0/000", "3/tile/0/001", "3/tile/0/002.p/88", "3/tile/1/000.p/2",
                                 "3/tile/entries/000", "3/tile/entries/001", "3/tile/entries/002.p/88"));
  EXPECT_THAT(kept_, ElementsAre(100, 600));
  ASSERT_TRUE(trees_->Flush());
  EXPECT_THAT(kept_, ElementsAre(100, 600)) << "nothing grew";
  const KeptTiles tiles(files_, kThird, 600);
  EXPECT_EQ(tiles.Entries(2, 88)->at(87), EntryOf(599));
  EXPECT_EQ(tiles.Entries(0, 256)->at(255), EntryOf(255));
  EXPECT_EQ(tiles.Entries(3, 1).error().code, ErrorCode::kNotFound);
}

TEST_F(TreeProjectionTest, ProvesWhatAnEarlierHeadHeldWhileTheTreeGrows) {
  Open();
  GrowTo(300);
  const TreeHead old = trees_->Head(kThird);
  GrowTo(70'000);
  const TreeHead head = trees_->Head(kThird);
  const KeptTiles tiles(files_, kThird, head.size);
  const audit::TileNodes nodes(tiles, head.size);
  const auto inclusion = audit::ProveInclusion(nodes, 299, head.size).value();
  const Hash256 leaf = audit::LeafHash(AsBytes(EntryOf(299)));
  EXPECT_TRUE(audit::VerifyInclusion(leaf, 299, head.size, inclusion, head.root));
  const auto consistency = audit::ProveConsistency(nodes, old.size, head.size).value();
  EXPECT_TRUE(audit::VerifyConsistency(old.size, old.root, head.size, head.root, consistency));
  // Who knows only the earlier head finds its tiles too, whatever became of those that were not full.
  const KeptTiles earlier(files_, kThird, old.size);
  EXPECT_EQ(audit::RootOf(audit::TileNodes(earlier, old.size), old.size).value(), old.root);
}

TEST_F(TreeProjectionTest, GoesOnWhereItWasFlushed) {
  Open();
  GrowTo(300);
  ASSERT_TRUE(trees_->Project(kThird, Some(300, 700)));
  Open();
  EXPECT_EQ(trees_->NextSequence(kThird)->value, 300) << "what was not flushed is read again";
  EXPECT_EQ(trees_->Head(kThird), (TreeHead{300, NaiveRoot(0, 300)}));
  GrowTo(800);
  EXPECT_EQ(trees_->Head(kThird).root, NaiveRoot(0, 800));
  EXPECT_TRUE(damage_.empty());
}

TEST_F(TreeProjectionTest, WhatCouldNotBeToldIsToldAgainThoughNothingGrew) {
  bool is_away = true;
  int told = 0;
  TreeProjection trees(files_, {.on_kept = [&](core::PartitionId, const TreeHead&) -> Status {
                         ++told;
                         return is_away ? Status(Fail(ErrorCode::kUnavailable, "away")) : Status();
                       }});
  ASSERT_TRUE(trees.Project(kThird, Some(0, 10)));
  EXPECT_FALSE(trees.Flush());
  EXPECT_EQ(trees.Head(kThird).size, 0);
  is_away = false;
  EXPECT_TRUE(trees.Flush());
  EXPECT_TRUE(trees.Flush());
  EXPECT_EQ(told, 2);
  EXPECT_EQ(trees.Head(kThird).size, 10);
}

TEST_F(TreeProjectionTest, RefusesWhatDoesNotStandWhereItShould) {
  Open();
  GrowTo(10);
  const auto refused = [&](StoredEvent event) {
    std::vector<StoredEvent> events = Some(10, 12);
    events.push_back(std::move(event));
    const auto status = trees_->Project(kThird, events);
    EXPECT_FALSE(status);
    EXPECT_EQ(trees_->NextSequence(kThird)->value, 10) << "all of them or none";
    return status ? Error() : status.error();
  };
  EXPECT_THAT(refused(Stored(13)).message, HasSubstr("partition 3, sequence 12: the log gave the event 13"));
  EXPECT_THAT(refused(Stored(11)).message, HasSubstr("the log gave the event 11"));
  StoredEvent changed = Stored(12);
  changed.value[5] ^= 1;
  EXPECT_THAT(refused(changed).message, HasSubstr("the event's hash is not that of its body"));
  changed.value = "nothing";
  EXPECT_EQ(refused(changed).code, ErrorCode::kCorruption);
  GrowTo(20);
  EXPECT_EQ(trees_->Head(kThird).root, NaiveRoot(0, 20));
}

TEST_F(TreeProjectionTest, WhatDoesNotGiveTheKeptRootIsMadeAgain) {
  Open();
  GrowTo(600);
  const auto whole = files_.files();
  // Of the full tiles only the root above them is read at a start: a proof that meets them does not verify.
  for (const char* path : {"3/kept", "3/tile/0/002.p/88", "3/tile/1/000.p/2", "3/tile/entries/002.p/88"}) {
    for (const int kind : {0, 1, 2}) {
      auto files = whole;
      if (kind == 0) files.erase(path);
      if (kind == 1) files[path][9] ^= 1;
      if (kind == 2) files[path].resize(files[path].size() / 2);
      files_.Replace(files);
      damage_.clear();
      Open();
      const bool is_beginning = kind == 0 && std::string(path) == "3/kept";
      EXPECT_EQ(trees_->NextSequence(kThird)->value, 0) << path << " " << kind;
      EXPECT_EQ(damage_.size(), is_beginning ? 0U : 1U) << path << " " << kind;
      GrowTo(600);
      EXPECT_EQ(files_.files(), whole) << path << " " << kind;
    }
  }
}

TEST_F(TreeProjectionTest, AFullDiskIsSaidAndLosesNothing) {
  Open();
  GrowTo(200);
  for (int writes = 0; writes < 6; ++writes) {
    files_.FailAfter(writes);
    const auto next = trees_->NextSequence(kThird);
    const int64_t to = (next->value / 256 + 1) * 256 + 10;
    auto status = trees_->Project(kThird, Some(next->value, to));
    if (status) status = trees_->Flush();
    if (!status) {
      EXPECT_EQ(status.error().code, ErrorCode::kNoSpace);
    }
  }
  files_.FailAfter({});
  GrowTo(2000);
  EXPECT_EQ(trees_->Head(kThird).root, NaiveRoot(0, 2000));
  Open();
  EXPECT_EQ(trees_->NextSequence(kThird)->value, 2000);
  EXPECT_TRUE(damage_.empty());
}

RC_GTEST_PROP(TreeProjectionProperty, FilesDoNotDependOnHowTheyCame, ()) {
  test::MemoryFileStore files;
  auto trees = std::make_unique<TreeProjection>(files);
  const auto size = *rc::gen::inRange<int64_t>(1, 1200);
  while (trees->NextSequence(kThird)->value < size) {
    const int64_t next = trees->NextSequence(kThird)->value;
    const auto to = *rc::gen::inRange<int64_t>(next + 1, size + 1);
    RC_ASSERT(trees->Project(kThird, Some(next, to)).has_value());
    const auto then = *rc::gen::inRange(0, 3);
    if (then > 0) RC_ASSERT(trees->Flush().has_value());
    if (then > 1) trees = std::make_unique<TreeProjection>(files);
  }
  RC_ASSERT(trees->Flush().has_value());
  RC_ASSERT(trees->Head(kThird).root == NaiveRoot(0, size));
  test::MemoryFileStore at_once;
  TreeProjection other(at_once);
  RC_ASSERT(other.Project(kThird, Some(0, size)).has_value());
  RC_ASSERT(other.Flush().has_value());
  // But for beginnings of tiles that are not full yet.
  for (const auto& [path, content] : at_once.files()) RC_ASSERT(files.files().at(path) == content);
  for (const auto& [path, content] : files.files()) {
    RC_ASSERT(at_once.files().contains(path) || path.find(".p/") != std::string::npos);
  }
}

}  // namespace
}  // namespace rasti::runtime
