#include "engine/log/kafka/submit_channel.h"

#include <fmt/format.h>

#include <optional>

#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/produce.h"

namespace rasti::log::kafka {
namespace {

constexpr int kWaitMs = 5;
constexpr int kFlushMs = 1000;
constexpr std::chrono::seconds kBetweenLooks{1};
// A leader is replaced within 10 s; a writer that waits for twice as long may wait for ever.
constexpr std::chrono::seconds kStuckAfter{20};

}  // namespace

Result<std::unique_ptr<SubmitChannel>> SubmitChannel::Start(std::shared_ptr<LogCore> core) {
  std::unique_ptr<SubmitChannel> channel(new SubmitChannel(std::move(core)));
  RASTI_CHECKED(channel->Open());
  channel->thread_ = std::thread([self = channel.get()] { self->Run(); });
  return channel;
}

Status SubmitChannel::Open() {
  RASTI_TRY(writer_, MakeWriter(core_->options(), &OnDelivery, this));
  RASTI_TRY(reader_, MakeReader(core_->options(), Isolation::kCommitted));
  queue_.reset(rd_kafka_queue_new(reader_.get()));
  const std::string& results = core_->names().results;
  for (int32_t partition = 0; partition < core_->partition_count(); ++partition) {
    RASTI_TRY(const LogCore::Range range, core_->Stable(results, partition));
    Topic topic(rd_kafka_topic_new(reader_.get(), results.c_str(), nullptr));
    if (topic == nullptr || rd_kafka_consume_start_queue(topic.get(), partition, range.end, queue_.get()) != 0) {
      return Fail(ToError(rd_kafka_last_error(), fmt::format("reading {}-{}", results, partition)));
    }
    topics_.push_back(std::move(topic));
  }
  return {};
}

SubmitChannel::~SubmitChannel() {
  stopping_.store(true);
  if (queue_ != nullptr) rd_kafka_queue_yield(queue_.get());
  if (thread_.joinable()) thread_.join();
  if (writer_ != nullptr) {
    rd_kafka_flush(writer_.get(), kFlushMs);
    GiveUp(writer_.get());
  }
  for (size_t partition = 0; partition < topics_.size(); ++partition) {
    rd_kafka_consume_stop(topics_[partition].get(), static_cast<int32_t>(partition));
  }
  topics_.clear();
  queue_.reset();
  std::map<Place, Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    left.swap(waiting_);
  }
  for (const auto& [place, waiting] : left) {
    waiting.done(Fail(ErrorCode::kUnavailable, "the log was closed before the command was answered"));
  }
}

