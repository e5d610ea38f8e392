// What `rasti doctor` finds in a directory that nobody holds, or by asking the service that does.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/log/embedded_event_log.h"
#include "engine/runtime/configuration_reader.h"
#include "tools/rasti/backup/log_copy.h"
#include "tools/rasti/chain_check.h"
#include "tools/rasti/files.h"
#include "tools/rasti/health_parts.h"
#include "tools/rasti/node_clock.h"
#include "tools/rasti/node_log.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;

// Nothing where nobody answers. Only who holds the directory can look inside.
std::unique_ptr<SocketSession> ConnectToService(const DataPaths& paths, Findings& findings, bool& is_held) {
  const auto key = ReadLocalKey(paths);
  auto session = SocketSession::Connect(paths.socket(), key.value_or(std::string(32, '\0')));
  is_held = true;
  if (session) return *std::move(session);
  if (session.error().code != ErrorCode::kUnavailable) {
    findings.push_back(Problem("service", session.error(), "use the same version of rasti, and the same user"));
    return nullptr;
  }
  is_held = false;
  if (fs::exists(paths.socket())) {
    findings.push_back(Noted("service", fmt::format("{} was left behind by a process that is gone; the next `rasti "
                                                    "run` replaces it",
                                                    paths.socket())));
  }
  return nullptr;
}

void TellStatus(SocketSession& session, Findings& findings) {
  const auto status = session.EngineStatus();
  if (!status) {
    findings.push_back(Problem("service", status.error(), "look at the log of `rasti run`; restart it"));
    return;
  }
  int64_t behind = 0;
  int64_t events = 0;
  for (const auto& partition : status->partitions()) {
    behind += partition.end() - partition.shown();
    events += partition.end();
    if (partition.halted().empty()) continue;
    findings.push_back(Problem("service",
                               Error{ErrorCode::kUnavailable, fmt::format("partition {} stands still: {}",
                                                                          partition.partition(), partition.halted())},
                               "publish that version again, exactly as it was; the partition then goes on by itself"));
  }
  findings.push_back(Good(
      "service", fmt::format("`rasti run` answers: {} events in {} partitions, views {} behind, {} "
                             "timers waiting, {} clients{}{}",
                             events, status->partitions_size(), behind, status->timers_waiting(), status->clients(),
                             status->metrics().empty() ? "" : ", metrics on ", status->metrics())));
}

// What the whole files of a damaged log still hold, so that people know what a backup has to bring.
void TellWhatCanBeRead(const std::string& log, Findings& findings) {
  const auto lines = log::EmbeddedEventLog::Survey(log);
  if (!lines) return;  // the problem at hand says why
  for (const std::string& line : *lines) findings.push_back(Noted("log", line));
}

// When the last event was recorded.
std::optional<Instant> CheckRecords(const DataPaths& paths, ports::EventLog& log, const std::function<Status()>& verify,
                                    bool thorough, Findings& findings) {
  if (thorough) {
    if (const Status whole = verify(); !whole) {
      findings.push_back(Problem("log", whole.error(), RemedyOfLog(paths)));
      if (log.is_local()) TellWhatCanBeRead(paths.log(), findings);
      return std::nullopt;
    }
  }
  const auto marks = MarksOf(log);
  const auto last = LastRecordedAt(log);
  if (!marks || !last) {
    findings.push_back(Problem("log", marks ? last.error() : marks.error(), RemedyOfLog(paths)));
    return std::nullopt;
  }
  int64_t events = 0;
  for (const LogMark& mark : *marks) events += mark.next.value;
  findings.push_back(Good("log", fmt::format("{} events in {} partitions{}", events, log.partition_count(),
                                             thorough ? "; every record read" : "")));
  // On Kafka `replay --verify` does that: it reads everything from the brokers.
  if (thorough && log.is_local()) {
    if (const auto chains = CheckChains(log, nullptr); !chains) {
      const bool newer = chains.error().code == ErrorCode::kUnsupportedVersion;
      findings.push_back(
          Problem("chain", chains.error(),
                  newer ? "install the newer rasti"
                        : "somebody or something has changed what was recorded, past the checksums of the disk. " +
                              RemedyOfLog(paths)));
    } else {
      findings.push_back(Good("chain", fmt::format("the hashes of {} events agree, each case's events follow each "
                                                   "other",
                                                   chains->events)));
    }
  }
  return events == 0 ? std::nullopt : std::optional(*last);
}

