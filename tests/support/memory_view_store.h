// A ViewStore in memory for tests, with RocksDB's manners: batches are atomic, snapshots do not move, and what was not
// flushed is lost in a crash.
//
// Threading: as ports/view_store.h says.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/view_store.h"

namespace rasti::test {

class MemoryViewStore : public ports::ViewStore {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;

  explicit MemoryViewStore(size_t table_count);

  Result<std::optional<std::string>> Get(ports::Table table, std::string_view key) const override;
  std::unique_ptr<ports::Cursor> Scan(ports::Table table) const override;
  std::unique_ptr<ports::WriteBatch> NewBatch() const override;
  Status Write(ports::WriteBatch& batch) override;
  Status Flush() override;
  Status BeginFlush() override { return Flush(); }
  std::unique_ptr<ports::ViewReader> Snapshot() const override;
  Status Checkpoint(const std::string& directory) override;
  size_t MemoryBytes() const override;
  size_t DiskBytes() const override { return 0; }
  ports::TableUse UseOf(ports::Table table) const override { return {static_cast<int64_t>(rows(table).size()), 0, 0}; }

  // ---- for tests ----
  /// What a crash leaves: the state at the last Flush.
  void Crash();
  /// What no crash leaves: that state in one table only.
  void CrashTable(size_t table);
  /// As after deleting the directory.
  void Drop();
  /// The next Write fails with this error and writes nothing.
  void FailNextWrite(Error error);
  size_t flushes() const;
  /// A copy of a table's rows.
  Rows rows(ports::Table table) const;

 private:
  // The tables as they are. Whoever gets them keeps them, so each is copied before it changes again.
  std::vector<std::shared_ptr<const Rows>> Share() const;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Rows>> tables_;
  std::vector<std::shared_ptr<Rows>> flushed_;
  mutable std::vector<bool> shared_;  // by table: others hold it
  std::optional<Error> next_write_fails_;
  size_t flushes_ = 0;
};

}  // namespace rasti::test
