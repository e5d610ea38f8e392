#include "tests/simulation/embedded/disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "engine/base/check.h"

namespace rasti::simulation {
namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

constexpr uint64_t kMillion = 1'000'000;
constexpr uint64_t kSectorBytes = 512;
constexpr int64_t kSlowMost = 4'000;  // ms

std::string DirectoryOf(const std::string& path) { return fs::path(path).parent_path().string(); }

}  // namespace

// A file that is written. It is closed whatever happened, so that nothing leaks.
class DiskFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  DiskFile(Disk& disk, std::string path, std::shared_ptr<Disk::FileState> state,
           std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)), state_(std::move(state)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return disk_.Call("Append", path_, Disk::Needs::kSpace, data.size(), [&](uint64_t amount) {
      state_->size += amount;
      return target()->Append(Slice(data.data(), amount), options, debug);
    });
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& /*info*/,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    return disk_.Call("Truncate", path_, Disk::Needs::kNothing, 1, [&](uint64_t amount) {
      if (amount == 0) return IOStatus::OK();
      state_->size = size;
      state_->synced = std::min(state_->synced, size);
      return target()->Truncate(size, options, debug);
    });
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return disk_.Call("Sync", path_, Disk::Needs::kNothing, state_->size - state_->synced, [&](uint64_t amount) {
      if (disk_.lies_of_files_) return IOStatus::OK();
      // A sector is written whole or not at all.
      const uint64_t reached = state_->synced + amount;
      const uint64_t whole = reached == state_->size ? reached : reached / kSectorBytes * kSectorBytes;
      state_->synced = std::max(state_->synced, whole);
      return IOStatus::OK();
    });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }
  // What is set aside is no data.
  void PrepareWrite(size_t, size_t, const IOOptions&, IODebugContext*) override {}
  IOStatus Allocate(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  Disk& disk_;
  const std::string path_;
  const std::shared_ptr<Disk::FileState> state_;
};

class DiskDirectory final : public rocksdb::FSDirectory {
 public:
  DiskDirectory(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    const size_t changes = disk_.ChangesOf(path_);
    return disk_.Call("Fsync of the directory", path_, Disk::Needs::kNothing, changes, [&](uint64_t amount) {
      if (!disk_.lies_of_directories_) disk_.SyncDirectory(path_, amount);
      return IOStatus::OK();
    });
  }
  IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return IOStatus::OK(); }

 private:
  Disk& disk_;
  const std::string path_;
};

size_t Disk::ChangesOf(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  return changes_[directory].size();
}

Disk::Disk(std::string root, uint64_t seed, PassTime pass_time)
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      root_(std::move(root)),
      pass_time_(std::move(pass_time)),
      seed_(seed),
      random_(seed) {
  fs::create_directories(root_ + "/kept");
}

void Disk::SetFaults(DiskFaults faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

void Disk::SetFull(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

void Disk::Lie(bool of_files, bool of_directories) {
  lies_of_files_ = of_files;
  lies_of_directories_ = of_directories;
}

void Disk::Die() {
  const std::lock_guard lock(mutex_);
  dead_ = true;
}

std::string Disk::TakeDeathNote() {
  const std::lock_guard lock(mutex_);
  return std::exchange(death_note_, {});
}

IOStatus Disk::Call(std::string_view what, const std::string& path, Needs needs, uint64_t amount,
                    const Perform& perform) {
  const std::lock_guard lock(mutex_);
  const auto dead = [] { return IOStatus::IOError("the simulated process is dead"); };
  if (dead_) return dead();
  ++calls_;
  const bool is_owner = std::this_thread::get_id() == owner_;
  const std::string name = fmt::format("{} of {}", what, fs::path(path).lexically_relative(root_).string());
  Random random(seed_ ^ std::hash<std::string>()(fmt::format("{} {}", name, ++calls_of_[name])));
  const auto strikes = [&](int chance) { return random.Below(kMillion) < static_cast<uint64_t>(chance); };
  if (strikes(faults_.slow) && is_owner) pass_time_(Duration{random.Between(1, kSlowMost)});
  if (needs == Needs::kSpace && full_) {
    refused_ = true;
    IOStatus part = perform(random.Below(amount + 1));
    if (!part.ok()) return part;
    // Told that there is no space, RocksDB tries its background work again until there is, by the machine's clock, and
    // whoever waits for a flush waits as long: then nothing of the run would go on. An error ends it at once.
    return is_owner ? IOStatus::NoSpace("the simulated disk is full") : IOStatus::IOError("the simulated disk is full");
  }
  if (strikes(faults_.errors)) {
    refused_ = true;
    IOStatus part = perform(random.Below(amount + 1));
    return part.ok() ? IOStatus::IOError("the simulated disk has an error") : part;
  }
  if (!strikes(faults_.deaths)) return perform(amount);
  const uint64_t where = random.Below(3);
  const uint64_t done = where == 0 ? 0 : where == 1 ? random.Below(amount + 1) : amount;
  static_cast<void>(perform(done));
  death_note_ = fmt::format("{}, {} of {} done", name, done, amount);
  dead_ = true;
  return dead();
}

// --- files ----------------------------------------------------------------------------------------------------------

IOStatus Disk::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  return Call("NewWritableFile", path, Needs::kSpace, 1, [&](uint64_t amount) {
    if (amount == 0) return IOStatus::OK();
    Change change{Change::Kind::kMade, path, {}, fs::exists(path) ? Keep(path) : std::string()};
    std::unique_ptr<rocksdb::FSWritableFile> made;
    IOStatus status = target()->NewWritableFile(path, options, &made, debug);
    if (!status.ok()) return status;
    changes_[DirectoryOf(path)].push_back(std::move(change));
    auto& state = files_[path];
    state = std::make_shared<FileState>();
    *file = std::make_unique<DiskFile>(*this, path, state, std::move(made));
    return status;
  });
}

IOStatus Disk::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                  std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  return Call("ReopenWritableFile", path, Needs::kNothing, 1, [&](uint64_t amount) {
    if (amount == 0) return IOStatus::OK();
    const bool is_new = !fs::exists(path);
    std::unique_ptr<rocksdb::FSWritableFile> opened;
    IOStatus status = target()->ReopenWritableFile(path, options, &opened, debug);
    if (!status.ok()) return status;
    if (is_new) changes_[DirectoryOf(path)].push_back({Change::Kind::kMade, path, {}, {}});
    auto& state = files_[path];
    if (state == nullptr || is_new) {
      const uint64_t size = fs::file_size(path);
      state = std::make_shared<FileState>(FileState{size, size});
    }
    *file = std::make_unique<DiskFile>(*this, path, state, std::move(opened));
    return status;
  });
}

