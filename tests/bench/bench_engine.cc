#include "tests/bench/bench_engine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/base/check.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/runtime/sample_configuration_for_test.h"
#include "engine/store/rocksdb_view_store.h"
#include "tests/bench/bench.h"
#include "tests/support/random_life.h"

namespace rasti::bench {
namespace {

constexpr char kKey[] = "the key of the bench";

std::filesystem::path MakeDirectory() {
  // On a disk, not in a temporary file system in memory: fsync is to be what it is.
  std::string pattern = (BenchDirectory() / "rasti-bench-XXXXXX").string();
  RASTI_CHECK(mkdtemp(pattern.data()) != nullptr, "a folder for the benchmark is wanted where it is run");
  return pattern;
}

}  // namespace

void SubmitTo(ports::CommandChannel& channel, const core::Command& command, std::function<void(bool accepted)> done) {
  const std::string bytes = SignedBytes(command);
  const auto callback = [done = std::move(done)](Result<std::string> result) {
    done(result && Must(codec::DecodeResult(*result)).accepted());
  };
  for (;;) {
    const Status status = channel.Submit(std::string(command.case_id.uuid.AsBytes()), bytes, callback);
    if (status) return;
    RASTI_CHECK(status.error().code == ErrorCode::kUnavailable, status.error().message.c_str());
    std::this_thread::yield();
  }
}

EngineUnderTest::EngineUnderTest(Options options)
    : keeps_directory_(!options.keep_in.empty()),
      directory_(keeps_directory_ ? options.keep_in : MakeDirectory()),
      offset_(-options.behind.count()),
      submitters_({{core::SubmitterId("socket"), {{"k1", kKey}}, {}, {}}}) {
  if (options.kafka) {
    auto log = Must(log::KafkaEventLog::Open(*options.kafka));
    channel_ = log.get();
    close_log_ = [raw = log.get()] { return raw->Close(); };
    leave_for_good_ = [raw = log.get()] { raw->LeaveForGood(); };
    log_ = std::move(log);
  } else {
    Must(log::EmbeddedEventLog::Create((directory_ / "log").string(), options.partitions));
    log::EmbeddedLogOptions log_options;
    log_options.directory = (directory_ / "log").string();
    auto log = Must(log::EmbeddedEventLog::Open(log_options, clock_));
    channel_ = log.get();
    close_log_ = [raw = log.get()] { return raw->Close(); };
    log_ = std::move(log);
  }
  configuration_ = std::make_unique<runtime::FixedConfiguration>(
      runtime::SampleConfiguration(world_, {}, [&](runtime::Configuration& configuration) {
        // Workflows, tenants and versions of workflows in turn.
        for (int64_t i = 0; i < options.packages_more; ++i) {
          core::Definition definition = world_.definition;
          const std::string name = i % 3 == 0 ? world_.definition.id.str() : fmt::format("other-{}", i);
          definition.id = core::WorkflowId(name);
          definition.version = core::MakeVersionedName(name, fmt::format("0.{}", i));
          core::Tenant tenant = world_.tenant;
          tenant.id = core::TenantId(fmt::format("tenant-{}", i));
          if (i % 3 == 2) {
            Must(configuration.AddTenant(std::move(tenant), kEarliestInstant, -i));
          } else {
            Must(configuration.AddDefinition(std::move(definition), kEarliestInstant, -i));
          }
        }
      }));

  const auto budget = store::StoreBudget::Create(256u << 20, 96u << 20);
  runtime::StreamHooks hooks;
  hooks.open_store = [this, budget](core::PartitionId id) {
    store::RocksDbViewStoreOptions store_options;
    store_options.directory = (directory_ / fmt::format("state-{}", id.value)).string();
    store_options.tables = runtime::CaseStore::Tables();
    store_options.budget = budget;
    store_options.cache_blocks = false;
    return store::OpenRocksDbViewStore(store_options);
  };
  hooks.drop_store = [](core::PartitionId) -> Status { return Fail(Error::Internal("a new store is never dropped")); };
  hooks.on_commit = [this](core::PartitionId, core::Sequence) { ++commits_; };
  hooks.on_assigned = options.on_assigned;
  hooks.on_recovered = options.on_recovered;
  hooks.on_released = options.on_released;
  if (options.standby) {
    runtime::StandbyOptions standby_options;
    standby_options.cached_cases_most = options.stream.cached_cases_most;
    standby_ = std::make_unique<runtime::Standby>(*log_, standby_options,
                                                  runtime::StandbyHooks{hooks.open_store, hooks.drop_store, nullptr});
    hooks.take_cases = [this](core::PartitionId id) { return standby_->Take(id); };
    hooks.give_cases = [this](core::PartitionId id, std::unique_ptr<runtime::CaseStore> cases) {
      standby_->Give(id, std::move(cases));
    };
  }
  // The clock is moved by hand.
  options.stream.clock_jump_most = Duration::max();
  engine_ = std::make_unique<runtime::Engine>(*log_, *configuration_, submitters_, clock_,
                                              runtime::EngineOptions{options.threads, options.stream}, hooks);
  Must(engine_->Start());
  if (standby_ != nullptr) standby_->Start();
}

views::FindDefinition EngineUnderTest::definitions() const {
  return [this](const core::VersionedName& name) -> Result<std::shared_ptr<const core::Definition>> {
    auto known = configuration_->Current();
    const core::Definition* found = known->FindDefinition(name);
    RASTI_CHECK(found != nullptr, "a case has a definition of the bench");
    return std::shared_ptr<const core::Definition>(known, found);
  };
}

EngineUnderTest::~EngineUnderTest() {
  Stop();
  engine_.reset();
  standby_.reset();
  static_cast<void>(close_log_());
  log_.reset();
  std::error_code ignored;
  if (!keeps_directory_) std::filesystem::remove_all(directory_, ignored);
}

void EngineUnderTest::Stop() { Must(engine_->Stop()); }

std::string SignedBytes(const core::Command& command) {
  return codec::EncodeSigned(codec::SignCommand(codec::EncodeCommand(command), "k1", kKey));
}

void EngineUnderTest::Submit(const core::Command& command, std::function<void(bool accepted)> done) {
  SubmitTo(*channel_, command, std::move(done));
}

double EngineUnderTest::RunClosedLoop(int submitters, int64_t count,
                                      const std::function<core::Command(int64_t)>& make) {
  return bench::RunClosedLoop(*channel_, submitters, count, make);
}

double RunClosedLoop(ports::CommandChannel& channel, int submitters, int64_t count,
                     const std::function<core::Command(int64_t)>& make) {
  std::atomic<int64_t> next = 0;
  std::atomic<int64_t> answered = 0;
  std::mutex mutex;
  std::condition_variable all_answered;
  // Each answer hands in the submitter's next command, from the thread that answers: 64 submitters, not 64 threads.
  std::function<void()> go_on = [&] {
    const int64_t n = next.fetch_add(1);
    if (n >= count) return;
    SubmitTo(channel, make(n), [&](bool accepted) {
      RASTI_CHECK(accepted, "the benchmark's commands are valid");
      go_on();
      if (answered.fetch_add(1) + 1 == count) {
        const std::lock_guard lock(mutex);
        all_answered.notify_all();
      }
    });
  };
  return Seconds([&] {
    for (int i = 0; i < submitters; ++i) go_on();
    std::unique_lock lock(mutex);
    all_answered.wait(lock, [&] { return answered.load() >= count; });
  });
}

std::vector<double> EngineUnderTest::RunOpenLoop(int per_second, double seconds,
                                                 const std::function<core::Command(int64_t)>& make) {
  return bench::RunOpenLoop(*channel_, per_second, seconds, make);
}

std::vector<double> RunOpenLoop(ports::CommandChannel& channel, int per_second, double seconds,
                                const std::function<core::Command(int64_t)>& make) {
  using Clock = std::chrono::steady_clock;
  const auto count = static_cast<int64_t>(per_second * seconds);
  std::vector<double> latencies(static_cast<size_t>(count));
  std::atomic<int64_t> answered = 0;
  const auto start = Clock::now();
  for (int64_t n = 0; n < count; ++n) {
    const auto due = start + std::chrono::nanoseconds(n * 1'000'000'000 / per_second);
    std::this_thread::sleep_until(due);
    SubmitTo(channel, make(n), [&, n, due](bool accepted) {
      RASTI_CHECK(accepted, "the benchmark's commands are valid");
      latencies[static_cast<size_t>(n)] = std::chrono::duration<double, std::milli>(Clock::now() - due).count();
      answered.fetch_add(1);
    });
  }
  while (answered.load() < count) std::this_thread::yield();
  return latencies;
}

FloodOfTimers RunFloodOfTimers(EngineUnderTest& engine, int64_t cases) {
  // Each case has one clock, whose warning-free deadline is its only timer.
  engine.RunClosedLoop(1024, cases, SubmitCommand);
  RASTI_CHECK(engine.engine().WaitUntilIdle(std::chrono::minutes(5)), "the submissions settle");
  auto quiet = engine.RunOpenLoop(500, 5, [&](int64_t n) { return SubmitCommand(cases + n); });

  const int64_t fired_before = engine.engine().counters().timers_fired;
  engine.AdvanceClock(std::chrono::hours(24 * 30));
  const auto start = std::chrono::steady_clock::now();
  std::vector<double> busy;
  std::thread people(
      [&] { busy = engine.RunOpenLoop(500, 5, [&](int64_t n) { return SubmitCommand(2 * cases + n); }); });
  RASTI_CHECK(engine.engine().WaitUntilIdle(std::chrono::minutes(10)), "all timers fire");
  FloodOfTimers flood;
  flood.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  people.join();
  flood.fired = engine.engine().counters().timers_fired - fired_before;
  flood.p99_before_ms = Percentile(quiet, 0.99);
  flood.p99_meanwhile_ms = Percentile(busy, 0.99);
  return flood;
}

core::Command SubmitCommand(int64_t n) {
  return test::MakeCommand(test::SampleCaseId(static_cast<uint64_t>(n)), "1", test::people::Citizen(),
                           test::SampleSubmit());
}

core::Command LifeCommand(int64_t cases, int64_t n) {
  const int64_t step = n / cases;
  core::Command command = SubmitCommand(n % cases);
  command.command_id = core::CommandId(std::to_string(step));
  switch (step) {
    case 0: return command;
    case 1: command.payload = test::Act("open"); break;
    case 2: command.payload = test::Act("ask"); break;
    case 3: command.payload = test::Act("answer"); break;
    default: command.payload = test::Act("close", R"({"evidence":"photo"})"); break;
  }
  command.actor = test::people::Officer();
  return command;
}

std::vector<ports::StoredEvent> LifeEvents(size_t count) {
  const test::SampleWorld world;
  const test::ManualClock clock(test::SampleStart());
  test::MemoryEventLog log({.partitions = 1, .position_gaps = true, .queue_most = 16}, clock);
  test::RandomLife life(world, log,
                        {.seed = 1, .cases = 500, .step_most = std::chrono::minutes(5), .historic_percent = 0});
  life.RunTo(count);
  return log.events({0});
}

}  // namespace rasti::bench
