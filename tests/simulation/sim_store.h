// A state store on a node's disk: as the one in memory, with its process dying or standing still around each write, and
// with flushes of its own accord, as RocksDB makes them when a memtable is full.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "tests/simulation/faults.h"
#include "tests/support/memory_view_store.h"

namespace rasti::simulation {

class SimStore final : public ports::ViewStore {
 public:
  using Interrupt = std::function<void(std::string_view call)>;

  SimStore(std::shared_ptr<test::MemoryViewStore> disk, Faults& faults, Interrupt interrupt)
      : disk_(std::move(disk)), faults_(faults), interrupt_(std::move(interrupt)) {}

  Result<std::optional<std::string>> Get(ports::Table table, std::string_view key) const override {
    return disk_->Get(table, key);
  }
  std::unique_ptr<ports::Cursor> Scan(ports::Table table) const override { return disk_->Scan(table); }
  std::unique_ptr<ports::WriteBatch> NewBatch() const override { return disk_->NewBatch(); }
  Status Write(ports::WriteBatch& batch) override {
    interrupt_("Write to a store");
    RASTI_CHECKED(disk_->Write(batch));
    if (faults_.on() && faults_.random().Percent(30)) RASTI_CHECKED(disk_->Flush());
    interrupt_("Write to a store, done");
    return {};
  }
  Status Flush() override {
    interrupt_("Flush of a store");
    return disk_->Flush();
  }
  // It may be over before anything else happens, or never happen.
  Status BeginFlush() override {
    interrupt_("BeginFlush of a store");
    if (faults_.on() && faults_.random().Percent(30)) return {};
    return disk_->Flush();
  }
  std::unique_ptr<ports::ViewReader> Snapshot() const override { return disk_->Snapshot(); }
  Status Checkpoint(const std::string& directory) override { return disk_->Checkpoint(directory); }
  size_t MemoryBytes() const override { return disk_->MemoryBytes(); }
  size_t DiskBytes() const override { return 0; }
  ports::TableUse UseOf(ports::Table /*table*/) const override { return {}; }

 private:
  std::shared_ptr<test::MemoryViewStore> disk_;
  Faults& faults_;
  Interrupt interrupt_;
};

}  // namespace rasti::simulation
