// A state store whose writes may be interrupted. Threading: as ports/view_store.h says.
#pragma once

#include <memory>
#include <utility>

#include "engine/ports/view_store.h"
#include "tests/simulation/embedded/background.h"
#include "tests/simulation/embedded/recording_log.h"

namespace rasti::simulation {

class HookedStore final : public ports::ViewStore {
 public:
  /// `background` does what a flush waits for, and outlives the store.
  HookedStore(std::unique_ptr<ports::ViewStore> store, Background& background, CallHook hook)
      : store_(std::move(store)), background_(background), hook_(std::move(hook)) {}

  Result<std::optional<std::string>> Get(ports::Table table, std::string_view key) const override {
    return store_->Get(table, key);
  }
  std::unique_ptr<ports::Cursor> Scan(ports::Table table) const override { return store_->Scan(table); }
  std::unique_ptr<ports::WriteBatch> NewBatch() const override { return store_->NewBatch(); }
  Status Write(ports::WriteBatch& batch) override {
    hook_("Write to a store");
    Status written = store_->Write(batch);
    hook_("Write to a store, done");
    return written;
  }
  Status Flush() override {
    hook_("Flush of a store");
    Status flushed = [&] {
      const Background::Turn turn(background_);
      return store_->Flush();
    }();
    hook_("Flush of a store, done");
    return flushed;
  }
  // What goes on in the background could not be played again: it is waited for here.
  Status BeginFlush() override { return Flush(); }
  std::unique_ptr<ports::ViewReader> Snapshot() const override { return store_->Snapshot(); }
  Status Checkpoint(const std::string& directory) override { return store_->Checkpoint(directory); }
  size_t MemoryBytes() const override { return store_->MemoryBytes(); }
  size_t DiskBytes() const override { return store_->DiskBytes(); }
  ports::TableUse UseOf(ports::Table table) const override { return store_->UseOf(table); }

 private:
  const std::unique_ptr<ports::ViewStore> store_;
  Background& background_;
  const CallHook hook_;
};

}  // namespace rasti::simulation
