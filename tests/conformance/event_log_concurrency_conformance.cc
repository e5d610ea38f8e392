// Three streams and several submitters at once, with streams that come and go, aborts and rewinds.
//
// Every command gives one event, and every third one a follow-up, which gives one event too. However the threads run,
// each command must have exactly one event and one answer, and each follow-up exactly one event.
#include <random>
#include <thread>

#include "tests/conformance/event_log_conformance.h"

namespace rasti::conformance {
namespace {

constexpr int kSubmitters = 2;
constexpr int kCommandsEach = 600;
constexpr int kCommands = kSubmitters * kCommandsEach;
constexpr int kPartitionsOfRun = 4;
// How long a stream without work stays where joining takes a while.
constexpr std::chrono::seconds kStay{3};

bool HasFollowUp(const std::string& command) { return std::stoi(command.substr(command.find('-') + 1)) % 3 == 0; }

class Worker {
 public:
  Worker(ports::EventLog& log, Listener::Shared* shared, bool is_remote, uint32_t seed)
      : log_(log), listener_(shared), is_remote_(is_remote), random_(seed) {}

  // Until `done`; the stream is closed and opened again now and then.
  void Run(const std::atomic<bool>& done) {
    while (!done) {
      auto stream = log_.OpenStream(listener_);
      RASTI_ASSERT_OK(stream);
      int rounds = 20 + static_cast<int>(random_() % 40);
      // Where joining takes longer than some rounds, those with work count.
      const auto until = std::chrono::steady_clock::now() + kStay;
      while (rounds > 0 && !done && (!is_remote_ || std::chrono::steady_clock::now() < until)) {
        bool worked = false;
        Round(**stream, worked);
        if (testing::Test::HasFatalFailure()) return;
        if (worked || !is_remote_) --rounds;
      }
      RASTI_ASSERT_OK((*stream)->Close());
    }
  }

 private:
  void Round(ports::LogStream& stream, bool& worked) {
    const auto records = stream.Poll(1 + random_() % 40, Duration{5});
    RASTI_ASSERT_OK(records);
    worked = !records->empty();
    if (!worked) return;
    RASTI_ASSERT_OK(stream.Begin());
    std::map<PartitionId, int64_t> sequences;
    for (const InputRecord& record : *records) {
      EXPECT_TRUE(listener_.owned().contains(record.partition));
      if (!sequences.contains(record.partition))
        sequences[record.partition] = log_.EndSequence(record.partition)->value;
      RASTI_ASSERT_OK(stream.Append(Event(record.partition, sequences[record.partition]++, record.value)));
      if (record.input == ports::Input::kFollowUps) continue;
      RASTI_ASSERT_OK(stream.Append(ResultFor(record, "done " + record.value)));
      if (!HasFollowUp(record.value)) continue;
      const PartitionId target{static_cast<int32_t>(random_() % kPartitionsOfRun)};
      RASTI_ASSERT_OK(
          stream.Append(ports::FollowUpOut{.key = KeyIn(target, kPartitionsOfRun), .value = "after " + record.value}));
    }
    if (random_() % 5 != 0) {
      const auto committed = stream.Commit(Behind(stream, *records));
      if (committed) return;
      ASSERT_TRUE(is_remote_) << committed.error().message;
      ASSERT_EQ(committed.error().code, ErrorCode::kAborted) << committed.error().message;
    } else {
      RASTI_ASSERT_OK(stream.Abort());
    }
    for (const auto& [partition, positions] : sequences) {
      RASTI_ASSERT_OK(stream.Rewind(partition, *stream.Committed(partition)));
    }
  }

  ports::EventLog& log_;
  Listener listener_;
  const bool is_remote_;
  std::mt19937 random_;
};

}  // namespace

TEST_P(EventLogConformance, ThreeStreamsAndSubmittersLoseAndRepeatNothing) {
  std::atomic<bool> done = false;
  Listener::Shared shared;
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 3; ++i) {
    const bool is_remote = fixture().is_remote();
    threads.emplace_back(
        [&, i, is_remote] { Worker(log(), is_remote ? nullptr : &shared, is_remote, 17 + i).Run(done); });
  }
  for (int s = 0; s < kSubmitters; ++s) {
    threads.emplace_back([&, s] {
      std::mt19937 random(static_cast<uint32_t>(s));
      for (int i = 0; i < kCommandsEach; ++i) {
        Submit({static_cast<int32_t>(random() % kPartitions)}, std::to_string(s) + "-" + std::to_string(i));
      }
    });
  }
  const auto events = [&] {
    int64_t sum = 0;
    for (int p = 0; p < kPartitions; ++p) sum += log().EndSequence({p})->value;
    return sum;
  };
  const int follow_ups = kCommands / 3;
  const auto deadline = std::chrono::steady_clock::now() + 6 * kDeadline;
  while (events() < kCommands + follow_ups && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  AwaitAnswers(kCommands);
  done = true;
  for (std::thread& thread : threads) thread.join();

  std::map<std::string, int> seen;
  for (int p = 0; p < kPartitions; ++p) {
    for (const std::string& value : ReadAll(log(), {p})) ++seen[value];
  }
  EXPECT_EQ(seen.size(), kCommands + follow_ups);
  for (const auto& [value, times] : seen) EXPECT_EQ(times, 1) << value;
  for (int s = 0; s < kSubmitters; ++s) {
    for (int i = 0; i < kCommandsEach; ++i) {
      const std::string name = std::to_string(s) + "-" + std::to_string(i);
      EXPECT_EQ(answers_.Of(name)->value(), "done " + name);
    }
  }
  EXPECT_EQ(answers_.repeats(), 0);
}

}  // namespace rasti::conformance
