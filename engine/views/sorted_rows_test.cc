#include "engine/views/sorted_rows.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::views {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Noted : public ports::WriteBatch {
 public:
  void Put(ports::Table table, std::string_view key, std::string_view value) override {
    rows_.push_back(fmt::format("{} {}={}", table.index, key, value));
  }
  void Delete(ports::Table table, std::string_view key) override {
    rows_.push_back(fmt::format("{} {} goes", table.index, key));
  }
  void Clear() override { rows_.clear(); }
  size_t SizeBytes() const override { return rows_.size(); }

  const std::vector<std::string>& rows() const { return rows_; }

 private:
  std::vector<std::string> rows_;
};

constexpr ports::Table kFirst{1};
constexpr ports::Table kSecond{2};

TEST(SortedRowsTest, GoByTableAndKey) {
  SortedRows rows;
  rows.Put(kSecond, "a", "1");
  rows.Put(kFirst, "c", "");
  rows.Delete(kFirst, "b");
  rows.Put(kFirst, "\xff", "2");
  rows.Put(kFirst, "", "3");
  Noted batch;
  rows.MoveTo(batch);
  EXPECT_THAT(batch.rows(), ElementsAre("1 =3", "1 b goes", "1 c=", "1 \xff=2", "2 a=1"));
}

TEST(SortedRowsTest, TheLastWordOnAKeyStaysTheLast) {
  SortedRows rows;
  rows.Put(kFirst, "b", "1");
  rows.Delete(kFirst, "b");
  rows.Put(kFirst, "a", "1");
  rows.Put(kFirst, "b", "2");
  Noted batch;
  rows.MoveTo(batch);
  EXPECT_THAT(batch.rows(), ElementsAre("1 a=1", "1 b=1", "1 b goes", "1 b=2"));
}

TEST(SortedRowsTest, AreHandedOverOnce) {
  SortedRows rows;
  rows.Put(kFirst, "a", "1");
  Noted batch;
  rows.MoveTo(batch);
  batch.Clear();
  rows.MoveTo(batch);
  EXPECT_THAT(batch.rows(), IsEmpty());

  rows.Put(kFirst, "a", "1");
  rows.Clear();
  rows.Put(kFirst, "b", "2");
  rows.MoveTo(batch);
  EXPECT_THAT(batch.rows(), ElementsAre("1 b=2"));
}

}  // namespace
}  // namespace rasti::views
