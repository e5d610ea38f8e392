#include "tools/rasti/node.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/codec/event_codec.h"
#include "tools/rasti/registry.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

using std::chrono::milliseconds;

// The clock of a node may be this far behind what it recorded: NTP steps, a virtual machine that was paused.
constexpr Duration kClockBehindMost{60'000};
constexpr milliseconds kStep{500};
// Under steady work a node among others never comes to rest; it is opened all the same. Alone over a directory it takes
// as long as it takes: a rebuild is as long as the log, and shows its progress.
constexpr milliseconds kSettleOnKafka{5'000};
// What was decided last is signed at the end, unless brokers are away.
constexpr Duration kSignMost{5'000};
// Whoever decides has read the packages by then: nodes look at least every 2 s, and stop deciding after 4 s without.
constexpr Duration kNotice{500};

// Submits to the log as long as somebody decides.
class GuardedChannel final : public ports::CommandChannel {
 public:
  GuardedChannel(ports::CommandChannel& log, std::function<Status()> status) : log_(log), status_(std::move(status)) {}

  Status Submit(std::string key, std::string signed_command, ports::ResultCallback done) override {
    RASTI_CHECKED(status_());
    return log_.Submit(std::move(key), std::move(signed_command), std::move(done));
  }

 private:
  ports::CommandChannel& log_;
  const std::function<Status()> status_;
};

Result<std::optional<Instant>> LastRecordedAt(ports::EventLog& log, core::PartitionId partition) {
  RASTI_TRY(const core::Sequence end, log.EndSequence(partition));
  if (end.value == 0) return std::nullopt;
  RASTI_TRY(const auto last, log.ReadAt(partition, {core::Sequence{end.value - 1}}));
  auto decoded = codec::DecodeEvent(last.front().value);
  if (!decoded) {
    return Fail(decoded.error().At(fmt::format("partition {}, sequence {}", partition.value, end.value - 1)));
  }
  return decoded->event.ctx().recorded_at;
}

}  // namespace

Result<std::unique_ptr<Node>> Node::Open(const DataPaths& paths, NodeOptions options) {
  RASTI_TRY(DataMeta meta, ReadDataMeta(paths));
  if (meta.kafka && !options.brokers.empty()) meta.kafka->brokers = options.brokers;
  if (meta.kafka && !options.kafka_settings.empty()) meta.kafka->settings_file = options.kafka_settings;
  RASTI_TRY(std::string key, ReadLocalKey(paths));
  std::unique_ptr<Node> engine(new Node(paths, std::move(options)));
  engine->key_ = std::move(key);
  RASTI_CHECKED(engine->OpenClock(meta));
  if (meta.kafka) {
    engine->notice_ = kNoticeOnKafka;
    engine->settle_most_ = kSettleOnKafka;
  } else if (!meta.virtual_clock) {
    engine->notice_ = kNotice;
  }
  AtBrokers at_brokers;
  if (engine->options_.decides) at_brokers.keep_commands = engine->options_.keep_commands;
  at_brokers.trim_every = engine->options_.trim_every;
  if (auto* observer = engine->options_.observer) {
    at_brokers.on_statistics = [observer](std::string_view json) { observer->KafkaStatistics(json); };
    at_brokers.on_trim = [observer](const log::KafkaTrim& trim) { observer->Trimmed(trim); };
  }
  RASTI_TRY(engine->log_,
            NodeLog::Open(paths, meta, *engine->clock_, NodeLog::Access::kWrite, std::move(at_brokers), engine->Env()));
  engine->notes_ = engine->log_->notes();
  engine->meta_ = meta;
  RASTI_CHECKED(engine->GoOn());
  if (!engine->options_.seed_from.empty()) {
    RASTI_TRY(const auto seeded, SeedFromSnapshot(engine->options_.seed_from, paths, meta, engine->log(),
                                                  engine->options_.decides, engine->options_.stop_asked));
    for (const std::string& line : seeded) engine->Progress(line);
  }
  RASTI_CHECKED(engine->CheckClock());
  RASTI_CHECKED(engine->OpenConfiguration());
  engine->channel_ = std::make_unique<GuardedChannel>(engine->log_->commands(),
                                                      [node = engine.get()] { return node->EngineStatus(); });
  if (engine->options_.decides) {
    RASTI_CHECKED(engine->DropOldDeadLetters());
    RASTI_CHECKED(engine->GoOn());
    RASTI_CHECKED(engine->OpenEngine());
  }
  RASTI_CHECKED(engine->GoOn());
  RASTI_CHECKED(engine->OpenViews());
  RASTI_CHECKED(engine->OpenAudit());
  if (engine->options_.settle) {
    const Status settled = engine->Settle(engine->settle_most_);
    if (!settled && !(meta.kafka && settled.error().code == ErrorCode::kTimedOut)) return Fail(settled.error());
  }
  return engine;
}

Node::~Node() { static_cast<void>(Close()); }

void Node::Progress(const std::string& text) const {
  if (options_.progress) options_.progress(text);
}

Status Node::GoOn() const {
  if (!options_.stop_asked || !options_.stop_asked()) return {};
  return Fail(ErrorCode::kAborted, "it was told to stop");
}

Status Node::OpenClock(const DataMeta& meta) {
  if (!meta.virtual_clock) {
    clock_ = std::make_unique<NodeClock>();
    return {};
  }
  RASTI_TRY(const Instant now, ReadVirtualClock(paths_));
  clock_ = std::make_unique<NodeClock>(now, paths_.clock());
  return {};
}

Status Node::CheckClock() {
  for (int i = 0; i < log().partition_count(); ++i) {
    RASTI_TRY(const auto last, LastRecordedAt(log(), {i}));
    if (!last) continue;
    if (clock_->is_virtual()) {
      // The file was restored from an older copy than the log.
      if (*last > clock_->Now()) RASTI_CHECKED(clock_->Advance(*last));
    } else if (*last > clock_->Now() + kClockBehindMost) {
      // Not kUnavailable: no time that passes mends it.
      return Fail(ErrorCode::kIo,
                  fmt::format("the machine's clock says {}, but the log recorded an event at {}: nothing is decided "
                              "with a clock that went back; set it right (NTP) and try again",
                              FormatInstant(clock_->Now()), FormatInstant(*last)));
    }
  }
  return {};
}

Status Node::DropState(core::PartitionId partition) {
  {
    const std::lock_guard lock(notes_mutex_);
    notes_.push_back(
        fmt::format("{}: damaged or of another format; it is rebuilt from the log", paths_.state(partition)));
  }
  std::error_code error;
  fs::remove_all(paths_.state(partition), error);
  if (error) return Fail(Error::Io(fmt::format("cannot delete {}: {}", paths_.state(partition), error.message())));
  return {};
}

Status Node::OpenConfiguration() {
  configuration_ = std::make_unique<runtime::ConfigurationReader>(log());
  RASTI_CHECKED(configuration_->Refresh());
  budget_ = store::StoreBudget::Create(options_.block_cache_bytes, options_.write_buffer_bytes);
  return {};
}

Status Node::OpenEngine() {
  RASTI_TRY(auto submitters, ReadRegistry(paths_, Keys::kInUse));
  submitters_ = std::make_unique<runtime::Submitters>(std::move(submitters));
  runtime::EngineOptions engine_options;
  engine_options.stream_threads = options_.stream_threads;
  engine_options.stream.cached_cases_most = options_.cached_cases_most;
  // A virtual clock moves by months at once.
  if (clock_->is_virtual()) engine_options.stream.clock_jump_most = kLatestInstant - kEarliestInstant;
  runtime::StreamHooks hooks;
  hooks.open_store = [this](core::PartitionId partition) { return OpenState(partition); };
  hooks.drop_store = [this](core::PartitionId partition) { return DropState(partition); };
  hooks.on_commit = [this](core::PartitionId, core::Sequence) {
    if (auto* views = notify_.load()) views->Notify();
  };
  hooks.on_recovery = [this](core::PartitionId partition, core::Sequence next, core::Sequence end) {
    if (const auto text = rebuild_.Note(partition, next, end, clock_->Steady())) Progress(*text);
  };
  hooks.on_halted = [this](core::PartitionId partition, const std::string& why) { Halted(partition, why); };
  hooks.on_resumed = [this](core::PartitionId partition) { Halted(partition, ""); };
  // Whether it stands still is its next owner's business.
  hooks.on_released = [this](core::PartitionId partition, bool) {
    const std::lock_guard lock(halted_mutex_);
    halted_.erase(partition);
  };
  if (options_.standby) {
    OpenStandby(engine_options.stream);
    hooks.take_cases = [this](core::PartitionId partition) { return standby_->Take(partition); };
    hooks.give_cases = [this](core::PartitionId partition, std::unique_ptr<runtime::CaseStore> cases) {
      standby_->Give(partition, std::move(cases));
    };
  }
  if (options_.observer != nullptr) Observe(hooks);
  engine_ = std::make_unique<runtime::Engine>(log(), *configuration_, *submitters_, *clock_, engine_options,
                                              std::move(hooks));
  RASTI_CHECKED(engine_->Start());
  if (standby_ != nullptr) standby_->Start();
  // All of it is owned and caught up before views are looked at: a log that lost events shows here.
  if (options_.settle) {
    const auto until = std::chrono::steady_clock::now() + settle_most_;
    while (!engine_->WaitUntilIdle(kStep) && std::chrono::steady_clock::now() < until) {
      RASTI_CHECKED(engine_->status());
      RASTI_CHECKED(GoOn());
      Progress(fmt::format("catching up: {} timers fired", engine_->counters().timers_fired));
    }
  }
  return engine_->status();
}

void Node::Observe(runtime::StreamHooks& hooks) {
  NodeObserver& observer = *options_.observer;
  hooks.on_assigned = [&observer](core::PartitionId partition) { observer.Assigned(partition); };
  hooks.on_recovery = [this, &observer](core::PartitionId partition, core::Sequence next, core::Sequence end) {
    observer.Recovering(partition, next, end);
    if (const auto text = rebuild_.Note(partition, next, end, clock_->Steady())) Progress(*text);
  };
  hooks.on_recovered = [&observer](core::PartitionId partition, int64_t events, Duration took) {
    observer.Recovered(partition, events, took);
  };
  hooks.on_released = [forget = hooks.on_released, &observer](core::PartitionId partition, bool lost) {
    forget(partition, lost);
    observer.Released(partition, lost);
  };
  hooks.on_transaction = [&observer](bool committed) { observer.Transaction(committed); };
  hooks.on_trouble = [&observer](const Error& error, Duration wait) { observer.Trouble(error, wait); };
}

Status Node::OpenViews() {
  feed_ = std::make_unique<EventFeed>(log());
  std::vector<std::string> notes;
  RASTI_TRY(views_, NodeViews::Open(paths_, log(), budget_,
                                    {.find_definition = DefinitionsOf(*configuration_), .tenants = options_.tenants},
                                    notes, feed_.get(), Env()));
  {
    const std::lock_guard lock(notes_mutex_);
    notes_.insert(notes_.end(), notes.begin(), notes.end());
  }
  notify_.store(views_.get());
  return {};
}

Status Node::OpenAudit() {
  if (!options_.audit) return {};
  RASTI_TRY(AuditKeys keys, ReadAuditKeys(paths_));
  if (keys.signing.empty()) return {};
  RASTI_TRY(audit_, NodeAudit::Open(paths_, log(), *clock_, std::move(keys), *options_.audit));
  return {};
}

Status Node::EngineStatus() const { return engine_ == nullptr ? Status() : engine_->status(); }

runtime::PartitionCounters Node::counters() const {
  return engine_ == nullptr ? runtime::PartitionCounters() : engine_->counters();
}

store::BudgetUse Node::store_use() const { return budget_->Use(); }

size_t Node::timer_count() const { return engine_ == nullptr ? 0 : engine_->timer_count(); }

Status Node::status() const {
  RASTI_CHECKED(EngineStatus());
  if (const auto error = views_->error()) return Fail(*error);
  return {};
}

Status Node::Settle(milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto left = [&] {
    return std::clamp(std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now()),
                      milliseconds{1}, kStep);
  };
  const auto late = [&] { return std::chrono::steady_clock::now() >= deadline; };
  while (engine_ != nullptr && !engine_->WaitUntilIdle(left())) {
    RASTI_CHECKED(status());
    RASTI_CHECKED(GoOn());
    if (late()) return Fail(ErrorCode::kTimedOut, "the engine still has work to do");
    Progress(fmt::format("{} timers fired", engine_->counters().timers_fired));
  }
  for (;;) {
    Status seen = views_->WaitForEnd(left());
    if (seen || seen.error().code != ErrorCode::kTimedOut || late()) return seen;
    RASTI_CHECKED(GoOn());
    RASTI_TRY(const auto lags, views_->Lag());
    int64_t applied = 0;
    int64_t end = 0;
    for (const runtime::PartitionLag& lag : lags) {
      applied += lag.applied.value;
      end += lag.end.value;
    }
    Progress(fmt::format("building the views: {} of {} events", applied, end));
  }
}

Status Node::AdvanceClock(Instant to) {
  // What is under way belongs to the time before.
  RASTI_CHECKED(Settle(std::chrono::hours(24)));
  RASTI_CHECKED(clock_->Advance(to));
  return Settle(std::chrono::hours(24));
}

Status Node::Close() {
  if (closed_) return {};
  closed_ = true;
  Status first;
  const auto keep = [&](Status status) {
    if (!status && first) first = std::move(status);
  };
  notify_.store(nullptr);
  if (engine_ != nullptr) keep(engine_->Stop());
  if (standby_ != nullptr) standby_->Stop();
  if (feed_ != nullptr) feed_->Stop();
  if (views_ != nullptr) keep(views_->Stop());
  if (audit_ != nullptr) {
    // What could not be signed in time, or because brokers are away, is signed by whoever signs next.
    Status signed_all = audit_->Finish(kSignMost);
    const bool is_late = !signed_all && (signed_all.error().code == ErrorCode::kTimedOut ||
                                         signed_all.error().code == ErrorCode::kUnavailable);
    if (!is_late) keep(std::move(signed_all));
  }
  if (log_ != nullptr) keep(log_->Close());
  return first;
}

}  // namespace rasti::cli
