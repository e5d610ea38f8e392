#include "engine/runtime/tree_projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/audit/checkpoint.h"
#include "engine/audit/event_hash.h"
#include "engine/codec/stored.h"

namespace rasti::runtime {
namespace {

using audit::kTileWidth;
using audit::TilePlace;

constexpr const char* kKept = "kept";

std::string OriginOf(core::PartitionId partition) { return fmt::format("partition {}", partition.value); }

// The hash of an event that stands where it should.
Result<Hash256> HashOf(core::PartitionId partition, core::Sequence expected, const ports::StoredEvent& stored) {
  const auto wrong = [&](const std::string& what) {
    return Fail(Error::Corruption(fmt::format("partition {}, sequence {}: {}", partition.value, expected.value, what)));
  };
  if (stored.partition != partition || stored.sequence != expected) {
    return wrong(fmt::format("the log gave the event {} of partition {} instead: sequences are dense and come once",
                             stored.sequence.value, stored.partition.value));
  }
  const auto parts = codec::ReadStored(stored.value);
  if (!parts) return wrong(parts.error().message);
  const Hash256 hash = audit::EventHash(parts->body);
  if (AsBytes(hash) != parts->hash) return wrong("the event's hash is not that of its body");
  return hash;
}

}  // namespace

Result<TreeHead> ReadKeptHead(const ports::FileStore& files, core::PartitionId partition) {
  const std::string path = TreeFolder(partition) + kKept;
  RASTI_TRY(const auto text, files.Read(path));
  if (!text) return TreeHead{0, audit::EmptyRoot()};
  auto kept = audit::ParseCheckpoint(*text);
  if (!kept || kept->origin != OriginOf(partition)) {
    return Fail(Error::Corruption(path + " does not say what tree is kept there"));
  }
  return TreeHead{kept->size, kept->root};
}

std::string TreeFolder(core::PartitionId partition) { return std::to_string(partition.value) + "/"; }

Result<TreeProjection::Tree> TreeProjection::Open(core::PartitionId partition, const TreeHead& kept) const {
  const std::string folder = TreeFolder(partition);
  const KeptTiles tiles(files_, partition, kept.size);
  Tree tree;
  RASTI_TRY(tree.edge, audit::TreeEdge::Open(tiles, kept.size));
  if (tree.edge.Root() != kept.root) {
    return Fail(Error::Corruption(folder + "tile: the tiles do not give the root that was kept"));
  }
  if (const int64_t width = kept.size % kTileWidth; width > 0) {
    RASTI_TRY(tree.entries, tiles.Entries(kept.size / kTileWidth, width));
    tree.entries.resize(static_cast<size_t>(width));
    tree.partial_folders.insert(audit::EntriesPath(kept.size / kTileWidth, kTileWidth));
  }
  bool entries_fit = true;
  tree.edge.ForEachPartial([&](TilePlace place, const std::vector<Hash256>& hashes) {
    tree.partial_folders.insert(audit::TilePath(place, kTileWidth));
    if (place.level > 0) return;
    const auto leaf_of = [](const Hash256& entry) { return audit::LeafHash(AsBytes(entry)); };
    entries_fit = std::ranges::equal(hashes, tree.entries, {}, {}, leaf_of);
  });
  if (!entries_fit) return Fail(Error::Corruption(folder + "tile/entries: the last bundle is not that of the tree"));
  return tree;
}

Result<TreeProjection::Tree*> TreeProjection::TreeOf(core::PartitionId partition) {
  if (const auto known = trees_.find(partition); known != trees_.end()) return &known->second;
  auto kept = ReadKeptHead(files_, partition);
  auto opened = kept ? Open(partition, *kept) : Result<Tree>(Fail(kept.error()));
  if (!opened) {
    const ErrorCode code = opened.error().code;
    if (code != ErrorCode::kCorruption && code != ErrorCode::kNotFound) return Fail(std::move(opened).error());
    if (options_.on_damage) options_.on_damage(partition, opened.error());
    RASTI_CHECKED(files_.Remove(TreeFolder(partition) + kKept));
    kept = TreeHead{0, audit::EmptyRoot()};
    opened = Tree();
  }
  {
    const std::lock_guard lock(mutex_);
    heads_[partition] = *kept;
  }
  return &trees_.insert_or_assign(partition, *std::move(opened)).first->second;
}

Result<core::Sequence> TreeProjection::NextSequence(core::PartitionId partition) {
  RASTI_TRY(const Tree* const tree, TreeOf(partition));
  return core::Sequence{tree->edge.size()};
}

Status TreeProjection::Project(core::PartitionId partition, std::span<const ports::StoredEvent> events) {
  RASTI_TRY(Tree* const tree, TreeOf(partition));
  // On a copy, so that an error leaves the tree as it was; a tile that was written is written again.
  Tree grown = *tree;
  for (const ports::StoredEvent& stored : events) {
    RASTI_TRY(const Hash256 hash, HashOf(partition, core::Sequence{grown.edge.size()}, stored));
    RASTI_CHECKED(Append(partition, grown, hash));
  }
  *tree = std::move(grown);
  return {};
}

Status TreeProjection::Append(core::PartitionId partition, Tree& tree, const Hash256& event_hash) {
  tree.entries.push_back(event_hash);
  std::vector<std::pair<std::string, std::string>> full;
  tree.edge.Append(audit::LeafHash(AsBytes(event_hash)), [&](TilePlace place, const std::vector<Hash256>& hashes) {
    full.emplace_back(audit::TilePath(place, kTileWidth), audit::EncodeTile(hashes));
  });
  for (const auto& [path, bytes] : full) RASTI_CHECKED(WriteFull(partition, tree, path, bytes));
  if (tree.entries.size() < static_cast<size_t>(kTileWidth)) return {};
  const int64_t bundle = tree.edge.size() / kTileWidth - 1;
  RASTI_CHECKED(WriteFull(partition, tree, audit::EntriesPath(bundle, kTileWidth), audit::EncodeEntries(tree.entries)));
  tree.entries.clear();
  return {};
}

Status TreeProjection::WriteFull(core::PartitionId partition, Tree& tree, const std::string& path,
                                 const std::string& bytes) {
  RASTI_CHECKED(files_.Write(TreeFolder(partition) + path, bytes));
  if (tree.partial_folders.erase(path) == 0) return {};
  return files_.RemoveFolder(TreeFolder(partition) + path + ".p");
}

Status TreeProjection::WriteEdge(core::PartitionId partition, Tree& tree) {
  const auto write = [&](const std::string& full_path, const std::string& path, const std::string& bytes) {
    tree.partial_folders.insert(full_path);
    return files_.Write(TreeFolder(partition) + path, bytes);
  };
  Status status;
  tree.edge.ForEachPartial([&](TilePlace place, const std::vector<Hash256>& hashes) {
    if (!status) return;
    const auto width = static_cast<int64_t>(hashes.size());
    status = write(audit::TilePath(place, kTileWidth), audit::TilePath(place, width), audit::EncodeTile(hashes));
  });
  if (!status || tree.entries.empty()) return status;
  const int64_t bundle = tree.edge.size() / kTileWidth;
  return write(audit::EntriesPath(bundle, kTileWidth),
               audit::EntriesPath(bundle, static_cast<int64_t>(tree.entries.size())),
               audit::EncodeEntries(tree.entries));
}

Status TreeProjection::Flush() {
  std::vector<std::pair<core::PartitionId, TreeHead>> grown;
  for (auto& [partition, tree] : trees_) {
    if (tree.edge.size() == Head(partition).size) continue;
    RASTI_CHECKED(WriteEdge(partition, tree));
    grown.emplace_back(partition, TreeHead{tree.edge.size(), tree.edge.Root()});
  }
  if (grown.empty()) return {};
  for (const auto& [partition, head] : grown) {
    const audit::Checkpoint kept{OriginOf(partition), head.size, head.root, {}};
    RASTI_CHECKED(files_.Write(TreeFolder(partition) + kKept, audit::ToText(kept)));
  }
  RASTI_CHECKED(files_.Sync());
  for (const auto& [partition, head] : grown) {
    // Told again at the next flush where it fails.
    if (options_.on_kept) RASTI_CHECKED(options_.on_kept(partition, head));
    const std::lock_guard lock(mutex_);
    heads_[partition] = head;
  }
  return {};
}

TreeHead TreeProjection::Head(core::PartitionId partition) const {
  const std::lock_guard lock(mutex_);
  const auto known = heads_.find(partition);
  return known == heads_.end() ? TreeHead{0, audit::EmptyRoot()} : known->second;
}

Result<std::string> KeptTiles::Read(const std::string& partial, const std::string& full) const {
  RASTI_TRY(auto bytes, files_.Read(TreeFolder(partition_) + partial));
  if (!bytes && partial != full) {
    RASTI_TRY(bytes, files_.Read(TreeFolder(partition_) + full));
  }
  if (!bytes) return Fail(Error::NotFound(TreeFolder(partition_) + partial + " is not there"));
  return *std::move(bytes);
}

Result<std::vector<Hash256>> KeptTiles::Tile(TilePlace place, int64_t width) const {
  const int64_t kept_width = std::max(width, audit::TileWidthIn(place, kept_size_));
  RASTI_TRY(const std::string bytes, Read(audit::TilePath(place, kept_width), audit::TilePath(place, kTileWidth)));
  auto hashes = audit::DecodeTile(bytes);
  if (!hashes) return Fail(hashes.error().At(TreeFolder(partition_) + audit::TilePath(place, kept_width)));
  return hashes;
}

Result<std::vector<Hash256>> KeptTiles::Entries(int64_t index, int64_t width) const {
  const int64_t kept_width = std::max(width, audit::TileWidthIn({0, index}, kept_size_));
  const std::string path = audit::EntriesPath(index, kept_width);
  RASTI_TRY(const std::string bytes, Read(path, audit::EntriesPath(index, kTileWidth)));
  auto hashes = audit::DecodeEntries(bytes);
  if (!hashes) return Fail(hashes.error().At(TreeFolder(partition_) + path));
  if (hashes->size() < static_cast<size_t>(width)) {
    return Fail(Error::Corruption(fmt::format("{}{} holds {} hashes", TreeFolder(partition_), path, hashes->size())));
  }
  return hashes;
}

}  // namespace rasti::runtime
