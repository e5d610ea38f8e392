#include "engine/log/kafka_event_log.h"

#include <fmt/format.h>

#include <mutex>

#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/events_reader.h"
#include "engine/log/kafka/log_core.h"
#include "engine/log/kafka/produce.h"
#include "engine/log/kafka/records.h"
#include "engine/log/kafka/stream.h"
#include "engine/log/kafka/submit_channel.h"
#include "engine/ports/dated_definitions.h"

namespace rasti::log {
namespace {

using namespace kafka;  // NOLINT(google-build-using-namespace): this file is its face

constexpr int64_t kReadOnMost = 1'000;

class KafkaEventLogImpl final : public KafkaEventLog, public ports::DatedDefinitions {
 public:
  explicit KafkaEventLogImpl(std::shared_ptr<LogCore> core) : core_(std::move(core)) {}
  ~KafkaEventLogImpl() override { static_cast<void>(Close()); }

  int partition_count() const override { return core_->partition_count(); }
  bool keeps_headers() const override { return true; }
  bool is_local() const override { return false; }

  Result<std::unique_ptr<ports::LogStream>> OpenStream(ports::AssignmentListener& listener) override {
    return Stream::Open(core_, listener);
  }

  Result<std::unique_ptr<ports::EventReader>> OpenReader(core::PartitionId partition, core::Sequence from) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    if (from.value < 0) return Fail(Error::NotFound("the log begins at sequence 0"));
    return std::make_unique<EventsReader>(core_, partition, from);
  }

  Result<core::Sequence> EndSequence(core::PartitionId partition) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    return core_->EndSequence(partition);
  }

  Result<std::vector<ports::StoredEvent>> ReadAt(core::PartitionId partition,
                                                 const std::vector<core::Sequence>& sequences) override {
    RASTI_TRY(const core::Sequence end, EndSequence(partition));
    std::vector<ports::StoredEvent> events;
    std::unique_ptr<EventsReader> reader;
    core::Sequence next;
    for (const core::Sequence sequence : sequences) {
      if (sequence.value < 0 || sequence >= end) {
        return Fail(Error::NotFound(
            fmt::format("partition {} has no sequence {}: its end is {}", partition.value, sequence.value, end.value)));
      }
      // Reading on is cheaper than asking the brokers for another place, where it is not far.
      if (reader == nullptr || sequence < next || sequence.value - next.value > kReadOnMost) {
        reader = std::make_unique<EventsReader>(core_, partition, sequence);
        next = sequence;
      }
      while (next <= sequence) {
        const auto most = static_cast<size_t>(sequence.value - next.value) + 1;
        RASTI_TRY(auto some, reader->Read(most, core_->options().request_timeout));
        if (some.empty()) return Fail(ErrorCode::kUnavailable, "kafka: the brokers did not answer in time");
        next.value += static_cast<int64_t>(some.size());
        if (next > sequence) events.push_back(std::move(some.back()));
      }
    }
    return events;
  }

  Result<int64_t> Publish(std::string key, std::string value) override {
    return WriteAlone(core_->names().definitions, key, value, fmt::format("publishing {}", key));
  }

  Result<std::vector<ports::DefinitionRecord>> ReadDefinitions(int64_t from) override {
    RASTI_TRY(auto dated, ReadDatedDefinitions(from));
    std::vector<ports::DefinitionRecord> records;
    records.reserve(dated.size());
    for (ports::DatedDefinition& one : dated) records.push_back(std::move(one.record));
    return records;
  }

  Result<std::vector<ports::DatedDefinition>> ReadDatedDefinitions(int64_t from) override {
    RASTI_TRY(const auto messages, core_->ReadToEnd(core_->names().definitions, 0, from));
    std::vector<ports::DatedDefinition> records;
    records.reserve(messages.size());
    for (const Message& message : messages) {
      records.push_back(
          {{message->offset, std::string(KeyOf(*message)), std::string(ValueOf(*message))}, TakenAt(*message)});
    }
    return records;
  }

