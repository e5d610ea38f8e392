#include "engine/audit/merkle_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace rasti::audit {
namespace {

// The eight leaves that implementations of RFC 6962 test with, and the roots of the trees of the first 0 to 8 of them.
const std::vector<std::string> kLeaves = {"",
                                          std::string("\x00", 1),
                                          "\x10",
                                          "\x20\x21",
                                          "\x30\x31",
                                          "\x40\x41\x42\x43",
                                          "\x50\x51\x52\x53\x54\x55\x56\x57",
                                          "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
const std::vector<std::string> kRoots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// As the RFC defines it, and as slowly: MTH over the leaves.
Hash256 NaiveRoot(const std::vector<std::string>& leaves, size_t begin, size_t end) {
  if (begin == end) return Sha256({});
  if (end - begin == 1) return Sha256({std::string_view("\x00", 1), leaves[begin]});
  size_t left = 1;
  while (left * 2 < end - begin) left *= 2;
  const Hash256 first = NaiveRoot(leaves, begin, begin + left);
  const Hash256 second = NaiveRoot(leaves, begin + left, end);
  return Sha256({std::string_view("\x01", 1), AsBytes(first), AsBytes(second)});
}

class NaiveNodes : public NodeReader {
 public:
  explicit NaiveNodes(const std::vector<std::string>& leaves) : leaves_(leaves) {}
  Result<Hash256> Node(int level, int64_t index) const override {
    const size_t begin = static_cast<size_t>(index) << level;
    const size_t end = static_cast<size_t>(index + 1) << level;
    EXPECT_LE(end, leaves_.size()) << "only complete subtrees are read";
    const auto [known, is_new] = known_.try_emplace({level, index});
    if (is_new) known->second = NaiveRoot(leaves_, begin, end);
    return known->second;
  }

 private:
  const std::vector<std::string>& leaves_;
  mutable std::map<std::pair<int, int64_t>, Hash256> known_;
};

std::vector<std::string> SomeLeaves(int64_t count) {
  std::vector<std::string> leaves;
  for (int64_t i = 0; i < count; ++i) leaves.push_back("leaf " + std::to_string(i));
  return leaves;
}

TEST(MerkleTree, HasTheRootsThatOthersCompute) {
  const NaiveNodes nodes(kLeaves);
  for (size_t size = 0; size < kRoots.size(); ++size) {
    const auto root = RootOf(nodes, static_cast<int64_t>(size));
    ASSERT_TRUE(root.has_value());
    EXPECT_EQ(ToHex(AsBytes(*root)), kRoots[size]) << size;
    EXPECT_EQ(*root, NaiveRoot(kLeaves, 0, size)) << size;
  }
  EXPECT_EQ(LeafHash(kLeaves[3]), NaiveRoot(kLeaves, 3, 4));
}

TEST(MerkleTree, ProvesInclusionAsOthersDo) {
  const NaiveNodes nodes(kLeaves);
  const auto hex_of = [&](int64_t index, int64_t size) {
    std::vector<std::string> hashes;
    const auto proof = ProveInclusion(nodes, index, size);
    for (const Hash256& hash : proof.value()) hashes.push_back(ToHex(AsBytes(hash)));
    return hashes;
  };
  EXPECT_EQ(hex_of(0, 1), std::vector<std::string>());
  EXPECT_EQ(hex_of(0, 8),
            (std::vector<std::string>{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
}

TEST(MerkleTree, EveryProofOfEverySmallTreeHoldsAndNoOther) {
  constexpr int64_t kMost = 40;
  const std::vector<std::string> leaves = SomeLeaves(kMost);
  const NaiveNodes nodes(leaves);
  std::vector<Hash256> roots;
  for (int64_t size = 0; size <= kMost; ++size) roots.push_back(RootOf(nodes, size).value());
  for (int64_t size = 1; size <= kMost; ++size) {
    const Hash256& root = roots[static_cast<size_t>(size)];
    for (int64_t index = 0; index < size; ++index) {
      const Proof proof = ProveInclusion(nodes, index, size).value();
      const Hash256 leaf = LeafHash(leaves[static_cast<size_t>(index)]);
      EXPECT_TRUE(VerifyInclusion(leaf, index, size, proof, root)) << index << " of " << size;
      for (int64_t other = -1; other <= size; ++other) {
        if (other != index) {
          EXPECT_FALSE(VerifyInclusion(leaf, other, size, proof, root)) << other << " for " << index << " of " << size;
        }
      }
      Proof longer = proof;
      longer.push_back(root);
      EXPECT_FALSE(VerifyInclusion(leaf, index, size, longer, root));
      if (proof.empty()) continue;
      EXPECT_FALSE(VerifyInclusion(leaf, index, size, Proof(proof.begin(), proof.end() - 1), root));
    }
    for (int64_t old_size = 0; old_size <= size; ++old_size) {
      const Hash256& old_root = roots[static_cast<size_t>(old_size)];
      const Proof proof = ProveConsistency(nodes, old_size, size).value();
      EXPECT_TRUE(VerifyConsistency(old_size, old_root, size, root, proof)) << old_size << " to " << size;
      Proof longer = proof;
      longer.push_back(root);
      EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, root, longer)) << old_size << " to " << size;
      if (!proof.empty()) {
        const Proof shorter(proof.begin(), proof.end() - 1);
        EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, root, shorter)) << old_size << " to " << size;
      }
      const Hash256 wrong = Sha256({"wrong"});
      EXPECT_FALSE(VerifyConsistency(old_size, wrong, size, root, proof)) << old_size << " to " << size;
      if (old_size > 0) {
        EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, wrong, proof)) << old_size << " to " << size;
      }
    }
  }
}

