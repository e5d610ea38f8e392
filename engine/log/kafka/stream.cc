#include "engine/log/kafka/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/base/check.h"
#include "engine/log/kafka/clients.h"

namespace rasti::log::kafka {
namespace {

// What is fetched beyond what was asked for, so that the next Poll has it at once.
constexpr size_t kAhead = 1024;
constexpr size_t kAheadBytes = size_t{16} << 20;
constexpr Duration kWhileLeaving{20};
constexpr std::chrono::milliseconds kBetweenLooks{5};

}  // namespace

Stream::Stream(std::shared_ptr<LogCore> core, ports::AssignmentListener& listener)
    : core_(std::move(core)), listener_(listener), member_(core_->TakeMember()), transactions_(core_, member_) {}

Result<std::unique_ptr<Stream>> Stream::Open(std::shared_ptr<LogCore> core, ports::AssignmentListener& listener) {
  std::unique_ptr<Stream> stream(new Stream(std::move(core), listener));
  RASTI_CHECKED(stream->transactions_.Start());
  RASTI_TRY(stream->marks_, Marks::Open(stream->core_));
  const KafkaLogOptions& options = stream->core_->options();
  RASTI_TRY(stream->client_, MakeMember(options, stream->member_, &OnRebalance, stream.get(),
                                        options.on_statistics ? &OnStatistics : nullptr));
  rd_kafka_t* client = stream->client_.get();
  rd_kafka_poll_set_consumer(client);
  stream->queue_.reset(rd_kafka_queue_get_consumer(client));
  const PartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), stream->core_->names().commands.c_str(), RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(client, topics.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "joining the group"));
  return stream;
}

Stream::~Stream() {
  listening_ = false;
  if (client_ != nullptr && !closed_) Leave();
  queue_.reset();
  if (client_ != nullptr && IsUndying()) {
    static_cast<void>(client_.release());
  } else if (client_ != nullptr) {
    // One that would not leave is not asked again.
    Deleter::Destroy(client_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  core_->GiveBackMember(member_);
}

Status Stream::Close() {
  if (closed_) return {};
  // The client stays until the stream goes: another thread may wake it still.
  closed_ = true;
  Status outcome = Abort();
  if (core_->leaves_for_good()) GiveUpMembership();
  Leave();
  // Where the group was left without a word, what was held goes all the same.
  Partitions left;
  for (const auto& [id, held] : held_) left.push_back(id);
  Revoke(left, false);
  return outcome;
}

void Stream::Leave() {
  leaving_ = true;
  AwaitFirstAssignment();
  if (IsUndying()) return;
  // An error says that there is nothing to leave.
  const KafkaError error(rd_kafka_consumer_close_queue(client_.get(), queue_.get()));
  if (error != nullptr) return;
  const auto deadline = std::chrono::steady_clock::now() + core_->options().session_timeout;
  while (rd_kafka_consumer_closed(client_.get()) == 0 && std::chrono::steady_clock::now() < deadline) {
    static_cast<void>(Fetch(0, kWhileLeaving));
  }
}

// Taking a member of a cooperative-sticky group apart that was never assigned anything is an assertion of librdkafka
// 2.0.2, and the end of the process. So it stays, speaks to nobody, and the group forgets it.
bool Stream::IsUndying() const { return is_cooperative() && !was_assigned_; }

void Stream::AwaitFirstAssignment() {
  const auto deadline = std::chrono::steady_clock::now() + core_->options().session_timeout;
  while (!was_assigned_ && std::chrono::steady_clock::now() < deadline) {
    static_cast<void>(Fetch(0, kWhileLeaving));
  }
}

void Stream::Wake() {
  woken_.store(true);
  rd_kafka_queue_yield(queue_.get());
}

// Not rd_kafka_rebalance_protocol, which answers with nothing while a member leaves.
bool Stream::is_cooperative() const { return core_->options().assignor == KafkaAssignor::kCooperativeSticky; }

// --- assignment -----------------------------------------------------------------------------------------------------

void Stream::OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
                         void* opaque) {
  auto& self = OwnerOf<Stream>(opaque);
  Partitions partitions;
  for (int i = 0; i < list->cnt; ++i) {
    if (self.core_->names().commands == list->elems[i].topic) partitions.push_back({list->elems[i].partition});
  }
  self.changed_ = true;
  self.was_assigned_ = true;
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    self.rebalanced_ = self.leaving_ ? self.AssignNothing() : self.Assign(partitions);
    if (self.rebalanced_) return;
    // Without positions there is nothing to read; the stream says so and goes.
    self.broken_ = true;
    static_cast<void>(self.AssignNothing());
    return;
  }
  // Those that it took: librdkafka waits for ever for an answer that it can use.
  std::map<core::PartitionId, ports::InputPositions> gone;
  for (const core::PartitionId id : partitions) {
    if (self.held_.contains(id)) gone[id] = {};
  }
  self.Revoke(partitions, rd_kafka_assignment_lost(client) != 0);
  if (!self.is_cooperative()) {
    self.rebalanced_ = self.AssignNothing();
    return;
  }
  const PartitionList both = self.ListOf(gone);
  self.rebalanced_ = ToStatus(KafkaError(rd_kafka_incremental_unassign(client, both.get())), "giving partitions up");
}

