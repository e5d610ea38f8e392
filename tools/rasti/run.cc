// `rasti run`: the engine as a service on its Unix socket.
#include <fmt/format.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <functional>
#include <future>
#include <optional>
#include <string_view>
#include <thread>

#include "engine/core/expression/names.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/node.h"
#include "tools/rasti/operations/operations.h"
#include "tools/rasti/operations/service_manager.h"
#include "tools/rasti/request_handler.h"
#include "tools/rasti/service_log.h"
#include "tools/rasti/service_options.h"
#include "tools/rasti/settings.h"
#include "tools/rasti/socket_server.h"
#include "tools/rasti/top/figures.h"

namespace rasti::cli {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kWatchEvery = 500ms;
constexpr auto kReportEvery = 60s;
constexpr auto kDrainMost = 5s;
constexpr auto kReopenFirst = 500ms;
constexpr auto kReopenMost = std::chrono::milliseconds(5s);
constexpr auto kLookForSignal = 50ms;

// SIGTERM and SIGINT from its making on. A node that is still opening may decide already, and ends in good order.
class EndSignals {
 public:
  EndSignals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (!error) came_.store(signal);
    });
  }
  /// The name of the one that came; nothing: none did.
  std::optional<std::string_view> came() {
    io_.poll();
    const int signal = came_.load();
    if (signal == 0) return std::nullopt;
    return NameOf(signal);
  }
  static std::string_view NameOf(int signal) { return signal == SIGTERM ? "SIGTERM" : "SIGINT"; }

 private:
  asio::io_context io_;
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  std::atomic<int> came_ = 0;
};

// Runs until a signal comes or the engine stops by itself.
class Service {
 public:
  Service(Node& engine, Operations& operations, ServiceLog& log, const ServiceOptions& options, std::string socket,
          EndSignals& signals)
      : engine_(engine),
        operations_(operations),
        log_(log),
        signals_(signals),
        figures_(engine, operations),
        handler_(engine, log, options.query_threads),
        socket_(std::move(socket)) {}

