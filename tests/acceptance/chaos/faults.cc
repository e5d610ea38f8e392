#include "tests/acceptance/chaos/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "tests/acceptance/waiting.h"

namespace rasti::test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr milliseconds kTick{100};
constexpr seconds kOutage{60};
constexpr seconds kInSyncWithin{180};
// Each look is a Java program of its own.
constexpr seconds kBetweenSyncLooks{3};

}  // namespace

Faults::Faults(Nodes& nodes, const Brokers& brokers, FaultPlan plan, uint64_t seed, Tell tell)
    : nodes_(nodes), brokers_(brokers), plan_(plan), random_(seed), tell_(std::move(tell)) {}

milliseconds Faults::Between(milliseconds least, milliseconds most) {
  return least + milliseconds(Below(static_cast<uint64_t>((most - least).count()) + 1));
}

void Faults::At(Time time, std::function<void()> recovery) { recoveries_.emplace(time, std::move(recovery)); }

void Faults::RunRecoveries(Time now) {
  while (!recoveries_.empty() && recoveries_.begin()->first <= now) {
    const auto recovery = std::move(recoveries_.begin()->second);
    recoveries_.erase(recoveries_.begin());
    recovery();
  }
}

// A supervisor would start it again, and so does this one.
void Faults::WatchNodes() {
  for (const auto& node : nodes_) {
    if (const auto why = node->EndedByItself()) {
      tell_(*why);
      complaints_.push_back(*why);
      node->Start();
    }
  }
}

void Faults::WatchBrokers() {
  if (!brokers_repair_.valid() || brokers_repair_.wait_for(seconds(0)) != std::future_status::ready) return;
  if (const Status repaired = brokers_repair_.get(); repaired) {
    tell_("the brokers are in sync");
  } else {
    complaints_.push_back(repaired.error().message);
  }
  brokers_broken_ = false;
}

void Faults::Run(Time until) {
  const auto began = Clock::now();
  const Time outage_at = began + (until - began) * 2 / 5;
  Time next = began + Between(seconds(1), seconds(4));
  Halt never;
  for (auto now = began; now < until; now = Clock::now()) {
    RunRecoveries(now);
    WatchNodes();
    WatchBrokers();
    if (plan_.outage && counts_.outages == 0 && now >= outage_at && !brokers_broken_) {
      StrikeAllBrokers();
    } else if (now >= next) {
      Strike();
      next = now + Between(milliseconds(1500), seconds(7));
    }
    never.WaitFor(kTick);
  }
}

void Faults::Strike() {
  if (Below(10) < 3 && !brokers_broken_) return StrikeBroker();
  int number = 0;
  // One at least works on.
  if (Node* const node = SomeNode(number)) StrikeNode(*node, number);
}

Node* Faults::SomeNode(int& number) {
  std::vector<int> up;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i]->state() == Node::State::kUp) up.push_back(static_cast<int>(i));
  }
  if (up.size() < 2) return nullptr;
  number = up[Below(up.size())];
  return nodes_[static_cast<size_t>(number)].get();
}

// At once, so that nothing moves; or so late that others have taken over.
milliseconds Faults::Downtime() {
  return Below(2) == 0 ? Between(milliseconds(0), milliseconds(500))
                       : Between(plan_.session_timeout / 2, plan_.session_timeout + seconds(5));
}

void Faults::StrikeNode(Node& node, int number) {
  const auto now = Clock::now();
  const uint64_t kind = Below(10);
  if (kind < 4) {
    node.Kill();
    ++counts_.node_kills;
    const milliseconds downtime = Downtime();
    tell_(fmt::format("node {} killed for {} ms", number, downtime.count()));
    At(now + downtime, [&node] { node.Start(); });
  } else if (kind < 6) {
    node.Pause();
    ++counts_.node_pauses;
    const milliseconds pause = plan_.session_timeout + Between(seconds(1), seconds(5));
    tell_(fmt::format("node {} paused for {} ms", number, pause.count()));
    At(now + pause, [&node] { node.Continue(); });
  } else if (kind < 8) {
    tell_(fmt::format("node {} stopped", number));
    if (const Status stopped = node.Stop(); !stopped) {
      tell_(stopped.error().message);
      complaints_.push_back(stopped.error().message);
    }
    ++counts_.node_restarts;
    node.Start();
  } else {
    node.Kill();
    ++counts_.node_kills;
    ++counts_.stores_deleted;
    const bool state = Below(3) != 0;
    const bool views = !state || Below(2) == 0;
    if (state) node.DeleteState();
    if (views) node.DeleteViews();
    const milliseconds downtime = Downtime();
    tell_(fmt::format("node {} killed for {} ms, its {}{}{} deleted", number, downtime.count(), state ? "state" : "",
                      state && views ? " and " : "", views ? "views" : ""));
    At(now + downtime, [&node] { node.Start(); });
  }
}

void Faults::StrikeBroker() {
  const int broker = 1 + static_cast<int>(Below(Brokers::kCount));
  brokers_broken_ = true;
  ++counts_.broker_kills;
  const milliseconds downtime = Between(seconds(1), seconds(15));
  tell_(fmt::format("broker {} killed for {} ms", broker, downtime.count()));
  if (const Status killed = brokers_.Kill(broker); !killed) complaints_.push_back(killed.error().message);
  At(Clock::now() + downtime, [this, broker] { RepairBrokers({broker}); });
}

void Faults::StrikeAllBrokers() {
  brokers_broken_ = true;
  ++counts_.outages;
  const bool killed = Below(2) == 0;
  tell_(fmt::format("all brokers {} for {} s", killed ? "killed" : "paused", kOutage.count()));
  brokers_.SignalAll(killed ? SIGKILL : SIGSTOP);
  At(Clock::now() + kOutage, [this, killed] {
    tell_("the brokers come back");
    if (killed) return RepairBrokers({1, 2, 3});
    brokers_.SignalAll(SIGCONT);
    RepairBrokers({});
  });
}

void Faults::RepairBrokers(std::vector<int> brokers) {
  brokers_repair_ = std::async(std::launch::async, [this, restart = std::move(brokers)]() -> Status {
    RASTI_CHECKED(brokers_.Restart(restart));
    if (WaitUntil([this] { return brokers_.AreInSync(); }, kInSyncWithin, kBetweenSyncLooks)) return {};
    return Fail(ErrorCode::kTimedOut, fmt::format("the brokers are not in sync after {} s", kInSyncWithin.count()));
  });
}

void Faults::Heal() {
  RunRecoveries(Time::max());
  WatchNodes();
  if (brokers_repair_.valid()) {
    brokers_repair_.wait();
    WatchBrokers();
  }
}

}  // namespace rasti::test
