#include <fmt/format.h>

#include <filesystem>

#include "engine/codec/event_codec.h"
#include "engine/runtime/case_store.h"
#include "engine/runtime/configuration_reader.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tools/rasti/health.h"
#include "tools/rasti/node_clock.h"
#include "tools/rasti/node_log.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;

constexpr Duration kClockBehindMost{60'000};
constexpr auto kCoverageLeast = std::chrono::days(90);

// True when `rasti run` answers: then it holds the directory, and only it can look inside.
bool CheckService(const DataPaths& paths, Findings& findings) {
  const auto key = ReadLocalKey(paths);
  const auto session = SocketSession::Connect(paths.socket(), key.value_or(std::string(32, '\0')));
  if (!session) {
    if (session.error().code != ErrorCode::kUnavailable) {
      findings.push_back(Problem("service", session.error(), "use the same version of rasti, and the same user"));
      return true;
    }
    if (fs::exists(paths.socket())) {
      findings.push_back(Noted("service", fmt::format("{} was left behind by a process that is gone; the next `rasti "
                                                      "run` replaces it",
                                                      paths.socket())));
    }
    return false;
  }
  const auto status = (*session)->EngineStatus();
  if (!status) {
    findings.push_back(Problem("service", status.error(), "look at the log of `rasti run`; restart it"));
    return true;
  }
  int64_t behind = 0;
  int64_t events = 0;
  for (const auto& partition : status->partitions()) {
    behind += partition.end() - partition.shown();
    events += partition.end();
    if (partition.halted().empty()) continue;
    findings.push_back(Problem("definitions",
                               Error{ErrorCode::kUnavailable, fmt::format("partition {} stands still: {}",
                                                                          partition.partition(), partition.halted())},
                               "publish that version again, exactly as it was; the partition then goes on by itself"));
  }
  findings.push_back(Good(
      "service", fmt::format("`rasti run` answers: {} events in {} partitions, views {} behind, {} "
                             "timers waiting, {} clients{}{}",
                             events, status->partitions_size(), behind, status->timers_waiting(), status->clients(),
                             status->metrics().empty() ? "" : ", metrics on ", status->metrics())));
  findings.push_back(Noted("inside", "not looked at while `rasti run` holds the directory; stop it for a full check"));
  return true;
}

std::optional<Instant> CheckEvents(NodeLog& node_log, bool thorough, Findings& findings) {
  if (thorough) {
    if (const Status whole = node_log.VerifyRecords([](int64_t, int64_t) {}); !whole) {
      findings.push_back(Problem("log", whole.error(),
                                 "restore the log from a backup, or keep the directory and ask for help: nothing "
                                 "mends this by itself"));
    }
  }
  ports::EventLog& log = node_log.events();
  std::optional<Instant> last;
  int64_t events = 0;
  for (int i = 0; i < log.partition_count(); ++i) {
    const auto end = log.EndSequence({i});
    if (!end || end->value == 0) continue;
    events += end->value;
    const auto stored = log.ReadAt({i}, {core::Sequence{end->value - 1}});
    const auto event = stored ? codec::DecodeEvent(stored->front().value) : tl::unexpected(stored.error());
    if (!event) {
      findings.push_back(Problem("log", event.error().At(fmt::format("partition {}", i)), "restore it from a backup"));
      continue;
    }
    last = std::max(last.value_or(kEarliestInstant), event->event.ctx().recorded_at);
  }
  findings.push_back(Good("log", fmt::format("{} events in {} partitions{}", events, log.partition_count(),
                                             thorough ? "; every record read" : "")));
  return last;
}

void CheckClock(const DataPaths& paths, std::optional<Instant> last, Findings& findings) {
  const auto meta = ReadDataMeta(paths);
  if (!meta) return;
  if (meta->virtual_clock) {
    const auto now = ReadVirtualClock(paths);
    if (!now) {
      findings.push_back(Problem("clock", now.error(),
                                 fmt::format("write the time of the last event into {}: {}", paths.clock(),
                                             last ? FormatInstant(*last) : "any time to start at")));
    } else {
      findings.push_back(Good("clock", "virtual, at " + FormatInstant(*now)));
    }
    return;
  }
  const Instant now = ports::SystemClock().Now();
  if (last && *last > now + kClockBehindMost) {
    findings.push_back(Problem("clock",
                               {ErrorCode::kUnavailable, fmt::format("the machine says {}, but the last event was "
                                                                     "recorded at {}",
                                                                     FormatInstant(now), FormatInstant(*last))},
                               "set the machine's clock right (NTP); until then nothing is decided"));
  } else {
    findings.push_back(Good("clock", fmt::format("{}, not before the last event", FormatInstant(now))));
  }
}

void CheckPackages(ports::EventLog& log, Instant now, Findings& findings) {
  runtime::ConfigurationReader reader(log);
  if (const Status read = reader.Refresh(); !read) {
    findings.push_back(Problem("packages", read.error(), "restore the log from a backup"));
    return;
  }
  const auto configuration = reader.Current();
  const auto tenants = configuration->TenantsAt(now);
  const auto workflows = configuration->DefinitionsAt(now);
  if (tenants.empty() || workflows.empty()) {
    findings.push_back(Noted("packages", fmt::format("{} tenants and {} workflows are in force: publish some with "
                                                     "`rasti publish DIR`",
                                                     tenants.size(), workflows.size())));
    return;
  }
  std::map<std::string, const sla::Calendar*> calendars;
  for (const core::Tenant* tenant : tenants) {
    calendars[tenant->calendar] = configuration->CalendarAt(tenant->calendar, now);
  }
  for (const auto& [name, calendar] : calendars) {
    if (calendar == nullptr) {
      findings.push_back(Problem("packages",
                                 Error::NotFound(fmt::format("tenants use the calendar '{}', which is not "
                                                             "in force",
                                                             name)),
                                 "publish it: their cases are rejected until then"));
    } else if (const sla::Day end = calendar->spec().covers_to; calendar->EndOf(end) < now + kCoverageLeast) {
      findings.push_back(
          Noted("packages", fmt::format("the calendar '{}' covers only days up to {:04}-{:02}-{:02}: a deadline "
                                        "beyond is refused, never guessed; publish a version with the holidays of "
                                        "the years that follow",
                                        name, end.year(), end.month(), end.day())));
    }
  }
  findings.push_back(
      Good("packages", fmt::format("{} packages; {} workflows, {} tenants and {} calendars in force",
                                   reader.packages().size(), workflows.size(), tenants.size(), calendars.size())));
}

// A store that is computed from the log: damage costs time, nothing else.
void CheckStore(const std::string& what, const std::string& directory, const Result<int64_t>& position, int64_t end,
                Findings& findings) {
  if (!position) {
    findings.push_back(Problem(what, position.error(),
                               fmt::format("delete {} while nothing runs; it is rebuilt from the log", directory)));
  } else if (*position > end) {
    findings.push_back(
        Problem(what, Error::Corruption(fmt::format("{} is {} events ahead of the log", directory, *position - end)),
                "the log has lost events: restore it from a backup"));
  } else if (*position < end) {
    findings.push_back(
        Noted(what, fmt::format("{} events behind the log; they are read at the next start", end - *position)));
  }
}

Result<int64_t> StatePosition(const DataPaths& paths, core::PartitionId partition) {
  RASTI_TRY(auto store, store::OpenRocksDbViewStore({.directory = paths.state(partition),
                                                     .tables = runtime::CaseStore::Tables(),
                                                     .budget = store::StoreBudget::Create(8u << 20, 8u << 20),
                                                     .read_only = true}));
  const auto any = store->Scan(ports::Table{0});
  any->Seek({});
  RASTI_CHECKED(any->status());
  if (!any->Valid()) return 0;
  RASTI_TRY(const auto cases, runtime::CaseStore::Open(std::move(store), 16));
  return cases->position().next_sequence.value;
}

void CheckStores(const DataPaths& paths, ports::EventLog& log, Findings& findings) {
  int stores = 0;
  int64_t end_of_all = 0;
  for (int i = 0; i < log.partition_count(); ++i) {
    const int64_t end = log.EndSequence({i}).value_or(core::Sequence{}).value;
    end_of_all += end;
    if (!fs::exists(paths.state({i}))) continue;
    ++stores;
    CheckStore(fmt::format("state p{}", i), paths.state({i}), StatePosition(paths, {i}), end, findings);
  }
  findings.push_back(Good("state", fmt::format("{} of {} partitions have a state store; what is missing is built at "
                                               "the next start",
                                               stores, log.partition_count())));
  if (!fs::exists(paths.views())) {
    findings.push_back(Noted("views", "not there; they are built at the next start"));
    return;
  }
  const auto store = store::OpenRocksDbViewStore({.directory = paths.views(),
                                                  .tables = views::ViewTables(),
                                                  .budget = store::StoreBudget::Create(8u << 20, 8u << 20),
                                                  .read_only = true});
  Result<int64_t> shown = 0;
  if (!store) shown = tl::unexpected(store.error());
  for (int i = 0; store && shown && i < log.partition_count(); ++i) {
    const auto next = views::Views(**store, log).NextSequence({i});
    if (next) {
      *shown += next->value;
    } else {
      shown = tl::unexpected(next.error());
    }
  }
  CheckStore("views", paths.views(), shown, end_of_all, findings);
  if (shown && *shown == end_of_all) findings.push_back(Good("views", "show every event"));
}

}  // namespace

void CheckEngine(const DataPaths& paths, bool thorough, Findings& findings) {
  if (CheckService(paths, findings)) return;
  NodeClock clock;
  const auto meta = ReadDataMeta(paths);
  if (!meta) return;  // said before
  const auto log = NodeLog::Open(paths, *meta, clock, NodeLog::Access::kRead);
  if (!log) {
    const bool held = log.error().code == ErrorCode::kInUse;
    findings.push_back(Problem(held ? "lock" : "log", log.error(),
                               held          ? "wait for that process, or stop it: it does not answer on the socket"
                               : meta->kafka ? "see that the brokers run and that the topics are as `rasti topics "
                                               "check` wants them"
                                             : "restore the log from a backup"));
    return;
  }
  findings.push_back(Good("lock", "nobody holds the directory"));
  for (const std::string& note : (*log)->notes()) findings.push_back(Noted("log", note));
  const auto last = CheckEvents(**log, thorough, findings);
  CheckClock(paths, last, findings);
  const auto virtual_now = ReadVirtualClock(paths);
  CheckPackages((*log)->events(), virtual_now ? *virtual_now : clock.Now(), findings);
  CheckStores(paths, (*log)->events(), findings);
}

}  // namespace rasti::cli