  Status Run() {
    asio::signal_set signals(io_, SIGTERM, SIGINT);
    RASTI_TRY(server_, SocketServer::Listen(io_, {.path = socket_},
                                            [this](v1::Request request, const SocketServer::Answer& answer) {
                                              handler_.Handle(std::move(request), answer);
                                            }));
    handler_.set_figures([this](v1::Response::Figures& figures) { return figures_.Fill(figures); });
    handler_.set_client_count([this] { return server_->client_count(); });
    handler_.set_metrics_address(operations_.address());
    handler_.set_retire([this](std::function<void(const Status&)> answer) {
      left_.push_back(std::move(answer));
      Finish({}, "retire");
    });
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
      if (!error) Finish({}, EndSignals::NameOf(signal));
    });
    asio::steady_timer watch(io_);
    Watch(watch);
    operations_.Watch(engine_, [this] { return server_->client_count(); });
    // One that came before this set was there.
    if (const auto came = signals_.came()) Finish({}, *came);
    std::thread io_thread([this] { io_.run(); });
    manager_.Ready();
    log_.Info("listening", {{"socket", socket_}, {"partitions", engine_.log().partition_count()}});

    Status ended = ended_.get_future().get();
    server_->StopReading();
    engine_.feed().Stop();
    operations_.Forget();
    // Decides what was read, commits, and answers it; what still waits is told to come again.
    const Status closed = engine_.Close();
    if (!closed && ended) ended = closed;
    asio::post(io_, [this, closed] {
      for (const auto& answer : left_) answer(closed);
    });
    const auto give_up_at = std::chrono::steady_clock::now() + kDrainMost;
    while (!server_->Drained() && std::chrono::steady_clock::now() < give_up_at) std::this_thread::sleep_for(5ms);
    io_.stop();
    io_thread.join();
    server_.reset();
    return ended;
  }

 private:
  void Finish(Status status, std::string_view why) {
    if (finished_) return;
    finished_ = true;
    manager_.Stopping();
    if (status) {
      log_.Info("stopping", {{"why", why}});
    } else {
      log_.Error("stopped", {{"code", ErrorCodeName(status.error().code)}, {"message", status.error().message}});
    }
    ended_.set_value(std::move(status));
  }

  void Watch(asio::steady_timer& timer) {
    timer.expires_after(kWatchEvery);
    timer.async_wait([this, &timer](const boost::system::error_code& error) {
      if (error) return;
      operations_.Beat();
      manager_.Alive();
      if (Status status = engine_.status(); !status) return Finish(std::move(status), "");
      WatchAudit();
      Report();
      Watch(timer);
    });
  }

  // Work goes on where nothing can be signed any more, but somebody has to know.
  void WatchAudit() {
    if (audit_told_ || engine_.audit() == nullptr) return;
    const auto error = engine_.audit()->error();
    if (!error) return;
    audit_told_ = true;
    log_.Error("audit", {{"code", ErrorCodeName(error->code)}, {"message", error->message}});
  }

  void Report() {
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_at_ < kReportEvery) return;
    reported_at_ = now;
    if (Status dropped = engine_.DropOldDeadLetters(); !dropped) {
      log_.Warn("dead_letters", {{"message", dropped.error().message}});
    }
    const runtime::PartitionCounters counters = engine_.counters();
    if (counters.events == reported_events_ && counters.commands_rejected == reported_rejected_) return;
    reported_events_ = counters.events;
    reported_rejected_ = counters.commands_rejected;
    log_.Info("work", {{"accepted", counters.commands_accepted},
                       {"rejected", counters.commands_rejected},
                       {"repeated", counters.commands_repeated},
                       {"dead_letters", counters.dead_letters},
                       {"timers", counters.timers_fired},
                       {"events", counters.events},
                       {"lateness_ms_most", counters.lateness.most_ms},
                       {"timers_waiting", engine_.timer_count()},
                       {"view_lag_events", operations_.lag()},
                       {"clients", server_->client_count()}});
  }

  Node& engine_;
  Operations& operations_;
  ServiceLog& log_;
  EndSignals& signals_;
  const ServiceManager manager_;
  asio::io_context io_;
  Figures figures_;
  RequestHandler handler_;
  const std::string socket_;
  std::unique_ptr<SocketServer> server_;
  std::promise<Status> ended_;
  bool finished_ = false;
  bool audit_told_ = false;
  std::vector<std::function<void(const Status&)>> left_;  // who waits for the node to leave
  std::chrono::steady_clock::time_point reported_at_ = std::chrono::steady_clock::now();
  int64_t reported_events_ = 0;
  int64_t reported_rejected_ = 0;
};

ServiceLog::Level LevelOf(const std::string& name) {
  if (name == "debug") return ServiceLog::Level::kDebug;
  return name == "warn" ? ServiceLog::Level::kWarn : ServiceLog::Level::kInfo;
}

// A node on Kafka needs no `init`: a container comes with an empty volume.
Outcome<void> MakeNodeIfNew(const DataPaths& paths, const LogChoice& choice) {
  RASTI_TRY(const auto place, PlaceOf(choice));
  const auto meta = ReadDataMeta(paths);
  if (!place || (!meta && meta.error().code != ErrorCode::kNotFound)) return {};
  if (!meta) {
    RASTI_CHECKED(CreateDataDirectory(paths, {.virtual_start = std::nullopt,
                                              .kafka = place,
                                              .submitters = choice.submitters,
                                              .created_at = ports::SystemClock().Now()}));
    return {};
  }
  if (!meta->kafka) {
    // Brokers that only the environment names are for other directories.
    if (choice.log.empty()) return {};
    return Misused(fmt::format("--log kafka: the log of {} is in the directory", paths.root));
  }
  const auto differs = [](const std::string& given, const std::string& kept) {
    return !given.empty() && given != kept;
  };
  const KafkaPlace& given = choice.kafka;
  if (differs(given.topic_prefix, meta->kafka->topic_prefix) || differs(given.group, meta->kafka->group) ||
      differs(given.node, meta->kafka->node)) {
    return Misused(
        fmt::format("{} is the node '{}' of the group '{}' over topics '{}*': a node keeps these for ever; "
                    "name another directory for another one",
                    paths.root, meta->kafka->node, meta->kafka->group, meta->kafka->topic_prefix));
  }
  return {};
}

