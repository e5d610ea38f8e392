// The engine over Kafka at saturation, beside a bare librdkafka loop that consumes as many commands, produces the same
// number and sizes of records for each, headers included, sends the offsets and commits, in batches of the same size.
// One broker on the same machine.
#include <fmt/format.h>

#include <functional>
#include <thread>

#include "engine/base/check.h"
#include "engine/codec/cloud_event.h"
#include "engine/codec/event_codec.h"
#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/produce.h"
#include "engine/log/kafka_event_log.h"
#include "engine/ports/event_log.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"
#include "tests/support/kafka_broker.h"

namespace rasti::bench {
namespace {

constexpr int kPartitions = 4;
constexpr int kThreads = 2;
constexpr int kWarmUp = 256;
constexpr int kWaitMs = 100;
constexpr size_t kSampleEvents = 4'000;
constexpr size_t kResultBytes = 64;  // of an accepted command

template <class T>
T Must(Result<T> result) {
  RASTI_CHECK(result.has_value(), result ? "" : result.error().message.c_str());
  return *std::move(result);
}
void Must(const Status& status) { RASTI_CHECK(status.has_value(), status ? "" : status.error().message.c_str()); }

struct Record {
  std::string key;
  std::string value;
};

struct Written {
  std::string value;
  log::kafka::Headers headers;
};

// What the engine made of each command, on average.
struct Shape {
  int64_t per_batch = 1;
  int64_t events_per_command = 1;
  std::vector<Written> events;  // some of them: made-up bytes would compress to nothing
};

log::KafkaLogOptions OptionsOf(const std::string& brokers, const std::string& name) {
  log::KafkaLogOptions options;
  options.brokers = brokers;
  options.topic_prefix = name + ".";
  options.group = name;
  Must(log::KafkaEventLog::CreateTopics(options, kPartitions, 1));
  return options;
}

// Everything into the commands topic, as fast as it goes.
void ProduceAll(const log::KafkaLogOptions& options, const std::vector<Record>& records) {
  const auto writer = Must(log::kafka::MakeWriter(
      options, [](rd_kafka_t*, const rd_kafka_message_t*, void*) {}, nullptr));
  const std::string topic = options.topic_prefix + "commands";
  for (const Record& record : records) {
    const int32_t partition = ports::PartitionOf(record.key, kPartitions).value;
    for (;;) {
      const auto error = log::kafka::Produce(writer.get(), {topic, partition, record.key, record.value, {}});
      if (error == nullptr) break;
      rd_kafka_poll(writer.get(), 1);
    }
    rd_kafka_poll(writer.get(), 0);
  }
  RASTI_CHECK(rd_kafka_flush(writer.get(), 60'000) == RD_KAFKA_RESP_ERR_NO_ERROR, "the commands are written");
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

Took RunEngine(const log::KafkaLogOptions& options, const std::vector<Record>& records, Shape& shape) {
  EngineUnderTest engine({.partitions = kPartitions, .threads = kThreads, .stream = {}, .kafka = options});
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
  shape.per_batch = std::max<int64_t>(1, count / std::max<int64_t>(engine.commits() - commits, 1));
  shape.events_per_command = (events + count - 1) / count;
  const auto some = Must(Must(engine.log().OpenReader({0}, {0}))->Read(kSampleEvents, Duration{10'000}));
  shape.events.clear();
  codec::CloudEventWriter headers;
  for (const ports::StoredEvent& event : some) {
    Written written{event.value, headers.HeadersOf(Must(codec::DecodeEvent(event.value)).event)};
    written.headers.emplace_back("rasti-sequence", std::to_string(event.sequence.value));
    written.headers.emplace_back("rasti-input", fmt::format("{},{}", event.input.commands, event.input.follow_ups));
    shape.events.push_back(std::move(written));
  }
  return took;
}

void TakeWhatIsGiven(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list, void*) {
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, list);
  } else {
    rd_kafka_assign(client, nullptr);
  }
}

// One thread of the bare loop, until all commands are consumed.
void BareThread(const log::KafkaLogOptions& options, int member, const Shape& shape, int64_t count,
                std::atomic<int64_t>& consumed) {
  const auto consumer = Must(log::kafka::MakeMember(options, member, TakeWhatIsGiven, nullptr));
  rd_kafka_poll_set_consumer(consumer.get());
  const auto producer = Must(log::kafka::MakeTransactional(options, member));
  RASTI_CHECK(rd_kafka_init_transactions(producer.get(), 30'000) == nullptr, "transactions begin");
  const log::kafka::PartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), (options.topic_prefix + "commands").c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(consumer.get(), topics.get());
  const log::kafka::Queue queue(rd_kafka_queue_get_consumer(consumer.get()));
  size_t turn = 0;
  const std::string events = options.topic_prefix + "events";
  const std::string results = options.topic_prefix + "results";
  const std::string result(kResultBytes, 'r');
  const log::kafka::Headers result_headers{{"rasti-answers", "123456"}, {"rasti-input", "123456,0"}};
  while (consumed.load() < count) {
    std::map<int32_t, int64_t> next;
    int64_t taken = 0;
    while (taken < shape.per_batch) {
      const log::kafka::Message message(rd_kafka_consume_queue(queue.get(), taken == 0 ? kWaitMs : 0));
      if (message == nullptr) break;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR || message->rkt == nullptr) continue;
      if (taken++ == 0) RASTI_CHECK(rd_kafka_begin_transaction(producer.get()) == nullptr, "a transaction begins");
      next[message->partition] = message->offset + 1;
      const std::string_view key(static_cast<const char*>(message->key), message->key_len);
      for (int64_t i = 0; i < shape.events_per_command; ++i) {
        const Written& event = shape.events[turn];
        while (log::kafka::Produce(producer.get(), {events, message->partition, key, event.value, event.headers}) !=
               nullptr) {
          rd_kafka_poll(producer.get(), 1);
        }
        turn = (turn + 1) % shape.events.size();
      }
      while (log::kafka::Produce(producer.get(), {results, message->partition, key, result, result_headers}) !=
             nullptr) {
        rd_kafka_poll(producer.get(), 1);
      }
    }
    if (taken == 0) continue;
    const log::kafka::PartitionList offsets(rd_kafka_topic_partition_list_new(kPartitions));
    for (const auto& [partition, offset] : next) {
      rd_kafka_topic_partition_list_add(offsets.get(), (options.topic_prefix + "commands").c_str(), partition)->offset =
          offset;
    }
    const log::kafka::Owned<rd_kafka_consumer_group_metadata_t> group(rd_kafka_consumer_group_metadata(consumer.get()));
    const log::kafka::KafkaError sent(
        rd_kafka_send_offsets_to_transaction(producer.get(), offsets.get(), group.get(), 30'000));
    const log::kafka::KafkaError committed(sent == nullptr ? rd_kafka_commit_transaction(producer.get(), 30'000)
                                                           : nullptr);
    RASTI_CHECK(sent == nullptr && committed == nullptr, "a bare transaction commits");
    consumed.fetch_add(taken);
  }
  rd_kafka_consumer_close(consumer.get());
}

Took RunBare(const log::KafkaLogOptions& options, const std::vector<Record>& records, const Shape& shape) {
  std::atomic<int64_t> consumed = 0;
  // Some first, so that the group has shared its partitions out before the clock runs.
  const std::vector<Record> warm(records.begin(), records.begin() + kWarmUp);
  ProduceAll(options, warm);
  const auto count = static_cast<int64_t>(records.size()) + kWarmUp;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { BareThread(options, i, shape, count, consumed); });
  }
  while (consumed.load() < kWarmUp) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return Measured([&] {
    ProduceAll(options, records);
    for (std::thread& thread : threads) thread.join();
  });
}

void RunKafka() {
  test::KafkaBroker& broker = *Must(test::KafkaBroker::Instance());
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 40'000);
  std::vector<Record> records;
  for (int64_t n = 0; n < cases * 5; ++n) {
    const core::Command command = LifeCommand(cases, n);
    records.push_back({std::string(command.case_id.uuid.AsBytes()), SignedBytes(command)});
  }
  // A broker that has just started compiles itself for a while: 30 % of a short run.
  RunBare(OptionsOf(broker.bootstrap(), "warm-up"), records, {1'000, 3, {{std::string(400, 'e'), {}}}});
  Shape shape;
  const Took engine = RunEngine(OptionsOf(broker.bootstrap(), "engine"), records, shape);
  const Took bare = RunBare(OptionsOf(broker.bootstrap(), "bare"), records, shape);
  const auto commands = static_cast<double>(records.size());
  Print({"kafka.commands", commands / engine.seconds, "commands/s", commands / bare.seconds, std::nullopt});
  Print({"kafka.share_of_bare_loop", bare.seconds / engine.seconds, "ratio", std::nullopt, 0.6});
  Print({"kafka.cpu_per_command", engine.cpu_seconds / commands * 1e6, "us", bare.cpu_seconds / commands * 1e6,
         std::nullopt, false});
  Print(
      {"kafka.commands_per_transaction", static_cast<double>(shape.per_batch), "commands", std::nullopt, std::nullopt});
}

}  // namespace

std::vector<Benchmark> KafkaBenchmarks() {
  return {
      {"kafka", "the engine over Kafka at saturation; baseline: a bare librdkafka loop of the same records", RunKafka}};
}

}  // namespace rasti::bench
