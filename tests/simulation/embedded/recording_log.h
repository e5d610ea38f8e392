// The embedded log as the engine of a simulated process uses it: every call may be interrupted, nothing waits, and
// whatever goes through is recorded.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/ports/clock.h"
#include "tests/simulation/embedded/embedded_record.h"

namespace rasti::simulation {

/// Called before each call, and after it: others go on meanwhile, or the process turns out to be dead (ProcessDied).
using CallHook = std::function<void(std::string_view call)>;

class RecordingLog final : public ports::EventLog {
 public:
  /// All referred to outlives it. `stream`: its number, for the record.
  RecordingLog(ports::EventLog& log, int stream, EmbeddedRecord& record, const ports::Clock& clock, CallHook hook)
      : log_(log), stream_(stream), record_(record), clock_(clock), hook_(std::move(hook)) {}

  int partition_count() const override { return log_.partition_count(); }
  Result<std::unique_ptr<ports::LogStream>> OpenStream(ports::AssignmentListener& listener) override;
  Result<std::unique_ptr<ports::EventReader>> OpenReader(core::PartitionId partition, core::Sequence from) override;
  Result<core::Sequence> EndSequence(core::PartitionId partition) override;
  Result<std::vector<ports::StoredEvent>> ReadAt(core::PartitionId partition,
                                                 const std::vector<core::Sequence>& sequences) override;
  Result<int64_t> Publish(std::string key, std::string value) override;
  Result<std::vector<ports::DefinitionRecord>> ReadDefinitions(int64_t from) override;
  Result<int64_t> WriteDeadLetter(ports::DeadLetterOut note) override;
  Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(int64_t from, size_t most) override;

 private:
  ports::EventLog& log_;
  const int stream_;
  EmbeddedRecord& record_;
  const ports::Clock& clock_;
  const CallHook hook_;
};

}  // namespace rasti::simulation