// Whether nothing asked for an end before the time was over.
bool Rest(std::chrono::milliseconds wait, const std::function<bool()>& stop_asked) {
  const auto until = std::chrono::steady_clock::now() + wait;
  while (std::chrono::steady_clock::now() < until) {
    if (stop_asked()) return false;
    std::this_thread::sleep_for(kLookForSignal);
  }
  return true;
}

// Brokers that do not answer are waited for, as they are later on: a service starts beside them, or while one is away.
Result<std::unique_ptr<Node>> OpenNode(const DataPaths& paths, const DataMeta& meta, const NodeOptions& options,
                                       ServiceLog& log) {
  auto wait = kReopenFirst;
  for (;;) {
    auto node = Node::Open(paths, options);
    const bool passes = !node && meta.kafka &&
                        (node.error().code == ErrorCode::kUnavailable || node.error().code == ErrorCode::kTimedOut);
    if (!passes) return node;
    log.Warn("trouble", {{"text", fmt::format("{}; again in {} ms", node.error().message, wait.count())}});
    if (!Rest(wait, options.stop_asked)) return node;
    wait = std::min(2 * wait, kReopenMost);
  }
}

// The command line was read; environment and file fill in what it left open.
Outcome<void> Configure(CLI::App& command, const Context& context, ServiceOptions& options) {
  const std::string file = ConfigFile(options.config);
  std::vector<codec::Issue> issues;
  RASTI_TRY(const auto settings, Resolve(command, context.words, file, issues));
  if (!codec::HasErrors(issues)) return {};
  return Misused(
      fmt::format("{}{}", issues.front().ToString(),
                  issues.size() == 1 ? "" : fmt::format("; {} more: rasti config check {}", issues.size() - 1, file)));
}

// What to say of a tenant that nobody knows, and that may yet be published.
std::optional<std::string> UnpublishedTenant(Node& node, const std::string& name) {
  std::vector<std::string_view> known;
  const auto configuration = node.configuration().Current();
  for (const core::Tenant* tenant : configuration->TenantsAt(kLatestInstant)) {
    if (tenant->id.view() == name) return std::nullopt;
    known.push_back(tenant->id.view());
  }
  return fmt::format("--tenants: nobody has published a tenant '{}' yet{}", name,
                     core::expression::DidYouMean(name, known));
}

