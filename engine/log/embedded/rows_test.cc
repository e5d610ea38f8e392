#include "engine/log/embedded/rows.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/log/embedded/crc32c.h"

namespace rasti::log::embedded {
namespace {

TEST(Crc32cTest, IsTheOneOfRfc3720) {
  EXPECT_EQ(Crc32c({"123456789"}), 0xe3069283U);
  EXPECT_EQ(Crc32c({std::string(32, '\0')}), 0x8a9136aaU);
  EXPECT_EQ(Crc32c({std::string(32, '\xff')}), 0x62a8ab43U);
  EXPECT_EQ(Crc32c({}), 0U);
}

TEST(Crc32cTest, DoesNotDependOnHowTheBytesAreCut) {
  EXPECT_TRUE(rc::check([](const std::string& a, const std::string& b) {
    RC_ASSERT(Crc32c({a, b}) == Crc32c({a + b}));
  }));
}

TEST(RowKeyTest, SortsAsItsNumbersDo) {
  EXPECT_TRUE(rc::check([] {
    const core::PartitionId a{*rc::gen::inRange(0, 1'024)};
    const core::PartitionId b{*rc::gen::inRange(0, 1'024)};
    const auto m = *rc::gen::inRange<int64_t>(0, INT64_MAX);
    const auto n = *rc::gen::inRange<int64_t>(0, INT64_MAX);
    RC_ASSERT((RowKey(a, m).view() < RowKey(b, n).view()) == (std::pair(a, m) < std::pair(b, n)));
    RC_ASSERT(ParsePartitionRow(RowKey(a, m).view()) == std::optional(std::pair(a, m)));
    RC_ASSERT(ParseNumberRow(RowKey(n).view()) == n);
  }));
}

TEST(RowTest, AnEventComesBackAndNoFlippedBitPasses) {
  EXPECT_TRUE(rc::check([](const std::string& key, const std::string& value, int64_t commands, int64_t follow_ups) {
    RowWriter writer;
    const RowKey row_key({3}, 17);
    const ports::EventOut event{
        .partition = {3}, .sequence = {17}, .key = key, .value = value, .input = {commands, follow_ups}, .headers = {}};
    std::string row(WriteEvent(writer, row_key, event));
    const auto read = ReadEvent({3}, {17}, row_key.view(), row);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->key == key && read->value == value && read->input == event.input);
    // A row under another key is as bad as a changed one.
    RC_ASSERT(!ReadEvent({3}, {18}, RowKey({3}, 18).view(), row));

    const auto byte = *rc::gen::inRange<size_t>(0, row.size());
    row[byte] = static_cast<char>(row[byte] ^ 1 << *rc::gen::inRange(0, 8));
    RC_ASSERT(!ReadEvent({3}, {17}, row_key.view(), row));
    RC_ASSERT(!ReadEvent({3}, {17}, row_key.view(), std::string_view(row).substr(0, byte)));
  }));
}

}  // namespace
}  // namespace rasti::log::embedded
