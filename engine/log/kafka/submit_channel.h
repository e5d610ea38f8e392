// How a submitter hands commands in over Kafka: writes them to their partition and waits for the results that name
// them.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/log/kafka/early_results.h"
#include "engine/log/kafka/log_core.h"

namespace rasti::log::kafka {

/// Thread-safe. One thread of its own takes in what the brokers say and calls those who wait.
class SubmitChannel {
 public:
  /// Results are read from here on: every command that is submitted later is answered later.
  static Result<std::unique_ptr<SubmitChannel>> Start(std::shared_ptr<LogCore> core);
  /// Whoever waits is told kUnavailable.
  ~SubmitChannel();

  Status Submit(const std::string& key, const std::string& signed_command, ports::ResultCallback done);

 private:
  using Place = std::pair<int32_t, int64_t>;  // partition and offset of a command
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    ports::ResultCallback done;
    Time until;
  };

  /// What a delivery report brings back.
  struct Sent {
    ports::ResultCallback done;
    int64_t from = 0;  // the first offset that it may have got
  };

  explicit SubmitChannel(std::shared_ptr<LogCore> core) : core_(std::move(core)) {}
  Status Open();
  void Run();
  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* channel);
  void Delivered(rd_kafka_t* client, const rd_kafka_message_t& message);
  void Take(const rd_kafka_message_t& message);
  void Answer(const rd_kafka_message_t& message);
  /// Reads those results again whose position was gone.
  void ReadLostAgain();
  void TellTheLate(Time now);
  void ReplaceWriterIfStuck(Time now);
  /// What is unconfirmed then is told so through its delivery report.
  static void GiveUp(rd_kafka_t* writer);

  const std::shared_ptr<LogCore> core_;
  std::mutex writer_mutex_;  // held while a record is handed to the writer, and while it is exchanged
  Client writer_;
  Client reader_;
  std::vector<Topic> topics_;  // one handle a partition that is read
  std::set<int32_t> lost_;     // partitions that are not read any more; of the thread
  Queue queue_;
  std::mutex mutex_;  // guards what follows
  std::map<Place, Waiting> waiting_;
  EarlyResults early_;
  size_t unconfirmed_ = 0;
  Time confirmed_at_;  // when the brokers last confirmed a record, or when the first one after that was handed in
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace rasti::log::kafka
