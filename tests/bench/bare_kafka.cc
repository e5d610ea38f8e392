#include "tests/bench/bare_kafka.h"

#include <fmt/format.h>

#include <map>

#include "engine/base/check.h"
#include "engine/codec/cloud_event.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/produce.h"
#include "tests/bench/bench.h"

namespace rasti::bench {
namespace {

namespace kafka = log::kafka;

constexpr int kWaitMs = 100;
constexpr size_t kSampleEvents = 4'000;
constexpr int kTimeoutMs = 30'000;

void TakeWhatIsGiven(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
                     void* opaque) {
  auto& sharing = kafka::OwnerOf<Sharing>(opaque);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, list);
    sharing.Got(list->cnt);
  } else {
    rd_kafka_assign(client, nullptr);
    sharing.Gave(list->cnt);
  }
}

void Write(rd_kafka_t* producer, const kafka::RecordOut& record) {
  while (kafka::Produce(producer, record) != nullptr) rd_kafka_poll(producer, 1);
}

}  // namespace

log::KafkaLogOptions KafkaLogNamed(const std::string& brokers, const std::string& name) {
  log::KafkaLogOptions options;
  options.brokers = brokers;
  options.topic_prefix = name + ".";
  options.group = name;
  Must(log::KafkaEventLog::CreateTopics(options, kKafkaPartitions, 1));
  return options;
}

std::vector<Written> SomeEvents(ports::EventLog& log) {
  const auto some = Must(Must(log.OpenReader({0}, {0}))->Read(kSampleEvents, Duration{10'000}));
  std::vector<Written> events;
  codec::CloudEventWriter headers;
  for (const ports::StoredEvent& event : some) {
    Written written{{}, event.value, headers.HeadersOf(Must(codec::DecodeEvent(event.value)).event)};
    written.headers.emplace_back(kafka::kSequenceHeader, std::to_string(event.sequence.value));
    written.headers.emplace_back(kafka::kInputHeader, kafka::InputHeader(event.input));
    events.push_back(std::move(written));
  }
  return events;
}

BareLoop::BareLoop(log::KafkaLogOptions options, Shape shape) : options_(std::move(options)), shape_(std::move(shape)) {
  for (int i = 0; i < kKafkaThreads; ++i) threads_.emplace_back([this, i] { Run(i); });
  sharing_.Await(kKafkaThreads);
}

BareLoop::~BareLoop() {
  stopping_.store(true);
  for (std::thread& thread : threads_) thread.join();
}

void BareLoop::WaitUntilConsumed(int64_t count) const {
  for (int64_t now = consumed_.load(); now < count; now = consumed_.load()) consumed_.wait(now);
}

void BareLoop::Run(int member) {
  const auto consumer = Must(kafka::MakeMember(options_, member, TakeWhatIsGiven, &sharing_));
  rd_kafka_poll_set_consumer(consumer.get());
  const auto producer = Must(kafka::MakeTransactional(options_, member, 0));
  RASTI_CHECK(rd_kafka_init_transactions(producer.get(), kTimeoutMs) == nullptr, "transactions begin");
  const std::string commands = options_.topic_prefix + "commands";
  const std::string events = options_.topic_prefix + "events";
  const std::string results = options_.topic_prefix + "results";
  const std::string outbox = options_.topic_prefix + "outbox";
  const kafka::PartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), commands.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(consumer.get(), topics.get());
  const kafka::Queue queue(rd_kafka_queue_get_consumer(consumer.get()));
  // As much as the engine's own, so that a submitter can read it.
  const std::string result = codec::EncodeResult({.command_id = core::CommandId("1"),
                                                  .case_id = {},
                                                  .reference = "VRD7-7XDA-MQVB-4",
                                                  .outcome = codec::Accepted{{1}, {6}, {{1}, {123'456}}}});
  size_t turn = 0;
  size_t outbox_turn = 0;
  double outbox_due = 0;
  while (!stopping_.load()) {
    std::map<int32_t, int64_t> next;
    int64_t taken = 0;
    while (taken < shape_.per_batch) {
      const kafka::Message message(rd_kafka_consume_queue(queue.get(), taken == 0 ? kWaitMs : 0));
      if (message == nullptr) break;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR || message->rkt == nullptr) continue;
      if (taken++ == 0) RASTI_CHECK(rd_kafka_begin_transaction(producer.get()) == nullptr, "a transaction begins");
      next[message->partition] = message->offset + 1;
      const std::string_view key = kafka::KeyOf(*message);
      for (int64_t i = 0; i < shape_.events_per_command; ++i) {
        const Written& event = shape_.events[turn];
        Write(producer.get(), {events, message->partition, key, event.value, event.headers});
        turn = (turn + 1) % shape_.events.size();
      }
      for (outbox_due += shape_.outbox_per_command; outbox_due >= 1; --outbox_due) {
        const Written& entry = shape_.outbox[outbox_turn];
        Write(producer.get(), {outbox, message->partition, entry.key, entry.value, {}});
        outbox_turn = (outbox_turn + 1) % shape_.outbox.size();
      }
      const kafka::Headers headers{{kafka::kAnswersHeader, std::to_string(message->offset)},
                                   {kafka::kInputHeader, kafka::InputHeader({message->offset + 1, 0})}};
      Write(producer.get(), {results, message->partition, key, result, headers});
    }
    if (taken == 0) continue;
    const kafka::PartitionList offsets(rd_kafka_topic_partition_list_new(kKafkaPartitions));
    for (const auto& [partition, offset] : next) {
      rd_kafka_topic_partition_list_add(offsets.get(), commands.c_str(), partition)->offset = offset;
    }
    const kafka::Owned<rd_kafka_consumer_group_metadata_t> group(rd_kafka_consumer_group_metadata(consumer.get()));
    const kafka::KafkaError sent(
        rd_kafka_send_offsets_to_transaction(producer.get(), offsets.get(), group.get(), kTimeoutMs));
    const kafka::KafkaError committed(sent == nullptr ? rd_kafka_commit_transaction(producer.get(), kTimeoutMs)
                                                      : nullptr);
    RASTI_CHECK(sent == nullptr && committed == nullptr, "a bare transaction commits");
    consumed_.fetch_add(taken);
    consumed_.notify_all();
  }
  rd_kafka_consumer_close(consumer.get());
}

}  // namespace rasti::bench
