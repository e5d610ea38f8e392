// A snapshot: state stores and views as they were at some sequence of each partition. A new node starts from it and
// replays only what came after.
//
//   DIR/snapshot.json   what is in it: positions, and size and SHA-256 of each file; written last
//   DIR/state/p<N>/     a partition's state store
//   DIR/views/          the read views, of all partitions
//
// It is made under another name and renamed at the end, so that DIR is a whole snapshot or not there. Which log it was
// taken of is told by the hashes of the last events that it reflects: they are in that log, and in no other.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/ports/event_log.h"
#include "engine/ports/view_store.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

inline constexpr int kSnapshotFormat = 1;

/// How far a store is in a partition.
struct SnapshotPosition {
  core::PartitionId partition;
  core::Sequence next;
  core::Sequence reaches;       // what a checkpoint had begun to write; `next` where none was under way
  std::optional<Hash256> last;  // of the event before `reaches`; nothing where there is none
};

/// A store in a snapshot.
struct SnapshotPart {
  std::string folder;  // "state/p0", "views"
  std::vector<SnapshotPosition> positions;
};

struct SnapshotFile {
  std::string path;  // below the snapshot
  uint64_t size = 0;
  std::string sha256;  // 64 hexadecimal digits
};

struct SnapshotManifest {
  Instant made_at;
  int partitions = 0;        // of the log
  std::string topic_prefix;  // of a log on Kafka; empty: the log was in a directory
  std::vector<SnapshotPart> parts;
  std::vector<SnapshotFile> files;

  uint64_t bytes() const;
};

/// Which partitions are to be in a snapshot.
struct SnapshotWish {
  std::vector<core::PartitionId> partitions;  // none named: all of the log
  bool partial = false;                       // of them, those whose stores are there
};

/// Those of the stores at hand that are wished for, by partition. `holder` says in errors whose they are.
/// Errors: kInvalidArgument (the log has no such partition), kNotFound (some are not at hand; what can be done).
Result<std::vector<core::PartitionId>> ChoosePartitions(const SnapshotWish& wish,
                                                        const std::set<core::PartitionId>& at_hand, int partitions,
                                                        const std::string& holder);

/// A store to be copied, under the name of its part.
struct SnapshotSource {
  std::string folder;
  std::weak_ptr<ports::ViewStore> store;
};

/// Copies the stores as they are at this moment, by hard links where that is possible; they may be written meanwhile.
/// A store is held no longer than it takes to link its files (DATA/snapshot.making): reading and copying them may take
/// long, and its partition may move. One at a time over a directory `data`.
/// Errors: kAlreadyExists (something lies at `directory`), kNotFound (a store was closed before it was copied),
/// kNoSpace, kPermission, kIo, those of the log.
Result<SnapshotManifest> WriteSnapshot(const std::string& directory, const std::vector<SnapshotSource>& sources,
                                       const DataPaths& data, const DataMeta& meta, ports::EventLog& log, Instant now);

/// Errors: kNotFound (none is there, or none that was finished), kCorruption, kUnsupportedVersion.
Result<SnapshotManifest> ReadSnapshot(const std::string& directory);

/// Puts the parts of a snapshot where a data directory has none yet, after comparing it with the log and every file
/// with the manifest. What is there already stays as it is. Answers what was done, a line for each part.
/// Errors: those of ReadSnapshot; kInvalidArgument (of another log, or ahead of it), kCorruption (a file is not what
/// was written), kAborted (`stop_asked`, where there is one, said so). Nothing was changed then.
Result<std::vector<std::string>> SeedFromSnapshot(const std::string& snapshot, const DataPaths& paths,
                                                  const DataMeta& meta, ports::EventLog& log, bool with_state,
                                                  const std::function<bool()>& stop_asked);

nlohmann::ordered_json ToJson(const SnapshotManifest& manifest);

}  // namespace rasti::cli
