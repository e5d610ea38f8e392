#include "engine/log/kafka/partition_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/log/kafka/clients.h"

namespace rasti::log::kafka {
namespace {

constexpr size_t kReadMost = 1024;
// Bytes of values that are fetched ahead: of all partitions together where each is read once, and the least of each.
constexpr size_t kAheadBytes = size_t{16} << 20;
constexpr size_t kAheadBytesLeast = size_t{1} << 20;

}  // namespace

PartitionReader::~PartitionReader() {
  rd_kafka_consume_stop(topic_.get(), place_.second);
  topic_.reset();
  pool_.Release(*slot_, place_);
}

Result<std::vector<Message>> PartitionReader::Read(size_t most, Duration timeout) {
  std::vector<Message> messages;
  const std::string what = fmt::format("reading {}-{}", place_.first, place_.second);
  // A batch waits until it is full or the time is over, so only the first record is waited for.
  Message first(rd_kafka_consume(topic_.get(), place_.second, 0));
  if (first == nullptr) {
    FetchOn();
    first.reset(rd_kafka_consume(topic_.get(), place_.second, static_cast<int>(timeout.count())));
  }
  if (first == nullptr) return messages;
  RASTI_CHECKED(Take(std::move(first), what, messages));
  if (most <= messages.size()) return messages;
  std::vector<rd_kafka_message_t*> raw(std::min(most, kReadMost) - messages.size());
  const ssize_t count = rd_kafka_consume_batch(topic_.get(), place_.second, 0, raw.data(), raw.size());
  if (count < 0) return Fail(ToError(rd_kafka_last_error(), what));
  Status outcome;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    Message message(raw[i]);
    if (outcome) outcome = Take(std::move(message), what, messages);
  }
  // What came before an error is told first: the error comes again.
  if (!outcome && messages.empty()) return Fail(outcome.error());
  return messages;
}

void PartitionReader::FetchOn() {
  const bool was_full = run_bytes_ >= pool_.queued_bytes_ || run_records_ >= kQueuedRecordsMost;
  run_bytes_ = run_records_ = 0;
  // Whatever a fetch that is under way brings is dropped by this, which matters only where the queue was not full.
  if (was_full && !at_end_) rd_kafka_seek(topic_.get(), place_.second, position_, 0);
}

Status PartitionReader::Take(Message message, const std::string& what, std::vector<Message>& messages) {
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    position_ = std::max(position_, message->offset);
    at_end_ = true;
    return {};
  }
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(ToError(message->err, what, rd_kafka_message_errstr(message.get())));
  }
  if (message->offset < position_) return {};
  position_ = message->offset + 1;
  at_end_ = false;
  run_bytes_ += message->len;
  ++run_records_;
  messages.push_back(std::move(message));
  return {};
}

void ReaderPool::ShareAmong(int partitions) {
  queued_bytes_ =
      std::clamp(kAheadBytes / static_cast<size_t>(std::max(partitions, 1)), kAheadBytesLeast, kQueuedBytesMost);
}

Result<std::shared_ptr<PartitionReader::Slot>> ReaderPool::Take(const PartitionReader::Place& place) {
  const std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) {
    if (slot->in_use.insert(place).second) return slot;
  }
  RASTI_TRY(Client client, MakeReader(options_, Isolation::kCommitted, queued_bytes_));
  slots_.push_back(std::make_shared<PartitionReader::Slot>());
  slots_.back()->client = std::move(client);
  slots_.back()->in_use.insert(place);
  return slots_.back();
}

void ReaderPool::Release(PartitionReader::Slot& slot, const PartitionReader::Place& place) {
  const std::lock_guard lock(mutex_);
  slot.in_use.erase(place);
}

Result<std::unique_ptr<PartitionReader>> ReaderPool::Open(const std::string& topic, int32_t partition, int64_t offset) {
  PartitionReader::Place place(topic, partition);
  RASTI_TRY(auto slot, Take(place));
  Topic handle(rd_kafka_topic_new(slot->client.get(), topic.c_str(), nullptr));
  if (handle == nullptr || rd_kafka_consume_start(handle.get(), partition, offset) != 0) {
    Error error = ToError(rd_kafka_last_error(), fmt::format("reading {}-{}", topic, partition));
    handle.reset();
    Release(*slot, place);
    return Fail(std::move(error));
  }
  return std::unique_ptr<PartitionReader>(
      new PartitionReader(*this, std::move(slot), std::move(place), std::move(handle), offset));
}

}  // namespace rasti::log::kafka
