// Marks in both inputs of a partition: small records that say where an input stood when somebody asked.
//
// What a leader has dated cannot be read before its replicas have it, which takes seconds where one of them just died,
// and neither end of a partition that a client may ask for counts it. A record that is written now lies behind it, is
// read after it, and bears the leader's time. So once a mark was read, everything earlier was.
//
// A mark has neither key nor value, only the header rasti-mark: "STREAM/NUMBER". Each stream knows its own and passes
// over the others.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/log/kafka/log_core.h"

namespace rasti::log::kafka {

inline constexpr char kMarkHeader[] = "rasti-mark";

/// Of one stream; belongs to its thread.
class Marks {
 public:
  struct Place {
    ports::InputPositions behind;
    Instant dated;  // the earlier of both
  };

  static Result<std::unique_ptr<Marks>> Open(std::shared_ptr<LogCore> core);

  /// Writes one into each input, and answers its number. Errors: kUnavailable.
  Result<int64_t> Set(core::PartitionId partition);
  /// True where a record that was read is a mark, so nobody's command.
  static bool IsMark(const rd_kafka_message_t& message);
  /// Takes a mark in that was read; true where it is one of this stream that is waited for.
  bool Read(const rd_kafka_message_t& message, ports::Input input);
  /// Where it lies; nothing until it was read from both inputs. What the brokers did not take is written again.
  /// Errors: those that no repeat mends (kPermission, kInvalidArgument); kNotFound where the partition was forgotten.
  Result<std::optional<Place>> Find(core::PartitionId partition, int64_t number);
  void Forget(core::PartitionId partition) { marks_.erase(partition); }

 private:
  struct Side {
    std::optional<int64_t> behind;
    Instant dated;
    rd_kafka_resp_err_t failed = RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  using Mark = std::array<Side, 2>;  // by input

  explicit Marks(std::shared_ptr<LogCore> core);
  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* marks);
  const std::string& TopicOf(ports::Input input) const;
  Status Write(core::PartitionId partition, ports::Input input, int64_t number);
  Side* FindSide(core::PartitionId partition, ports::Input input, int64_t number);

  const std::shared_ptr<LogCore> core_;
  const std::string stream_;  // in the headers
  Client writer_;
  int64_t next_ = 0;
  std::map<core::PartitionId, std::map<int64_t, Mark>> marks_;
};

}  // namespace rasti::log::kafka
