// Hands commands in and waits for what became of them: signs, submits, matches the result, and tries again where the
// outcome is unknown. A retry carries the same command_id, so that it finds the first answer and makes nothing twice.
//
// Ownership: the channel outlives the client. Threading: all functions from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "engine/base/result.h"
#include "engine/codec/result_codec.h"
#include "engine/core/command.h"
#include "engine/ports/command_channel.h"

namespace rasti::client {

struct ClientOptions {
  core::SubmitterId submitter;             // the system that speaks; written into every command
  std::string key_id;                      // which of its keys
  std::string key;                         // the key itself (HMAC-SHA256)
  std::chrono::milliseconds wait{10'000};  // for the answer to one attempt
  int attempts_most = 5;
  std::chrono::milliseconds pause_first{50};  // before the second attempt; doubles with each
  std::chrono::milliseconds pause_most{2'000};
  /// Asked now and then while an answer is awaited: an error ends the wait with it, because no answer will come.
  std::function<Status()> alive;
};

class CommandClient {
 public:
  using Done = std::function<void(Result<codec::CommandResult>)>;

  CommandClient(ports::CommandChannel& channel, ClientOptions options);

  /// Submits and waits. A rejection is a result, no error.
  /// Errors: kTimedOut or kUnavailable after the last attempt (the message says that the outcome is unknown and how to
  /// go on); kInvalidArgument (the command is larger than a record may be); those of a result that cannot be read.
  Result<codec::CommandResult> Execute(core::Command command);

  /// The same for a record that somebody else signed, as it is. `command_id` is for messages.
  Result<codec::CommandResult> ExecuteSigned(const std::string& key, const std::string& record,
                                             const std::string& command_id);

  /// One attempt, without waiting: `done` is called once, from a thread of the channel, and must not block.
  /// Errors: kUnavailable (the queue is full: try again later), kInvalidArgument. Then `done` is not called.
  Status Start(core::Command command, Done done);

 private:
  Result<std::string> Sign(core::Command command) const;
  Result<std::string> Attempt(const std::string& key, const std::string& record);
  Status CheckAlive() const { return options_.alive ? options_.alive() : Status(); }

  ports::CommandChannel& channel_;
  const ClientOptions options_;
};

}  // namespace rasti::client
