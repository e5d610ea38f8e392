// `rasti views`: what views there are, how far they are, and how to build them anew while they are read.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace {

constexpr std::chrono::milliseconds kAskAgain{250};

struct ViewsOptions {
  bool no_wait = false;
};

std::string Size(uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

std::string_view StateName(ViewRebuild::State state) {
  switch (state) {
    case ViewRebuild::State::kNone: return "none";
    case ViewRebuild::State::kBuilding: return "building";
    case ViewRebuild::State::kDone: return "done";
    case ViewRebuild::State::kFailed: return "failed";
  }
  return "none";
}

nlohmann::ordered_json ToJson(const ViewRebuild& rebuild) {
  nlohmann::ordered_json json{{"state", StateName(rebuild.state)}};
  if (rebuild.state == ViewRebuild::State::kNone) return json;
  json["applied"] = rebuild.applied;
  json["end"] = rebuild.end;
  if (rebuild.state != ViewRebuild::State::kBuilding) json["took_ms"] = rebuild.took.count();
  if (!rebuild.error.empty()) json["error"] = rebuild.error;
  return json;
}

nlohmann::ordered_json ToJson(const std::vector<runtime::PartitionLag>& lags) {
  auto json = nlohmann::ordered_json::array();
  for (const runtime::PartitionLag& lag : lags) {
    json.push_back({{"partition", lag.partition.value},
                    {"shown", lag.applied.value},
                    {"end", lag.end.value},
                    {"behind", std::max<int64_t>(lag.events(), 0)}});
  }
  return json;
}

std::string Behind(const std::vector<runtime::PartitionLag>& lags) {
  int64_t behind = 0;
  for (const runtime::PartitionLag& lag : lags) behind += std::max<int64_t>(lag.events(), 0);
  return behind == 0 ? "they show every event" : fmt::format("{} events are not shown yet", behind);
}

void TellOfRebuild(const Context& context, const ViewRebuild& rebuild) {
  switch (rebuild.state) {
    case ViewRebuild::State::kNone: return;
    case ViewRebuild::State::kBuilding:
      context.out.Line(fmt::format("being rebuilt: {} of {} events", rebuild.applied, rebuild.end));
      return;
    case ViewRebuild::State::kDone:
      context.out.Line(fmt::format("rebuilt in {:.1f} s since the start, {} events",
                                   static_cast<double>(rebuild.took.count()) / 1e3, rebuild.end));
      return;
    case ViewRebuild::State::kFailed:
      context.out.Line(context.out.Paint(
          Colour::kRed, fmt::format("a rebuild failed, the views before it go on: {}", Printable(rebuild.error))));
      return;
  }
}

Outcome<void> RunList(const Context& context) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const ViewStatus status, session->Views());
  std::vector<std::vector<std::string>> rows{{"view", "about rows", "on disk", "in memory", "what for"}};
  auto views = nlohmann::ordered_json::array();
  for (const ViewStatus::View& view : status.views) {
    rows.push_back({view.name, fmt::format("{}", view.use.rows_about), Size(view.use.disk_bytes),
                    Size(view.use.memory_bytes), view.shows});
    views.push_back({{"view", view.name},
                     {"rows_about", view.use.rows_about},
                     {"disk_bytes", view.use.disk_bytes},
                     {"memory_bytes", view.use.memory_bytes},
                     {"shows", view.shows}});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  context.out.Line(Behind(status.lags));
  TellOfRebuild(context, status.rebuild);
  context.out.Json({{"views", views}, {"partitions", ToJson(status.lags)}, {"rebuild", ToJson(status.rebuild)}});
  RASTI_CHECKED(session->Close());
  return {};
}

Outcome<void> RunLag(const Context& context) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const ViewStatus status, session->Views());
  std::vector<std::vector<std::string>> rows{{"partition", "shown", "end of log", "behind"}};
  for (const runtime::PartitionLag& lag : status.lags) {
    rows.push_back({fmt::format("{}", lag.partition.value), fmt::format("{}", lag.applied.value),
                    fmt::format("{}", lag.end.value), fmt::format("{}", std::max<int64_t>(lag.events(), 0))});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  TellOfRebuild(context, status.rebuild);
  context.out.Json({{"partitions", ToJson(status.lags)}, {"rebuild", ToJson(status.rebuild)}});
  RASTI_CHECKED(session->Close());
  return {};
}

Outcome<void> RunRebuild(const Context& context, const ViewsOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_CHECKED(session->RebuildViews());
  ViewStatus status;
  for (;;) {
    RASTI_TRY(status, session->Views());
    if (status.rebuild.state != ViewRebuild::State::kBuilding) break;
    if (options.no_wait && session->is_of_service()) break;
    context.out.Progress(
        fmt::format("rebuilding the views: {} of {} events", status.rebuild.applied, status.rebuild.end));
    std::this_thread::sleep_for(kAskAgain);
  }
  context.out.Progress("");
  RASTI_CHECKED(session->Close());
  if (status.rebuild.state == ViewRebuild::State::kFailed) {
    return Refuse(
        Error{ErrorCode::kUnavailable, "the views were not rebuilt; those before go on: " + status.rebuild.error});
  }
  TellOfRebuild(context, status.rebuild);
  context.out.Json(ToJson(status.rebuild));
  return {};
}

}  // namespace

void AddViewsCommand(CLI::App& app, Context& context) {
  CLI::App* views = app.add_subcommand(
      "views", "What is read: case pages, inboxes, deadlines, statistics. All of it is computed from the log");
  views->fallthrough();
  views->require_subcommand(1);
  AddCommand(*views, context, "list", "The views, how large they are, and whether they show every event",
             "  rasti views list --data /var/lib/rasti", [&context] { return RunList(context); });
  AddCommand(*views, context, "lag", "How far the views are behind the log, by partition",
             "  rasti views lag --data /var/lib/rasti", [&context] { return RunLag(context); });
  auto options = std::make_shared<ViewsOptions>();
  CLI::App* rebuild = AddCommand(
      *views, context, "rebuild",
      "Build all views anew from the log, beside those that are shown, which are read and followed meanwhile; the new "
      "ones take their place when they show as much. Takes as much disk again until then",
      "  rasti views rebuild --data /var/lib/rasti", [&context, options] { return RunRebuild(context, *options); });
  rebuild->add_flag("--no-wait", options->no_wait,
                    "Only begin; `rasti views list` says how far it is. Without a service that runs, it waits");
}

}  // namespace rasti::cli
