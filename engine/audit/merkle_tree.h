// The Merkle tree of RFC 6962 (and 9162), section 2: hashing, proofs and their verification.
//
// Leaf n of a partition's tree is the hash of its event with sequence n (event_hash.h), as 32 bytes. A tree never
// changes but by leaves that are added at its end: an inclusion proof says that an event is in a tree, a consistency
// proof that a tree is the beginning of another.
//
// Shapes: a leaf is named by its index, from 0; a complete subtree of 2^level leaves by level and index, which covers
// the leaves [index << level, (index + 1) << level). Proofs are lists of hashes in the order of the RFC, at most 63 of
// them. Thread-safe; proofs are made as safely as the NodeReader reads.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace rasti::audit {

/// SHA-256(0x00 || data).
Hash256 LeafHash(std::string_view data);
/// SHA-256(0x01 || left || right).
Hash256 NodeHash(const Hash256& left, const Hash256& right);
/// Of a tree without leaves: SHA-256 of nothing.
Hash256 EmptyRoot();

/// Hashes of complete subtrees, from wherever they are kept.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  /// REQUIRES: the subtree lies within the tree. Errors: those of where it is kept; kCorruption.
  virtual Result<Hash256> Node(int level, int64_t index) const = 0;
};

using Proof = std::vector<Hash256>;

/// The root of the first `size` leaves. Errors: those of the reader.
Result<Hash256> RootOf(const NodeReader& nodes, int64_t size);

/// PATH(index, D[size]). REQUIRES: 0 <= index < size. Errors: those of the reader.
Result<Proof> ProveInclusion(const NodeReader& nodes, int64_t index, int64_t size);

/// PROOF(old_size, D[size]); empty where there is nothing to prove: from an empty tree, or to the same size.
/// REQUIRES: 0 <= old_size <= size. Errors: those of the reader.
Result<Proof> ProveConsistency(const NodeReader& nodes, int64_t old_size, int64_t size);

/// That a leaf stands at the index in the tree with that size and root. Errors: kInvalidArgument says what does not
/// fit: the index, the number of hashes, or the root that comes out.
Status VerifyInclusion(const Hash256& leaf_hash, int64_t index, int64_t size, const Proof& proof, const Hash256& root);

/// That the tree of `size` leaves begins with the one of `old_size`. Errors: kInvalidArgument, likewise.
Status VerifyConsistency(int64_t old_size, const Hash256& old_root, int64_t size, const Hash256& root,
                         const Proof& proof);

}  // namespace rasti::audit
