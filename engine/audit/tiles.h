// A Merkle tree in tiles, as C2SP tlog-tiles lays it out (https://c2sp.org/tlog-tiles), so that its tools can read it.
//
// A tile of level L and index N holds up to 256 hashes: of the complete subtrees of height 8 * L with the indexes
// [256 * N, 256 * (N + 1)), 32 bytes each. A full one never changes. An entry bundle holds up to 256 leaves' data,
// each behind its length in two bytes, big-endian; a leaf's data is the hash of its event.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/merkle_tree.h"

namespace rasti::audit {

inline constexpr int kTileHeight = 8;
inline constexpr int64_t kTileWidth = 256;

struct TilePlace {
  int level = 0;
  int64_t index = 0;
  auto operator<=>(const TilePlace&) const = default;
};

/// How many tiles of the level a tree of that size has, and how many hashes the tile holds in it: 0 (none) to 256.
int64_t TileCount(int level, int64_t size);
int64_t TileWidthIn(TilePlace place, int64_t size);

/// "tile/0/x001/x234/067", and "tile/0/x001/x234/067.p/17" for one that is not full; "tile/entries/..." likewise.
/// REQUIRES: 1 <= width <= 256.
std::string TilePath(TilePlace place, int64_t width);
std::string EntriesPath(int64_t index, int64_t width);

/// Hashes behind each other, and back. Errors: kCorruption: no whole number of them, or more than 256.
std::string EncodeTile(const std::vector<Hash256>& hashes);
Result<std::vector<Hash256>> DecodeTile(std::string_view bytes);

/// Likewise the data of leaves. Errors: kCorruption: an entry that is cut off, is no hash, or more than 256.
std::string EncodeEntries(const std::vector<Hash256>& event_hashes);
Result<std::vector<Hash256>> DecodeEntries(std::string_view bytes);

/// Where tiles are kept.
class TileSource {
 public:
  virtual ~TileSource() = default;
  /// At least `width` hashes of the tile. Errors: those of where it is kept; kCorruption.
  virtual Result<std::vector<Hash256>> Tile(TilePlace place, int64_t width) const = 0;
};

/// Nodes of a tree of `size` leaves, computed from its tiles; those that were read last are kept. One thread.
class TileNodes : public NodeReader {
 public:
  /// `tiles` outlives it.
  TileNodes(const TileSource& tiles, int64_t size) : tiles_(tiles), size_(size) {}
  Result<Hash256> Node(int level, int64_t index) const override;

 private:
  struct Kept {
    TilePlace place;
    std::vector<Hash256> hashes;
  };
  Result<const std::vector<Hash256>*> Read(TilePlace place) const;

  const TileSource& tiles_;
  const int64_t size_;
  mutable std::vector<Kept> kept_;
  mutable size_t next_kept_ = 0;
};

/// The right edge of a growing tree: of each level the tile that is not full yet. A leaf costs one hash, in the moment
/// in which its tile becomes full. One thread.
class TreeEdge {
 public:
  /// Of no leaves.
  TreeEdge() = default;
  /// Of a tree whose last tiles are kept. Errors: those of the source; kCorruption.
  static Result<TreeEdge> Open(const TileSource& tiles, int64_t size);

  int64_t size() const { return size_; }
  /// `on_full` is given each tile that becomes full by it, lowest level first.
  using OnFull = std::function<void(TilePlace, const std::vector<Hash256>&)>;
  void Append(const Hash256& leaf_hash, const OnFull& on_full);
  /// The tiles that are not full, of those that hold anything.
  void ForEachPartial(const OnFull& visit) const;
  Hash256 Root() const;

 private:
  int64_t size_ = 0;
  std::vector<std::vector<Hash256>> levels_;  // hashes of the last tile of each level: 0 to 255
};

}  // namespace rasti::audit
