#include "tools/rasti/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "engine/base/file_hash.h"
#include "engine/runtime/case_store.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tools/rasti/chain_check.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kManifest = "/snapshot.json";
constexpr const char* kViews = "views";
constexpr const char* kMaking = ".making";
// For reading a copy's positions, one after the other.
constexpr size_t kReadCacheBytes = 8u << 20;

Status FromSystem(const std::string& what, const std::error_code& error) {
  if (!error) return {};
  const ErrorCode code = error == std::errc::no_space_on_device  ? ErrorCode::kNoSpace
                         : error == std::errc::permission_denied ? ErrorCode::kPermission
                                                                 : ErrorCode::kIo;
  return Fail(code, fmt::format("{}: {}", what, error.message()));
}

Result<std::unique_ptr<ports::ViewStore>> OpenCopy(const std::string& directory, std::vector<std::string> tables) {
  return store::OpenRocksDbViewStore({.directory = directory,
                                      .tables = std::move(tables),
                                      .budget = store::StoreBudget::Create(kReadCacheBytes, kReadCacheBytes),
                                      .read_only = true});
}

std::optional<core::PartitionId> PartitionIn(const std::string& folder, int partitions) {
  for (int32_t i = 0; i < partitions; ++i) {
    if (folder == fmt::format("state/p{}", i)) return core::PartitionId{i};
  }
  return std::nullopt;
}

// As the copy itself says: the store may have gone on since.
Result<SnapshotPart> PartOf(const std::string& root, const std::string& folder, ports::EventLog& log) {
  SnapshotPart part{folder, {}};
  const std::string directory = root + "/" + folder;
  if (const auto partition = PartitionIn(folder, log.partition_count())) {
    RASTI_TRY(const auto copy, OpenCopy(directory, runtime::CaseStore::Tables()));
    RASTI_TRY(const auto stored, runtime::CaseStore::PositionIn(*copy));
    part.positions.push_back({*partition, stored.position.next_sequence, stored.reaches, std::nullopt});
  } else {
    RASTI_TRY(const auto copy, OpenCopy(directory, views::ViewTables()));
    for (int32_t i = 0; i < log.partition_count(); ++i) {
      RASTI_TRY(const core::Sequence next, views::Views(*copy, log).NextSequence({i}));
      part.positions.push_back({{i}, next, next, std::nullopt});
    }
  }
  for (SnapshotPosition& position : part.positions) {
    RASTI_TRY(position.last, HashBefore(log, position.partition, position.reaches));
  }
  return part;
}

Result<std::vector<SnapshotFile>> FilesBelow(const std::string& root) {
  std::vector<SnapshotFile> files;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(root, error); entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    RASTI_CHECKED(FromSystem(root, error));
    if (!entry->is_regular_file(error)) continue;
    SnapshotFile file;
    file.path = fs::relative(entry->path(), root, error).string();
    file.size = entry->file_size(error);
    RASTI_CHECKED(FromSystem(entry->path().string(), error));
    RASTI_TRY(const Hash256 hash, Sha256OfFile(entry->path().string()));
    file.sha256 = ToHex(AsBytes(hash));
    files.push_back(std::move(file));
  }
  RASTI_CHECKED(FromSystem(root, error));
  std::ranges::sort(files, {}, &SnapshotFile::path);
  return files;
}

