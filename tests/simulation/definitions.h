// The configuration of a simulated run: the sample world, whose second calendar and second version of the workflow are
// published in the middle of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/clock.h"
#include "engine/ports/event_log.h"
#include "engine/runtime/configuration.h"
#include "engine/runtime/configuration_source.h"
#include "tests/support/sample_definition.h"

namespace rasti::simulation {

const test::SampleWorld& Sample();
/// Its definition of that version, in force or not. Errors: kUnavailable.
Result<std::shared_ptr<const core::Definition>> FindSample(const core::VersionedName& definition);
/// Built once for as long as the same is asked for.
std::shared_ptr<const runtime::Configuration> ConfigurationOf(std::optional<Instant> second_from);

/// What is published of it: key and value.
std::pair<std::string, std::string> SecondVersions(Instant from);
/// When the second versions come into force, as far as they are published.
std::optional<Instant> SecondFrom(const std::vector<ports::DefinitionRecord>& records);

/// A node's view of it: read from the log, as old as the last reading.
class NodeConfiguration final : public runtime::ConfigurationSource {
 public:
  /// Log and clock outlive it.
  NodeConfiguration(ports::EventLog& log, const ports::Clock& clock) : log_(log), clock_(clock) {}

  Status Refresh() override;
  std::shared_ptr<const runtime::Configuration> Current() const override { return current_; }
  std::chrono::steady_clock::duration Age() const override { return clock_.Steady() - refreshed_; }

 private:
  ports::EventLog& log_;
  const ports::Clock& clock_;
  std::shared_ptr<const runtime::Configuration> current_ = ConfigurationOf({});
  std::chrono::steady_clock::time_point refreshed_{};
};

}  // namespace rasti::simulation
