#include "engine/client/command_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/codec/command_codec.h"

namespace rasti::client {
namespace {

// Outlives the wait: an answer that comes too late finds it still there.
struct Waiting {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<Result<std::string>> answer;
};

constexpr std::chrono::milliseconds kLookEvery{100};

bool MayRetry(ErrorCode code) {
  return code == ErrorCode::kTimedOut || code == ErrorCode::kUnavailable || code == ErrorCode::kAborted;
}

}  // namespace

CommandClient::CommandClient(ports::CommandChannel& channel, ClientOptions options)
    : channel_(channel), options_(std::move(options)) {}

Result<std::string> CommandClient::Sign(core::Command command) const {
  command.submitter = options_.submitter;
  std::string body = codec::EncodeCommand(command);
  if (body.size() > codec::kCommandBytesMost) {
    return Fail(Error::Invalid(
        fmt::format("the command has {} bytes; at most {} are taken", body.size(), codec::kCommandBytesMost)));
  }
  return codec::EncodeSigned(codec::SignCommand(std::move(body), options_.key_id, options_.key));
}

Result<std::string> CommandClient::Attempt(const std::string& key, const std::string& record) {
  auto waiting = std::make_shared<Waiting>();
  RASTI_CHECKED(channel_.Submit(key, record, [waiting](Result<std::string> answer) {
    const std::lock_guard lock(waiting->mutex);
    waiting->answer = std::move(answer);
    waiting->answered.notify_all();
  }));
  const auto deadline = std::chrono::steady_clock::now() + options_.wait;
  std::unique_lock lock(waiting->mutex);
  for (;;) {
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + kLookEvery);
    if (waiting->answered.wait_until(lock, until, [&] { return waiting->answer.has_value(); })) {
      return *std::move(waiting->answer);
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Fail(ErrorCode::kTimedOut, fmt::format("no answer within {} ms", options_.wait.count()));
    }
    RASTI_CHECKED(CheckAlive());
  }
}

Result<codec::CommandResult> CommandClient::Execute(core::Command command) {
  const std::string key(command.case_id.uuid.AsBytes());
  const std::string command_id = command.command_id.str();
  RASTI_TRY(const std::string record, Sign(std::move(command)));
  return ExecuteSigned(key, record, command_id);
}

Result<codec::CommandResult> CommandClient::ExecuteSigned(const std::string& key, const std::string& record,
                                                          const std::string& command_id) {
  auto pause = options_.pause_first;
  std::string first;  // why the first attempt failed: the later ones may only find that nobody is there any more
  for (int attempt = 1;; ++attempt) {
    auto answer = Attempt(key, record);
    if (answer) return codec::DecodeResult(*answer);
    if (!MayRetry(answer.error().code)) return Fail(answer.error());
    if (attempt >= options_.attempts_most) {
      return Fail(answer.error().code,
                  fmt::format("{}{}; tried {} times. Whether the command was taken is unknown: give it again with the "
                              "same command id '{}', which makes nothing twice",
                              first.empty() || first == answer.error().message ? "" : first + "; then: ",
                              answer.error().message, attempt, command_id));
    }
    if (attempt == 1) first = answer.error().message;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, options_.pause_most);
  }
}

Status CommandClient::Start(core::Command command, Done done) {
  std::string key(command.case_id.uuid.AsBytes());
  RASTI_TRY(std::string record, Sign(std::move(command)));
  return channel_.Submit(std::move(key), std::move(record), [done = std::move(done)](Result<std::string> answer) {
    done(answer ? codec::DecodeResult(*answer) : Result<codec::CommandResult>(Fail(answer.error())));
  });
}

}  // namespace rasti::client
