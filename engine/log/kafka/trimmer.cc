#include "engine/log/kafka/trimmer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/base/check.h"
#include "engine/log/kafka/watermarks.h"

namespace rasti::log::kafka {
namespace {

// For one question: whoever closes the log waits for it.
constexpr Duration kAnswerMost{2'000};
// A partition without a leader does not hold the others up; brokers that are away are not asked for each partition.
constexpr int kFailedMost = 3;
constexpr Duration kStep{100};
constexpr Duration kWaitMost{3'600'000};

using AdminOptions = Owned<rd_kafka_AdminOptions_t>;
using Deletion = Owned<rd_kafka_DeleteRecords_t>;
using Event = Owned<rd_kafka_event_t>;

// Before which records are old. By the clock of this machine, while brokers say when a record was taken in.
Instant OldBefore(Duration kept) {
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  // Brokers take negative times for something else.
  return now.time_since_epoch() > kept ? now - kept : Instant{};
}

Error ToDeletionError(rd_kafka_resp_err_t code, const std::string& what) {
  Error error = ToError(code, what);
  if (error.code == ErrorCode::kPermission) {
    error.message +=
        "; it stays for ever without the right Delete on the topics of commands and follow-ups, which "
        "deploy/kafka/acls.sh engine grants";
  }
  return error;
}

}  // namespace

std::optional<int64_t> ChooseTrim(const TrimBounds& bounds) {
  const int64_t to = std::min(bounds.settled, bounds.young.value_or(bounds.settled));
  if (to <= bounds.begin) return std::nullopt;
  return to;
}

Duration TrimWait(Duration every, int failures) {
  const Duration most = std::max(every, kWaitMost);
  Duration wait = every;
  for (int i = 0; i < failures && wait < most; ++i) wait *= 2;
  return std::min(wait, most);
}

Trimmer::~Trimmer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Trimmer::Note(core::PartitionId partition, const ports::InputPositions& committed) {
  if (!options_.keep_commands) return;
  const std::lock_guard lock(mutex_);
  partitions_[partition].committed = committed;
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
}

void Trimmer::Release(core::PartitionId partition) {
  const std::lock_guard lock(mutex_);
  partitions_.erase(partition);
}

bool Trimmer::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Trimmer::Run() {
  int failures = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait_for(lock, TrimWait(options_.trim_every, failures), [this] { return stopping_; });
    if (stopping_) return;
    const Positions settled = TakeSettled();
    lock.unlock();
    const KafkaTrim trim = Trim(settled);
    failures = trim.failure ? failures + 1 : 0;
    if (options_.on_trim) options_.on_trim(trim);
    lock.lock();
  }
}

Trimmer::Positions Trimmer::TakeSettled() {
  Positions settled;
  for (auto& [id, progress] : partitions_) {
    if (progress.settled) settled[id] = *progress.settled;
    progress.settled = progress.committed;
  }
  return settled;
}

KafkaTrim Trimmer::Trim(const Positions& settled) {
  KafkaTrim trim;
  std::vector<Part> parts;
  int failed = 0;
  for (const auto& [id, positions] : settled) {
    for (const bool is_command : {true, false}) {
      if (failed == kFailedMost || is_stopping()) continue;
      const auto part = is_command ? PartOf(names_.commands, id, positions.commands)
                                   : PartOf(names_.follow_ups, id, positions.follow_ups);
      if (!part) {
        ++failed;
        trim.failure = part.error();
      } else if (*part) {
        parts.push_back(**part);
      }
    }
  }
  if (parts.empty() || is_stopping()) return trim;
  if (Status deleted = Delete(parts); !deleted) trim.failure = deleted.error();
  for (const Part& part : parts) {
    int64_t& count = *part.topic == names_.commands ? trim.commands : trim.follow_ups;
    count += std::max<int64_t>(part.gone_to - part.begin, 0);
  }
  return trim;
}

Result<std::optional<Trimmer::Part>> Trimmer::PartOf(const std::string& topic, core::PartitionId partition,
                                                     int64_t settled) const {
  const Duration timeout = std::min(options_.request_timeout, kAnswerMost);
  RASTI_TRY(const int64_t begin, AskBegin(client_, topic, partition.value, timeout));
  if (begin >= settled) return std::nullopt;
  RASTI_TRY(const auto young,
            AskFirstSince(client_, topic, partition.value, OldBefore(*options_.keep_commands), timeout));
  const auto to = ChooseTrim({begin, settled, young});
  if (!to) return std::nullopt;
  return Part{&topic, partition.value, begin, *to, begin};
}

Status Trimmer::Delete(std::vector<Part>& parts) const {
  const std::string what = "deleting old input";
  const PartitionList before(rd_kafka_topic_partition_list_new(static_cast<int>(parts.size())));
  for (const Part& part : parts) {
    rd_kafka_topic_partition_list_add(before.get(), part.topic->c_str(), part.partition)->offset = part.to;
  }
  const Deletion deletion(rd_kafka_DeleteRecords_new(before.get()));
  const AdminOptions admin(rd_kafka_AdminOptions_new(client_, RD_KAFKA_ADMIN_OP_DELETERECORDS));
  const auto timeout = static_cast<int>(options_.request_timeout.count());
  std::array<char, 512> reason{};
  for (const auto set : {rd_kafka_AdminOptions_set_operation_timeout, rd_kafka_AdminOptions_set_request_timeout}) {
    const auto code = set(admin.get(), timeout, reason.data(), reason.size());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, what, reason.data()));
  }
  const Queue queue(rd_kafka_queue_new(client_));
  rd_kafka_DeleteRecords_t* one = deletion.get();
  rd_kafka_DeleteRecords(client_, &one, 1, admin.get(), queue.get());
  Event event;
  while (event == nullptr) {
    if (is_stopping()) return {};
    event.reset(rd_kafka_queue_poll(queue.get(), static_cast<int>(kStep.count())));
  }
  const auto code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToDeletionError(code, what));
  const rd_kafka_topic_partition_list_t* gone =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  Status outcome;
  for (Part& part : parts) {
    const rd_kafka_topic_partition_t* found =
        rd_kafka_topic_partition_list_find(gone, part.topic->c_str(), part.partition);
    if (found == nullptr) continue;
    if (found->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      part.gone_to = found->offset;
    } else if (outcome) {
      outcome = Fail(ToDeletionError(found->err, fmt::format("{} of {}-{}", what, *part.topic, part.partition)));
    }
  }
  return outcome;
}

}  // namespace rasti::log::kafka
