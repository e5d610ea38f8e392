// ViewStore: sorted tables of bytes in which state and views are kept. Everything in it can be rebuilt from the log.
//
// A batch is applied as a whole or not at all, across tables, so that a view commits with the position it reflects.
// What was written survives a crash of the process or the machine only after Flush: the log is the truth, and what was
// lost is read from it again.
//
// Threading: reads and snapshots from any thread; one writer at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace rasti::ports {

/// A table's place in the list of names that the store was opened with.
struct Table {
  int index = 0;
};

class WriteBatch {
 public:
  virtual ~WriteBatch() = default;
  virtual void Put(Table table, std::string_view key, std::string_view value) = 0;
  virtual void Delete(Table table, std::string_view key) = 0;
  virtual void Clear() = 0;
  virtual size_t SizeBytes() const = 0;
};

/// Rows of one table in ascending order of key, of one moment.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual void Seek(std::string_view key) = 0;  // the first row with a key >= key
  virtual bool Valid() const = 0;               // false at the end or after an error
  virtual std::string_view key() const = 0;     // until the next move
  virtual std::string_view value() const = 0;
  virtual void Next() = 0;
  virtual Status status() const = 0;
};

/// What a table takes. Rows are an estimate where the store counts none: overwritten and deleted ones may count too.
struct TableUse {
  int64_t rows_about = 0;
  uint64_t disk_bytes = 0;
  uint64_t memory_bytes = 0;  // of what is not on disk yet
};

class ViewReader {
 public:
  virtual ~ViewReader() = default;
  virtual Result<std::optional<std::string>> Get(Table table, std::string_view key) const = 0;
  virtual std::unique_ptr<Cursor> Scan(Table table) const = 0;
};

class ViewStore : public ViewReader {
 public:
  virtual std::unique_ptr<WriteBatch> NewBatch() const = 0;
  virtual Status Write(WriteBatch& batch) = 0;
  /// Makes all that was written durable, all tables at one point.
  virtual Status Flush() = 0;
  /// Has the same done in the background: what was written until now becomes durable soon, without waiting for it.
  /// Where that fails, a later Write or Flush says so.
  virtual Status BeginFlush() = 0;
  /// A view of one moment, for reads that must agree with each other.
  virtual std::unique_ptr<ViewReader> Snapshot() const = 0;
  /// A consistent copy in a new directory (hard links where possible).
  virtual Status Checkpoint(const std::string& directory) = 0;
  /// Bytes in memory (caches, write buffers, indexes) and on disk.
  virtual size_t MemoryBytes() const = 0;
  virtual size_t DiskBytes() const = 0;
  virtual TableUse UseOf(Table table) const = 0;
};

}  // namespace rasti::ports
