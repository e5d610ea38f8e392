#include "tests/acceptance/chaos/chaos.h"

#include <fmt/format.h>

#include <fstream>
#include <future>

#include "engine/ports/clock.h"
#include "tests/acceptance/chaos/brokers.h"
#include "tests/acceptance/chaos/faults.h"
#include "tests/acceptance/chaos/submitter.h"
#include "tests/acceptance/chaos/verdict.h"
#include "tests/end_to_end/program.h"
#include "tools/rasti/direct_session.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr int kNodes = 3;
constexpr const char* kPrefix = "chaos.";
// The shortest that lets a busy machine of two cores send its heartbeats in time.
constexpr milliseconds kSessionTimeout{6'000};
constexpr seconds kReachWithin{180};
constexpr minutes kAnswersWithin{10};
constexpr minutes kSettleWithin{5};
// So many commands are asked once more at the end; what came of them must be what it was.
constexpr size_t kAskedAgainMost = 8'000;
constexpr seconds kQuietFor{8};
constexpr seconds kQuietWithin{75};
const std::vector<std::string> kPackages = {"tests/data/short-deadlines", "workflows/calendars/kosovo",
                                            "workflows/tenants/prishtine", "workflows/tenants/mlga",
                                            "workflows/tzdata/2025b"};

class Chaos {
 public:
  explicit Chaos(const ChaosOptions& options) : options_(options), began_(Clock::now()) {}
  ~Chaos() {
    // Whoever asks goes before whom it asks.
    submitters_.clear();
    nodes_.clear();
    direct_.reset();
    log_.reset();
    if (brokers_) brokers_->Stop();
  }

  Result<ChaosReport> Run() {
    RASTI_CHECKED(Prepare());
    Faults faults(nodes_, *brokers_, {kSessionTimeout, options_.outage}, options_.seed,
                  [this](const std::string& text) { Tell(text); });
    for (const auto& submitter : submitters_) submitter->Start(options_.rate / (kNodes + 1));
    faults.Run(Clock::now() + options_.length);
    ledger_.StopWatching();
    Tell("healing");
    faults.Heal();
    RASTI_CHECKED(AskForAll(faults));
    const Instant settled_at = ports::SystemClock().Now();
    RASTI_CHECKED(Settle());
    Tell("settled");
    AwaitQuiet();
    RASTI_CHECKED(Settle());
    submitters_.clear();
    sessions_.clear();
    std::vector<std::string> complaints = faults.complaints();
    for (const auto& node : nodes_) {
      if (const Status stopped = node->Stop(); !stopped) complaints.push_back(stopped.error().message);
    }
    return Examine(faults.counts(), complaints, settled_at);
  }

 private:
  void Tell(const std::string& text) const {
    const auto at = std::chrono::duration_cast<milliseconds>(Clock::now() - began_);
    fmt::print(stderr, "{:8.1f} s  {} answers  {}\n", static_cast<double>(at.count()) / 1000.0, ledger_.answers(),
               text);
  }

  Status Prepare() {
    RASTI_TRY(brokers_, Brokers::Start(options_.directory + "/kafka"));
    setting_ = {options_.program,   brokers_->bootstrap(), kPrefix, options_.directory + "/kafka.settings",
                options_.directory, options_.trim};
    std::ofstream(setting_.settings) << fmt::format(
        "session.timeout.ms={}\ntransaction.timeout.ms={}\npartition.assignment.strategy={}\n", kSessionTimeout.count(),
        kSessionTimeout.count(), options_.assignor);
    const Finished made =
        Child({options_.program, "topics", "create", "--partitions", std::to_string(options_.partitions), "--replicas",
               "3", "--brokers", setting_.bootstrap, "--topic-prefix", kPrefix})
            .Finish();
    if (made.exit_code != 0) return Fail(ErrorCode::kUnavailable, "topics: " + made.err);
    for (int i = 0; i < kNodes; ++i) {
      nodes_.push_back(std::make_unique<Node>(setting_, i));
      RASTI_CHECKED(nodes_.back()->Init(kPackages));
    }
    for (const auto& node : nodes_) node->Start();
    sessions_.resize(kNodes);
    for (size_t i = 0; i < kNodes; ++i) {
      if (!WaitUntil([&] { return Connect(i) != nullptr; }, kReachWithin)) {
        return Fail(ErrorCode::kUnavailable, fmt::format("node {} does not listen: {}", i, nodes_[i]->LastWords()));
      }
    }
    RASTI_CHECKED(ReachBrokers());
    for (size_t i = 0; i < kNodes; ++i) {
      submitters_.push_back(std::make_unique<Submitter>(ledger_, fmt::format("n{}-", i), options_.seed * 10 + i,
                                                        [this, i] { return &sessions_[i]->commands(); }));
    }
    submitters_.push_back(
        std::make_unique<Submitter>(ledger_, "b-", options_.seed * 10 + kNodes, [this] { return direct_.get(); }));
    Tell("three nodes listen");
    return {};
  }

  // A session stays: it makes its connection anew where that broke.
  cli::SocketSession* Connect(size_t node) {
    if (sessions_[node] != nullptr) return sessions_[node].get();
    const auto key = cli::ReadLocalKey(nodes_[node]->paths());
    if (!key) return nullptr;
    if (auto session = cli::SocketSession::Connect(nodes_[node]->paths().socket(), *key); session) {
      sessions_[node] = *std::move(session);
    }
    return sessions_[node].get();
  }

  // Commands straight to the brokers, as any other system hands them in; and what the log is read with at the end.
  Status ReachBrokers() {
    log::KafkaLogOptions place;
    place.brokers = setting_.bootstrap;
    place.topic_prefix = kPrefix;
    place.node = "chaos";
    RASTI_TRY(log_, log::KafkaEventLog::Open(place));
    RASTI_TRY(const std::string key, cli::ReadLocalKey(nodes_.front()->paths()));
    direct_ = std::make_unique<client::CommandClient>(*log_, cli::LocalClientOptions(key));
    return {};
  }

  Status AskForAll(Faults& faults) {
    Tell("asking again");
    const size_t known = ledger_.size();
    const size_t step = std::max<size_t>(submitters_.size(), submitters_.size() * known / kAskedAgainMost);
    std::vector<std::future<bool>> parts;
    for (size_t i = 0; i < submitters_.size(); ++i) {
      parts.push_back(
          std::async(std::launch::async, [this, i, step] { return submitters_[i]->Finish(i, step, kAnswersWithin); }));
    }
    for (std::future<bool>& part : parts) {
      while (part.wait_for(milliseconds(100)) != std::future_status::ready) faults.WatchNodes();
      if (!part.get()) Tell("not everything was answered in time");
    }
    return {};
  }

  // Follow-ups go from node to node, so each is asked twice.
  Status Settle() {
    for (int round = 0; round < 2; ++round) {
      for (size_t i = 0; i < kNodes; ++i) {
        if (Status settled = sessions_[i]->Settle(kSettleWithin); !settled) {
          return Fail(settled.error().At(fmt::format("node {} does not come to rest", i)));
        }
      }
    }
    return {};
  }

  // Until the last deadlines have passed, or nearly.
  void AwaitQuiet() const {
    std::vector<int64_t> ends;
    auto since = Clock::now();
    WaitUntil(
        [&] {
          std::vector<int64_t> now;
          for (int32_t p = 0; p < options_.partitions; ++p) {
            const auto end = log_->EndSequence({p});
            now.push_back(end ? end->value : -1);
          }
          if (now != ends) since = Clock::now();
          ends = std::move(now);
          return Clock::now() - since > kQuietFor;
        },
        kQuietWithin, milliseconds(500));
  }

  Result<ChaosReport> Examine(const FaultCounts& faults, const std::vector<std::string>& complaints,
                              Instant settled_at) {
    Tell("examining");
    Audit audit(ledger_.entries(), *log_, settled_at);
    RASTI_CHECKED(ExamineAnswers(setting_.bootstrap, kPrefix, options_.partitions, audit));
    RASTI_CHECKED(ExamineStores(options_.program, nodes_, *log_, audit.findings()));
    for (int64_t i = 0; i < ledger_.changed_answers(); ++i) {
      audit.findings().Add(Fault::kChangedAnswer, "a client was told two answers to one command");
    }
    const size_t unanswered = ledger_.unanswered();
    if (unanswered > 0) audit.findings().Add(Fault::kUnanswered, "{} commands", unanswered);
    for (const std::string& text : audit.findings().Texts()) Tell("FAULT " + text);
    for (const std::string& text : complaints) Tell("FAULT " + text);
    return ReportOf(audit, faults, complaints);
  }

  ChaosReport ReportOf(Audit& audit, const FaultCounts& faults, const std::vector<std::string>& complaints) const {
    ChaosReport report;
    report.figures = {{"minutes", static_cast<double>(options_.length.count()) / 60.0},
                      {"assignor", options_.assignor},
                      {"seed", options_.seed},
                      {"asked", ledger_.size()},
                      {"acknowledged", audit.accepted()},
                      {"asked_again", ledger_.unknown()},
                      {"cases", audit.cases()},
                      {"events", audit.events()},
                      {"timers", audit.timers().count()}};
    for (size_t i = 0; i < kFaultNames.size(); ++i) {
      report.figures[std::string(kFaultNames[i])] = audit.findings().count(static_cast<Fault>(i));
    }
    report.figures.update({{"bad_exits", complaints.size()},
                           {"node_kills", faults.node_kills},
                           {"node_pauses", faults.node_pauses},
                           {"node_restarts", faults.node_restarts},
                           {"stores_deleted", faults.stores_deleted},
                           {"broker_kills", faults.broker_kills},
                           {"outages", faults.outages},
                           {"longest_silence_ms", ledger_.silence().count()}});
    report.is_clean = audit.findings().total() == 0 && complaints.empty() && audit.accepted() > 0;
    return report;
  }

  const ChaosOptions options_;
  const Clock::time_point began_;
  Ledger ledger_;
  std::optional<Brokers> brokers_;
  NodeSetting setting_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<cli::SocketSession>> sessions_;
  std::unique_ptr<log::KafkaEventLog> log_;
  std::unique_ptr<client::CommandClient> direct_;
  std::vector<std::unique_ptr<Submitter>> submitters_;
};

}  // namespace

Result<ChaosReport> RunChaos(const ChaosOptions& options) { return Chaos(options).Run(); }

}  // namespace rasti::test
