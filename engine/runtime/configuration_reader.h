// Follows the log's packages and keeps a snapshot of the configuration. Thread-safe.
//
// Where nodes share the log, each knows of a package at another time, up to 4 s after the log took it in (a node that
// asked longer ago decides nothing). One that is to come into force sooner than that would hold for some of them first.
// It is held back: for everybody it comes into force 5 s after it was taken in, whatever it says.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/package_codec.h"
#include "engine/ports/event_log.h"
#include "engine/runtime/configuration_source.h"

namespace rasti::runtime {

class ConfigurationReader final : public ConfigurationSource {
 public:
  /// The log outlives the reader.
  explicit ConfigurationReader(ports::EventLog& log);

  /// Reads what was published since, up to an end asked for now. A package that cannot be read is an error that names
  /// it: nobody decides with a part of the configuration. Callers at the same time share one reading.
  Status Refresh() override;
  std::shared_ptr<const Configuration> Current() const override;
  std::chrono::steady_clock::duration Age() const override;

  enum class Published { kNew, kUnchanged };
  /// Checks packages against each other and the configuration, makes them durable, and takes them into force. A version
  /// that is published already with the same files is left alone. One that the log takes in late is held back, as
  /// packages() says then.
  /// Errors: kAlreadyExists (that version with other files: make it a new version), kInvalidArgument (what is wrong,
  /// one line an issue; also a workflow and overrides that would be in force together and do not fit). Nothing is
  /// published then.
  Result<std::vector<Published>> Publish(const std::vector<codec::PublishedPackage>& packages);
  /// All packages; effective_from is when each really comes into force.
  std::vector<codec::PublishedPackage> packages() const;
  /// The configuration that such a list makes, for who has the packages but not the log.
  static Result<std::shared_ptr<const Configuration>> Of(const std::vector<codec::PublishedPackage>& packages);

 private:
  struct Record {
    int64_t position = 0;
    codec::PublishedPackage package;
    std::shared_ptr<const codec::LoadedPackage> loaded;  // read once, shared by all configurations that it is part of
    Instant taken_at;                                    // by a log that nodes share
  };
  static Result<Record> MakeRecord(int64_t position, codec::PublishedPackage package);
  /// Whether it would come into force before everybody knows it. `before`: what is published already.
  static bool IsTooLate(const Record& fresh, const std::vector<Record>& before);
  /// Everything in which the workflows and overrides of a configuration do not fit, where one of a pair is among
  /// `fresh`.
  static Status CheckFit(const Configuration& configuration, const std::vector<Record>& records,
                         const std::vector<codec::PublishedPackage>& fresh);
  static Result<std::shared_ptr<const Configuration>> Build(const std::vector<Record>& records);
  // REQUIRES: reading_ is held.
  Status Read();

  ports::EventLog& log_;
  // Held while the log is asked, which can take as long as brokers are away: nobody who only looks waits for that.
  std::mutex reading_;
  mutable std::mutex mutex_;  // guards what follows, and is held for moments
  std::shared_ptr<const Configuration> current_;
  std::chrono::steady_clock::time_point refreshed_;
  std::vector<Record> records_;  // the first of each key
  int64_t next_position_ = 0;
  std::optional<Error> failed_;  // why the last reading ended in nothing
  std::chrono::steady_clock::time_point failed_at_;
};

}  // namespace rasti::runtime