int Stream::OnStatistics(rd_kafka_t*, char* json, size_t length, void* opaque) {
  OwnerOf<Stream>(opaque).core_->options().on_statistics({json, length});
  return 0;  // librdkafka frees it
}

Status Stream::AssignNothing() {
  if (is_cooperative()) {
    const PartitionList nothing(rd_kafka_topic_partition_list_new(0));
    return ToStatus(KafkaError(rd_kafka_incremental_assign(client_.get(), nothing.get())), "taking no partitions over");
  }
  const auto code = rd_kafka_assign(client_.get(), nullptr);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "taking no partitions over"));
  return {};
}

Status Stream::Assign(const Partitions& partitions) {
  std::map<core::PartitionId, ports::InputPositions> positions;
  if (!partitions.empty()) {
    RASTI_TRY(positions, FetchCommitted(partitions));
  }
  for (const auto& [id, committed] : positions) {
    RASTI_CHECKED(AwaitSettled(id));
    RASTI_TRY(const core::Sequence end, core_->EndSequence(id));
    held_[id] = Held{committed, InputBuffer(committed.commands), InputBuffer(committed.follow_ups), end, end};
    core_->trimmer().Note(id, committed);
  }
  const PartitionList list = ListOf(positions);
  if (positions.empty()) return AssignNothing();
  if (is_cooperative()) {
    return ToStatus(KafkaError(rd_kafka_incremental_assign(client_.get(), list.get())), "taking partitions over");
  }
  const auto code = rd_kafka_assign(client_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "taking partitions over"));
  return {};
}

void Stream::Revoke(const Partitions& partitions, bool lost) {
  Partitions told;
  for (const core::PartitionId id : partitions) {
    const auto found = held_.find(id);
    if (found == held_.end()) continue;
    if (found->second.announced) told.push_back(id);
  }
  if (listening_ && !told.empty()) {
    if (lost) {
      listener_.OnLost(told);
    } else {
      listener_.OnRevoked(told);
    }
  }
  for (const core::PartitionId id : partitions) {
    if (held_.erase(id) > 0) core_->trimmer().Release(id);
    marks_->Forget(id);
  }
}

Status Stream::Announce() {
  Partitions fresh;
  for (const auto& [id, held] : held_) {
    if (!held.announced) fresh.push_back(id);
  }
  if (fresh.empty()) return {};
  for (const core::PartitionId id : fresh) held_.at(id).announced = true;
  Status taken = listener_.OnAssigned(fresh);
  if (taken) return {};
  for (const core::PartitionId id : fresh) held_.at(id).announced = false;
  return taken;
}

Status Stream::AwaitSettled(core::PartitionId partition) {
  const std::string& events = core_->names().events;
  RASTI_TRY(const LogCore::Range real, core_->Real(events, partition.value));
  const auto deadline =
      std::chrono::steady_clock::now() + core_->options().transaction_timeout + core_->options().request_timeout;
  for (;;) {
    RASTI_TRY(const LogCore::Range stable, core_->Stable(events, partition.value));
    if (stable.end >= real.end) return {};
    if (std::chrono::steady_clock::now() > deadline) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("kafka: {}-{}: a transaction of an earlier owner is still open at offset {}; the broker "
                              "ends it after its time-out",
                              events, partition.value, stable.end));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

PartitionList Stream::ListOf(const std::map<core::PartitionId, ports::InputPositions>& positions) const {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(2 * positions.size())));
  for (const auto& [id, next] : positions) {
    rd_kafka_topic_partition_list_add(list.get(), core_->names().commands.c_str(), id.value)->offset = next.commands;
    rd_kafka_topic_partition_list_add(list.get(), core_->names().follow_ups.c_str(), id.value)->offset =
        next.follow_ups;
  }
  return list;
}

