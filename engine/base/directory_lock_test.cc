#include "engine/base/directory_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

namespace rasti {
namespace {

namespace fs = std::filesystem;

class DirectoryLockTest : public ::testing::Test {
 public:
  ~DirectoryLockTest() override { fs::remove_all(directory_); }

 protected:
  DirectoryLockTest() : directory_((fs::temp_directory_path() / "rasti-lock-XXXXXX").string()) {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
  }

  std::string directory_;
};

TEST_F(DirectoryLockTest, IsHeldByOneWriterUntilItIsGivenBack) {
  {
    const auto held = DirectoryLock::Take(directory_, DirectoryLock::Mode::kWriter);
    ASSERT_TRUE(held) << held.error().message;
    const auto second = DirectoryLock::Take(directory_, DirectoryLock::Mode::kWriter);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kInUse);
    EXPECT_EQ(DirectoryLock::Take(directory_, DirectoryLock::Mode::kReader).error().code, ErrorCode::kInUse);
  }
  EXPECT_TRUE(DirectoryLock::Take(directory_, DirectoryLock::Mode::kWriter));
}

// Who opened the file before it was deleted and locked it afterwards would hold a lock beside who made it anew.
TEST_F(DirectoryLockTest, IsHeldByOneWriterWhereHoldersDeleteTheFile) {
  constexpr int kThreads = 4;
  constexpr int kAttempts = 2000;
  std::atomic<int> inside = 0;
  std::atomic<int> together = 0;
  std::atomic<int> taken = 0;
  const auto compete = [&] {
    for (int i = 0; i < kAttempts; ++i) {
      const auto lock = DirectoryLock::Take(directory_, DirectoryLock::Mode::kWriter);
      if (!lock) continue;
      ++taken;
      if (++inside > 1) ++together;
      --inside;
      fs::remove(directory_ + "/LOCK");
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(compete);
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(taken, 0);
  EXPECT_EQ(together, 0);
}

}  // namespace
}  // namespace rasti
