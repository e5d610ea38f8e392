#include "engine/audit/merkle_tree.h"

#include <bit>

#include "engine/base/check.h"

namespace rasti::audit {
namespace {

constexpr std::string_view kLeafPrefix{"\x00", 1};
constexpr std::string_view kNodePrefix{"\x01", 1};

// How many leaves the left half of a tree with more than one leaf has: the largest power of two below.
int64_t LeftOf(int64_t leaves) { return static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(leaves - 1))); }

bool IsComplete(int64_t leaves) { return std::has_single_bit(static_cast<uint64_t>(leaves)); }

// The recursions of RFC 6962 2.1, over the leaves [begin, end): what they split off is complete and aligned.
class Prover {
 public:
  explicit Prover(const NodeReader& nodes) : nodes_(nodes) {}

  Result<Hash256> Root(int64_t begin, int64_t end) const {
    const int64_t leaves = end - begin;
    if (IsComplete(leaves)) {
      const int level = std::countr_zero(static_cast<uint64_t>(leaves));
      return nodes_.Node(level, begin >> level);
    }
    const int64_t middle = begin + LeftOf(leaves);
    RASTI_TRY(const Hash256 left, Root(begin, middle));
    RASTI_TRY(const Hash256 right, Root(middle, end));
    return NodeHash(left, right);
  }

  Status Path(int64_t index, int64_t begin, int64_t end, Proof& proof) const {
    if (end - begin == 1) return {};
    const int64_t middle = begin + LeftOf(end - begin);
    const bool is_left = index < middle;
    RASTI_CHECKED(is_left ? Path(index, begin, middle, proof) : Path(index, middle, end, proof));
    RASTI_TRY(const Hash256 sibling, is_left ? Root(middle, end) : Root(begin, middle));
    proof.push_back(sibling);
    return {};
  }

  // SUBPROOF: `old_end` is where the old tree ends; whether [begin, end) is all of the old tree, whose root the
  // verifier has.
  Status Consistency(int64_t old_end, int64_t begin, int64_t end, bool is_known, Proof& proof) const {
    if (old_end == end) {
      if (is_known) return {};
      RASTI_TRY(const Hash256 root, Root(begin, end));
      proof.push_back(root);
      return {};
    }
    const int64_t middle = begin + LeftOf(end - begin);
    if (old_end <= middle) {
      RASTI_CHECKED(Consistency(old_end, begin, middle, is_known, proof));
      RASTI_TRY(const Hash256 right, Root(middle, end));
      proof.push_back(right);
      return {};
    }
    RASTI_CHECKED(Consistency(old_end, middle, end, false, proof));
    RASTI_TRY(const Hash256 left, Root(begin, middle));
    proof.push_back(left);
    return {};
  }

 private:
  const NodeReader& nodes_;
};

tl::unexpected<Error> NotProven(const char* why) { return Fail(Error::Invalid(why)); }

constexpr const char* kTooShort = "the proof has fewer hashes than such a tree needs";
constexpr const char* kTooLong = "the proof has more hashes than such a tree needs";

}  // namespace

Hash256 LeafHash(std::string_view data) { return Sha256({kLeafPrefix, data}); }

Hash256 NodeHash(const Hash256& left, const Hash256& right) {
  return Sha256({kNodePrefix, AsBytes(left), AsBytes(right)});
}

Hash256 EmptyRoot() { return Sha256({}); }

Result<Hash256> RootOf(const NodeReader& nodes, int64_t size) {
  RASTI_CHECK(size >= 0, "a tree has a size");
  if (size == 0) return EmptyRoot();
  return Prover(nodes).Root(0, size);
}

Result<Proof> ProveInclusion(const NodeReader& nodes, int64_t index, int64_t size) {
  RASTI_CHECK(index >= 0 && index < size, "the leaf lies in the tree");
  Proof proof;
  RASTI_CHECKED(Prover(nodes).Path(index, 0, size, proof));
  return proof;
}

Result<Proof> ProveConsistency(const NodeReader& nodes, int64_t old_size, int64_t size) {
  RASTI_CHECK(old_size >= 0 && old_size <= size, "a tree only grows");
  Proof proof;
  if (old_size == 0 || old_size == size) return proof;
  RASTI_CHECKED(Prover(nodes).Consistency(old_size, 0, size, true, proof));
  return proof;
}

// RFC 9162, 2.1.3.2.
Status VerifyInclusion(const Hash256& leaf_hash, int64_t index, int64_t size, const Proof& proof, const Hash256& root) {
  if (index < 0 || index >= size) return NotProven("the leaf's index lies outside of the tree");
  auto node = static_cast<uint64_t>(index);
  auto last = static_cast<uint64_t>(size - 1);
  Hash256 hash = leaf_hash;
  for (const Hash256& sibling : proof) {
    if (last == 0) return NotProven(kTooLong);
    if ((node & 1) == 1 || node == last) {
      hash = NodeHash(sibling, hash);
      // Up to where this subtree is a left one, or all there is: nothing stands beside it until there.
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return NotProven(kTooShort);
  if (hash != root) return NotProven("the leaf and the proof give another root than the tree has");
  return {};
}

// RFC 9162, 2.1.4.2.
Status VerifyConsistency(int64_t old_size, const Hash256& old_root, int64_t size, const Hash256& root,
                         const Proof& proof) {
  if (old_size < 0 || old_size > size) return NotProven("the tree is shorter than the one that it should begin with");
  if (old_size == 0 || old_size == size) {
    if (!proof.empty()) return NotProven(kTooLong);
    if (old_size == 0 && old_root != EmptyRoot()) return NotProven("a tree without leaves has another root");
    if (old_size == size && old_root != root) return NotProven("two trees of the same size have different roots");
    return {};
  }
  if (proof.empty()) return NotProven(kTooShort);
  auto node = static_cast<uint64_t>(old_size - 1);
  auto last = static_cast<uint64_t>(size - 1);
  while ((node & 1) == 1) {
    node >>= 1;
    last >>= 1;
  }
  // The old tree's last complete subtree: all of it, whose root the proof need not say, or what the proof begins with.
  auto next = proof.begin();
  const Hash256 first = IsComplete(old_size) ? old_root : *next++;
  Hash256 old_hash = first;
  Hash256 hash = first;
  for (; next != proof.end(); ++next) {
    if (last == 0) return NotProven(kTooLong);
    if ((node & 1) == 1 || node == last) {
      old_hash = NodeHash(*next, old_hash);
      hash = NodeHash(*next, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, *next);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return NotProven(kTooShort);
  if (old_hash != old_root) return NotProven("the proof gives another root than the earlier tree has");
  if (hash != root) return NotProven("the proof gives another root than the later tree has");
  return {};
}

}  // namespace rasti::audit