void SubmitChannel::GiveUp(rd_kafka_t* writer) {
  rd_kafka_purge(writer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(writer, kFlushMs);
}

// After a broker's death an idempotent producer of librdkafka 2.0.2 may break for good, or stand still without a word
// (confluentinc/librdkafka#4438). What it held may have been written or not: its submitters are told to ask again.
void SubmitChannel::ReplaceWriterIfStuck(Time now) {
  const bool broken = rd_kafka_fatal_error(writer_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
  {
    const std::lock_guard lock(mutex_);
    const bool stuck = unconfirmed_ > 0 && now - confirmed_at_ > kStuckAfter;
    if (!stuck && !broken) return;
    confirmed_at_ = now;
  }
  auto fresh = MakeWriter(core_->options(), &OnDelivery, this);
  if (!fresh) return;
  {
    const std::lock_guard lock(writer_mutex_);
    std::swap(writer_, *fresh);
  }
  GiveUp(fresh->get());
}

Status SubmitChannel::Submit(const std::string& key, const std::string& signed_command, ports::ResultCallback done) {
  if (stopping_.load()) return Fail(ErrorCode::kUnavailable, "the log is closed");
  const core::PartitionId partition = ports::PartitionOf(key, core_->partition_count());
  auto sent = std::make_unique<Sent>();
  sent->done = std::move(done);
  {
    const std::lock_guard lock(mutex_);
    if (unconfirmed_++ == 0) confirmed_at_ = std::chrono::steady_clock::now();
    sent->from = early_.Expect(partition.value);
  }
  KafkaError error;
  {
    const std::lock_guard lock(writer_mutex_);
    error = Produce(writer_.get(), {core_->names().commands, partition.value, key, signed_command, {}}, sent.get());
    if (error == nullptr) {
      static_cast<void>(sent.release());  // the delivery report brings it back
      return {};
    }
  }
  const std::lock_guard lock(mutex_);
  --unconfirmed_;
  early_.Confirm(partition.value, sent->from, std::nullopt);
  return Fail(ToError(*error, "handing a command in"));
}

void SubmitChannel::Run() {
  Time looked = std::chrono::steady_clock::now();
  while (!stopping_.load()) {
    rd_kafka_poll(writer_.get(), 0);
    const Message message(rd_kafka_consume_queue(queue_.get(), kWaitMs));
    rd_kafka_poll(writer_.get(), 0);
    if (message != nullptr) Take(*message);
    const Time now = std::chrono::steady_clock::now();
    if (now - looked < kBetweenLooks) continue;
    looked = now;
    ReadLostAgain();
    TellTheLate(now);
    ReplaceWriterIfStuck(now);
  }
}

void SubmitChannel::Take(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return Answer(message);
  // The topic was trimmed, or lost its end with its leader. The client reads no further by itself, and every answer
  // from there would be missed.
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) lost_.insert(message.partition);
}

// From the first result that is still there: an answer that nobody waits for any more harms nobody.
void SubmitChannel::ReadLostAgain() {
  for (auto next = lost_.begin(); next != lost_.end();) {
    const int32_t partition = *next;
    const auto range = core_->Stable(core_->names().results, partition);
    if (!range) return;  // the brokers are away: looked at again
    rd_kafka_topic_t* topic = topics_[static_cast<size_t>(partition)].get();
    rd_kafka_consume_stop(topic, partition);
    if (rd_kafka_consume_start_queue(topic, partition, range->begin, queue_.get()) != 0) return;
    next = lost_.erase(next);
  }
}

void SubmitChannel::OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* channel) {
  OwnerOf<SubmitChannel>(channel).Delivered(client, *message);
}

void SubmitChannel::Delivered(rd_kafka_t* client, const rd_kafka_message_t& message) {
  const std::unique_ptr<Sent> sent(static_cast<Sent*>(message._private));
  const Place place{message.partition, message.offset};
  const bool written = message.err == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (written) NoteAnswerInCallback(client);
  std::optional<std::string> answer;
  {
    const std::lock_guard lock(mutex_);
    --unconfirmed_;
    confirmed_at_ = std::chrono::steady_clock::now();
    answer = early_.Confirm(place.first, sent->from, written ? std::optional(place.second) : std::nullopt);
    // Whoever still waits at the end is told so by the destructor.
    if (written && !answer) {
      waiting_[place] = {std::move(sent->done), std::chrono::steady_clock::now() + core_->options().answer_timeout};
      return;
    }
  }
  if (answer) {
    sent->done(*std::move(answer));
  } else {
    sent->done(Fail(Explained(ToError(message.err, "handing a command in"), client)));
  }
}

void SubmitChannel::Answer(const rd_kafka_message_t& message) {
  const auto header = HeaderOf(message, kAnswersHeader);
  const auto answers = header ? ParseNumber(*header) : std::nullopt;
  if (!answers) return;  // not written by an engine of this log; the command's own time runs out
  const Place place{message.partition, *answers};
  ports::ResultCallback done;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(place);
    if (found == waiting_.end()) {
      early_.Keep(place.first, place.second, ValueOf(message));
      return;
    }
    early_.Note(place.first, place.second);
    done = std::move(found->second.done);
    waiting_.erase(found);
  }
  done(std::string(ValueOf(message)));
}

void SubmitChannel::TellTheLate(Time now) {
  std::vector<ports::ResultCallback> late;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (it->second.until > now) {
        ++it;
        continue;
      }
      late.push_back(std::move(it->second.done));
      it = waiting_.erase(it);
    }
  }
  for (const auto& done : late) {
    done(Fail(ErrorCode::kTimedOut, "no answer in time; submit the same command_id again to learn what became of it"));
  }
}

}  // namespace rasti::log::kafka
