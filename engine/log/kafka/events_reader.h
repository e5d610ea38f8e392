// Events of a partition, from a sequence on.
#pragma once

#include <memory>

#include "engine/log/kafka/log_core.h"

namespace rasti::log::kafka {

class EventsReader : public ports::EventReader {
 public:
  EventsReader(std::shared_ptr<LogCore> core, core::PartitionId partition, core::Sequence from)
      : core_(std::move(core)), partition_(partition), next_(from) {}

  Result<std::vector<ports::StoredEvent>> Read(size_t most, Duration timeout) override;

 private:
  Status Take(const rd_kafka_message_t& message, std::vector<ports::StoredEvent>& events);

  const std::shared_ptr<LogCore> core_;
  const core::PartitionId partition_;
  core::Sequence next_;
  std::unique_ptr<PartitionReader> reader_;
};

}  // namespace rasti::log::kafka
