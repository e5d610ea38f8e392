#include "engine/audit/tiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/base/check.h"

namespace rasti::audit {
namespace {

constexpr size_t kHashBytes = sizeof(Hash256);
// A proof goes up one path: of ten levels of tiles, which no tree exceeds, two lie beside each other at most.
constexpr size_t kKeptMost = 20;

Hash256 HashAt(std::string_view bytes) {
  Hash256 hash;
  std::memcpy(hash.data(), bytes.data(), kHashBytes);
  return hash;
}

// The root of a complete subtree from the hashes [begin, begin + count) of a tile. REQUIRES: count is a power of two.
Hash256 Fold(const std::vector<Hash256>& hashes, size_t begin, size_t count) {
  if (count == 1) return hashes[begin];
  std::vector<Hash256> row(hashes.begin() + static_cast<std::ptrdiff_t>(begin),
                           hashes.begin() + static_cast<std::ptrdiff_t>(begin + count));
  for (; row.size() > 1; row.resize(row.size() / 2)) {
    for (size_t i = 0; i + 1 < row.size(); i += 2) row[i / 2] = NodeHash(row[i], row[i + 1]);
  }
  return row.front();
}

// Groups of three digits, all but the last with an x before it: 1234067 is x001/x234/067.
std::string IndexPath(int64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  for (int64_t rest = index / 1000; rest > 0; rest /= 1000) path = fmt::format("x{:03}/{}", rest % 1000, path);
  return path;
}

std::string WidthPath(int64_t width) {
  RASTI_CHECK(width >= 1 && width <= kTileWidth, "a tile holds 1 to 256 hashes");
  return width == kTileWidth ? std::string() : fmt::format(".p/{}", width);
}

}  // namespace

int64_t TileWidthIn(TilePlace place, int64_t size) {
  const int height = kTileHeight * place.level;
  const int64_t hashes = height > 62 ? 0 : size >> height;
  return std::clamp<int64_t>(hashes - place.index * kTileWidth, 0, kTileWidth);
}

int64_t TileCount(int level, int64_t size) {
  const int height = kTileHeight * level;
  const int64_t hashes = height > 62 ? 0 : size >> height;
  return (hashes + kTileWidth - 1) / kTileWidth;
}

std::string TilePath(TilePlace place, int64_t width) {
  return fmt::format("tile/{}/{}{}", place.level, IndexPath(place.index), WidthPath(width));
}

std::string EntriesPath(int64_t index, int64_t width) {
  return fmt::format("tile/entries/{}{}", IndexPath(index), WidthPath(width));
}

std::string EncodeTile(const std::vector<Hash256>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * kHashBytes);
  for (const Hash256& hash : hashes) bytes += AsBytes(hash);
  return bytes;
}

Result<std::vector<Hash256>> DecodeTile(std::string_view bytes) {
  if (bytes.size() % kHashBytes != 0 || bytes.size() > kTileWidth * kHashBytes) {
    return Fail(
        Error::Corruption(fmt::format("a tile of {} bytes, but it holds at most 256 hashes of 32", bytes.size())));
  }
  std::vector<Hash256> hashes;
  hashes.reserve(bytes.size() / kHashBytes);
  for (size_t at = 0; at < bytes.size(); at += kHashBytes) hashes.push_back(HashAt(bytes.substr(at)));
  return hashes;
}

std::string EncodeEntries(const std::vector<Hash256>& event_hashes) {
  std::string bytes;
  bytes.reserve(event_hashes.size() * (kHashBytes + 2));
  for (const Hash256& hash : event_hashes) {
    bytes += '\0';
    bytes += static_cast<char>(kHashBytes);
    bytes += AsBytes(hash);
  }
  return bytes;
}

Result<std::vector<Hash256>> DecodeEntries(std::string_view bytes) {
  std::vector<Hash256> hashes;
  while (!bytes.empty()) {
    const bool is_whole = bytes.size() >= kHashBytes + 2 && hashes.size() < static_cast<size_t>(kTileWidth);
    if (!is_whole || bytes[0] != '\0' || bytes[1] != static_cast<char>(kHashBytes)) {
      return Fail(
          Error::Corruption(fmt::format("an entry bundle is broken at its entry {}: at most 256 are wanted, each "
                                        "of 32 bytes behind their number in two",
                                        hashes.size())));
    }
    hashes.push_back(HashAt(bytes.substr(2)));
    bytes.remove_prefix(kHashBytes + 2);
  }
  return hashes;
}