Result<SnapshotManifest> FromJson(const nlohmann::json& json, const std::string& path) {
  const auto broken = [&] {
    return Fail(Error::Corruption(fmt::format("{}: not what `rasti snapshot` writes; take another snapshot", path)));
  };
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer()) return broken();
  if (const int format = json["format"].get<int>(); format > kSnapshotFormat) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("{}: a snapshot of format {}, this rasti reads up to {}; use the version that took it, or "
                            "a newer one",
                            path, format, kSnapshotFormat));
  }
  try {
    SnapshotManifest manifest;
    const auto made_at = ParseInstant(json.at("made_at").get<std::string>());
    if (!made_at) return broken();
    manifest.made_at = *made_at;
    manifest.partitions = json.at("log").at("partitions").get<int>();
    manifest.topic_prefix = json.at("log").value("topic_prefix", "");
    for (const auto& one : json.at("parts")) {
      SnapshotPart part{one.at("folder").get<std::string>(), {}};
      for (const auto& at : one.at("positions")) {
        SnapshotPosition position{{at.at("partition").get<int32_t>()},
                                  {at.at("next_sequence").get<int64_t>()},
                                  {at.at("reaches").get<int64_t>()},
                                  std::nullopt};
        const bool in_log = position.partition.value >= 0 && position.partition.value < manifest.partitions;
        if (!in_log || position.next.value < 0 || position.reaches < position.next) return broken();
        if (position.reaches.value > 0) {
          position.last = HashFromHex(at.at("last_event").get<std::string>());
          if (!position.last) return broken();
        }
        part.positions.push_back(position);
      }
      // A name from a file becomes a path.
      if (part.folder != kViews && !PartitionIn(part.folder, manifest.partitions)) return broken();
      manifest.parts.push_back(std::move(part));
    }
    for (const auto& one : json.at("files")) {
      SnapshotFile file{one.at("path").get<std::string>(), one.at("size").get<uint64_t>(),
                        one.at("sha256").get<std::string>()};
      if (file.path.find("..") != std::string::npos || file.path.starts_with('/')) return broken();
      manifest.files.push_back(std::move(file));
    }
    return manifest;
  } catch (const std::exception&) {
    return broken();
  }
}

Status CheckAgainstLog(const SnapshotManifest& manifest, const std::string& snapshot, const DataMeta& meta,
                       ports::EventLog& log) {
  const std::string prefix = meta.kafka ? meta.kafka->topic_prefix : "";
  const auto other = [&](const std::string& why) {
    return Fail(Error::Invalid(fmt::format("{}: a snapshot of another log: {}", snapshot, why)));
  };
  const auto name = [](const std::string& topics) {
    return topics.empty() ? std::string("in a directory") : fmt::format("in topics '{}*'", topics);
  };
  if (manifest.topic_prefix != prefix) {
    return other(fmt::format("that one is {}, this one {}", name(manifest.topic_prefix), name(prefix)));
  }
  if (manifest.partitions != log.partition_count()) {
    return other(fmt::format("that one has {} partitions, this one {}", manifest.partitions, log.partition_count()));
  }
  for (const SnapshotPart& part : manifest.parts) {
    for (const SnapshotPosition& position : part.positions) {
      RASTI_TRY(const core::Sequence end, log.EndSequence(position.partition));
      if (position.reaches > end) {
        return Fail(Error::Invalid(
            fmt::format("{}: {} holds partition {} up to sequence {}, but the log ends with {}: the snapshot "
                        "is ahead of it. Restore the log first, or start without the snapshot",
                        snapshot, part.folder, position.partition.value, position.reaches.value - 1, end.value - 1)));
      }
      RASTI_TRY(const auto there, HashBefore(log, position.partition, position.reaches));
      if (there != position.last) {
        return other(fmt::format("sequence {} of partition {} is another event there", position.reaches.value - 1,
                                 position.partition.value));
      }
    }
  }
  return {};
}

// All of them before any is read: after this they may close.
Status LinkStores(const std::vector<SnapshotSource>& sources, const std::string& staging) {
  std::error_code error;
  fs::remove_all(staging, error);
  RASTI_CHECKED(FromSystem(staging, error));
  fs::create_directories(staging + "/state", error);
  RASTI_CHECKED(FromSystem(fmt::format("cannot make {}", staging), error));
  fs::permissions(staging, fs::perms::owner_all, error);
  for (const SnapshotSource& source : sources) {
    const auto store = source.store.lock();
    if (store == nullptr) {
      return Fail(Error::NotFound(
          fmt::format("{}: its store was closed meanwhile, as when the partition moved; try again", source.folder)));
    }
    RASTI_CHECKED(store->Checkpoint(staging + "/" + source.folder));
  }
  return {};
}

// By its name, or where that is another file system by what is in it.
Status MoveFolder(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error != std::errc::cross_device_link) return FromSystem(fmt::format("cannot move {} to {}", from, to), error);
  fs::copy(from, to, fs::copy_options::recursive, error);
  RASTI_CHECKED(FromSystem(fmt::format("cannot copy {} to {}", from, to), error));
  for (const auto& entry : fs::directory_iterator(to, error)) RASTI_CHECKED(SyncFile(entry.path().string()));
  RASTI_CHECKED(FromSystem(to, error));
  return SyncDirectory(to);
}

