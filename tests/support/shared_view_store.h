// A handle on a store that others hold too: for stores that outlive, in a test, the engine that uses them.
// Threading: as ports/view_store.h says.
#pragma once

#include <memory>
#include <utility>

#include "tests/support/memory_view_store.h"

namespace rasti::test {

class SharedViewStore final : public ports::ViewStore {
 public:
  explicit SharedViewStore(std::shared_ptr<MemoryViewStore> store) : store_(std::move(store)) {}
  Result<std::optional<std::string>> Get(ports::Table table, std::string_view key) const override {
    return store_->Get(table, key);
  }
  std::unique_ptr<ports::Cursor> Scan(ports::Table table) const override { return store_->Scan(table); }
  std::unique_ptr<ports::WriteBatch> NewBatch() const override { return store_->NewBatch(); }
  Status Write(ports::WriteBatch& batch) override { return store_->Write(batch); }
  Status Flush() override { return store_->Flush(); }
  Status BeginFlush() override { return store_->BeginFlush(); }
  std::unique_ptr<ports::ViewReader> Snapshot() const override { return store_->Snapshot(); }
  Status Checkpoint(const std::string& directory) override { return store_->Checkpoint(directory); }
  size_t MemoryBytes() const override { return store_->MemoryBytes(); }
  size_t DiskBytes() const override { return store_->DiskBytes(); }
  ports::TableUse UseOf(ports::Table table) const override { return store_->UseOf(table); }

 private:
  std::shared_ptr<MemoryViewStore> store_;
};

}  // namespace rasti::test