Result<const std::vector<Hash256>*> TileNodes::Read(TilePlace place) const {
  const auto found = std::ranges::find(kept_, place, &Kept::place);
  if (found != kept_.end()) return &found->hashes;
  const int64_t width = TileWidthIn(place, size_);
  RASTI_TRY(std::vector<Hash256> hashes, tiles_.Tile(place, width));
  if (hashes.size() < static_cast<size_t>(width)) {
    return Fail(Error::Corruption(fmt::format("{} holds {} hashes", TilePath(place, width), hashes.size())));
  }
  if (kept_.size() < kKeptMost) {
    kept_.push_back({place, std::move(hashes)});
    return &kept_.back().hashes;
  }
  Kept& replaced = kept_[next_kept_];
  next_kept_ = (next_kept_ + 1) % kKeptMost;
  replaced = {place, std::move(hashes)};
  return &replaced.hashes;
}

Result<Hash256> TileNodes::Node(int level, int64_t index) const {
  RASTI_CHECK(level >= 0 && index >= 0 && level < 63 && (index + 1) <= (size_ >> level),
              "the subtree lies in the tree");
  // Hashes of the level below that a tile holds.
  const int within = level % kTileHeight;
  const int64_t first = index << within;
  RASTI_TRY(const auto* hashes, Read({level / kTileHeight, first / kTileWidth}));
  return Fold(*hashes, static_cast<size_t>(first % kTileWidth), size_t{1} << within);
}

Result<TreeEdge> TreeEdge::Open(const TileSource& tiles, int64_t size) {
  TreeEdge edge;
  edge.size_ = size;
  for (int level = 0; TileCount(level, size) > 0; ++level) {
    std::vector<Hash256>& hashes = edge.levels_.emplace_back();
    const TilePlace last{level, (size >> (kTileHeight * level)) / kTileWidth};
    const int64_t width = TileWidthIn(last, size);
    if (width == 0) continue;  // the last one is full
    RASTI_TRY(hashes, tiles.Tile(last, width));
    if (hashes.size() < static_cast<size_t>(width)) {
      return Fail(Error::Corruption(fmt::format("{} holds {} hashes", TilePath(last, width), hashes.size())));
    }
    hashes.resize(static_cast<size_t>(width));
  }
  return edge;
}

void TreeEdge::Append(const Hash256& leaf_hash, const OnFull& on_full) {
  Hash256 hash = leaf_hash;
  int64_t index = size_++;
  for (size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back().reserve(kTileWidth);
    std::vector<Hash256>& hashes = levels_[level];
    hashes.push_back(hash);
    if (hashes.size() < static_cast<size_t>(kTileWidth)) return;
    index /= kTileWidth;
    on_full({static_cast<int>(level), index}, hashes);
    hash = Fold(hashes, 0, hashes.size());
    hashes.clear();
  }
}

void TreeEdge::ForEachPartial(const OnFull& visit) const {
  for (size_t level = 0; level < levels_.size(); ++level) {
    if (levels_[level].empty()) continue;
    const int64_t index = (size_ >> (kTileHeight * static_cast<int>(level))) / kTileWidth;
    visit({static_cast<int>(level), index}, levels_[level]);
  }
}

Hash256 TreeEdge::Root() const {
  if (size_ == 0) return EmptyRoot();
  // The complete subtrees that the tree consists of, from the smallest, which is the last, to the largest.
  std::optional<Hash256> root;
  for (const std::vector<Hash256>& hashes : levels_) {
    size_t end = hashes.size();
    for (size_t count = 1; count <= end; count *= 2) {
      if ((hashes.size() & count) == 0) continue;
      end -= count;
      const Hash256 left = Fold(hashes, end, count);
      root = root ? NodeHash(left, *root) : left;
    }
  }
  return *root;
}

}  // namespace rasti::audit
