// Taking over what a node had that was killed, with a standby of all partitions and without; how fast lost stores are
// built again, and how soon a node that was stopped is back. Two nodes over a real broker on the same machine: the
// victim is a process of its own.
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "engine/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"
#include "tests/support/kafka_broker.h"

extern char** environ;

namespace rasti::bench {
namespace {

using Steady = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int kPartitions = 4;
constexpr int kThreads = 2;
constexpr char kNodeArgument[] = "--takeover-node";
constexpr std::chrono::minutes kLong{60};
// The bound: max(session, transaction + clean-up) + 2 s.
constexpr double kTakeoverMost = 13.0;
constexpr double kRestartMost = 5.0;
constexpr double kRebuildLeast = 120'000;

template <class T>
T Must(Result<T> result) {
  RASTI_CHECK(result.has_value(), result ? "" : result.error().message.c_str());
  return *std::move(result);
}
void Must(const Status& status) { RASTI_CHECK(status.has_value(), status ? "" : status.error().message.c_str()); }

double Since(Steady::time_point then) { return std::chrono::duration<double>(Steady::now() - then).count(); }

log::KafkaLogOptions OptionsOf(const std::string& brokers, const std::string& node) {
  log::KafkaLogOptions options;
  options.brokers = brokers;
  options.topic_prefix = "takeover.";
  options.group = "takeover";
  options.node = node;
  // Whoever asks waits for a take-over, or a rebuild.
  options.answer_timeout = kLong;
  return options;
}

// How much each partition's store lacked, and how long it took.
class Recoveries {
 public:
  void Note(core::PartitionId partition, int64_t events, Duration took) {
    const std::lock_guard lock(mutex_);
    found_[partition] = {events, took};
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    found_.clear();
  }
  int64_t events() const {
    const std::lock_guard lock(mutex_);
    int64_t sum = 0;
    for (const auto& [partition, one] : found_) sum += one.first;
    return sum;
  }

