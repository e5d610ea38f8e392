#include "tools/rasti/node_log.h"

#include <fmt/format.h>

#include "engine/base/directory_lock.h"
#include "engine/log/embedded_event_log.h"
#include "tools/rasti/kafka_settings.h"

namespace rasti::cli {
namespace {

class EmbeddedNodeLog final : public NodeLog {
 public:
  explicit EmbeddedNodeLog(std::unique_ptr<log::EmbeddedEventLog> log) : log_(std::move(log)) {}

  ports::EventLog& events() override { return *log_; }
  ports::CommandChannel& commands() override { return *log_; }
  std::vector<std::string> notes() const override {
    std::vector<std::string> notes;
    for (const log::RecoveryNote& note : log_->recovery_notes()) {
      notes.push_back(fmt::format("{}: {}", note.file, note.message));
    }
    return notes;
  }
  Status VerifyRecords(const std::function<void(int64_t, int64_t)>& progress) override {
    return log_->VerifyAll(progress);
  }
  Status Checkpoint(const std::string& directory) override { return log_->Checkpoint(directory); }
  Status LeaveForGood() override {
    return Fail(
        Error::Invalid("the log is in the directory, so nobody else can take it over; end `rasti run` with "
                       "SIGTERM"));
  }
  Status DropOldDeadLetters(Instant now) override { return log_->TrimDeadLetters(now - kDeadLettersKept); }
  Status Close() override { return log_->Close(); }

 private:
  const std::unique_ptr<log::EmbeddedEventLog> log_;
};

class KafkaNodeLog final : public NodeLog {
 public:
  KafkaNodeLog(DirectoryLock lock, std::unique_ptr<log::KafkaEventLog> log)
      : lock_(std::move(lock)), log_(std::move(log)) {}

  ports::EventLog& events() override { return *log_; }
  ports::CommandChannel& commands() override { return *log_; }
  std::vector<std::string> notes() const override { return {}; }
  Status VerifyRecords(const std::function<void(int64_t, int64_t)>& progress) override {
    progress(0, 0);
    return {};
  }
  Status Checkpoint(const std::string&) override {
    return Fail(Error::Invalid("the log is at the brokers, and is backed up there"));
  }
  Status LeaveForGood() override {
    log_->LeaveForGood();
    return {};
  }
  Status DropOldDeadLetters(Instant) override { return {}; }
  Status Close() override {
    Status closed = log_->Close();
    lock_ = DirectoryLock();
    return closed;
  }

 private:
  DirectoryLock lock_;
  const std::unique_ptr<log::KafkaEventLog> log_;
};

}  // namespace

Result<std::unique_ptr<NodeLog>> NodeLog::Open(const DataPaths& paths, const DataMeta& meta, const ports::Clock& clock,
                                               Access access, AtBrokers at_brokers, rocksdb::Env* env) {
  if (!meta.kafka) {
    log::EmbeddedLogOptions options;
    options.directory = paths.log();
    options.read_only = access == Access::kRead;
    options.env = env;
    RASTI_TRY(auto log, log::EmbeddedEventLog::Open(options, clock));
    return std::make_unique<EmbeddedNodeLog>(std::move(log));
  }
  const auto mode = access == Access::kRead ? DirectoryLock::Mode::kReader : DirectoryLock::Mode::kWriter;
  RASTI_TRY(DirectoryLock lock, DirectoryLock::Take(paths.root, mode));
  RASTI_TRY(log::KafkaLogOptions options, KafkaOptionsOf(*meta.kafka));
  options.on_statistics = std::move(at_brokers.on_statistics);
  options.keep_commands = at_brokers.keep_commands;
  options.trim_every = at_brokers.trim_every;
  options.on_trim = std::move(at_brokers.on_trim);
  auto log = log::KafkaEventLog::Open(std::move(options));
  if (!log) return Fail(WithSettingsFile(log.error(), *meta.kafka));
  return std::make_unique<KafkaNodeLog>(std::move(lock), *std::move(log));
}

}  // namespace rasti::cli
