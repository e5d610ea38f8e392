#include "tests/support/memory_view_store.h"

#include <utility>

#include "engine/base/check.h"

namespace rasti::test {
namespace {

using Rows = MemoryViewStore::Rows;

class MemoryBatch : public ports::WriteBatch {
 public:
  struct Change {
    size_t table;
    std::string key;
    std::optional<std::string> value;  // none: deleted
  };

  void Put(ports::Table table, std::string_view key, std::string_view value) override {
    bytes_ += key.size() + value.size();
    changes_.push_back({static_cast<size_t>(table.index), std::string(key), std::string(value)});
  }
  void Delete(ports::Table table, std::string_view key) override {
    bytes_ += key.size();
    changes_.push_back({static_cast<size_t>(table.index), std::string(key), std::nullopt});
  }
  void Clear() override {
    changes_.clear();
    bytes_ = 0;
  }
  size_t SizeBytes() const override { return bytes_; }
  const std::vector<Change>& changes() const { return changes_; }

 private:
  std::vector<Change> changes_;
  size_t bytes_ = 0;
};

class MemoryCursor : public ports::Cursor {
 public:
  explicit MemoryCursor(std::shared_ptr<const Rows> rows) : rows_(std::move(rows)), at_(rows_->end()) {}

  void Seek(std::string_view key) override { at_ = rows_->lower_bound(key); }
  bool Valid() const override { return at_ != rows_->end(); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  void Next() override { ++at_; }
  Status status() const override { return {}; }

 private:
  std::shared_ptr<const Rows> rows_;
  Rows::const_iterator at_;
};

Result<std::optional<std::string>> GetFrom(const Rows& rows, std::string_view key) {
  const auto found = rows.find(key);
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

class MemorySnapshot : public ports::ViewReader {
 public:
  explicit MemorySnapshot(std::vector<std::shared_ptr<const Rows>> tables) : tables_(std::move(tables)) {}

  Result<std::optional<std::string>> Get(ports::Table table, std::string_view key) const override {
    return GetFrom(*tables_.at(static_cast<size_t>(table.index)), key);
  }
  std::unique_ptr<ports::Cursor> Scan(ports::Table table) const override {
    return std::make_unique<MemoryCursor>(tables_.at(static_cast<size_t>(table.index)));
  }

 private:
  std::vector<std::shared_ptr<const Rows>> tables_;
};

}  // namespace

MemoryViewStore::MemoryViewStore(size_t table_count) {
  for (size_t i = 0; i < table_count; ++i) tables_.push_back(std::make_shared<Rows>());
  flushed_ = tables_;
  shared_.assign(tables_.size(), true);
}

std::vector<std::shared_ptr<const Rows>> MemoryViewStore::Share() const {
  const std::scoped_lock lock(mutex_);
  shared_.assign(tables_.size(), true);
  return {tables_.begin(), tables_.end()};
}

Result<std::optional<std::string>> MemoryViewStore::Get(ports::Table table, std::string_view key) const {
  const std::scoped_lock lock(mutex_);
  return GetFrom(*tables_.at(static_cast<size_t>(table.index)), key);
}

std::unique_ptr<ports::Cursor> MemoryViewStore::Scan(ports::Table table) const {
  return MemorySnapshot(Share()).Scan(table);
}

std::unique_ptr<ports::WriteBatch> MemoryViewStore::NewBatch() const { return std::make_unique<MemoryBatch>(); }

Status MemoryViewStore::Write(ports::WriteBatch& batch) {
  const auto* memory_batch = dynamic_cast<const MemoryBatch*>(&batch);
  RASTI_CHECK(memory_batch != nullptr, "a batch is written to the store that made it");
  const std::scoped_lock lock(mutex_);
  if (next_write_fails_) return Fail(*std::exchange(next_write_fails_, std::nullopt));
  std::vector<std::shared_ptr<Rows>> own(tables_.size());
  for (const MemoryBatch::Change& change : memory_batch->changes()) {
    std::shared_ptr<Rows>& rows = own.at(change.table);
    if (rows == nullptr) {
      rows = shared_[change.table] ? std::make_shared<Rows>(*tables_[change.table]) : tables_[change.table];
      shared_[change.table] = false;
    }
    if (change.value) {
      rows->insert_or_assign(change.key, *change.value);
    } else {
      rows->erase(change.key);
    }
  }
  for (size_t i = 0; i < own.size(); ++i) {
    if (own[i] != nullptr) tables_[i] = std::move(own[i]);
  }
  return {};
}

Status MemoryViewStore::Flush() {
  const std::scoped_lock lock(mutex_);
  flushed_ = tables_;
  shared_.assign(tables_.size(), true);
  ++flushes_;
  return {};
}

std::unique_ptr<ports::ViewReader> MemoryViewStore::Snapshot() const {
  return std::make_unique<MemorySnapshot>(Share());
}

Status MemoryViewStore::Checkpoint(const std::string& directory) {
  return Fail(Error::Invalid(directory + ": a store in memory has no files"));
}

size_t MemoryViewStore::MemoryBytes() const {
  size_t bytes = 0;
  for (const auto& rows : Share()) {
    for (const auto& [key, value] : *rows) bytes += key.size() + value.size();
  }
  return bytes;
}

void MemoryViewStore::Crash() {
  const std::scoped_lock lock(mutex_);
  tables_ = flushed_;
  shared_.assign(tables_.size(), true);
}

void MemoryViewStore::CrashTable(size_t table) {
  const std::scoped_lock lock(mutex_);
  tables_.at(table) = flushed_.at(table);
  flushed_ = tables_;
  shared_.assign(tables_.size(), true);
}

void MemoryViewStore::Drop() {
  const std::scoped_lock lock(mutex_);
  for (auto& rows : tables_) rows = std::make_shared<Rows>();
  flushed_ = tables_;
  shared_.assign(tables_.size(), true);
}

void MemoryViewStore::FailNextWrite(Error error) {
  const std::scoped_lock lock(mutex_);
  next_write_fails_ = std::move(error);
}

size_t MemoryViewStore::flushes() const {
  const std::scoped_lock lock(mutex_);
  return flushes_;
}

MemoryViewStore::Rows MemoryViewStore::rows(ports::Table table) const {
  return *Share().at(static_cast<size_t>(table.index));
}

}  // namespace rasti::test