Outcome<void> RunRun(CLI::App& command, const Context& context, ServiceOptions& options) {
  RASTI_CHECKED(Configure(command, context, options));
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_CHECKED(MakeNodeIfNew(paths, options.log));
  RASTI_TRY(const DataMeta meta, ReadDataMeta(paths));
  if (!options.decides && !meta.kafka) {
    return Misused(
        fmt::format("{}: its log is in the directory, and only `rasti run` can hold it; views can be served "
                    "apart from the engine where brokers have the log",
                    paths.root));
  }
  if (options.standby && !meta.kafka) {
    return Misused(fmt::format("--standby: the log of {} is in the directory: there is no other node to stand by for",
                               paths.root));
  }
  const bool json = options.log_format.empty() ? context.out.json() : options.log_format == "json";
  ServiceLog log(json, LevelOf(options.log_level));
  NodeOptions engine_options;
  engine_options.decides = options.decides;
  for (const std::string& tenant : options.tenants) engine_options.tenants.emplace(tenant);
  engine_options.stream_threads = options.threads;
  engine_options.block_cache_bytes = options.block_cache;
  engine_options.write_buffer_bytes = options.write_buffers;
  engine_options.cached_cases_most = options.cached_cases;
  engine_options.seed_from = options.from_snapshot;
  engine_options.standby = options.standby;
  engine_options.keep_commands = options.keep_commands;
  engine_options.trim_every = options.trim_every;
  engine_options.progress_every = 5s;
  engine_options.brokers = options.log.kafka.brokers;
  engine_options.kafka_settings = options.log.kafka.settings_file;
  engine_options.audit = AuditOptions{
      .checkpoint_events = options.checkpoint_events,
      .checkpoint_every = options.checkpoint_every,
      .on_damage = [&log](core::PartitionId partition, const Error& error) {
        log.Warn("audit", {{"partition", partition.value}, {"message", "the tree is made again: " + error.message}});
      }};
  EndSignals signals;
  engine_options.stop_asked = [&signals] { return signals.came().has_value(); };
  NodeMonitor monitor(log);
  const ServiceManager manager;
  engine_options.progress = [&monitor, &manager](const std::string& text) {
    monitor.Progress(text);
    manager.Tell(text);
  };
  engine_options.observer = &monitor;
  // Before the node: while that opens and catches up, its health and its progress are asked for already.
  RASTI_TRY(const auto operations, Operations::Start({.port = options.metrics_port,
                                                      .address = options.metrics_address,
                                                      .directory = paths.root,
                                                      .decides = options.decides,
                                                      .kafka = meta.kafka.has_value()},
                                                     monitor, log));
  if (options.metrics_port) log.Info("metrics", {{"address", operations->address()}, {"port", operations->port()}});
  auto opened = OpenNode(paths, meta, engine_options, log);
  if (const auto came = signals.came(); came && !opened) {
    manager.Stopping();
    log.Info("stopping", {{"why", *came}});
    log.Info("stopped");
    return {};
  }
  RASTI_TRY(const auto engine, std::move(opened));
  for (const std::string& note : engine->notes()) log.Warn("recovered", {{"note", note}});
  if (options.decides && !engine->keeps_dead_letters()) {
    log.Warn("dead_letters", {{"message", fmt::format("no key: what is nobody's command is told of, but not kept; make "
                                                      "one: rasti dead-letters new-key --data {}",
                                                      paths.root)}});
  }
  for (const std::string& tenant : options.tenants) {
    if (const auto unknown = UnpublishedTenant(*engine, tenant)) log.Warn("tenants", {{"message", *unknown}});
  }
  const Status ended = Service(*engine, *operations, log, options, paths.socket(), signals).Run();
  const runtime::PartitionCounters counters = engine->counters();
  log.Info("stopped", {{"accepted", counters.commands_accepted}, {"events", counters.events}});
  if (!ended) return Refuse(ended.error());
  return {};
}

}  // namespace

void AddRunCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ServiceOptions>();
  CLI::App* command = AddCommand(app, context, "run",
                                 "Run the engine as a service; the other commands then go through its socket. Ends in "
                                 "good order on SIGTERM and Ctrl-C",
                                 "  rasti run --data /var/lib/rasti --threads 2 --json 2>> /var/log/rasti.jsonl\n"
                                 "  rasti run --data /var/lib/rasti --log kafka --brokers broker-1:9092\n"
                                 "  rasti run --data /var/lib/rasti --from-snapshot /var/backups/rasti-snapshot\n"
                                 "  rasti run --config /etc/rasti/rasti.yaml",
                                 {});
  AddServiceOptions(*command, *options, true);
  SetRun(*command, context, [&context, command, options] { return RunRun(*command, context, *options); });
}

void AddServeViewsCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ServiceOptions>();
  CLI::App* command =
      AddCommand(app, context, "serve-views",
                 "Follow the events of a log on Kafka into views of its own, and answer from them on a Unix socket; "
                 "decides nothing, and hands commands on to the nodes that do",
                 "  rasti serve-views --data /var/lib/rasti-reader --log kafka --brokers broker-1:9092\n"
                 "  rasti serve-views --data /var/lib/rasti-west --tenants peje,gjakove,decan",
                 {});
  AddServiceOptions(*command, *options, false);
  SetRun(*command, context, [&context, command, options] { return RunRun(*command, context, *options); });
}

}  // namespace rasti::cli
