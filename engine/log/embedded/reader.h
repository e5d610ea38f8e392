// EventReader over the shared core. Sees what is committed, and holds nothing of RocksDB between two reads, so that an
// idle reader pins neither old files nor memory.
#pragma once

#include <memory>
#include <vector>

#include "engine/log/embedded/log_core.h"

namespace rasti::log::embedded {

class Reader : public ports::EventReader {
 public:
  Reader(std::shared_ptr<LogCore> core, core::PartitionId partition, core::Sequence from)
      : core_(std::move(core)), partition_(partition), next_(from.value) {}

  Result<std::vector<ports::StoredEvent>> Read(size_t most, Duration timeout) override;

 private:
  const std::shared_ptr<LogCore> core_;
  const core::PartitionId partition_;
  int64_t next_;
};

/// Events by sequence. Errors: as EventLog::ReadAt.
Result<std::vector<ports::StoredEvent>> ReadEventsAt(Database& database, core::PartitionId partition, int64_t end,
                                                     const std::vector<core::Sequence>& sequences);

}  // namespace rasti::log::embedded
