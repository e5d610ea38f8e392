// The engine over Kafka beside a bare librdkafka loop (bare_kafka.h). One broker on the same machine.
#include <fmt/format.h>

#include <functional>
#include <thread>

#include "engine/base/check.h"
#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/produce.h"
#include "tests/bench/bare_kafka.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"
#include "tests/support/kafka_broker.h"

namespace rasti::bench {
namespace {

constexpr int kWarmUp = 256;
// Of the open loop: the time that a client needs to have met its brokers.
constexpr double kSettleSeconds = 2;

struct Record {
  std::string key;
  std::string value;
};

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

EngineUnderTest::Options OverKafka(const log::KafkaLogOptions& options) {
  EngineUnderTest::Options over_kafka;
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

Took RunEngine(const log::KafkaLogOptions& options, const std::vector<Record>& records, Shape& shape) {
  EngineUnderTest engine(OverKafka(options));
  // Partitions are shared out, clients know their brokers.
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
  const int64_t events = engine.engine().counters().events - before.events;
  engine.Stop();
  shape = ShapeOf(engine, options, count, events, engine.commits() - commits, count + kWarmUp);
  return took;
}

Took RunBare(const log::KafkaLogOptions& options, const std::vector<Record>& records, const Shape& shape) {
  BareLoop loop(options, shape);
  // Some first, so that the group has shared its partitions out before the clock runs.
  ProduceAll(options, {records.begin(), records.begin() + kWarmUp});
  loop.WaitUntilConsumed(kWarmUp);
  return Measured([&] {
    ProduceAll(options, records);
    loop.WaitUntilConsumed(static_cast<int64_t>(records.size()) + kWarmUp);
  });
}

void RunThroughput() {
  test::KafkaBroker& broker = *Must(test::KafkaBroker::Instance());
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 40'000);
  std::vector<Record> records;
  for (int64_t n = 0; n < cases * 5; ++n) {
    const core::Command command = LifeCommand(cases, n);
    records.push_back({std::string(command.case_id.uuid.AsBytes()), SignedBytes(command)});
  }
  // A broker that has just started compiles itself for a while: 30 % of a short run.
  RunBare(KafkaLogNamed(broker.bootstrap(), "warm-up"), records, {1'000, 3, 0, {{{}, std::string(400, 'e'), {}}}, {}});
  Shape shape;
  const Took engine = RunEngine(KafkaLogNamed(broker.bootstrap(), "engine"), records, shape);
  const Took bare = RunBare(KafkaLogNamed(broker.bootstrap(), "bare"), records, shape);
  const auto commands = static_cast<double>(records.size());
  Print({"kafka.commands", commands / engine.seconds, "commands/s", commands / bare.seconds, std::nullopt});
  Print({"kafka.share_of_bare_loop", bare.seconds / engine.seconds, "ratio", std::nullopt, 0.6});
  Print({"kafka.cpu_per_command", engine.cpu_seconds / commands * 1e6, "us", bare.cpu_seconds / commands * 1e6,
         std::nullopt, false});
  Print(
      {"kafka.commands_per_transaction", static_cast<double>(shape.per_batch), "commands", std::nullopt, std::nullopt});
}

void RunLatency() {
  test::KafkaBroker& broker = *Must(test::KafkaBroker::Instance());
  constexpr int kPerSecond = 1'000;
  constexpr double kMeasured = 10;
  Shape shape;
  std::vector<double> with_engine;
  {
    const log::KafkaLogOptions options = KafkaLogNamed(broker.bootstrap(), "latency-engine");
    EngineUnderTest engine(OverKafka(options));
    engine.RunOpenLoop(kPerSecond, kSettleSeconds, [](int64_t n) { return SubmitCommand(-1 - n); });
    const int64_t events = engine.engine().counters().events;
    const int64_t commits = engine.commits();
    with_engine = engine.RunOpenLoop(kPerSecond, kMeasured, SubmitCommand);
    engine.Stop();
    shape = ShapeOf(engine, options, static_cast<int64_t>(kPerSecond * kMeasured),
                    engine.engine().counters().events - events, engine.commits() - commits,
                    static_cast<int64_t>(kPerSecond * (kMeasured + kSettleSeconds)));
  }
  const log::KafkaLogOptions options = KafkaLogNamed(broker.bootstrap(), "latency-bare");
  // Takes what there is, as the engine does.
  shape.per_batch = runtime::StreamOptions().batch_most;
  const BareLoop loop(options, shape);
  const auto log = Must(log::KafkaEventLog::Open(options));
  RunOpenLoop(*log, kPerSecond, kSettleSeconds, [](int64_t n) { return SubmitCommand(-1 - n); });
  auto with_bare = RunOpenLoop(*log, kPerSecond, kMeasured, SubmitCommand);
  const double bare_p99 = Percentile(with_bare, 0.99);
  Print({"kafka.ack_p50", Percentile(with_engine, 0.5), "ms", Percentile(with_bare, 0.5), std::nullopt, false});
  Print({"kafka.ack_p99", Percentile(with_engine, 0.99), "ms", bare_p99, 1.5 * bare_p99, false});
  Must(log->Close());
}

void RunTimers() {
  test::KafkaBroker& broker = *Must(test::KafkaBroker::Instance());
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 200'000);
  EngineUnderTest::Options options = OverKafka(KafkaLogNamed(broker.bootstrap(), "timers"));
  // All is handed in and falls due before today.
  options.behind = std::chrono::hours(24 * 60);
  EngineUnderTest engine(std::move(options));
  const FloodOfTimers flood = RunFloodOfTimers(engine, cases);
  Print({"kafka.timers_overdue", static_cast<double>(flood.fired) / flood.seconds, "timers/s", std::nullopt, 25'000});
  Print({"kafka.timers_ack_p99_meanwhile", flood.p99_meanwhile_ms, "ms", flood.p99_before_ms, 150, false});
}

}  // namespace

std::vector<Benchmark> KafkaBenchmarks() {
  return {{"kafka", "the engine over Kafka at saturation; baseline: a bare librdkafka loop of the same records",
           RunThroughput},
          {"kafka-latency", "submit to acknowledged over Kafka at 1,000/s; baseline: the same of the bare loop",
           RunLatency},
          {"kafka-timers",
           "200,000 overdue timers over Kafka with commands at 500/s; baseline: the same commands without them",
           RunTimers}};
}

}  // namespace rasti::bench
