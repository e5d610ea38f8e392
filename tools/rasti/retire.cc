// `rasti retire`: a node leaves for good.
#include <fmt/format.h>

#include "tools/rasti/commands.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::cli {
namespace {

Outcome<void> RunRetire(const Context& context) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  if (!meta.kafka) {
    return Misused(
        fmt::format("{}: its log is in the directory, so nobody else can take it over; end `rasti run` with "
                    "SIGTERM",
                    paths.root));
  }
  RASTI_TRY(const std::string key, ReadLocalKey(paths));
  auto session = SocketSession::Connect(paths.socket(), key);
  if (!session && session.error().code == ErrorCode::kUnavailable) {
    return Refuse(
        Error{ErrorCode::kUnavailable,
              fmt::format("nobody listens on {}: the node does not run. What it owned goes to the others when "
                          "its session has timed out",
                          paths.socket())});
  }
  if (!session) return Refuse(session.error());
  RASTI_CHECKED((*session)->Retire());
  context.out.Line(fmt::format("{} has left: what it owned goes to the other nodes now", meta.kafka->node));
  context.out.Json({{"retired", true}, {"node", meta.kafka->node}});
  return {};
}

}  // namespace

void AddRetireCommand(CLI::App& app, Context& context) {
  AddCommand(app, context, "retire",
             "Stop a node on Kafka for good: it commits, and what it owns moves to the other nodes at once instead of "
             "waiting for it to come back. `rasti run` brings it in again",
             "  rasti retire --data /var/lib/rasti", [&context] { return RunRetire(context); });
}

}  // namespace rasti::cli
