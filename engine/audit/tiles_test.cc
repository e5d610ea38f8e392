#include "engine/audit/tiles.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace rasti::audit {
namespace {

Hash256 Leaf(int64_t index) { return LeafHash("event " + std::to_string(index)); }

// As the RFC defines it: MTH over the leaves' hashes.
Hash256 NaiveRoot(int64_t begin, int64_t end) {
  if (begin == end) return Sha256({});
  if (end - begin == 1) return Leaf(begin);
  int64_t left = 1;
  while (left * 2 < end - begin) left *= 2;
  return NodeHash(NaiveRoot(begin, begin + left), NaiveRoot(begin + left, end));
}

class KeptTiles : public TileSource {
 public:
  Result<std::vector<Hash256>> Tile(TilePlace place, int64_t width) const override {
    ++reads;
    const auto found = tiles.find(place);
    if (found == tiles.end()) return Fail(Error::NotFound(TilePath(place, width)));
    return found->second;
  }
  TreeEdge::OnFull Keep() {
    return [this](TilePlace place, const std::vector<Hash256>& hashes) { tiles[place] = hashes; };
  }
  void GrowTo(TreeEdge& edge, int64_t size) {
    while (edge.size() < size) edge.Append(Leaf(edge.size()), Keep());
    edge.ForEachPartial(Keep());
  }

  std::map<TilePlace, std::vector<Hash256>> tiles;
  mutable int reads = 0;
};

TEST(Tiles, PathsAreThoseOfTheSpecification) {
  EXPECT_EQ(TilePath({0, 0}, 256), "tile/0/000");
  EXPECT_EQ(TilePath({0, 1234067}, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({2, 1234067}, 112), "tile/2/x001/x234/067.p/112");
  EXPECT_EQ(TilePath({0, 1000}, 1), "tile/0/x001/000.p/1");
  EXPECT_EQ(EntriesPath(5, 256), "tile/entries/005");
  EXPECT_EQ(EntriesPath(1234567, 3), "tile/entries/x001/x234/567.p/3");
}

TEST(Tiles, ATreeHasAsManyAsItsSizeSays) {
  // The example of the specification.
  constexpr int64_t kSize = 70'000;
  EXPECT_EQ(TileCount(0, kSize), 274);
  EXPECT_EQ(TileWidthIn({0, 272}, kSize), 256);
  EXPECT_EQ(TileWidthIn({0, 273}, kSize), 112);
  EXPECT_EQ(TileWidthIn({0, 274}, kSize), 0);
  EXPECT_EQ(TileCount(1, kSize), 2);
  EXPECT_EQ(TileWidthIn({1, 0}, kSize), 256);
  EXPECT_EQ(TileWidthIn({1, 1}, kSize), 17);
  EXPECT_EQ(TileCount(2, kSize), 1);
  EXPECT_EQ(TileWidthIn({2, 0}, kSize), 1);
  EXPECT_EQ(TileCount(3, kSize), 0);
  EXPECT_EQ(TileCount(0, 0), 0);
  EXPECT_EQ(TileCount(9, INT64_MAX), 0);
}

TEST(Tiles, BytesComeBack) {
  const std::vector<Hash256> hashes = {Leaf(1), Leaf(2), Leaf(3)};
  EXPECT_EQ(EncodeTile(hashes).size(), 96U);
  EXPECT_EQ(DecodeTile(EncodeTile(hashes)).value(), hashes);
  EXPECT_EQ(EncodeEntries(hashes).substr(0, 2), std::string("\x00\x20", 2));
  EXPECT_EQ(DecodeEntries(EncodeEntries(hashes)).value(), hashes);
  EXPECT_TRUE(DecodeTile("")->empty());
  EXPECT_TRUE(DecodeEntries("")->empty());
  for (size_t cut = 1; cut < 34; ++cut) {
    std::string entries = EncodeEntries(hashes);
    entries.resize(entries.size() - cut);
    EXPECT_EQ(DecodeEntries(entries).has_value(), false) << cut;
    std::string tile = EncodeTile(hashes);
    tile.resize(tile.size() - cut);
    EXPECT_EQ(DecodeTile(tile).has_value(), cut == 32) << cut;
  }
  EXPECT_FALSE(DecodeTile(std::string(size_t{257} * 32, 'x')));
  EXPECT_FALSE(DecodeEntries(EncodeEntries(std::vector<Hash256>(257, Leaf(0)))));
}

TEST(Tiles, ATreeLargerThanTwoLevelsHasTheRootAndTheProofsOfADefinition) {
  constexpr int64_t kSize = 66'000;
  KeptTiles kept;
  TreeEdge edge;
  kept.GrowTo(edge, kSize);
  EXPECT_EQ(edge.Root(), NaiveRoot(0, kSize));
  const TileNodes nodes(kept, kSize);
  EXPECT_EQ(RootOf(nodes, kSize).value(), edge.Root());
  for (const int64_t index : {0L, 255L, 256L, 65'535L, 65'536L, kSize - 1}) {
    kept.reads = 0;
    const TileNodes fresh(kept, kSize);
    const Proof proof = ProveInclusion(fresh, index, kSize).value();
    EXPECT_TRUE(VerifyInclusion(Leaf(index), index, kSize, proof, edge.Root())) << index;
    EXPECT_LE(kept.reads, 6) << "a proof needs a path, not the tree";
  }
  for (const int64_t old_size : {1L, 256L, 257L, 65'535L, 65'536L, 65'537L}) {
    const Proof proof = ProveConsistency(nodes, old_size, kSize).value();
    EXPECT_TRUE(VerifyConsistency(old_size, NaiveRoot(0, old_size), kSize, edge.Root(), proof)) << old_size;
  }
}

TEST(Tiles, WhatIsMissingIsSaid) {
  KeptTiles kept;
  TreeEdge edge;
  kept.GrowTo(edge, 600);
  kept.tiles[{0, 1}].resize(3);
  const TileNodes nodes(kept, 600);
  const auto short_tile = nodes.Node(0, 300);
  ASSERT_FALSE(short_tile);
  EXPECT_EQ(short_tile.error(), Error::Corruption("tile/0/001 holds 3 hashes"));
  kept.tiles.erase({0, 2});
  EXPECT_EQ(TreeEdge::Open(kept, 600).error().code, ErrorCode::kNotFound);
}

RC_GTEST_PROP(TilesProperty, AnEdgeThatIsOpenedAgainGrowsOn, ()) {
  const auto size = *rc::gen::inRange<int64_t>(0, 1500);
  const auto more = *rc::gen::inRange<int64_t>(0, 600);
  KeptTiles kept;
  TreeEdge edge;
  kept.GrowTo(edge, size);
  RC_ASSERT(edge.Root() == NaiveRoot(0, size));
  TreeEdge again = TreeEdge::Open(kept, size).value();
  RC_ASSERT(again.size() == size);
  RC_ASSERT(again.Root() == edge.Root());
  kept.GrowTo(again, size + more);
  RC_ASSERT(again.Root() == NaiveRoot(0, size + more));
  // Tiles of a larger tree serve a smaller one.
  const TileNodes nodes(kept, size);
  RC_ASSERT(RootOf(nodes, size).value() == edge.Root());
}

}  // namespace
}  // namespace rasti::audit
