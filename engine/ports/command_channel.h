// CommandChannel: how a submitter hands commands in and learns what became of them.
// Threading: thread-safe.
#pragma once

#include <functional>
#include <string>

#include "engine/base/result.h"
#include "engine/core/ids.h"

namespace rasti::ports {

/// A command's result as it was committed: a serialised rasti.v1.Result; or why there is none (the channel closed, the
/// transaction failed: the command may be submitted again with the same command_id).
using ResultCallback = std::function<void(Result<std::string>)>;

class CommandChannel {
 public:
  virtual ~CommandChannel() = default;
  /// Hands in a serialised rasti.v1.Signed. `done` is called once, from a thread of the log, after the commit; it must
  /// not block. Errors: kUnavailable when the queue is full or nothing runs: try again later.
  virtual Status Submit(std::string key, std::string signed_command, ResultCallback done) = 0;
};

}  // namespace rasti::ports
