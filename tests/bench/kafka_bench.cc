// The engine over Kafka beside a bare librdkafka loop (bare_kafka.h). One broker on the same machine, which is warm
// before anything is measured; the two take turns, each time on a log of their own, and the medians count.
#include <fmt/format.h>

#include <functional>
#include <thread>

#include "engine/base/check.h"
#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/produce.h"
#include "tests/bench/bare_kafka.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"
#include "tests/bench/sharing.h"
#include "tests/bench/streams_process.h"
#include "tests/bench/warm_broker.h"

namespace rasti::bench {
namespace {

constexpr int kWarmUp = 256;
// Of the open loop: the time that a client needs to have met its brokers.
constexpr double kSettleSeconds = 2;
// And of Java, to have compiled itself.
constexpr double kStreamsSettleSeconds = 20;

constexpr int kPerSecond = 1'000;
constexpr double kMeasuredSeconds = 10;

struct Record {
  std::string key;
  std::string value;
};

Record RecordOf(const core::Command& command) {
  return {std::string(command.case_id.uuid.AsBytes()), SignedBytes(command)};
}

// Of whole lives of cases, as many as are asked for.
std::vector<Record> RecordsOfLives() {
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 40'000);
  std::vector<Record> records;
  for (int64_t n = 0; n < cases * 5; ++n) records.push_back(RecordOf(LifeCommand(cases, n)));
  return records;
}

struct Took {
  double seconds = 0;
  double cpu_seconds = 0;  // of this process, the producer of the commands included; the broker's are its own
};

Took Measured(const std::function<void()>& work) {
  const double before = CpuSeconds();
  const double seconds = Seconds(work);
  return {seconds, CpuSeconds() - before};
}

// Everything into the commands topic, as fast as it goes.
void ProduceAll(const log::KafkaLogOptions& options, const std::vector<Record>& records) {
  const auto writer = Must(log::kafka::MakeWriter(
      options, [](rd_kafka_t*, const rd_kafka_message_t*, void*) {}, nullptr));
  const std::string topic = options.topic_prefix + "commands";
  for (const Record& record : records) {
    const int32_t partition = ports::PartitionOf(record.key, kKafkaPartitions).value;
    for (;;) {
      const auto error = log::kafka::Produce(writer.get(), {topic, partition, record.key, record.value, {}});
      if (error == nullptr) break;
      rd_kafka_poll(writer.get(), 1);
    }
    rd_kafka_poll(writer.get(), 0);
  }
  RASTI_CHECK(rd_kafka_flush(writer.get(), 60'000) == RD_KAFKA_RESP_ERR_NO_ERROR, "the commands are written");
}

EngineUnderTest::Options OverKafka(const log::KafkaLogOptions& options, Sharing& sharing) {
  EngineUnderTest::Options over_kafka;
  over_kafka.on_assigned = [&sharing](core::PartitionId) { sharing.Got(1); };
  over_kafka.on_released = [&sharing](core::PartitionId, bool) { sharing.Gave(1); };
  over_kafka.partitions = kKafkaPartitions;
  over_kafka.threads = kKafkaThreads;
  over_kafka.kafka = options;
  return over_kafka;
}

// What the engine made of so many commands, and of `all` since its log was made.
Shape ShapeOf(EngineUnderTest& engine, const log::KafkaLogOptions& options, int64_t commands, int64_t events,
              int64_t commits, int64_t all) {
  Shape shape;
  shape.per_batch = std::max<int64_t>(1, commands / std::max<int64_t>(commits, 1));
  shape.events_per_command = (events + commands - 1) / commands;
  shape.events = SomeEvents(engine.log());
  const auto log = Must(log::KafkaEventLog::Open(options));
  auto outbox = Must(log->ReadOutbox());
  Must(log->Close());
  shape.outbox_per_command = static_cast<double>(outbox.size()) / static_cast<double>(all);
  for (auto& [key, value] : outbox) shape.outbox.push_back({std::move(key), std::move(value), {}});
  return shape;
}

// What the engine's threads did meanwhile, in percent of their time.
void TellTimes(const runtime::StreamTimes& before, const runtime::StreamTimes& after) {
  const auto part = [&](int64_t runtime::StreamTimes::*of) {
    return 100.0 * static_cast<double>(after.*of - before.*of) / static_cast<double>(after.all_us() - before.all_us());
  };
  using Times = runtime::StreamTimes;
  std::fprintf(
      stderr,
      "kafka: of its threads' time the engine took in or waited for commands in %.0f %%, decided in %.0f %%, "
      "handed over in %.0f %%, waited for commits in %.0f %%, kept the state in %.0f %%, did else in %.0f %%\n",
      part(&Times::polling_us), part(&Times::deciding_us), part(&Times::writing_us), part(&Times::committing_us),
      part(&Times::storing_us), part(&Times::other_us));
}

Took RunEngine(const log::KafkaLogOptions& options, const std::vector<Record>& records, Shape& shape) {
  Sharing sharing;
  EngineUnderTest engine(OverKafka(options, sharing));
  sharing.Await(kKafkaThreads);
  // Clients know their brokers.
  engine.RunClosedLoop(kWarmUp, kWarmUp, [&](int64_t n) { return SubmitCommand(-1 - n); });
  const auto before = engine.engine().counters();
  const int64_t commits = engine.commits();
  const auto count = static_cast<int64_t>(records.size());
  const Took took = Measured([&] {
    std::thread producer([&] { ProduceAll(options, records); });
    while (engine.engine().counters().commands_accepted - before.commands_accepted < count) {
      Must(engine.engine().status());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    producer.join();
  });
  const runtime::PartitionCounters after = engine.engine().counters();
  const int64_t events = after.events - before.events;
  TellTimes(before.times, after.times);
  engine.Stop();
  shape = ShapeOf(engine, options, count, events, engine.commits() - commits, count + kWarmUp);
  return took;
}

Took RunBare(const log::KafkaLogOptions& options, const std::vector<Record>& records, const Shape& shape) {
  BareLoop loop(options, shape);
  // Clients know their brokers.
  ProduceAll(options, {records.begin(), records.begin() + kWarmUp});
  loop.WaitUntilConsumed(kWarmUp);
  return Measured([&] {
    ProduceAll(options, records);
    loop.WaitUntilConsumed(static_cast<int64_t>(records.size()) + kWarmUp);
  });
}

void RunThroughput() {
  const std::string& brokers = WarmBroker().bootstrap();
  const std::vector<Record> records = RecordsOfLives();
  const auto commands = static_cast<double>(records.size());
  Rounds rate;
  Rounds cpu;
  Shape shape;
  for (int round = 1; round <= kRounds; ++round) {
    const Took engine = RunEngine(KafkaLogNamed(brokers, fmt::format("engine-{}", round)), records, shape);
    const Took bare = RunBare(KafkaLogNamed(brokers, fmt::format("bare-{}", round)), records, shape);
    rate.values.push_back(commands / engine.seconds);
    rate.baselines.push_back(commands / bare.seconds);
    cpu.values.push_back(engine.cpu_seconds / commands * 1e6);
    cpu.baselines.push_back(bare.cpu_seconds / commands * 1e6);
  }
  const Figure rates = MediansOf("kafka.commands", "commands/s", rate);
  Print(rates);
  Print({"kafka.share_of_bare_loop", rates.value / *rates.baseline, "ratio", std::nullopt, 0.6});
  Figure cpus = MediansOf("kafka.cpu_per_command", "us", cpu);
  cpus.more_is_better = false;
  Print(cpus);
  Print(
      {"kafka.commands_per_transaction", static_cast<double>(shape.per_batch), "commands", std::nullopt, std::nullopt});
}

// Milliseconds from when a command was due to its answer.
std::vector<double> EngineLatencies(const log::KafkaLogOptions& options, Shape& shape) {
  Sharing sharing;
  EngineUnderTest engine(OverKafka(options, sharing));
  sharing.Await(kKafkaThreads);
  engine.RunOpenLoop(kPerSecond, kSettleSeconds, [](int64_t n) { return SubmitCommand(-1 - n); });
  const int64_t events = engine.engine().counters().events;
  const int64_t commits = engine.commits();
  auto latencies = engine.RunOpenLoop(kPerSecond, kMeasuredSeconds, SubmitCommand);
  engine.Stop();
  shape = ShapeOf(engine, options, static_cast<int64_t>(kPerSecond * kMeasuredSeconds),
                  engine.engine().counters().events - events, engine.commits() - commits,
                  static_cast<int64_t>(kPerSecond * (kMeasuredSeconds + kSettleSeconds)));
  return latencies;
}

std::vector<double> BareLatencies(const log::KafkaLogOptions& options, Shape shape) {
  // Takes what there is, as the engine does.
  shape.per_batch = runtime::StreamOptions().batch_most;
  const BareLoop loop(options, std::move(shape));
  const auto log = Must(log::KafkaEventLog::Open(options));
  RunOpenLoop(*log, kPerSecond, kSettleSeconds, [](int64_t n) { return SubmitCommand(-1 - n); });
  auto latencies = RunOpenLoop(*log, kPerSecond, kMeasuredSeconds, SubmitCommand);
  Must(log->Close());
  return latencies;
}

void RunLatency() {
  const std::string& brokers = WarmBroker().bootstrap();
  Rounds p50;
  Rounds p99;
  for (int round = 1; round <= kRounds; ++round) {
    Shape shape;
    auto engine = EngineLatencies(KafkaLogNamed(brokers, fmt::format("latency-engine-{}", round)), shape);
    auto bare = BareLatencies(KafkaLogNamed(brokers, fmt::format("latency-bare-{}", round)), std::move(shape));
    p50.values.push_back(Percentile(engine, 0.5));
    p50.baselines.push_back(Percentile(bare, 0.5));
    p99.values.push_back(Percentile(engine, 0.99));
    p99.baselines.push_back(Percentile(bare, 0.99));
  }
  for (const auto& [name, rounds] : {std::pair{"kafka.ack_p50", &p50}, std::pair{"kafka.ack_p99", &p99}}) {
    Figure figure = MediansOf(name, "ms", *rounds);
    figure.more_is_better = false;
    if (rounds == &p99) figure.goal = 1.5 * *figure.baseline;
    Print(figure);
  }
}

void RunTimers() {
  const std::string& brokers = WarmBroker().bootstrap();
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 200'000);
  Sharing sharing;
  EngineUnderTest::Options options = OverKafka(KafkaLogNamed(brokers, "timers"), sharing);
  // All is handed in and falls due before today.
  options.behind = std::chrono::hours(24 * 60);
  EngineUnderTest engine(std::move(options));
  sharing.Await(kKafkaThreads);
  const FloodOfTimers flood = RunFloodOfTimers(engine, cases);
  Print({"kafka.timers_overdue", static_cast<double>(flood.fired) / flood.seconds, "timers/s", std::nullopt, 25'000});
  Print({"kafka.timers_ack_p99_meanwhile", flood.p99_meanwhile_ms, "ms", flood.p99_before_ms, 150, false});
}

// Java compiles what runs often while it runs.
constexpr int64_t kStreamsWarmUp = 60'000;

Took RunStreams(const log::KafkaLogOptions& options, const std::vector<Record>& records, const Shape& shape) {
  StreamsProcess streams(options, shape);
  std::vector<Record> others;
  for (int64_t n = 0; n < kStreamsWarmUp; ++n) others.push_back(RecordOf(SubmitCommand(-1 - n)));
  ProduceAll(options, others);
  streams.WaitUntilCommitted(kStreamsWarmUp);
  const double before = streams.CpuSeconds();
  Took took = Measured([&] {
    ProduceAll(options, records);
    streams.WaitUntilCommitted(kStreamsWarmUp + static_cast<int64_t>(records.size()));
  });
  took.cpu_seconds += streams.CpuSeconds() - before;
  return took;
}

void RunBesideStreams() {
  if (!StreamsProcess::IsPossible()) return;
  const std::string& brokers = WarmBroker().bootstrap();
  const std::vector<Record> records = RecordsOfLives();
  const auto commands = static_cast<double>(records.size());
  Rounds rate;
  Rounds cpu;
  Shape shape;
  for (int round = 1; round <= kRounds; ++round) {
    const Took engine = RunEngine(KafkaLogNamed(brokers, fmt::format("beside-engine-{}", round)), records, shape);
    const Took streams = RunStreams(KafkaLogNamed(brokers, fmt::format("beside-streams-{}", round)), records, shape);
    rate.values.push_back(commands / engine.seconds);
    rate.baselines.push_back(commands / streams.seconds);
    cpu.values.push_back(engine.cpu_seconds / commands * 1e6);
    cpu.baselines.push_back(streams.cpu_seconds / commands * 1e6);
  }
  Figure rates = MediansOf("kafka-streams.commands", "commands/s", rate);
  rates.goal = rates.baseline;
  Print(rates);
  Figure cpus = MediansOf("kafka-streams.cpu_per_command", "us", cpu);
  cpus.more_is_better = false;
  cpus.goal = cpus.baseline;
  Print(cpus);
}

std::vector<double> StreamsLatencies(const log::KafkaLogOptions& options, const Shape& shape) {
  const StreamsProcess streams(options, shape);
  const auto log = Must(log::KafkaEventLog::Open(options));
  RunOpenLoop(*log, kPerSecond, kStreamsSettleSeconds, [](int64_t n) { return SubmitCommand(-1 - n); });
  auto latencies = RunOpenLoop(*log, kPerSecond, kMeasuredSeconds, SubmitCommand);
  Must(log->Close());
  return latencies;
}

void RunLatencyBesideStreams() {
  if (!StreamsProcess::IsPossible()) return;
  const std::string& brokers = WarmBroker().bootstrap();
  Rounds p50;
  Rounds p99;
  for (int round = 1; round <= kRounds; ++round) {
    Shape shape;
    auto engine = EngineLatencies(KafkaLogNamed(brokers, fmt::format("beside-engine-latency-{}", round)), shape);
    auto streams = StreamsLatencies(KafkaLogNamed(brokers, fmt::format("beside-streams-latency-{}", round)), shape);
    p50.values.push_back(Percentile(engine, 0.5));
    p50.baselines.push_back(Percentile(streams, 0.5));
    p99.values.push_back(Percentile(engine, 0.99));
    p99.baselines.push_back(Percentile(streams, 0.99));
  }
  for (const auto& [name, rounds] :
       {std::pair{"kafka-streams.ack_p50", &p50}, std::pair{"kafka-streams.ack_p99", &p99}}) {
    Figure figure = MediansOf(name, "ms", *rounds);
    figure.more_is_better = false;
    figure.goal = figure.baseline;
    Print(figure);
  }
}

}  // namespace

std::vector<Benchmark> KafkaBenchmarks() {
  return {{"kafka", "the engine over Kafka at saturation; baseline: a bare librdkafka loop of the same records",
           RunThroughput},
          {"kafka-latency", "submit to acknowledged over Kafka at 1,000/s; baseline: the same of the bare loop",
           RunLatency},
          {"kafka-streams",
           "the engine over Kafka at saturation; baseline: a Kafka Streams application that does the work without "
           "deciding it. Wants a JDK 17 and Maven",
           RunBesideStreams},
          {"kafka-streams-latency", "submit to acknowledged at 1,000/s; baseline: the same of that application",
           RunLatencyBesideStreams},
          {"kafka-timers",
           "200,000 overdue timers over Kafka with commands at 500/s; baseline: the same commands without them",
           RunTimers}};
}

}  // namespace rasti::bench