  Status WriteCheckpoint(core::PartitionId partition, std::string note) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    const std::string key = std::to_string(partition.value);
    const auto written =
        WriteAlone(core_->names().checkpoints, key, note, fmt::format("the checkpoint of partition {}", key));
    if (!written) return Fail(written.error());
    return {};
  }

  Result<std::optional<std::string>> LastCheckpoint(core::PartitionId partition) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    const std::string key = std::to_string(partition.value);
    RASTI_TRY(const auto messages, core_->ReadToEnd(core_->names().checkpoints, 0, 0));
    std::optional<std::string> last;
    for (const Message& message : messages) {
      if (KeyOf(*message) == key) last = std::string(ValueOf(*message));
    }
    return last;
  }

  Result<int64_t> WriteDeadLetter(ports::DeadLetterOut note) override {
    return WriteAlone(core_->names().dead_letters, note.key, note.value, fmt::format("a note on {}", note.key));
  }

  Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(int64_t from, size_t most) override {
    RASTI_TRY(const auto messages, core_->ReadToEnd(core_->names().dead_letters, 0, from, most));
    std::vector<ports::DeadLetterRecord> records;
    records.reserve(messages.size());
    for (const Message& message : messages) {
      records.push_back(
          {message->offset, TakenAt(*message), std::string(KeyOf(*message)), std::string(ValueOf(*message))});
    }
    return records;
  }

  Status Submit(std::string key, std::string signed_command, ports::ResultCallback done) override {
    std::shared_ptr<SubmitChannel> channel;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return Fail(ErrorCode::kUnavailable, "the log is closed");
      if (channel_ == nullptr) {
        RASTI_TRY(channel_, SubmitChannel::Start(core_));
      }
      channel = channel_;
    }
    return channel->Submit(key, signed_command, std::move(done));
  }

  Result<std::vector<std::pair<std::string, std::string>>> ReadOutbox() override {
    std::vector<std::pair<std::string, std::string>> entries;
    for (int32_t partition = 0; partition < partition_count(); ++partition) {
      RASTI_TRY(const auto messages, core_->ReadToEnd(core_->names().outbox, partition, 0));
      for (const Message& message : messages) entries.emplace_back(KeyOf(*message), ValueOf(*message));
    }
    return entries;
  }

  void LeaveForGood() override { core_->LeaveForGood(); }

  Status Close() override {
    std::shared_ptr<SubmitChannel> channel;  // goes after the lock: whoever waits is told by its end
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      channel = std::move(channel_);
    }
    return {};
  }

 private:
  /// One record at a time into a topic of one partition; its offset, once the brokers have it.
  Result<int64_t> WriteAlone(const std::string& topic, const std::string& key, const std::string& value,
                             const std::string& what);

  const std::shared_ptr<LogCore> core_;
  std::mutex mutex_;  // guards what follows
  bool closed_ = false;
  std::shared_ptr<SubmitChannel> channel_;  // made by the first Submit
  std::mutex writer_mutex_;                 // guards what follows
  Client writer_;                           // made by the first WriteAlone
};

Result<int64_t> KafkaEventLogImpl::WriteAlone(const std::string& topic, const std::string& key,
                                              const std::string& value, const std::string& what) {
  struct Outcome {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    int64_t offset = -1;
  };
  const auto on_delivery = [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    *static_cast<Outcome*>(message->_private) = {message->err, message->offset};
  };
  const std::lock_guard lock(writer_mutex_);
  if (writer_ == nullptr) {
    RASTI_TRY(writer_, MakeWriter(core_->options(), on_delivery, nullptr));
  }
  const auto timeout = static_cast<int>(core_->options().request_timeout.count());
  Outcome outcome;
  const KafkaError error = Produce(writer_.get(), {topic, 0, key, value, {}}, &outcome);
  RASTI_CHECKED(ToStatus(error, what));
  rd_kafka_flush(writer_.get(), timeout);
  if (outcome.code == RD_KAFKA_RESP_ERR_NO_ERROR) return outcome.offset;
  // Nothing of it may come back later, when the outcome is gone.
  rd_kafka_purge(writer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(writer_.get(), timeout);
  writer_.reset();
  return Fail(ToError(outcome.code, what));
}

}  // namespace

Status KafkaEventLog::CreateTopics(const KafkaLogOptions& options, int partitions, int replicas,
                                   std::optional<Duration> keep_results) {
  const TopicNames names(options.topic_prefix);
  RASTI_TRY(const Client probe, MakeProbe(options));
  const auto plans = PlanTopics(names, partitions, keep_results);
  if (Status made = MakeTopics(probe.get(), plans, replicas, options.request_timeout); !made) {
    return Fail(made.error().At(options.brokers));
  }
  RASTI_CHECKED(CheckTopics(probe.get(), names, options.request_timeout));
  return {};
}

Result<std::vector<KafkaTopic>> KafkaEventLog::InspectTopics(const KafkaLogOptions& options) {
  RASTI_TRY(const Client probe, MakeProbe(options));
  auto topics = kafka::InspectTopics(probe.get(), TopicNames(options.topic_prefix), options.request_timeout,
                                     options.keep_commands);
  if (!topics) return Fail(topics.error().At(options.brokers));
  return topics;
}

Result<std::unique_ptr<KafkaEventLog>> KafkaEventLog::Open(KafkaLogOptions options) {
  const std::string brokers = options.brokers;
  auto core = LogCore::Open(std::move(options));
  if (!core) return Fail(core.error().At(brokers));
  return std::make_unique<KafkaEventLogImpl>(*std::move(core));
}

}  // namespace rasti::log
