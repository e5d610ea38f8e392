// Taking over what a node had that was killed, with a standby of all partitions and without; how fast lost stores are
// built again, and in how much memory; how soon a node that was stopped is back. Over a real broker on the same
// machine; each node is a process of its own, and this one only asks.
//
// A phase begins when the group has forgotten the nodes of the phase before: a member that is only gone keeps its
// partitions for the length of its session.
#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

#include "engine/base/check.h"
#include "engine/log/kafka/clients.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"
#include "tests/bench/node_process.h"
#include "tests/support/kafka_broker.h"

namespace rasti::bench {
namespace {

using Steady = std::chrono::steady_clock;
namespace fs = std::filesystem;
namespace kafka = log::kafka;

constexpr int kPartitions = 4;
constexpr int kShared = kPartitions / 2;  // by two nodes
constexpr std::chrono::minutes kLong{60};
// The bound: max(session, transaction + clean-up) + 2 s.
constexpr double kTakeoverMost = 13.0;
constexpr double kRestartMost = 5.0;
constexpr double kRebuildLeast = 120'000;
constexpr double kMemoryMost = 700;

double Since(Steady::time_point then) { return std::chrono::duration<double>(Steady::now() - then).count(); }
double Megabytes(size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void Say(const std::string& what) { std::fprintf(stderr, "takeover: %s\n", what.c_str()); }

// Submissions of new cases, one in each partition.
class Probe {
 public:
  explicit Probe(ports::CommandChannel& channel) : channel_(channel) {}

  /// How long after `since` the last of them was answered.
  double SecondsUntilAllAnswer(Steady::time_point since) {
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
      SubmitTo(channel_, commands[static_cast<size_t>(partition)], [&, partition](bool accepted) {
        const std::lock_guard lock(mutex);
        RASTI_CHECK(accepted, "a new case is accepted");
        waiting.erase(partition);
        last = Since(since);
        Say(fmt::format("partition {} answered after {:.2f} s", partition, last));
        changed.notify_all();
      });
    }
    std::unique_lock lock(mutex);
    RASTI_CHECK(changed.wait_for(lock, kLong, [&] { return waiting.empty(); }), "every partition answers");
    return last;
  }

 private:
  ports::CommandChannel& channel_;
  int64_t count_ = 0;
};

struct BareRead {
  int64_t events = 0;
  double seconds = 0;
};

// Every event, by librdkafka alone.
BareRead ReadBare(const log::KafkaLogOptions& options) {
  const kafka::Client client = Must(kafka::MakeReader(options, kafka::Isolation::kCommitted));
  const std::string name = options.topic_prefix + "events";
  const kafka::Topic topic(rd_kafka_topic_new(client.get(), name.c_str(), nullptr));
  const kafka::Queue queue(rd_kafka_queue_new(client.get()));
  BareRead read;
  read.seconds = Seconds([&] {
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      RASTI_CHECK(rd_kafka_consume_start_queue(topic.get(), partition, RD_KAFKA_OFFSET_BEGINNING, queue.get()) == 0,
                  "the events can be read");
    }
    for (int ended = 0; ended < kPartitions;) {
      const kafka::Message message(rd_kafka_consume_queue(queue.get(), 1'000));
      if (message == nullptr) continue;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++read.events;
      } else {
        RASTI_CHECK(message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF, "the events can be read");
        ++ended;
      }
    }
  });
  for (int32_t partition = 0; partition < kPartitions; ++partition) rd_kafka_consume_stop(topic.get(), partition);
  return read;
}

// A log with many cases, and a folder for nodes over it.
class Cases {
 public:
  explicit Cases(std::string log)
      : broker_(*Must(test::KafkaBroker::Instance())),
        log_(std::move(log)),
        directory_(BenchDirectory() / fmt::format("rasti-bench-{}-{}", log_, getpid())),
        count_(FromEnvironment("RASTI_BENCH_CASES", 1'000'000)) {
    fs::create_directories(directory_);
    Must(log::KafkaEventLog::CreateTopics(Options("any"), kPartitions, 1));
    client_ = Must(log::KafkaEventLog::Open(Options("client")));
    probe_.emplace(*client_);
  }
  ~Cases() {
    static_cast<void>(client_->Close());
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Cases(const Cases&) = delete;
  Cases& operator=(const Cases&) = delete;

  const test::KafkaBroker& broker() const { return broker_; }
  int64_t count() const { return count_; }
  Probe& probe() { return *probe_; }
  log::KafkaLogOptions Options(const std::string& node) const { return NodesLog(broker_.bootstrap(), log_, node); }
  NodeProcess::Options Node(const std::string& name) const {
    NodeProcess::Options options;
    options.brokers = broker_.bootstrap();
    options.log = log_;
    options.name = name;
    options.directory = directory_ / name;
    return options;
  }
  void Forget(const std::string& node) const { fs::remove_all(directory_ / node); }
  /// REQUIRES: nodes own all partitions.
  void Submit() {
    const double seconds = RunClosedLoop(*client_, 1024, count_, SubmitCommand);
    Say(fmt::format("{} cases are in after {:.1f} s", count_, seconds));
  }

 private:
  const test::KafkaBroker& broker_;
  const std::string log_;
  const fs::path directory_;
  const int64_t count_;
  std::unique_ptr<log::KafkaEventLog> client_;
  std::optional<Probe> probe_;
};

void WithStandby(Cases& cases) {
  NodeProcess victim(cases.Node("victim"));
  NodeProcess::Options standby = cases.Node("survivor");
  standby.standby = true;
  NodeProcess survivor(standby);
  victim.AwaitOwned(kShared);
  survivor.AwaitOwned(kShared);
  cases.Submit();
  const int64_t before = survivor.AwaitKept(kPartitions - kShared).replayed;
  victim.Kill();
  const double with = cases.probe().SecondsUntilAllAnswer(Steady::now());
  const int64_t replayed = survivor.AwaitOwned(kPartitions).replayed - before;
  Print({"takeover.with_standby", with, "s", std::nullopt, kTakeoverMost, false});
  Print({"takeover.events_replayed_with_standby", static_cast<double>(replayed), "events", std::nullopt, std::nullopt,
         false});
  Print({"takeover.memory_with_standby",
         Megabytes(survivor.resident_most()),
         "MB",
         std::nullopt,
         kMemoryMost,
         false,
         {},
         {},
         /*is_bound=*/true});
  survivor.Retire();
}

void WithoutStandby(Cases& cases) {
  cases.Forget("survivor");
  // The victim comes back with its stores; the other one is a new node, which has none.
  NodeProcess victim(cases.Node("victim"));
  NodeProcess survivor(cases.Node("survivor"));
  victim.AwaitOwned(kShared);
  const int64_t before = survivor.AwaitOwned(kShared).replayed;
  victim.Kill();
  const double without = cases.probe().SecondsUntilAllAnswer(Steady::now());
  const int64_t replayed = survivor.AwaitOwned(kPartitions).replayed - before;
  Print({"takeover.without_standby", without, "s", std::nullopt, std::nullopt, false});
  Say(fmt::format("without a standby {} events were replayed", replayed));
  survivor.Retire();
}

void RunTakeover() {
  Cases cases("takeover");
  WithStandby(cases);
  WithoutStandby(cases);
}

// Everything from nothing, by one thread: the other core is there for the broker and librdkafka's own threads.
void RunRebuild() {
  Cases cases("rebuild");
  NodeProcess::Options alone = cases.Node("node");
  {
    NodeProcess first(alone);
    first.AwaitOwned(kPartitions);
    cases.Submit();
    Say(fmt::format("its memory while they came: {:.0f} MB at the most", Megabytes(first.resident_most())));
    first.Retire();
  }
  cases.Forget("node");
  const BareRead bare = ReadBare(cases.Options("bare"));
  alone.threads = 1;
  std::optional<NodeProcess> node(std::in_place, alone);
  const double broker_before = CpuSecondsOf(cases.broker().pid());
  const NodeProcess::Report report = node->AwaitOwned(kPartitions);
  const double broker_used = CpuSecondsOf(cases.broker().pid()) - broker_before;
  RASTI_CHECK(report.replayed >= cases.count() && report.replayed == bare.events, "all of it was rebuilt");
  Say(
      fmt::format("rebuilt {} events in {:.2f} s: {:.2f} s of the stream's thread, {:.2f} s of the node's process, "
                  "{:.2f} s of the broker's",
                  report.replayed, report.recovered_after, report.stream_cpu, report.recovered_cpu, broker_used));
  const auto events = static_cast<double>(report.replayed);
  Print({"takeover.rebuild", events / report.recovered_after, "events/s/core",
         static_cast<double>(bare.events) / bare.seconds, kRebuildLeast});
  Print({"takeover.rebuild_per_cpu_second", events / report.recovered_cpu, "events/s", std::nullopt, std::nullopt});
  cases.probe().SecondsUntilAllAnswer(Steady::now());
  Say(fmt::format("its memory: {:.0f} MB, {:.0f} MB at the most", Megabytes(node->resident()),
                  Megabytes(node->resident_most())));
  Print({"takeover.memory",
         Megabytes(node->resident_most()),
         "MB",
         std::nullopt,
         kMemoryMost,
         false,
         {},
         {},
         /*is_bound=*/true});

  // The same node again, with its stores.
  const auto stopped = Steady::now();
  node->Stop();
  const double gone = Since(stopped);
  node.emplace(alone);
  Say(fmt::format("stopped after {:.2f} s, started again after {:.2f} s", gone, Since(stopped)));
  Print({"takeover.restart", cases.probe().SecondsUntilAllAnswer(stopped), "s", std::nullopt, kRestartMost, false});
  Say(fmt::format("it replayed {} events", node->AwaitOwned(kPartitions).replayed));
  node->Stop();
}

}  // namespace

std::vector<Benchmark> TakeoverBenchmarks() {
  return {
      {"takeover", "a killed node's partitions, with a standby of all and without", RunTakeover},
      {"takeover-rebuild", "lost stores built again from the events, a node's memory, and its restart", RunRebuild}};
}

}  // namespace rasti::bench
