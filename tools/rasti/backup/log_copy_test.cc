#include "tools/rasti/backup/log_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(LogCopyTest, IsRefusedWhereBrokersKeepTheLogAndSaysWhatToDoInstead) {
  std::string root = (fs::temp_directory_path() / "rasti-copy-XXXXXX").string();
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  DataMeta meta;
  meta.kafka = KafkaPlace{
      .brokers = "broker-1:9092", .topic_prefix = "rasti", .group = "rasti", .node = "one", .settings_file = ""};
  const auto copy = LogCopy::Make(DataPaths(root), meta, std::chrono::milliseconds(0));
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(copy.error().message,
              AllOf(HasSubstr(root), HasSubstr("the brokers broker-1:9092"), HasSubstr("deploy/README.md")));
  EXPECT_TRUE(fs::is_empty(root));
  fs::remove_all(root);
}

}  // namespace
}  // namespace rasti::cli
