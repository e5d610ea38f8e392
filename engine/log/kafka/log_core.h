// What the streams, readers and submitters of one log share.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/log/kafka/handles.h"
#include "engine/log/kafka/partition_reader.h"
#include "engine/log/kafka/topics.h"
#include "engine/log/kafka/trimmer.h"
#include "engine/log/kafka/watermarks.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {

/// Thread-safe.
class LogCore {
 public:
  static Result<std::shared_ptr<LogCore>> Open(KafkaLogOptions options);
  /// Without a look at the topics: brokers of a test may not tell settings.
  static Result<std::shared_ptr<LogCore>> OpenUnchecked(KafkaLogOptions options, int partitions);

  const KafkaLogOptions& options() const { return options_; }
  const TopicNames& names() const { return names_; }
  int partition_count() const { return partitions_; }
  ReaderPool& readers() { return readers_; }
  Trimmer& trimmer() { return trimmer_; }
  Status CheckPartition(core::PartitionId partition) const;

  using Range = Watermarks;
  /// The first offset that is kept, and the end up to which transactions are closed.
  Result<Range> Stable(const std::string& topic, int32_t partition);
  /// The same with the real end: what open transactions wrote lies before it.
  Result<Range> Real(const std::string& topic, int32_t partition);
  /// The same of several (topic, partition), in their order.
  Result<std::vector<Range>> Real(const std::vector<std::pair<std::string, int32_t>>& partitions);

  Result<core::Sequence> EndSequence(core::PartitionId partition);
  /// A commit of this process ended here. The brokers' stable end lags behind it for some 40 ms.
  void NoteEnd(core::PartitionId partition, core::Sequence end);
  /// An offset at or before the event's, from which on it is not far.
  Result<int64_t> OffsetNear(core::PartitionId partition, core::Sequence sequence);
  /// The next positions of both inputs, as the last event, the last result and what was trimmed say: where a lost
  /// position begins again.
  Result<ports::InputPositions> LastInput(core::PartitionId partition);
  /// Every record of a partition from an offset up to its stable end, or the first `most` of them.
  Result<std::vector<Message>> ReadToEnd(const std::string& topic, int32_t partition, int64_t from,
                                         size_t most = SIZE_MAX);

  /// The lowest number that no open stream of this node has.
  int TakeMember();
  void GiveBackMember(int member);
  /// Whether streams that are closed leave their group for good.
  bool leaves_for_good() const { return leaves_for_good_.load(); }
  void LeaveForGood() { leaves_for_good_.store(true); }

 private:
  LogCore(KafkaLogOptions options, Client committed, Client uncommitted)
      : options_(std::move(options)),
        names_(options_.topic_prefix),
        committed_(std::move(committed)),
        uncommitted_(std::move(uncommitted)),
        readers_(options_),
        trimmer_(options_, names_, uncommitted_.get()) {}
  Result<Message> FirstFrom(const std::string& topic, int32_t partition, int64_t offset);
  Result<Message> LastOf(const std::string& topic, int32_t partition, const Range& range);

  const KafkaLogOptions options_;
  const TopicNames names_;
  int partitions_ = 0;
  const Client committed_;
  const Client uncommitted_;
  ReaderPool readers_;
  Trimmer trimmer_;
  std::atomic<bool> leaves_for_good_ = false;
  std::mutex mutex_;  // guards what follows
  std::set<int> members_;
  struct Tail {
    int64_t offset = 0;
    core::Sequence end;        // as read
    core::Sequence committed;  // as written here
  };
  std::vector<Tail> tails_;  // what was learnt of each partition's end
};

}  // namespace rasti::log::kafka
