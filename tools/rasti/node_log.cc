#include "tools/rasti/node_log.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <sstream>

#include "engine/base/directory_lock.h"
#include "engine/log/embedded_event_log.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace {

constexpr int64_t kTimeoutLeast = 1'000;
constexpr int64_t kTimeoutMost = 900'000;

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

// Lines "name=value", as librdkafka and the Java client have them in files.
Result<std::map<std::string, std::string>> ReadClientSettings(const std::string& path) {
  RASTI_TRY(const std::string text, ReadFile(path, 65'536));
  std::map<std::string, std::string> settings;
  std::istringstream lines(text);
  std::string line;
  bool is_secret = false;
  for (int number = 1; std::getline(lines, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == 0 || equals == std::string::npos) {
      // Not quoted: it may be a part of a password.
      return Fail(Error::Invalid(fmt::format("{}:{}: not a line of the form name=value", path, number)));
    }
    const std::string name = line.substr(0, equals);
    settings[name] = line.substr(equals + 1);
    is_secret = is_secret || name.find("password") != std::string::npos || name.find("secret") != std::string::npos;
  }
  struct stat about {};
  if (is_secret && ::stat(path.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
    return Fail(ErrorCode::kPermission, fmt::format("{}: others may read the password in it (mode {:04o}); run: chmod "
                                                    "600 {}",
                                                    path, about.st_mode & 07777, path));
  }
  return settings;
}

// Those that the log derives other settings from.
Status TakeTime(std::map<std::string, std::string>& settings, const std::string& name, const std::string& path,
                Duration& taken) {
  const auto found = settings.find(name);
  if (found == settings.end()) return {};
  int64_t value = 0;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < kTimeoutLeast || value > kTimeoutMost) {
    return Fail(Error::Invalid(
        fmt::format("{}: {}={}: wants {} to {} milliseconds", path, name, text, kTimeoutLeast, kTimeoutMost)));
  }
  taken = Duration{value};
  settings.erase(found);
  return {};
}

Status TakeAssignor(std::map<std::string, std::string>& settings, const std::string& path, log::KafkaAssignor& taken) {
  const auto found = settings.find("partition.assignment.strategy");
  if (found == settings.end()) return {};
  if (found->second != "range" && found->second != "cooperative-sticky") {
    return Fail(
        Error::Invalid(fmt::format("{}: {}={}: wants range or cooperative-sticky", path, found->first, found->second)));
  }
  if (found->second == "cooperative-sticky") taken = log::KafkaAssignor::kCooperativeSticky;
  settings.erase(found);
  return {};
}

}  // namespace

Result<log::KafkaLogOptions> KafkaOptionsOf(const KafkaPlace& place) {
  log::KafkaLogOptions options;
  options.brokers = place.brokers;
  options.topic_prefix = place.topic_prefix;
  options.group = place.group;
  options.node = place.node;
  if (place.settings_file.empty()) return options;
  RASTI_TRY(options.client_settings, ReadClientSettings(place.settings_file));
  RASTI_CHECKED(TakeTime(options.client_settings, "session.timeout.ms", place.settings_file, options.session_timeout));
  RASTI_CHECKED(
      TakeTime(options.client_settings, "transaction.timeout.ms", place.settings_file, options.transaction_timeout));
  RASTI_CHECKED(TakeAssignor(options.client_settings, place.settings_file, options.assignor));
  return options;
}

Result<std::unique_ptr<NodeLog>> NodeLog::Open(const DataPaths& paths, const DataMeta& meta, const ports::Clock& clock,
                                               Access access,
                                               std::function<void(std::string_view)> on_kafka_statistics) {
  if (!meta.kafka) {
    log::EmbeddedLogOptions options;
    options.directory = paths.log();
    options.read_only = access == Access::kRead;
    RASTI_TRY(auto log, log::EmbeddedEventLog::Open(options, clock));
    return std::make_unique<EmbeddedNodeLog>(std::move(log));
  }
  const auto mode = access == Access::kRead ? DirectoryLock::Mode::kReader : DirectoryLock::Mode::kWriter;
  RASTI_TRY(DirectoryLock lock, DirectoryLock::Take(paths.root, mode));
  RASTI_TRY(log::KafkaLogOptions options, KafkaOptionsOf(*meta.kafka));
  options.on_statistics = std::move(on_kafka_statistics);
  RASTI_TRY(auto log, log::KafkaEventLog::Open(std::move(options)));
  return std::make_unique<KafkaNodeLog>(std::move(lock), std::move(log));
}

}  // namespace rasti::cli
