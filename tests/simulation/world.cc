#include "tests/simulation/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/checks.h"
#include "tests/simulation/sim_stream.h"
#include "tests/support/shared_view_store.h"

namespace rasti::simulation {
namespace {

constexpr int kNobody = -1;  // no node
constexpr int kDepthMost = 3;
constexpr int kSettleTurns = 8'000;
constexpr Duration kSkewMost{55'000};
// A node may be ahead of the brokers by less than what makes it stop, so packages come into force later than that.
constexpr Duration kNotice{5'000};
constexpr Duration kNoticeWithSkew{66'000};

}  // namespace

World::World(RunOptions options)
    : options_(options),
      random_(options.seed),
      time_(test::SampleStart()),
      faults_(random_, time_),
      submitters_(Clients::MakeSubmitters()) {
  SimLogOptions log;
  log.partitions = static_cast<int>(random_.Between(1, 3));
  log.eager = random_.Percent(50);
  log.mutation = options_.mutation;
  log_ = std::make_unique<SimLog>(
      log, time_, faults_, [this](int node, std::string_view call) { Interrupt(node, call); },
      [this](const ports::ResultOut& result) { clients_->Told(result.value); });
  history_ = std::make_unique<History>(*log_);
  clients_ = std::make_unique<Clients>(
      *log_, [this](std::string key, std::string value) { return log_->Submit(std::move(key), std::move(value)); },
      *history_, static_cast<int>(random_.Between(2, 8)), static_cast<int>(random_.Between(15, 160)));
  reader_ = std::make_unique<Reader>(*log_);
  const auto count = static_cast<int>(random_.Between(1, 3));
  for (int i = 0; i < count; ++i) {
    nodes_.push_back(std::make_unique<Node>(i, *log_, time_, submitters_,
                                            [this](int node, std::string_view call) { Interrupt(node, call); }));
    nodes_.back()->Start();
  }
}

std::vector<std::string> World::Run() {
  const auto steps = random_.Between(200, 2'500);
  for (int64_t i = 0; i < steps && violations().empty(); ++i) Step();
  faults_.Stop();
  log_->GoAway(time_.now());
  for (const auto& node : nodes_) node->clock().SetSkew(Duration{0});
  Settle();
  // Whatever is still to come due does, with everything that follows from it.
  for (int i = 0; i < 2; ++i) {
    time_.Advance(std::chrono::hours(24 * 40));
    Settle();
  }
  for (const auto& node : nodes_) node->Stop();
  history_->CatchUp();
  reader_->CatchUp();
  std::vector<std::string> found = violations();
  if (found.empty()) found = CheckAll();
  return found;
}

std::vector<std::string> World::CheckAll() const {
  const SimClock clock(time_);
  NodeLog events(*log_, kNobody, clock);
  FinishedRun run{*log_, *history_, *clients_, *reader_, events, {}};
  for (const auto& node : nodes_) {
    for (int32_t i = 0; i < log_->partitions(); ++i) {
      const auto disk = node->Disk({i});
      if (disk == nullptr) continue;
      run.stores.push_back({fmt::format("node {}", node->id()), {i}, std::make_unique<test::SharedViewStore>(disk)});
    }
  }
  return Check(std::move(run));
}

std::vector<std::string> World::violations() const {
  std::vector<std::string> all = wrong_;
  std::ranges::copy(log_->violations(), std::back_inserter(all));
  std::ranges::copy(history_->violations(), std::back_inserter(all));
  std::ranges::copy(reader_->violations(), std::back_inserter(all));
  return all;
}

// --- what happens ---------------------------------------------------------------------------------------------------

void World::Step() {
  Advance();
  log_->Tick();
  history_->CatchUp();
  clients_->AskAgain();
  RestartSome();
  const uint64_t what = random_.Below(100);
  if (what < 70) {
    TurnSomeNode();
  } else if (what < 88) {
    clients_->Act();
  } else if (what < 92) {
    reader_->Turn();
  } else {
    StrikeSomewhere();
  }
}

void World::Advance() {
  const uint64_t how = random_.Below(1000);
  int64_t most = 50;
  if (how < 300) most = 1'500;
  if (how < 80) most = 30'000;
  if (how < 25) most = 2 * 3'600'000;
  if (how < 8) most = 72 * 3'600'000;
  time_.Advance(Duration{random_.Between(1, most)});
}

void World::TurnSomeNode() {
  std::vector<Node*> ready;
  for (const auto& node : nodes_) {
    if (node->IsUp() && !node->IsTurning()) ready.push_back(node.get());
  }
  if (ready.empty()) return;
  Node& node = *ready[random_.Below(ready.size())];
  // The last one is the slow one.
  if (node.id() + 1 == std::ssize(nodes_) && faults_.Strikes(Fault::kSlow, 240)) return;
  TurnNode(node);
}

void World::TurnNode(Node& node) {
  if (const auto wrong = node.Turn()) {
    wrong_.push_back(fmt::format("node {} died: {}: {}", node.id(), ErrorCodeName(wrong->code), wrong->message));
  }
}

void World::Interrupt(int id, std::string_view call) {
  if (id < 0) return;
  Node& node = *nodes_[static_cast<size_t>(id)];
  if (!faults_.on() || !node.IsTurning()) return;
  if (faults_.Strikes(Fault::kCrash, 1)) {
    faults_.Note(fmt::format("node {} dies in {}", id, call));
    throw ProcessDied{id};
  }
  if (depth_ >= kDepthMost || !faults_.Strikes(Fault::kPause, 1)) return;
  faults_.Note(fmt::format("node {} stands still in {}", id, call));
  log_->SetSilent(id, time_.now());
  ++depth_;
  if (random_.Percent(40)) time_.Advance(Duration{random_.Between(1'000, 25'000)});
  for (uint64_t turns = random_.Below(30); turns > 0; --turns) Step();
  --depth_;
  if (random_.Percent(15)) {
    faults_.Note(fmt::format("node {} is killed where it stands", id));
    throw ProcessDied{id};
  }
  faults_.Note(fmt::format("node {} goes on", id));
  log_->SetSilent(id, std::nullopt);
}

void World::RestartSome() {
  for (const auto& node : nodes_) {
    if (node->IsUp() || !random_.Percent(faults_.on() ? 8 : 100)) continue;
    if (faults_.Strikes(Fault::kStoreDeleted, 100)) node->DeleteStores();
    node->Start();
  }
}

void World::StrikeSomewhere() {
  Node& node = *nodes_[random_.Below(nodes_.size())];
  if (faults_.Strikes(Fault::kRebalance, 150)) {
    faults_.Note("the partitions are shared out anew");
    log_->Rebalance();
  }
  if (faults_.Strikes(Fault::kAway, 30)) {
    faults_.Note("the brokers go away");
    log_->GoAway(time_.now() + Duration{random_.Between(100, 20'000)});
  }
  if (faults_.Strikes(Fault::kCrash, 20) && node.IsUp() && !node.IsTurning()) node.Kill();
  if (node.IsUp()) StrikeClock(node);
  if (!published_ && faults_.Strikes(Fault::kPublished, 60)) {
    published_ = true;
    const bool skew = faults_.Has(Fault::kClockJump) || faults_.Has(Fault::kClockLeap);
    const Duration notice = skew ? kNoticeWithSkew : kNotice;
    const Instant from = time_.now() + notice + Duration{random_.Percent(60) ? 1 : random_.Between(1, 172'800'000)};
    faults_.Note("second versions are published, in force from " + FormatInstant(from));
    auto [key, value] = SecondVersions(from);
    log_->Publish(std::move(key), std::move(value));
  }
}

void World::StrikeClock(Node& node) {
  const Duration skew = node.clock().skew();
  if (faults_.Strikes(Fault::kClockJump, 60)) {
    const Duration jump{random_.Between(-kSkewMost.count(), kSkewMost.count())};
    node.clock().SetSkew(std::clamp(skew + jump, -kSkewMost, kSkewMost));
    faults_.Note(fmt::format("the clock of node {} jumps to {} ms off", node.id(), node.clock().skew().count()));
  } else if (faults_.Strikes(Fault::kClockLeap, 30)) {
    const Duration leap{random_.Between(3 * 60'000, 72 * 3'600'000)};
    node.clock().SetSkew(random_.Percent(50) ? leap : -leap);
    faults_.Note(fmt::format("the clock of node {} leaps to {} s off", node.id(), node.clock().skew().count() / 1000));
  }
}

// --- the end --------------------------------------------------------------------------------------------------------

void World::Settle() {
  for (int i = 0; i < kSettleTurns && violations().empty(); ++i) {
    time_.Advance(Duration{500});
    log_->Tick();
    history_->CatchUp();
    clients_->AskAgain();
    RestartSome();
    for (const auto& node : nodes_) {
      if (node->IsUp()) TurnNode(*node);
    }
    if (Unsettled().empty()) return;
  }
  if (violations().empty()) wrong_.push_back("it does not come to rest: " + Unsettled());
}

std::string World::Unsettled() {
  if (!log_->IsSharedOut()) return "a partition has no owner";
  if (!clients_->AreSatisfied()) return "a client has no answer";
  for (const auto& node : nodes_) {
    if (!node->IsUp()) return fmt::format("node {} is down", node->id());
    const auto idle = node->IsIdle();
    if (!idle || !*idle) return fmt::format("node {} is not idle", node->id());
  }
  return log_->IsAllDecided() ? "" : "input was not decided";
}

}  // namespace rasti::simulation
