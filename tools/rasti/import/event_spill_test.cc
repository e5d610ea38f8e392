#include "tools/rasti/import/event_spill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::cli {
namespace {

TEST(EventSpillTest, PartsComeBackAsTheyWere) {
  EventSpill spill;
  ASSERT_TRUE(spill.Open());
  for (int64_t i = 0; i < 3000; ++i) {
    EventRow row;
    row.file = static_cast<size_t>(i % 3);
    row.row.line = i;
    row.row.where = "trace 1";
    row.row.raw = "a\nb";
    row.row.fields = {std::to_string(i), "", std::string(static_cast<size_t>(i), 'x')};
    ASSERT_TRUE(spill.Add(static_cast<size_t>(i) % EventSpill::kParts, row));
  }
  int64_t found = 0;
  for (size_t part = 0; part < EventSpill::kParts; ++part) {
    const auto rows = spill.Read(part);
    ASSERT_TRUE(rows);
    int64_t before = -1;
    for (const EventRow& one : *rows) {
      ++found;
      EXPECT_GT(one.row.line, before) << "in the order in which they were added";
      before = one.row.line;
      EXPECT_EQ(one.file, static_cast<size_t>(one.row.line % 3));
      EXPECT_EQ(one.row.where, "trace 1");
      EXPECT_EQ(one.row.raw, "a\nb");
      EXPECT_THAT(one.row.fields, ::testing::ElementsAre(std::to_string(one.row.line), "",
                                                         std::string(static_cast<size_t>(one.row.line), 'x')));
    }
  }
  EXPECT_EQ(found, 3000);
}

TEST(EventSpillTest, APartWithoutRowsIsEmpty) {
  EventSpill spill;
  ASSERT_TRUE(spill.Open());
  const auto rows = spill.Read(5);
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->empty());
}

}  // namespace
}  // namespace rasti::cli
