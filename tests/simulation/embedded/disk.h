// The disk of a simulated machine: a rocksdb::FileSystem over a real directory, which forgets what was not synced.
//
// Each call that writes is a place at which the process may die: before it, in the middle of it (part of the bytes are
// written, or part of what was to be synced is safe), or after it, so that nobody learns how it ended. The process is
// then dead for the disk, nothing is written any more, until the next one starts. When the power fails, every file
// loses some of what was not synced, or has sectors of zeros there, and every directory the last of its changes.
//
// Threading: thread-safe. What befalls a call depends on the seed, the file and how often it was called so before, not
// on what other threads do meanwhile. Only calls of the thread that made the disk are slow.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/base/time.h"
#include "tests/simulation/random.h"

namespace rasti::simulation {

/// How often what happens, in a million calls that write.
struct DiskFaults {
  int deaths = 0;
  int errors = 0;  // EIO: nobody knows how much of it was done
  int slow = 0;
};

class Disk final : public rocksdb::FileSystemWrapper {
 public:
  using PassTime = std::function<void(Duration)>;

  /// What is at `root` now is safe. Only what is below it may be written. `pass_time`: a slow call took so long.
  Disk(std::string root, uint64_t seed, PassTime pass_time);
  const char* Name() const override { return "SimulatedDisk"; }

  void SetFaults(DiskFaults faults);
  void SetFull(bool full);
  /// From now on it says that files, or directories, are safe which are not: to see that the checks notice.
  void Lie(bool of_files, bool of_directories);
  /// The process dies between two calls.
  void Die();
  /// The process died, in a call or between two.
  bool is_dead() const { return dead_; }
  /// A call was refused since the process started, because the disk was full or had an error.
  bool has_refused() const { return refused_; }
  /// Where it died, once; empty where it did not die in a call.
  std::string TakeDeathNote();
  /// Another process may write. REQUIRES: whatever the last one had open is closed.
  void Revive(bool power_failed);
  int64_t calls() const { return calls_; }

  // ---- as RocksDB calls it ----
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  /// None, so that RocksDB does not try by itself, at a time of its own, to go on after it was full.
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, uint64_t* bytes,
                                 rocksdb::IODebugContext* debug) override;

 private:
  friend class DiskFile;
  friend class DiskDirectory;

  struct FileState {
    uint64_t size = 0;
    uint64_t synced = 0;
  };
  /// A change of a directory, with what it takes to undo it.
  struct Change {
    enum class Kind : uint8_t { kMade, kRenamed, kDeleted };
    Kind kind = Kind::kMade;
    std::string path;
    std::string from;  // kRenamed
    std::string kept;  // where what was at `path` before lies; empty where nothing was
  };
  using Perform = std::function<rocksdb::IOStatus(uint64_t amount)>;
  enum class Needs : uint8_t { kNothing, kSpace };

  /// Calls `perform` with the whole amount, or with part of it, or not at all.
  rocksdb::IOStatus Call(std::string_view what, const std::string& path, Needs needs, uint64_t amount,
                         const Perform& perform);
  size_t ChangesOf(const std::string& directory);
  std::string Keep(const std::string& path);
  void Undo(const Change& change);
  void SyncDirectory(const std::string& directory, size_t changes);
  void LoseTail(const std::string& path, FileState& state);
  void PowerFails();

  const std::string root_;
  const PassTime pass_time_;
  const std::thread::id owner_ = std::this_thread::get_id();
  std::mutex mutex_;
  const uint64_t seed_;
  Random random_;
  std::map<std::string, int> calls_of_;  // each kind of call on each file
  DiskFaults faults_;
  bool full_ = false;
  std::atomic<bool> lies_of_files_ = false;
  std::atomic<bool> lies_of_directories_ = false;
  std::atomic<bool> dead_ = false;
  std::atomic<bool> refused_ = false;
  std::atomic<int64_t> calls_ = 0;
  std::string death_note_;
  std::map<std::string, std::shared_ptr<FileState>> files_;  // written since they were last known to be safe
  std::map<std::string, std::vector<Change>> changes_;       // not synced, by directory
  int64_t kept_ = 0;
};

}  // namespace rasti::simulation