// --- input ----------------------------------------------------------------------------------------------------------

Result<std::vector<ports::InputRecord>> Stream::Poll(size_t most, Duration timeout) {
  if (closed_ || broken_) return Fail(ErrorCode::kUnavailable, "kafka: the stream is closed");
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  changed_ = false;
  for (;;) {
    const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    const bool at_once = woken_.load() || (most > 0 && waiting() > 0) || left < Duration{0};
    const size_t ahead = most + kAhead;
    RASTI_CHECKED(Fetch(ahead - std::min(waiting(), ahead), at_once ? Duration{0} : left));
    RASTI_CHECKED(Announce());
    std::vector<ports::InputRecord> records = Take(most);
    const bool woken = woken_.exchange(false);
    if (!records.empty() || woken || changed_ || std::chrono::steady_clock::now() >= deadline) return records;
  }
}

Status Stream::Fetch(size_t most, Duration timeout) {
  rebalanced_ = Status();
  // Also where nothing is wanted: the group is served by the same call.
  auto wait = static_cast<int>(timeout.count());
  size_t bytes = 0;
  for (const auto& [id, held] : held_) bytes += held.commands.waiting_bytes() + held.follow_ups.waiting_bytes();
  for (size_t taken = 0; taken == 0 || (taken < most && bytes < kAheadBytes); ++taken) {
    const Message message(rd_kafka_consume_queue(queue_.get(), wait));
    RASTI_CHECKED(rebalanced_);
    if (message == nullptr) return {};
    bytes += message->len + message->key_len;
    RASTI_CHECKED(Accept(*message));
    wait = 0;
  }
  return {};
}

Status Stream::Accept(const rd_kafka_message_t& message) {
  if (message.rkt == nullptr) {
    const auto code = message.err;
    // Not polled for too long: the group gave the partitions away, and they come back with the next rebalance.
    if (code == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED || code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return Fail(ToError(code, "consuming", rd_kafka_message_errstr(&message)));
  }
  const bool is_command = core_->names().commands == rd_kafka_topic_name(message.rkt);
  const auto found = held_.find({message.partition});
  if (found == held_.end()) return {};
  InputBuffer& buffer = is_command ? found->second.commands : found->second.follow_ups;
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    buffer.FetchedTo(message.offset);
    return {};
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(ToError(message.err,
                        fmt::format("consuming {}-{}", rd_kafka_topic_name(message.rkt), message.partition),
                        rd_kafka_message_errstr(&message)));
  }
  const auto input = is_command ? ports::Input::kCommands : ports::Input::kFollowUps;
  if (Marks::IsMark(message)) {
    buffer.FetchedTo(message.offset + 1);
    if (marks_->Read(message, input)) changed_ = true;
    return {};
  }
  buffer.Push({.partition = {message.partition},
               .input = input,
               .position = message.offset,
               .taken_at = TakenAt(message),
               .key = std::string(KeyOf(message)),
               .value = std::string(ValueOf(message))});
  return {};
}

size_t Stream::waiting() const {
  size_t sum = 0;
  for (const auto& [id, held] : held_) {
    if (!held.paused) sum += held.commands.waiting() + held.follow_ups.waiting();
  }
  return sum;
}

std::vector<ports::InputRecord> Stream::Take(size_t most) {
  std::vector<ports::InputRecord> records;
  std::vector<Held*> announced;
  for (auto& [id, held] : held_) {
    if (held.announced && !held.paused) announced.push_back(&held);
  }
  if (announced.empty()) return records;
  PollRoom room(most);
  for (Held* held : announced) held->follow_ups.Take(room, records);
  // Another partition is the first each time, so that a busy one does not hold the others back.
  ++turn_;
  for (size_t i = 0; i < announced.size(); ++i) {
    announced[(turn_ + i) % announced.size()]->commands.Take(room, records);
  }
  return records;
}

Result<Stream::Held*> Stream::Find(core::PartitionId partition) {
  const auto found = held_.find(partition);
  if (found == held_.end()) {
    return Fail(ErrorCode::kFenced, fmt::format("kafka: partition {} is not this stream's", partition.value));
  }
  return &found->second;
}

}  // namespace rasti::log::kafka
