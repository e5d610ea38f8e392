// Keeps the Merkle trees of the partitions: a projection that takes each event's hash as the next leaf, and writes full
// tiles when they are, those of the right edge whenever it is flushed.
//
// Files, of partition 3 (engine/audit/tiles.h; what stands below "3/" is what C2SP tlog-tiles serves):
//   3/kept               the tree up to which its tiles are there, as the text of a checkpoint that nobody signed
//   3/tile/0/...         tiles, 3/tile/entries/... the events' hashes; ".p/17" at the end of one that is not full
// All of it can be made again of the log: what a crash or anybody else left of it that does not give the root that was
// kept is made again from the first event on.
//
// Ownership: the store outlives it. Threading: one thread drives it; Head from any.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/audit/tiles.h"
#include "engine/ports/file_store.h"
#include "engine/ports/projection.h"

namespace rasti::runtime {

/// A partition's tree, of which all tiles are kept.
struct TreeHead {
  int64_t size = 0;
  Hash256 root{};
  bool operator==(const TreeHead&) const = default;
};

struct TreeOptions {
  /// Told at a flush of each tree that grew, and that its tiles are there. An error ends the flush with it.
  std::function<Status(core::PartitionId, const TreeHead&)> on_kept = {};
  /// Told why a tree is made again from its first leaf on.
  std::function<void(core::PartitionId, const Error&)> on_damage = {};
};

class TreeProjection : public ports::Projection {
 public:
  explicit TreeProjection(ports::FileStore& files, TreeOptions options = {})
      : files_(files), options_(std::move(options)) {}

  Result<core::Sequence> NextSequence(core::PartitionId partition) override;
  /// kCorruption also where a record's hash is not that of its body; chains are not looked at.
  Status Project(core::PartitionId partition, std::span<const ports::StoredEvent> events) override;
  Status Flush() override;
  Status BeginFlush() override { return Flush(); }

  /// As of the last flush, or of the last one before the start; of a tree that nobody asked for yet, no leaves.
  TreeHead Head(core::PartitionId partition) const;

 private:
  struct Tree {
    audit::TreeEdge edge;
    std::vector<Hash256> entries;           // of the last bundle, while it is not full
    std::set<std::string> partial_folders;  // of tiles that are not full yet, some of whose beginnings were written
  };

  Result<Tree*> TreeOf(core::PartitionId partition);
  Result<Tree> Open(core::PartitionId partition, const TreeHead& kept) const;
  Status Append(core::PartitionId partition, Tree& tree, const Hash256& event_hash);
  Status WriteFull(core::PartitionId partition, Tree& tree, const std::string& path, const std::string& bytes);
  Status WriteEdge(core::PartitionId partition, Tree& tree);

  ports::FileStore& files_;
  const TreeOptions options_;
  std::map<core::PartitionId, Tree> trees_;

  mutable std::mutex mutex_;  // guards heads_
  std::map<core::PartitionId, TreeHead> heads_;
};

/// The tiles of a partition as TreeProjection keeps them. One thread.
class KeptTiles : public audit::TileSource {
 public:
  /// `kept_size` of a head: the tree may have grown since.
  KeptTiles(const ports::FileStore& files, core::PartitionId partition, int64_t kept_size)
      : files_(files), partition_(partition), kept_size_(kept_size) {}
  /// REQUIRES: the kept tree has that many hashes there. Errors: kNotFound names the file; those of the store.
  Result<std::vector<Hash256>> Tile(audit::TilePlace place, int64_t width) const override;
  /// The hashes of the events of a bundle, likewise.
  Result<std::vector<Hash256>> Entries(int64_t index, int64_t width) const;

 private:
  /// Of the file for the width that the tile has in the kept tree, or the full one.
  Result<std::string> Read(const std::string& partial, const std::string& full) const;

  const ports::FileStore& files_;
  const core::PartitionId partition_;
  const int64_t kept_size_;
};

/// What is kept of a partition's tree; no leaves where nothing is. Errors: kCorruption: the file does not say it; those
/// of the store.
Result<TreeHead> ReadKeptHead(const ports::FileStore& files, core::PartitionId partition);

/// "3/": stands before the paths of partition 3.
std::string TreeFolder(core::PartitionId partition);

}  // namespace rasti::runtime
