// What an embedded log answers when it cannot do what it is asked: a full disk, a newer format, another holder.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/conformance/event_log_steps.h"
#include "tests/conformance/temporary_directory.h"
#include "tests/integration/log_sample.h"

namespace rasti::integration {
namespace {

const ports::SystemClock kClock;

std::string LogIn(const TemporaryDirectory& root) { return root / "log"; }

// A limit of this process, while it lives.
class Limit {
 public:
  Limit(__rlimit_resource resource, rlim_t value) : resource_(resource) {
    EXPECT_EQ(::getrlimit(resource_, &before_), 0);
    const rlimit limit{.rlim_cur = value, .rlim_max = before_.rlim_max};
    EXPECT_EQ(::setrlimit(resource_, &limit), 0);
  }
  ~Limit() { ::setrlimit(resource_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  const __rlimit_resource resource_;
  rlimit before_{};
};

// No file grows beyond so many bytes: the nearest thing to a full disk without a disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : ignored_(std::signal(SIGXFSZ, SIG_IGN)), limit_(RLIMIT_FSIZE, bytes) {}
  ~FileSizeLimit() { std::signal(SIGXFSZ, ignored_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*ignored_)(int);
  const Limit limit_;
};

// A kill between the flush of a recovery and the deletion of the write-ahead log that it flushed.
TEST(LogFailuresTest, AWriteAheadLogThatWasFlushedButNotDeletedIsNoLoss) {
  namespace fs = std::filesystem;
  const TemporaryDirectory root;
  RASTI_ASSERT_OK(log::EmbeddedEventLog::Create(LogIn(root), 1));
  {
    auto log = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
    RASTI_ASSERT_OK(log);
    conformance::Listener listener;
    auto stream = (*log)->OpenStream(listener);
    conformance::Settle({stream->get()}, {&listener}, 1);
    RASTI_ASSERT_OK((*stream)->Begin());
    RASTI_ASSERT_OK((*stream)->Append(conformance::Event({0}, 0, "asks")));
    for (int i = 0; i < 3; ++i) RASTI_ASSERT_OK((*stream)->Append(ports::FollowUpOut{"key", "follow-up"}));
    RASTI_ASSERT_OK((*stream)->Commit({}));
    const auto records = conformance::PollFor(**stream, 3);
    ASSERT_EQ(records.size(), 3u);
    // What was written is consumed before it ever came into a sorted file: both cancel each other there.
    RASTI_ASSERT_OK((*stream)->Begin());
    RASTI_ASSERT_OK((*stream)->Append(conformance::Event({0}, 1, "answers")));
    RASTI_ASSERT_OK((*stream)->Commit(conformance::Behind(**stream, records)));
    fs::copy(LogIn(root), root / "killed", fs::copy_options::recursive);
    RASTI_ASSERT_OK((*stream)->Close());
  }
  fs::copy(root / "killed", root / "log_files", fs::copy_options::recursive);
  ASSERT_FALSE(Inspect(root / "killed", 1).error);
  for (const std::string& wal : FilesOf(root / "log_files", "", ".log")) {
    fs::copy_file(wal, root / ("killed/db/" + fs::path(wal).filename().string()), fs::copy_options::skip_existing);
  }
  const Findings findings = Inspect(root / "killed", 1);
  ASSERT_FALSE(findings.error) << findings.Text();
  EXPECT_EQ(findings.events[0], (std::vector<std::string>{"asks", "answers"}));
}

TEST(LogFailuresTest, AFullDiskStopsTheLogAndLosesNothing) {
  const TemporaryDirectory root;
  RASTI_ASSERT_OK(log::EmbeddedEventLog::Create(LogIn(root), 1));
  const std::string value(10'000, 'v');
  int64_t written = 0;
  {
    auto log = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
    RASTI_ASSERT_OK(log);
    conformance::Listener listener;
    auto stream = (*log)->OpenStream(listener);
    conformance::Settle({stream->get()}, {&listener}, 1);
    conformance::Answers answers;
    RASTI_ASSERT_OK((*log)->Submit("key", "command", answers.Expect("command")));

    const FileSizeLimit limit(200'000);
    Status committed;
    for (; committed && written < 100; ++written) {
      RASTI_ASSERT_OK((*stream)->Begin());
      RASTI_ASSERT_OK((*stream)->Append(conformance::Event({0}, written, value)));
      committed = (*stream)->Commit({});
    }
    --written;  // the last one failed
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, ErrorCode::kNoSpace) << committed.error().message;
    // Readers see nothing of it, and nothing may follow it.
    EXPECT_EQ((*log)->EndSequence({0})->value, written);
    RASTI_ASSERT_OK((*stream)->Begin());
    EXPECT_EQ((*stream)->Commit({}).error().code, ErrorCode::kNoSpace);
    EXPECT_EQ((*log)->Publish("key", "value").error().code, ErrorCode::kNoSpace);
    RASTI_EXPECT_OK((*stream)->Close());
    RASTI_EXPECT_OK((*log)->Close());
    EXPECT_EQ(answers.Of("command")->error().code, ErrorCode::kUnavailable);
  }
  EXPECT_GT(written, 5);
  const Findings findings = Inspect(LogIn(root), 1);
  ASSERT_FALSE(findings.error) << findings.Text();
  ASSERT_EQ(findings.events[0].size(), static_cast<size_t>(written));
  EXPECT_EQ(findings.events[0].back(), value);
}

TEST(LogFailuresTest, ALogOfMoreFilesThanMayBeOpenIsWrittenAndRead) {
  const TemporaryDirectory root(FastTemporaryRoot());
  constexpr rlim_t kOpenMost = 700;
  const Limit limit(RLIMIT_NOFILE, kOpenMost);
  const SampleOptions options{
      .partitions = 800, .batches = 12, .value_bytes = 2'000, .write_buffer_bytes = 1u << 20, .close = true};
  const Sample sample = MakeSample(LogIn(root), options);
  const auto files = [&] { return FilesOf(LogIn(root), "", ".sst"); };
  {
    // They are made when what was written is merged, which a Close cuts short. That has come to its end, and they are
    // part of the log, when the largest file of what was merged is gone.
    const auto written = files();
    const std::string largest = *std::ranges::max_element(written, {}, SizeOf);
    const auto log = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
    RASTI_ASSERT_OK(log);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (written.size() <= kOpenMost && std::filesystem::exists(largest) &&
           std::chrono::steady_clock::now() < until) {
      RASTI_ASSERT_OK((*log)->VerifyAll({}));
    }
  }
  ASSERT_GT(files().size(), kOpenMost);
  const Findings findings = Inspect(LogIn(root), options.partitions);
  EXPECT_FALSE(findings.error) << findings.Text();
  EXPECT_EQ(findings.events, sample.events);

  // One that is missing is told of when the log is opened, although it would be opened long after.
  const std::string missing = files().front();
  std::filesystem::remove(missing);
  const Findings torn = Inspect(LogIn(root), options.partitions);
  ASSERT_TRUE(torn.error);
  EXPECT_EQ(torn.error->code, ErrorCode::kCorruption) << torn.Text();
  EXPECT_NE(torn.error->message.find(std::filesystem::path(missing).filename()), std::string::npos) << torn.Text();
}

TEST(LogFailuresTest, ALogHasOneHolderAndNamesIt) {
  const TemporaryDirectory root;
  RASTI_ASSERT_OK(log::EmbeddedEventLog::Create(LogIn(root), 1));
  auto first = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
  RASTI_ASSERT_OK(first);
  for (const bool read_only : {false, true}) {
    const auto second = log::EmbeddedEventLog::Open({.directory = LogIn(root), .read_only = read_only}, kClock);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kInUse);
    EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos)
        << second.error().message;
  }
  RASTI_ASSERT_OK((*first)->Close());
  RASTI_EXPECT_OK(log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock));
}

TEST(LogFailuresTest, ReadersShareALogAndChangeNothing) {
  const TemporaryDirectory root;
  const Sample sample = MakeSample(LogIn(root), {.partitions = 1});
  const std::string wal = WalOf(LogIn(root));
  std::filesystem::resize_file(wal, SizeOf(wal) - 3);
  const uint64_t torn = SizeOf(wal);
  auto a = log::EmbeddedEventLog::Open({.directory = LogIn(root), .read_only = true}, kClock);
  auto b = log::EmbeddedEventLog::Open({.directory = LogIn(root), .read_only = true}, kClock);
  RASTI_ASSERT_OK(a);
  RASTI_ASSERT_OK(b);
  EXPECT_EQ(conformance::ReadAll(**a, {0}), sample.events_before_last_batch[0]);
  ASSERT_FALSE((*a)->recovery_notes().empty());
  EXPECT_EQ((*a)->recovery_notes().front().file, wal);
  EXPECT_EQ((*a)->Publish("key", "value").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ((*a)->Submit("key", "value", {}).error().code, ErrorCode::kUnavailable);
  conformance::Listener listener;
  EXPECT_FALSE((*a)->OpenStream(listener));
  const auto writer = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kInUse);
  RASTI_EXPECT_OK((*a)->Close());
  RASTI_EXPECT_OK((*b)->Close());
  EXPECT_EQ(SizeOf(wal), torn);
}

TEST(LogFailuresTest, ANewerFormatIsRefused) {
  const TemporaryDirectory root;
  RASTI_ASSERT_OK(log::EmbeddedEventLog::Create(LogIn(root), 1));
  std::ofstream(LogIn(root) + "/FORMAT") << "rasti embedded log, format 7\n";
  const auto opened = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupportedVersion);
  EXPECT_NE(opened.error().message.find("format 7"), std::string::npos) << opened.error().message;
  EXPECT_NE(opened.error().message.find("newer"), std::string::npos) << opened.error().message;
}

TEST(LogFailuresTest, CreateAndOpenKnowWhatIsThere) {
  const TemporaryDirectory root;
  EXPECT_EQ(log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(log::EmbeddedEventLog::Create(LogIn(root), 0).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(log::EmbeddedEventLog::Create(LogIn(root), 1'025).error().code, ErrorCode::kInvalidArgument);
  RASTI_ASSERT_OK(log::EmbeddedEventLog::Create(LogIn(root), 3));
  EXPECT_EQ(log::EmbeddedEventLog::Create(LogIn(root), 3).error().code, ErrorCode::kAlreadyExists);
  const auto opened = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
  RASTI_ASSERT_OK(opened);
  EXPECT_EQ((*opened)->partition_count(), 3);
  RASTI_ASSERT_OK((*opened)->Close());
  std::filesystem::remove(LogIn(root) + "/FORMAT");
  EXPECT_EQ(log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock).error().code, ErrorCode::kCorruption);
}

TEST(LogFailuresTest, AClosedLogAnswersEveryone) {
  const TemporaryDirectory root;
  RASTI_ASSERT_OK(log::EmbeddedEventLog::Create(LogIn(root), 1));
  auto opened = log::EmbeddedEventLog::Open({.directory = LogIn(root), .queue_most = 2}, kClock);
  RASTI_ASSERT_OK(opened);
  log::EmbeddedEventLog& log = **opened;
  conformance::Answers answers;
  RASTI_ASSERT_OK(log.Submit("key", "a", answers.Expect("a")));
  RASTI_ASSERT_OK(log.Submit("key", "b", answers.Expect("b")));
  EXPECT_EQ(log.Submit("key", "c", answers.Expect("c")).error().code, ErrorCode::kUnavailable);

  conformance::Listener listener;
  auto stream = log.OpenStream(listener);
  auto reader = log.OpenReader({0}, {0});
  RASTI_ASSERT_OK(log.Close());
  for (const std::string name : {"a", "b"}) EXPECT_EQ(answers.Of(name)->error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(answers.count(), 2U);
  EXPECT_EQ((*stream)->Poll(1, conformance::kDeadline).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ((*reader)->Read(1, conformance::kDeadline).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(log.Submit("key", "d", {}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(log.Publish("key", "value").error().code, ErrorCode::kUnavailable);
  RASTI_EXPECT_OK((*stream)->Close());
  RASTI_EXPECT_OK(log.Close());
}

TEST(LogFailuresTest, TheOutboxIsTrimmedAndItsPositionsGoOn) {
  const TemporaryDirectory root;
  MakeSample(LogIn(root), {.partitions = 1, .batches = 4});
  auto opened = log::EmbeddedEventLog::Open({.directory = LogIn(root)}, kClock);
  RASTI_ASSERT_OK(opened);
  RASTI_ASSERT_OK((*opened)->TrimOutbox(2));
  EXPECT_EQ((*opened)->ReadOutbox(0, 10)->size(), 2U);
  EXPECT_EQ((*opened)->ReadOutbox(0, 10)->front().position, 2);
  RASTI_ASSERT_OK((*opened)->TrimOutbox(100));
  const auto left = (*opened)->ReadOutbox(0, 10);
  RASTI_ASSERT_OK(left);
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().position, 3);
}

}  // namespace
}  // namespace rasti::integration