// While `rasti run` works: what it can tell, and a copy of its log where that was asked for.
void CheckBesideService(const DataPaths& paths, const DataMeta& meta, SocketSession& session,
                        const HealthOptions& options, Findings& findings) {
  TellStatus(session, findings);
  const auto now = session.Now();
  const auto packages = session.Packages();
  const auto configuration = session.Configuration();
  if (now && packages && configuration) CheckPackages(**configuration, packages->size(), *now, {}, findings);
  if (!options.copy || meta.kafka) {
    CheckClock(paths, meta, std::nullopt, findings);
    findings.push_back(Noted("service",
                             "the log, state and views are not looked at while `rasti run` holds the directory",
                             meta.kafka ? "stop it for a full check"
                                        : "`rasti doctor --copy` checks a copy of the log; stop it for a full check"));
    return;
  }
  const auto copy = LogCopy::Make(paths, meta, std::chrono::milliseconds{0});
  if (!copy) {
    findings.push_back(Problem("log", copy.error(), "try again; look at the log of `rasti run`"));
    return;
  }
  const ports::SystemClock clock;
  const auto log = log::EmbeddedEventLog::Open({.directory = copy->path(), .read_only = true, .is_copy = true}, clock);
  if (!log) {
    findings.push_back(Problem("log", log.error(), RemedyOfLog(paths)));
    TellWhatCanBeRead(copy->path(), findings);
    return;
  }
  const auto last = CheckRecords(
      paths, **log, [&] { return (*log)->VerifyAll(nullptr); }, options.thorough, findings);
  CheckClock(paths, meta, last, findings);
}

// Who wrote there last, where it did not come to taking its name out.
std::string LastHolder(const DataPaths& paths, const DataMeta& meta) {
  std::string text = ReadFile((meta.kafka ? paths.root : paths.log()) + "/LOCK").value_or("");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

void CheckEngine(const DataPaths& paths, const HealthOptions& options, Findings& findings) {
  const auto meta = ReadDataMeta(paths);
  if (!meta) return;  // said before
  bool is_held = false;
  if (const auto session = ConnectToService(paths, findings, is_held)) {
    return CheckBesideService(paths, *meta, *session, options, findings);
  }
  if (is_held) return;
  const std::string last_holder = LastHolder(paths, *meta);
  NodeClock clock;
  const auto log = NodeLog::Open(paths, *meta, clock, NodeLog::Access::kRead);
  if (!log && !meta->kafka && log.error().code == ErrorCode::kNotFound) {
    findings.push_back(Problem("log", Error::Corruption(paths.log() + ": missing, with everything that was recorded"),
                               RemedyOfLog(paths)));
    return;
  }
  if (!log) {
    const bool held = log.error().code == ErrorCode::kInUse;
    const bool newer = log.error().code == ErrorCode::kUnsupportedVersion;
    findings.push_back(
        Problem(held ? "lock" : "log", log.error(),
                held          ? "wait for that process, or stop it: it does not answer on the socket"
                : newer       ? "install the newer rasti"
                : meta->kafka ? "see that the brokers run and that the topics are as `rasti topics check` wants them"
                              : RemedyOfLog(paths)));
    if (!meta->kafka && log.error().code == ErrorCode::kCorruption) TellWhatCanBeRead(paths.log(), findings);
    return;
  }
  findings.push_back(last_holder.empty()
                         ? Good("lock", "nobody holds the directory")
                         : Noted("lock", fmt::format("nobody holds the directory; process {} ended without closing it "
                                                     "(a crash, kill -9, a power cut): the next start reads on",
                                                     last_holder)));
  for (const std::string& note : (*log)->notes()) findings.push_back(Noted("log", note));
  ports::EventLog& events = (*log)->events();
  const auto last = CheckRecords(
      paths, events, [&] { return (*log)->VerifyRecords([](int64_t, int64_t) {}); }, options.thorough, findings);
  CheckClock(paths, *meta, last, findings);
  CheckAudit(paths, events, options.thorough && events.is_local(), findings);
  const auto cases = CheckStores(paths, events, options.thorough, findings);
  runtime::ConfigurationReader reader(events);
  if (const Status read = reader.Refresh(); !read) {
    findings.push_back(Problem("packages", read.error(), RemedyOfLog(paths)));
    return;
  }
  const auto virtual_now = ReadVirtualClock(paths);
  CheckPackages(*reader.Current(), reader.packages().size(), virtual_now ? *virtual_now : clock.Now(), cases, findings);
}

}  // namespace rasti::cli
