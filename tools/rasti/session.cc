#include "tools/rasti/session.h"

#include <fmt/format.h>

#include <thread>

#include "tools/rasti/direct_session.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::cli {
namespace {

constexpr std::chrono::milliseconds kLookAgain{50};

}  // namespace

Result<std::unique_ptr<Session>> OpenSession(const SessionOptions& options) {
  const DataPaths paths(options.directory);
  // What is wrong with the directory is said before anybody waits for it.
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  RASTI_TRY(const std::string key, ReadLocalKey(paths));
  NodeOptions local;
  local.stream_threads = options.stream_threads;
  local.progress = options.progress;
  const auto give_up_at = std::chrono::steady_clock::now() + options.patience;
  for (;;) {
    auto over_socket = SocketSession::Connect(paths.socket(), key);
    if (over_socket) return std::unique_ptr<Session>(*std::move(over_socket));
    if (over_socket.error().code != ErrorCode::kUnavailable) return Fail(over_socket.error());

    if (meta.kafka) {
      // Joining the nodes for one command would move partitions for nothing.
      if (std::chrono::steady_clock::now() < give_up_at) {
        std::this_thread::sleep_for(kLookAgain);
        continue;
      }
      return Fail(ErrorCode::kUnavailable, fmt::format("{}: its log is at the brokers {}, and nobody listens on {}; "
                                                       "start the node: rasti run --data {}",
                                                       paths.root, meta.kafka->brokers, paths.socket(), paths.root));
    }
    auto engine = Node::Open(paths, local);
    if (engine) {
      if (options.note) {
        for (const std::string& note : (*engine)->notes()) options.note(note);
      }
      return std::unique_ptr<Session>(std::make_unique<DirectSession>(*std::move(engine)));
    }
    if (engine.error().code != ErrorCode::kInUse) return Fail(engine.error());
    if (std::chrono::steady_clock::now() >= give_up_at) {
      return Fail(ErrorCode::kInUse,
                  fmt::format("{}; nobody answers on its socket. Wait for that process to end, or stop it; `rasti "
                              "doctor` tells more",
                              engine.error().message));
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace rasti::cli