TEST(MerkleTree, RefusesSizesThatAreNone) {
  const Hash256 any = Sha256({"any"});
  EXPECT_FALSE(VerifyInclusion(any, 0, 0, {}, any));
  EXPECT_FALSE(VerifyInclusion(any, -1, 1, {}, any));
  EXPECT_FALSE(VerifyConsistency(-1, any, 1, any, {}));
  EXPECT_FALSE(VerifyConsistency(2, any, 1, any, {}));
  EXPECT_FALSE(VerifyConsistency(0, any, 1, any, {})) << "a tree without leaves has one root";
  EXPECT_FALSE(VerifyConsistency(1, any, INT64_MAX, any, {}));
}

RC_GTEST_PROP(MerkleTreeProperty, OneChangedBitIsFound, ()) {
  const auto size = *rc::gen::inRange<int64_t>(1, 300);
  const auto old_size = *rc::gen::inRange<int64_t>(1, size + 1);
  const auto index = *rc::gen::inRange<int64_t>(0, size);
  const std::vector<std::string> leaves = SomeLeaves(size);
  const NaiveNodes nodes(leaves);
  const Hash256 root = RootOf(nodes, size).value();
  const Hash256 old_root = RootOf(nodes, old_size).value();
  Proof inclusion = ProveInclusion(nodes, index, size).value();
  Proof consistency = ProveConsistency(nodes, old_size, size).value();
  const Hash256 leaf = LeafHash(leaves[static_cast<size_t>(index)]);
  RC_ASSERT(VerifyInclusion(leaf, index, size, inclusion, root).has_value());
  RC_ASSERT(VerifyConsistency(old_size, old_root, size, root, consistency).has_value());
  const auto flip = [](Proof& proof) {
    const auto place = *rc::gen::inRange<size_t>(0, proof.size());
    const auto bit = *rc::gen::inRange(0, 256);
    proof[place][static_cast<size_t>(bit / 8)] ^= static_cast<uint8_t>(1 << (bit % 8));
  };
  if (!inclusion.empty()) {
    flip(inclusion);
    RC_ASSERT(!VerifyInclusion(leaf, index, size, inclusion, root).has_value());
  }
  if (!consistency.empty()) {
    flip(consistency);
    RC_ASSERT(!VerifyConsistency(old_size, old_root, size, root, consistency).has_value());
  }
}

}  // namespace
}  // namespace rasti::audit
