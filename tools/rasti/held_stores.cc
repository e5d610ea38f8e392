#include "tools/rasti/held_stores.h"

#include <utility>

namespace rasti::cli {
namespace {

class Handle final : public ports::ViewStore {
 public:
  explicit Handle(std::shared_ptr<ports::ViewStore> store) : store_(std::move(store)) {}
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
  const std::shared_ptr<ports::ViewStore> store_;
};

}  // namespace

std::unique_ptr<ports::ViewStore> HeldStores::Hold(core::PartitionId partition,
                                                   std::unique_ptr<ports::ViewStore> store) {
  std::shared_ptr<ports::ViewStore> shared = std::move(store);
  {
    const std::lock_guard lock(mutex_);
    stores_[partition] = shared;
  }
  return std::make_unique<Handle>(std::move(shared));
}

std::map<core::PartitionId, std::shared_ptr<ports::ViewStore>> HeldStores::Held() const {
  const std::lock_guard lock(mutex_);
  std::map<core::PartitionId, std::shared_ptr<ports::ViewStore>> held;
  for (const auto& [partition, store] : stores_) {
    if (auto open = store.lock()) held.emplace(partition, std::move(open));
  }
  return held;
}

}  // namespace rasti::cli
