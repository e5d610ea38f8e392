// What a log under test must offer to the conformance tests: to be made, opened again and torn down without warning.
#pragma once

#include <memory>

#include "engine/ports/command_channel.h"
#include "engine/ports/event_log.h"

namespace rasti::conformance {

class EventLogFixture {
 public:
  virtual ~EventLogFixture() = default;
  /// Makes an empty log of so many partitions and opens it. Called once, first.
  virtual Status Create(int partitions) = 0;
  /// Closes in good order and opens again. Streams and readers are gone by then.
  virtual Status Reopen() = 0;
  /// Drops the log as a crash would, with streams still open or not, and opens it again.
  virtual Status Crash() = 0;

  virtual ports::EventLog& log() = 0;
  virtual ports::CommandChannel& commands() = 0;

  /// What the outbox holds: (key, value), oldest first.
  virtual Result<std::vector<std::pair<std::string, std::string>>> Outbox() = 0;
  /// Streams are members of a group that is served elsewhere. Such a log takes a while to share partitions out, may
  /// undo a transaction of its own accord while it does (kAborted), and a stream that it gave up on learns of it later
  /// than its successor; its commits are refused meanwhile.
  virtual bool is_remote() const = 0;
  /// Commands outlive a crash (Kafka), or those that were not committed are gone (embedded).
  virtual bool commands_are_durable() const = 0;
};

/// What the fixtures of all logs have in common: they own the log, which is its own command channel.
template <class Log>
class OwningFixture : public EventLogFixture {
 public:
  Status Reopen() override {
    RASTI_CHECKED(log_->Close());
    return Crash();
  }
  Status Crash() override {
    log_.reset();
    return Open();
  }
  ports::EventLog& log() override { return *log_; }
  ports::CommandChannel& commands() override { return *log_; }

 protected:
  /// Opens the log that was created, as log_.
  virtual Status Open() = 0;
  std::unique_ptr<Log> log_;
};

}  // namespace rasti::conformance