 private:
  mutable std::mutex mutex_;
  std::map<core::PartitionId, std::pair<int64_t, Duration>> found_;
};

EngineUnderTest::Options NodeOptions(const log::KafkaLogOptions& kafka, const fs::path& directory, bool standby,
                                     Recoveries* recoveries) {
  EngineUnderTest::Options options;
  options.threads = kThreads;
  options.kafka = kafka;
  options.keep_in = directory;
  options.standby = standby;
  if (recoveries != nullptr) {
    options.on_recovered = [recoveries](core::PartitionId partition, int64_t events, Duration took) {
      recoveries->Note(partition, events, took);
    };
  }
  return options;
}

// A node in a process of its own.
class Victim {
 public:
  Victim(const std::string& brokers, const fs::path& directory) {
    std::array<int, 2> ends{};
    RASTI_CHECK(pipe(ends.data()) == 0, "a pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::string self = fs::read_symlink("/proc/self/exe").string();
    std::string argument = kNodeArgument;
    std::string at = brokers;
    std::string where = directory.string();
    std::array<char*, 5> arguments{self.data(), argument.data(), at.data(), where.data(), nullptr};
    RASTI_CHECK(posix_spawn(&pid_, self.c_str(), &actions, nullptr, arguments.data(), environ) == 0, "a process");
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    char ready = 0;
    RASTI_CHECK(read(ends[0], &ready, 1) == 1, "the node is ready");
    close(ends[0]);
  }
  ~Victim() {
    if (pid_ > 0) End(SIGKILL);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  void End(int signal) {
    kill(pid_, signal);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
};

// Submissions of new cases, one in each partition; how long after `since` the last of them was answered.
class Probe {
 public:
  double SecondsUntilAllAnswer(EngineUnderTest& node, Steady::time_point since) {
    std::mutex mutex;
    std::condition_variable changed;
    std::set<int32_t> waiting;
    double last = 0;
    std::vector<core::Command> commands;
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      waiting.insert(partition);
      core::Command command;
      do {
        command = SubmitCommand(-++count_);
      } while (ports::PartitionOf(command.case_id.uuid.AsBytes(), kPartitions).value != partition);
      commands.push_back(std::move(command));
    }
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      node.Submit(commands[static_cast<size_t>(partition)], [&, partition](bool accepted) {
        const std::lock_guard lock(mutex);
        RASTI_CHECK(accepted, "a new case is accepted");
        std::fprintf(stderr, "takeover: partition %d answered after %.2f s\n", partition, Since(since));
        waiting.erase(partition);
        last = Since(since);
        changed.notify_all();
      });
    }
    std::unique_lock lock(mutex);
    RASTI_CHECK(changed.wait_for(lock, kLong, [&] { return waiting.empty(); }), "every partition answers");
    return last;
  }

 private:
  int64_t count_ = 0;
};

void AwaitStandby(EngineUnderTest& node) {
  const auto began = Steady::now();
  for (;;) {
    size_t kept = 0;
    for (const auto& [partition, next] : node.standby_positions()) {
      if (next == Must(node.log().EndSequence(partition))) ++kept;
    }
    if (kept == kPartitions / 2) return;
    RASTI_CHECK(Since(began) < 3600, "the standby keeps up");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void AwaitIdle(EngineUnderTest& node) { RASTI_CHECK(node.engine().WaitUntilIdle(kLong), "the node settles"); }

void Run() {
  const std::string brokers = Must(test::KafkaBroker::Instance())->bootstrap();
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 1'000'000);
  const fs::path directory = BenchDirectory() / fmt::format("rasti-bench-takeover-{}", getpid());
  fs::create_directories(directory);
  Must(log::KafkaEventLog::CreateTopics(OptionsOf(brokers, "any"), kPartitions, 1));
  const auto options = OptionsOf(brokers, "survivor");
  Probe probe;
  Recoveries recoveries;
  {
    Victim victim(brokers, directory / "victim");
    EngineUnderTest survivor(NodeOptions(options, directory / "survivor", true, &recoveries));
    AwaitIdle(survivor);
    survivor.RunClosedLoop(1024, cases, SubmitCommand);
    std::fprintf(stderr, "takeover: %lld cases are in\n", static_cast<long long>(cases));
    AwaitIdle(survivor);
    AwaitStandby(survivor);
    recoveries.Clear();
    victim.End(SIGKILL);
    const double with = probe.SecondsUntilAllAnswer(survivor, Steady::now());
    Print({"takeover.with_standby", with, "s", std::nullopt, kTakeoverMost, false});
    Print({"takeover.events_replayed_with_standby", static_cast<double>(recoveries.events()), "events", std::nullopt,
           std::nullopt});
  }
  {
    // The victim comes back with its store; the other one is a new node, which has none.
    Victim victim(brokers, directory / "victim");
    fs::remove_all(directory / "survivor");
    recoveries.Clear();
    EngineUnderTest survivor(NodeOptions(options, directory / "survivor", false, &recoveries));
    const auto began = Steady::now();
    probe.SecondsUntilAllAnswer(survivor, began);
    AwaitIdle(survivor);
    std::fprintf(stderr, "takeover: a new node built its stores from %lld events\n",
                 static_cast<long long>(recoveries.events()));
    recoveries.Clear();
    victim.End(SIGKILL);
    const auto killed = Steady::now();
    const double without = probe.SecondsUntilAllAnswer(survivor, killed);
    Print({"takeover.without_standby", without, "s", std::nullopt, std::nullopt, false});
  }
  {
    // Everything from nothing, by one thread: both cores are there for it and the broker.
    fs::remove_all(directory / "survivor");
    recoveries.Clear();
    auto alone = NodeOptions(options, directory / "survivor", false, &recoveries);
    alone.threads = 1;
    const auto began = Steady::now();
    {
      EngineUnderTest node(alone);
      AwaitIdle(node);
      const double seconds = Since(began);
      Print({"takeover.rebuild", static_cast<double>(recoveries.events()) / seconds, "events/s/core", std::nullopt,
             kRebuildLeast});
      node.Stop();
    }
    // The same node again, with its store.
    const auto again = Steady::now();
    EngineUnderTest node(alone);
    Print({"takeover.restart", probe.SecondsUntilAllAnswer(node, again), "s", std::nullopt, kRestartMost, false});
  }
  std::error_code ignored;
  fs::remove_all(directory, ignored);
}

}  // namespace

int RunTakeoverNode(int argc, char** argv) {
  if (argc != 4 || std::strcmp(argv[1], kNodeArgument) != 0) return -1;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  EngineUnderTest node(NodeOptions(OptionsOf(argv[2], "victim"), argv[3], false, nullptr));
  RASTI_CHECK(node.engine().WaitUntilIdle(kLong), "the node settles");
  RASTI_CHECK(write(STDOUT_FILENO, "r", 1) == 1, "somebody waits for it");
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

std::vector<Benchmark> TakeoverBenchmarks() {
  return {{"takeover", "a killed node's partitions, with a standby and without; rebuilding; restarting", Run}};
}

}  // namespace rasti::bench
