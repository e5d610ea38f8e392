#include "tests/simulation/embedded/embedded_world.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "tests/simulation/checks.h"
#include "tests/support/sample_definition.h"

namespace rasti::simulation {
namespace {

constexpr int kDepthMost = 2;
constexpr int kSettleTurns = 8'000;
constexpr Duration kSkewMost{55'000};
// A clock may be ahead by less than what makes the engine stop, so packages come into force later than that.
constexpr Duration kNotice{66'000};
constexpr int64_t kHourMs = 3'600'000;

DiskFaults RandomFaults(Random& random) {
  DiskFaults faults;
  const auto some = [&](uint64_t percent, int64_t most) {
    return random.Percent(percent) ? static_cast<int>(random.Between(most / 8, most)) : 0;
  };
  faults.deaths = some(80, 4'000);
  faults.errors = some(30, 400);
  faults.slow = some(40, 4'000);
  return faults;
}

}  // namespace

std::string PlaceForDisks() {
  constexpr const char* kInMemory = "/dev/shm/";
  return ::access(kInMemory, W_OK) == 0 ? kInMemory : testing::TempDir();
}

EmbeddedWorld::EmbeddedWorld(EmbeddedRunOptions options)
    : options_(options),
      random_(options.seed),
      time_(test::SampleStart()),
      faults_(random_, time_),
      submitters_(Clients::MakeSubmitters()),
      record_(static_cast<int>(random_.Between(1, 3)), time_, faults_),
      history_(std::make_unique<History>(record_)),
      reader_(std::make_unique<Reader>(record_)) {
  clients_ = std::make_unique<Clients>(
      record_,
      [this](std::string key, std::string value) { return machine_->Submit(std::move(key), std::move(value)); },
      *history_, static_cast<int>(random_.Between(2, 8)), static_cast<int>(random_.Between(10, 80)));
  Machine::Hooks hooks{[this](int stream, std::string_view call) { Interrupt(stream, call); },
                       [this](std::string_view result) { clients_->Told(result); },
                       [this](Duration took) { time_.Advance(took); }};
  machine_ = std::make_unique<Machine>(directory_.path(), static_cast<int>(random_.Between(1, 3)), record_, time_,
                                       submitters_, std::move(hooks));
  machine_->disk().SetFaults(RandomFaults(random_));
  machine_->disk().Lie(options_.mutation == EmbeddedMutation::kFileSyncLies,
                       options_.mutation == EmbeddedMutation::kDirectorySyncLies);
  power_percent_ = random_.Percent(70) ? static_cast<int>(random_.Between(20, 100)) : 0;
}

std::vector<std::string> EmbeddedWorld::Run() {
  const auto steps = random_.Between(50, 500);
  for (int64_t i = 0; i < steps && violations().empty(); ++i) Live();
  faults_.Stop();
  is_full_ = false;
  machine_->disk().SetFull(false);
  machine_->disk().SetFaults({});
  machine_->SetSkew(Duration{0});
  Settle();
  // Whatever is still to come due does, with everything that follows from it.
  for (int i = 0; i < 2; ++i) {
    time_.Advance(std::chrono::hours(24 * 40));
    Settle();
  }
  std::vector<std::string> found = violations();
  return found.empty() ? CheckAll() : found;
}

std::vector<std::string> EmbeddedWorld::violations() const {
  std::vector<std::string> all = wrong_;
  std::ranges::copy(record_.violations(), std::back_inserter(all));
  std::ranges::copy(history_->violations(), std::back_inserter(all));
  std::ranges::copy(reader_->violations(), std::back_inserter(all));
  return all;
}

void EmbeddedWorld::Wrong(const Error& error) {
  wrong_.push_back(fmt::format("{}: {}", ErrorCodeName(error.code), error.message));
}

// --- what happens ---------------------------------------------------------------------------------------------------

void EmbeddedWorld::Live() {
  try {
    if (machine_->IsEnding()) {
      machine_->Stop();
    } else {
      Step();
    }
  } catch (const ProcessDied&) {
    depth_ = 0;
    machine_->Died();
  }
}

void EmbeddedWorld::Step() {
  Advance();
  history_->CatchUp();
  clients_->AskAgain();
  if (!machine_->IsUp() && random_.Percent(faults_.on() ? 30 : 100)) Start();
  const uint64_t what = random_.Below(100);
  if (what < 70) {
    TurnSome();
  } else if (what < 90) {
    clients_->Act();
  } else if (what < 94) {
    reader_->Turn();
  } else {
    StrikeSomewhere();
  }
}

void EmbeddedWorld::Advance() {
  const uint64_t how = random_.Below(1000);
  int64_t most = 200;
  if (how < 300) most = 5'000;
  if (how < 80) most = 60'000;
  if (how < 30) most = 6 * kHourMs;
  if (how < 10) most = 72 * kHourMs;
  time_.Advance(Duration{random_.Between(1, most)});
  if (is_full_ && time_.now() > full_until_) {
    is_full_ = false;
    machine_->disk().SetFull(false);
    faults_.Note("the disk has space again");
  }
}

void EmbeddedWorld::Start() {
  const bool power_failed = faults_.on() && random_.Percent(static_cast<uint64_t>(power_percent_));
  if (options_.mutation == EmbeddedMutation::kOlderLog && faults_.on()) GoBack();
  if (const Status started = machine_->Start(power_failed); !started) Wrong(started.error());
}

void EmbeddedWorld::GoBack() {
  const std::string log = directory_ / "log";
  const std::string older = directory_ / "older";
  constexpr auto kWhole = std::filesystem::copy_options::recursive;
  if (!std::filesystem::exists(older)) {
    if (record_.topics({0}).events.size() > 1) std::filesystem::copy(log, older, kWhole);
  } else if (random_.Percent(30)) {
    std::filesystem::remove_all(log);
    std::filesystem::copy(older, log, kWhole);
  }
}

void EmbeddedWorld::TurnSome() {
  if (!machine_->IsUp()) return;
  std::vector<int> ready;
  for (int i = 0; i < machine_->streams(); ++i) {
    if (machine_->IsReady(i)) ready.push_back(i);
  }
  if (!ready.empty()) Turn(ready[random_.Below(ready.size())]);
}

void EmbeddedWorld::Turn(int stream) {
  if (const Status turned = machine_->Turn(stream); !turned) Wrong(turned.error());
}

void EmbeddedWorld::Interrupt(int stream, std::string_view call) {
  if (!faults_.on()) return;
  if (faults_.Strikes(Fault::kCrash, 1)) {
    faults_.Note(fmt::format("stream {} is at: {}", stream, call));
    throw ProcessDied{stream};
  }
  if (depth_ >= kDepthMost || !faults_.Strikes(Fault::kPause, 3)) return;
  faults_.Note(fmt::format("stream {} stands still at: {}", stream, call));
  ++depth_;
  if (random_.Percent(20)) time_.Advance(Duration{random_.Between(1'000, 25'000)});
  for (uint64_t turns = random_.Below(12); turns > 0 && machine_->IsUp(); --turns) Step();
  --depth_;
  faults_.Note(fmt::format("stream {} goes on", stream));
}

void EmbeddedWorld::StrikeSomewhere() {
  if (machine_->IsUp() && depth_ == 0 && faults_.Strikes(Fault::kCrash, 20)) throw ProcessDied{};
  if (machine_->IsUp()) StrikeClock();
  if (!is_full_ && faults_.Strikes(Fault::kDiskFull, 40)) {
    is_full_ = true;
    full_until_ = time_.now() + Duration{random_.Between(100, 120'000)};
    machine_->disk().SetFull(true);
    faults_.Note("the disk is full");
  }
  if (machine_->IsUp() && !published_ && faults_.Strikes(Fault::kPublished, 100)) Publish();
}

void EmbeddedWorld::StrikeClock() {
  const Duration skew = machine_->clock().skew();
  if (faults_.Strikes(Fault::kClockJump, 60)) {
    const Duration jump{random_.Between(-kSkewMost.count(), kSkewMost.count())};
    machine_->SetSkew(std::clamp(skew + jump, -kSkewMost, kSkewMost));
    faults_.Note(fmt::format("the clock jumps to {} ms off", machine_->clock().skew().count()));
  } else if (faults_.Strikes(Fault::kClockLeap, 20)) {
    const Duration leap{random_.Between(kHourMs / 20, 72 * kHourMs)};
    machine_->SetSkew(random_.Percent(50) ? leap : -leap);
    faults_.Note(fmt::format("the clock leaps to {} s off", machine_->clock().skew().count() / 1000));
  }
}

// One whose outcome nobody knows is there, or not, when the log is opened again.
void EmbeddedWorld::Publish() {
  published_ = true;
  const Instant from = time_.now() + kNotice + Duration{random_.Percent(60) ? 1 : random_.Between(1, 172'800'000)};
  auto [key, value] = SecondVersions(from);
  const auto published = machine_->Publish(std::move(key), std::move(value));
  faults_.Note(published ? "second versions are published, in force from " + FormatInstant(from)
                         : "publishing fails: " + published.error().message);
  if (machine_->disk().is_dead()) throw ProcessDied{};
  if (!published && !machine_->disk().has_refused()) Wrong(published.error());
}

// --- the end --------------------------------------------------------------------------------------------------------

void EmbeddedWorld::Settle() {
  for (int i = 0; i < kSettleTurns && violations().empty(); ++i) {
    time_.Advance(Duration{500});
    history_->CatchUp();
    clients_->AskAgain();
    if (machine_->IsEnding()) machine_->Stop();
    if (!machine_->IsUp()) Start();
    if (!violations().empty()) return;
    for (int stream = 0; stream < machine_->streams() && machine_->IsUp(); ++stream) {
      if (machine_->IsReady(stream)) Turn(stream);
    }
    if (Unsettled().empty()) return;
  }
  if (violations().empty()) wrong_.push_back("it does not come to rest: " + Unsettled());
}

std::string EmbeddedWorld::Unsettled() {
  if (!machine_->IsUp() || machine_->IsEnding()) return "nothing runs";
  if (!clients_->AreSatisfied()) return "a client has no answer";
  const auto idle = machine_->IsIdle();
  if (!idle || !*idle) return "a stream is not idle";
  return record_.IsAllDecided() ? "" : "input was not decided";
}

std::vector<std::string> EmbeddedWorld::CheckAll() {
  machine_->Stop();
  // As the next process finds it, after a failure of the power: what was confirmed was safe.
  if (const Status started = machine_->Start(random_.Percent(50)); !started) Wrong(started.error());
  if (!machine_->IsUp()) return violations();
  history_->CatchUp();
  reader_->CatchUp();
  record_.CheckAnswers();
  if (const Status checked = CheckLog(); !checked) Wrong(checked.error());
  if (std::vector<std::string> found = violations(); !found.empty()) return found;
  FinishedRun run{record_, *history_, *clients_, *reader_, machine_->log(), {}};
  for (int32_t i = 0; i < record_.partitions(); ++i) {
    auto store = machine_->OpenStore({i});
    if (!store) return {fmt::format("the store of partition {}: {}", i, store.error().message)};
    run.stores.push_back({"the machine", {i}, *std::move(store)});
  }
  return Check(std::move(run));
}

// Every record is whole, and the outbox holds what was written to it, in order and once.
Status EmbeddedWorld::CheckLog() {
  RASTI_CHECKED(machine_->log().VerifyAll([](int64_t, int64_t) {}));
  RASTI_TRY(const auto outbox, machine_->log().ReadOutbox(0, SIZE_MAX));
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& entry : outbox) found.emplace_back(entry.key, entry.value);
  std::vector<std::pair<std::string, std::string>> expected;
  for (const ports::OutboxOut& entry : record_.outbox()) expected.emplace_back(entry.key, entry.value);
  std::ranges::sort(found);
  std::ranges::sort(expected);
  if (found != expected) {
    wrong_.push_back(fmt::format("the outbox has {} entries, {} were confirmed", found.size(), expected.size()));
  }
  return {};
}

}  // namespace rasti::simulation