// RocksDB never changes a table file, so both may have it; everything else is copied.
Status PutFile(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  RASTI_CHECKED(FromSystem(to.parent_path().string(), error));
  if (from.extension() == ".sst") {
    fs::create_hard_link(from, to, error);
    if (!error) return {};
  }
  fs::copy_file(from, to, error);
  return FromSystem(fmt::format("cannot copy {} to {}", from.string(), to.string()), error);
}

Status PutPart(const SnapshotManifest& manifest, const std::string& snapshot, const std::string& folder,
               const std::string& target, const std::function<bool()>& stop_asked) {
  const std::string making = target + kMaking;
  std::error_code error;
  fs::remove_all(making, error);
  RASTI_CHECKED(FromSystem(making, error));
  for (const SnapshotFile& file : manifest.files) {
    if (!file.path.starts_with(folder + "/")) continue;
    if (stop_asked && stop_asked()) return Fail(ErrorCode::kAborted, "it was told to stop");
    const std::string from = snapshot + "/" + file.path;
    const std::string to = making + file.path.substr(folder.size());
    if (!fs::exists(from, error)) {
      return Fail(Error::Corruption(fmt::format("{}: it is missing; take another snapshot", from)));
    }
    RASTI_CHECKED(PutFile(from, to));
    RASTI_TRY(const Hash256 hash, Sha256OfFile(to));
    if (fs::file_size(to, error) != file.size || ToHex(AsBytes(hash)) != file.sha256) {
      return Fail(Error::Corruption(
          fmt::format("{}: not what was written (size or SHA-256 differ); take another snapshot", from)));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<core::PartitionId>> ChoosePartitions(const SnapshotWish& wish,
                                                        const std::set<core::PartitionId>& at_hand, int partitions,
                                                        const std::string& holder) {
  std::set<core::PartitionId> wanted(wish.partitions.begin(), wish.partitions.end());
  for (int32_t i = 0; wish.partitions.empty() && i < partitions; ++i) wanted.insert({i});
  std::vector<core::PartitionId> chosen;
  std::vector<int32_t> missing;
  for (const core::PartitionId partition : wanted) {
    if (partition.value < 0 || partition.value >= partitions) {
      return Fail(Error::Invalid(
          fmt::format("partition {}: the log has {} of them, 0 to {}", partition.value, partitions, partitions - 1)));
    }
    if (at_hand.contains(partition)) {
      chosen.push_back(partition);
    } else {
      missing.push_back(partition.value);
    }
  }
  if (missing.empty() || wish.partial) return chosen;
  std::vector<int32_t> there;
  for (const core::PartitionId partition : at_hand) there.push_back(partition.value);
  return Fail(Error::NotFound(fmt::format(
      "{} has no store of partition {} ({}): take the snapshot where all are, as on a node that runs with --standby, "
      "name the partitions that are wanted (--partitions), or take what is there (--partial)",
      holder, fmt::join(missing, ", "),
      there.empty() ? "of none of them" : fmt::format("only of {}", fmt::join(there, ", ")))));
}

uint64_t SnapshotManifest::bytes() const {
  return std::accumulate(files.begin(), files.end(), uint64_t{0},
                         [](uint64_t sum, const SnapshotFile& file) { return sum + file.size; });
}

nlohmann::ordered_json ToJson(const SnapshotManifest& manifest) {
  nlohmann::ordered_json log{{"kind", manifest.topic_prefix.empty() ? "directory" : "kafka"}};
  if (!manifest.topic_prefix.empty()) log["topic_prefix"] = manifest.topic_prefix;
  log["partitions"] = manifest.partitions;
  auto parts = nlohmann::ordered_json::array();
  for (const SnapshotPart& part : manifest.parts) {
    auto positions = nlohmann::ordered_json::array();
    for (const SnapshotPosition& position : part.positions) {
      nlohmann::ordered_json at{{"partition", position.partition.value},
                                {"next_sequence", position.next.value},
                                {"reaches", position.reaches.value}};
      if (position.last) at["last_event"] = ToHex(AsBytes(*position.last));
      positions.push_back(std::move(at));
    }
    parts.push_back({{"folder", part.folder}, {"positions", std::move(positions)}});
  }
  auto files = nlohmann::ordered_json::array();
  for (const SnapshotFile& file : manifest.files) {
    files.push_back({{"path", file.path}, {"size", file.size}, {"sha256", file.sha256}});
  }
  return {{"format", kSnapshotFormat},
          {"made_at", FormatInstant(manifest.made_at)},
          {"log", std::move(log)},
          {"parts", std::move(parts)},
          {"files", std::move(files)}};
}

Result<SnapshotManifest> WriteSnapshot(const std::string& directory, const std::vector<SnapshotSource>& sources,
                                       const DataPaths& data, const DataMeta& meta, ports::EventLog& log, Instant now) {
  std::error_code error;
  if (fs::exists(directory, error)) {
    return Fail(ErrorCode::kAlreadyExists,
                fmt::format("{}: something lies there; name a directory that does not exist", directory));
  }
  const std::string making = directory + kMaking;
  // A snapshot that was cut short left it.
  fs::remove_all(making, error);
  RASTI_CHECKED(FromSystem(making, error));
  fs::create_directories(making + "/state", error);
  RASTI_CHECKED(FromSystem(fmt::format("cannot make {}", making), error));
  // It holds what the data directory holds.
  fs::permissions(making, fs::perms::owner_all, error);

  SnapshotManifest manifest;
  manifest.made_at = now;
  manifest.partitions = log.partition_count();
  if (meta.kafka) manifest.topic_prefix = meta.kafka->topic_prefix;
  // Beside the stores: links do not reach another file system. No snapshot is made under this name.
  const std::string staging = data.root + "/.snapshot-links";
  Status linked = LinkStores(sources, staging);
  for (size_t i = 0; linked && i < sources.size(); ++i) {
    linked = MoveFolder(staging + "/" + sources[i].folder, making + "/" + sources[i].folder);
  }
  fs::remove_all(staging, error);
  if (!linked) {
    fs::remove_all(making, error);
    return Fail(linked.error());
  }
  for (const SnapshotSource& source : sources) {
    RASTI_TRY(SnapshotPart part, PartOf(making, source.folder, log));
    manifest.parts.push_back(std::move(part));
  }
  RASTI_TRY(manifest.files, FilesBelow(making));
  RASTI_CHECKED(WriteFileDurably(making + kManifest, ToJson(manifest).dump(2) + "\n"));
  fs::rename(making, directory, error);
  RASTI_CHECKED(FromSystem(directory, error));
  RASTI_CHECKED(SyncDirectory(fs::path(directory).parent_path().string()));
  return manifest;
}

Result<SnapshotManifest> ReadSnapshot(const std::string& directory) {
  const std::string path = directory + kManifest;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return Fail(Error::NotFound(fmt::format("{}: no snapshot, or one that was never finished", directory)));
  }
  RASTI_TRY(const std::string text, ReadFile(path, size_t{256} << 20));
  return FromJson(nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false), path);
}

Result<std::vector<std::string>> SeedFromSnapshot(const std::string& snapshot, const DataPaths& paths,
                                                  const DataMeta& meta, ports::EventLog& log, bool with_state,
                                                  const std::function<bool()>& stop_asked) {
  RASTI_TRY(const SnapshotManifest manifest, ReadSnapshot(snapshot));
  RASTI_CHECKED(CheckAgainstLog(manifest, snapshot, meta, log));
  std::vector<std::string> done;
  std::vector<std::string> targets;
  std::error_code error;
  for (const SnapshotPart& part : manifest.parts) {
    if (part.folder != kViews && !with_state) continue;
    const std::string name = paths.root + "/" + part.folder;
    const std::string target = part.folder == kViews ? paths.views() : name;
    if (fs::exists(target, error)) {
      done.push_back(fmt::format("{}: there already, not taken from the snapshot", name));
      continue;
    }
    if (Status put = PutPart(manifest, snapshot, part.folder, target, stop_asked); !put) {
      fs::remove_all(target + kMaking, error);
      for (const std::string& other : targets) fs::remove_all(other + kMaking, error);
      fs::remove(paths.view_home(), error);  // where it was made for this
      return Fail(put.error());
    }
    targets.push_back(target);
    int64_t events = 0;
    for (const SnapshotPosition& position : part.positions) events += position.next.value;
    done.push_back(
        fmt::format("{}: taken from the snapshot of {}, {} events", name, FormatInstant(manifest.made_at), events));
  }
  // Everything was looked at before anything counts.
  for (const std::string& target : targets) {
    fs::remove(target, error);  // a link to views that are not there
    fs::rename(target + kMaking, target, error);
    RASTI_CHECKED(FromSystem(target, error));
  }
  return done;
}

}  // namespace rasti::cli
