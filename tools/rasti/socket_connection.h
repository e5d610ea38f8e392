// The client's end of the socket: requests go out as they come, a thread hands the answers to who waits for them.
//
// A connection that broke is made anew by the next request; what was under way is answered kUnavailable, because its
// outcome is unknown (a command is then submitted again with the same id).
//
// Threading: thread-safe. Callbacks come from the connection's own thread; they may send, but neither Call nor destroy
// the connection: both would wait for that thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/command_channel.h"
#include "proto/rasti/v1/socket.pb.h"

namespace rasti::cli {

class SocketConnection final : public ports::CommandChannel {
 public:
  using Done = std::function<void(Result<v1::Response>)>;

  /// Errors: kUnavailable (nobody listens there), kPermission.
  static Result<std::unique_ptr<SocketConnection>> Connect(const std::string& path);
  ~SocketConnection() override;

  /// Sends and waits. A Failure in the answer is an error with its code and message.
  /// Errors: kTimedOut, kUnavailable (the connection broke); those that the other end answers.
  Result<v1::Response> Call(v1::Request request, std::chrono::milliseconds timeout);
  /// Sends; `done` is called once unless an error is returned.
  Status Send(v1::Request request, Done done);

  Status Submit(std::string key, std::string signed_command, ports::ResultCallback done) override;

 private:
  class Link;
  explicit SocketConnection(std::string path) : path_(std::move(path)) {}
  Result<std::shared_ptr<Link>> CurrentLink();

  const std::string path_;
  std::mutex mutex_;
  std::shared_ptr<Link> link_;                  // guarded by mutex_
  std::vector<std::shared_ptr<Link>> retired_;  // guarded by mutex_: broken, but their readers may be in a callback
  std::atomic<uint64_t> next_id_ = 1;
};

}  // namespace rasti::cli
