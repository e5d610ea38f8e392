#include "tests/end_to_end/store_format.h"

#include <gtest/gtest.h>

#include <utility>

#include "engine/store/rocksdb_view_store.h"

namespace rasti::test {

void WriteStoreFormat(const std::string& directory, std::vector<std::string> tables, const std::string& format) {
  constexpr size_t kCacheBytes = 8u << 20;
  auto store = store::OpenRocksDbViewStore({.directory = directory,
                                            .tables = std::move(tables),
                                            .budget = store::StoreBudget::Create(kCacheBytes, kCacheBytes)});
  ASSERT_TRUE(store) << store.error().message;
  const auto batch = (*store)->NewBatch();
  batch->Put(ports::Table{0}, "format", format);
  batch->Put(ports::Table{1}, "of another version", "?");
  ASSERT_TRUE((*store)->Write(*batch));
  ASSERT_TRUE((*store)->Flush());
}

}  // namespace rasti::test