IOStatus Disk::NewDirectory(const std::string& path, const IOOptions& /*options*/,
                            std::unique_ptr<rocksdb::FSDirectory>* directory, IODebugContext* /*debug*/) {
  const std::string plain = fs::path(path + "/").parent_path().string();
  if (!fs::is_directory(plain)) return IOStatus::PathNotFound(plain);
  *directory = std::make_unique<DiskDirectory>(*this, plain);
  return IOStatus::OK();
}

IOStatus Disk::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                          IODebugContext* debug) {
  return Call("RenameFile", to, Needs::kNothing, 1, [&](uint64_t amount) {
    if (amount == 0) return IOStatus::OK();
    Change change{Change::Kind::kRenamed, to, from, fs::exists(to) ? Keep(to) : std::string()};
    IOStatus status = target()->RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    files_[to] = std::exchange(files_[from], nullptr);
    files_.erase(from);
    if (files_[to] == nullptr) files_.erase(to);
    changes_[DirectoryOf(to)].push_back(std::move(change));
    return status;
  });
}

IOStatus Disk::DeleteFile(const std::string& path, const IOOptions& /*options*/, IODebugContext* /*debug*/) {
  return Call("DeleteFile", path, Needs::kNothing, 1, [&](uint64_t amount) {
    if (amount == 0) return IOStatus::OK();
    if (!fs::exists(path)) return IOStatus::PathNotFound(path);
    Change change{Change::Kind::kDeleted, path, {}, Keep(path)};
    changes_[DirectoryOf(path)].push_back(std::move(change));
    return IOStatus::OK();
  });
}

IOStatus Disk::GetFreeSpace(const std::string& /*path*/, const IOOptions& /*options*/, uint64_t* bytes,
                            IODebugContext* /*debug*/) {
  *bytes = 0;
  return IOStatus::OK();
}

// --- what is not safe -----------------------------------------------------------------------------------------------

// Moved out of the way, with what is known of it.
std::string Disk::Keep(const std::string& path) {
  std::string kept = fmt::format("{}/kept/{}", root_, kept_++);
  fs::rename(path, kept);
  if (const auto found = files_.find(path); found != files_.end()) {
    files_[kept] = found->second;
    files_.erase(path);
  }
  return kept;
}

void Disk::Undo(const Change& change) {
  const auto move = [&](const std::string& from, const std::string& to) {
    fs::rename(from, to);
    if (const auto found = files_.find(from); found != files_.end()) {
      files_[to] = found->second;
      files_.erase(from);
    }
  };
  switch (change.kind) {
    case Change::Kind::kMade:
      fs::remove(change.path);
      files_.erase(change.path);
      break;
    case Change::Kind::kRenamed: move(change.path, change.from); break;
    case Change::Kind::kDeleted: break;
  }
  if (!change.kept.empty()) move(change.kept, change.path);
}

// The first of the changes are safe: nothing of them is undone any more.
void Disk::SyncDirectory(const std::string& directory, size_t changes) {
  auto& all = changes_[directory];
  for (size_t i = 0; i < changes; ++i) {
    if (all[i].kept.empty()) continue;
    fs::remove(all[i].kept);
    files_.erase(all[i].kept);
  }
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(changes));
}

void Disk::LoseTail(const std::string& path, FileState& state) {
  const uint64_t size = fs::file_size(path);
  if (size <= state.synced) return;
  const uint64_t how = random_.Below(10);
  const uint64_t kept = how < 3 ? state.synced : how < 5 ? size : state.synced + random_.Below(size - state.synced + 1);
  fs::resize_file(path, kept);
  if (kept == state.synced || !random_.Percent(30)) return;
  // Its length was written, some of its sectors were not.
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (uint64_t at = state.synced; at < kept;) {
    const uint64_t next = std::min(kept, (at / kSectorBytes + 1) * kSectorBytes);
    if (random_.Percent(50)) {
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(next - at, '\0');
    }
    at = next;
  }
}

void Disk::PowerFails() {
  for (auto& [directory, changes] : changes_) {
    for (uint64_t lost = random_.Below(changes.size() + 1); lost > 0; --lost) {
      Undo(changes.back());
      changes.pop_back();
    }
    SyncDirectory(directory, changes.size());
  }
  for (const auto& [path, state] : files_) {
    if (fs::exists(path)) LoseTail(path, *state);
  }
  files_.clear();
}

void Disk::Revive(bool power_failed) {
  const std::lock_guard lock(mutex_);
  if (power_failed) PowerFails();
  dead_ = false;
  refused_ = false;
}

}  // namespace rasti::simulation
