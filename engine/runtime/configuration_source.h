// Where a stream thread gets its configuration from. Thread-safe.
#pragma once

#include <chrono>
#include <memory>

#include "engine/base/result.h"
#include "engine/runtime/configuration.h"

namespace rasti::runtime {

class ConfigurationSource {
 public:
  virtual ~ConfigurationSource() = default;
  /// Takes in what was published up to an end asked for by this call.
  virtual Status Refresh() = 0;
  /// The snapshot of the last Refresh.
  virtual std::shared_ptr<const Configuration> Current() const = 0;
  /// How long ago the last successful Refresh asked for its end.
  virtual std::chrono::steady_clock::duration Age() const = 0;
};

/// A configuration that never changes: for tests and benchmarks.
class FixedConfiguration final : public ConfigurationSource {
 public:
  explicit FixedConfiguration(std::shared_ptr<const Configuration> configuration)
      : configuration_(std::move(configuration)) {}
  Status Refresh() override { return {}; }
  std::shared_ptr<const Configuration> Current() const override { return configuration_; }
  std::chrono::steady_clock::duration Age() const override { return {}; }

 private:
  std::shared_ptr<const Configuration> configuration_;
};

}  // namespace rasti::runtime
