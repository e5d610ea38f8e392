#include "tests/bench/node_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "engine/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr char kNodeArgument[] = "--bench-node";
constexpr std::chrono::milliseconds kAskAgain{20};
constexpr double kPatienceSeconds = 3600;
// What the process is told, a letter each.
constexpr char kReport = 'r';
constexpr char kReportStandby = 'k';
constexpr char kStop = 's';
constexpr char kRetire = 'g';

double Since(Steady::time_point then) { return std::chrono::duration<double>(Steady::now() - then).count(); }

double ThreadCpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

// What a node's stream threads tell of its partitions.
class Partitions {
 public:
  void Assigned() {
    const std::lock_guard lock(mutex_);
    if (began_ != Steady::time_point()) return;
    began_ = Steady::now();
    cpu_before_ = CpuSeconds();
    stream_cpu_before_ = ThreadCpuSeconds();
  }
  void Recovered(core::PartitionId partition, int64_t events) {
    const std::lock_guard lock(mutex_);
    owned_.insert(partition);
    report_.replayed += events;
    report_.recovered_after = Since(began_);
    report_.recovered_cpu = CpuSeconds() - cpu_before_;
    report_.stream_cpu = ThreadCpuSeconds() - stream_cpu_before_;
  }
  void Released(core::PartitionId partition) {
    const std::lock_guard lock(mutex_);
    owned_.erase(partition);
  }
  NodeProcess::Report report() const {
    const std::lock_guard lock(mutex_);
    NodeProcess::Report report = report_;
    report.owned = static_cast<int>(owned_.size());
    return report;
  }

 private:
  mutable std::mutex mutex_;
  std::set<core::PartitionId> owned_;
  Steady::time_point began_{};
  double cpu_before_ = 0;
  double stream_cpu_before_ = 0;
  NodeProcess::Report report_;
};

int KeptUp(EngineUnderTest& node) {
  int kept = 0;
  for (const auto& [partition, next] : node.standby_positions()) {
    if (next == Must(node.log().EndSequence(partition))) ++kept;
  }
  return kept;
}

void Answer(const NodeProcess::Report& report) {
  const std::string line = fmt::format("{} {} {} {} {} {}\n", report.owned, report.kept, report.replayed,
                                       report.recovered_after, report.recovered_cpu, report.stream_cpu);
  RASTI_CHECK(write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()),
              "somebody waits for the answer");
}

}  // namespace

log::KafkaLogOptions NodesLog(const std::string& brokers, const std::string& log, const std::string& node) {
  log::KafkaLogOptions options;
  options.brokers = brokers;
  options.topic_prefix = log + ".";
  options.group = log;
  options.node = node;
  options.answer_timeout = std::chrono::minutes(60);
  return options;
}

double CpuSecondsOf(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  // The fields behind the name, which may hold anything; utime and stime are the 14th and 15th of all.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

NodeProcess::NodeProcess(const Options& options) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  // Closed in whatever else this process starts.
  RASTI_CHECK(pipe2(to.data(), O_CLOEXEC) == 0 && pipe2(from.data(), O_CLOEXEC) == 0, "pipes");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::array<std::string, 7> words{kNodeArgument,
                                   options.brokers,
                                   options.log,
                                   options.name,
                                   options.directory.string(),
                                   std::to_string(options.threads),
                                   options.standby ? "standby" : "alone"};
  std::array<char*, words.size() + 2> arguments{self.data()};
  for (size_t i = 0; i < words.size(); ++i) arguments[i + 1] = words[i].data();
  RASTI_CHECK(posix_spawn(&pid_, self.c_str(), &actions, nullptr, arguments.data(), environ) == 0, "a process");
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  to_ = to[1];
  from_ = from[0];
  Ask();
}

NodeProcess::~NodeProcess() { Kill(); }

void NodeProcess::Tell(char what) const { RASTI_CHECK(write(to_, &what, 1) == 1, "the node listens"); }

NodeProcess::Report NodeProcess::Ask() { return Ask(kReport); }

NodeProcess::Report NodeProcess::Ask(char what) {
  Tell(what);
  std::string line;
  for (char next = 0; next != '\n'; line += next) RASTI_CHECK(read(from_, &next, 1) == 1, "the node answers");
  Report report;
  std::istringstream words(line);
  words >> report.owned >> report.kept >> report.replayed >> report.recovered_after >> report.recovered_cpu >>
      report.stream_cpu;
  return report;
}

NodeProcess::Report NodeProcess::AwaitOwned(int partitions) {
  for (const auto began = Steady::now();; std::this_thread::sleep_for(kAskAgain)) {
    const Report report = Ask();
    if (report.owned == partitions) return report;
    RASTI_CHECK(Since(began) < kPatienceSeconds, "the node gets its partitions");
  }
}

NodeProcess::Report NodeProcess::AwaitKept(int partitions) {
  for (const auto began = Steady::now();; std::this_thread::sleep_for(kAskAgain)) {
    const Report report = Ask(kReportStandby);
    if (report.kept == partitions) return report;
    RASTI_CHECK(Since(began) < kPatienceSeconds, "the standby keeps up");
  }
}

void NodeProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  End();
}

void NodeProcess::Stop() {
  Tell(kStop);
  End();
}

void NodeProcess::Retire() {
  Tell(kRetire);
  End();
}

void NodeProcess::End() {
  waitpid(pid_, nullptr, 0);
  close(to_);
  close(from_);
  pid_ = -1;
}

size_t NodeProcess::Memory(const char* line) const {
  std::ifstream file(fmt::format("/proc/{}/status", pid_));
  std::string word;
  size_t kilobytes = 0;
  while (file >> word) {
    if (word == line && file >> kilobytes) return kilobytes << 10;
  }
  return 0;
}

int RunBenchNode(int argc, char** argv) {
  if (argc != 8 || std::strcmp(argv[1], kNodeArgument) != 0) return -1;
  Partitions partitions;
  EngineUnderTest::Options options;
  options.kafka = NodesLog(argv[2], argv[3], argv[4]);
  options.keep_in = argv[5];
  options.threads = std::stoi(argv[6]);
  options.standby = std::strcmp(argv[7], "standby") == 0;
  options.on_assigned = [&](core::PartitionId) { partitions.Assigned(); };
  options.on_recovered = [&](core::PartitionId partition, int64_t events, Duration) {
    partitions.Recovered(partition, events);
  };
  options.on_released = [&](core::PartitionId partition, bool) { partitions.Released(partition); };
  EngineUnderTest node(options);
  for (char wanted = 0; read(STDIN_FILENO, &wanted, 1) == 1;) {
    if (wanted == kStop) break;
    if (wanted == kRetire) {
      node.LeaveForGood();
      break;
    }
    Must(node.engine().status());
    NodeProcess::Report report = partitions.report();
    if (wanted == kReportStandby) report.kept = KeptUp(node);
    Answer(report);
  }
  return 0;
}

}  // namespace rasti::bench
