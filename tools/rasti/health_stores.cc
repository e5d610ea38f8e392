// State stores and views as `rasti doctor` sees them: computed from the log, so damage costs time and nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/runtime/case_store.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/inbox.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tools/rasti/health_parts.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr size_t kCacheBytes = 8u << 20;
constexpr size_t kCachedCases = 16;

std::string RemedyOfStore(const std::string& directory) {
  return fmt::format("delete {} while nothing runs; it is rebuilt from the log", directory);
}

// Where a store stands; a text instead where it is as good as not there.
struct StorePosition {
  int64_t position = 0;
  std::string rebuilt_because;
  std::vector<std::string> ahead;  // of the log: by how much, in each partition where it is
};

std::string AheadBy(int64_t events, core::PartitionId partition) {
  return fmt::format("{} {} in partition {}", events, events == 1 ? "event" : "events", partition.value);
}

// `directory`: what may be deleted.
void JudgePosition(const std::string& what, const std::string& directory, const Result<StorePosition>& stored,
                   int64_t end, Findings& findings) {
  if (!stored) {
    findings.push_back(Problem(what, stored.error(), RemedyOfStore(directory)));
  } else if (!stored->rebuilt_because.empty()) {
    findings.push_back(
        Noted(what, fmt::format("{}: {}; it is built anew at the next start", directory, stored->rebuilt_because)));
  } else if (!stored->ahead.empty()) {
    findings.push_back(Problem(
        what,
        Error::Corruption(fmt::format("{} is ahead of the log: by {}", directory, fmt::join(stored->ahead, ", "))),
        "the log has lost events, or is an older copy: restore the log that belongs to it; if that one is lost, " +
            RemedyOfStore(directory)));
  } else if (stored->position < end) {
    findings.push_back(Noted(what, fmt::format("{}: {} events behind the log; they are read at the next start",
                                               directory, end - stored->position)));
  }
}

Result<std::unique_ptr<ports::ViewStore>> OpenStore(const std::string& directory, std::vector<std::string> tables,
                                                    bool thorough) {
  const store::RocksDbViewStoreOptions options{.directory = directory,
                                               .tables = std::move(tables),
                                               .budget = store::StoreBudget::Create(kCacheBytes, kCacheBytes),
                                               .read_only = true};
  if (thorough) RASTI_CHECKED(store::VerifyRocksDbViewStore(options));
  return store::OpenRocksDbViewStore(options);
}

// `end`: of the partition's log.
Result<StorePosition> StatePosition(const DataPaths& paths, core::PartitionId partition, int64_t end, bool thorough) {
  RASTI_TRY(auto store, OpenStore(paths.state(partition), runtime::CaseStore::Tables(), thorough));
  const auto any = store->Scan(ports::Table{0});
  any->Seek({});
  RASTI_CHECKED(any->status());
  if (!any->Valid()) return StorePosition();
  const auto cases = runtime::CaseStore::Open(std::move(store), kCachedCases);
  if (!cases && cases.error().code == ErrorCode::kUnsupportedVersion) {
    return StorePosition{0, "of another format than this version's", {}};
  }
  if (!cases) return Fail(cases.error());
  StorePosition stored{(*cases)->position().next_sequence.value, "", {}};
  if (stored.position > end) stored.ahead.push_back(AheadBy(stored.position - end, partition));
  return stored;
}

Result<StorePosition> ViewPosition(const ports::ViewStore& store, ports::EventLog& log) {
  RASTI_TRY(const auto format, views::Projector::StoredFormat(store));
  if (!format) return StorePosition{0, "empty", {}};
  RASTI_TRY(const views::TenantSet kept, views::KeptTenants(store));
  const std::string current = views::Projector::CurrentFormat({.keep_events = !log.is_local(), .tenants = kept});
  if (*format != current) {
    return StorePosition{0, fmt::format("of the format '{}', where this version has '{}'", *format, current), {}};
  }
  StorePosition shown;
  for (int i = 0; i < log.partition_count(); ++i) {
    RASTI_TRY(const core::Sequence next, views::Views(store, log).NextSequence({i}));
    RASTI_TRY(const core::Sequence end, log.EndSequence({i}));
    // One partition ahead is a fault, however far others are behind.
    if (next > end) shown.ahead.push_back(AheadBy(next.value - end.value, {i}));
    shown.position += next.value;
  }
  return shown;
}

Result<OpenCases> ReadOpenCases(const views::Views& views) {
  OpenCases cases;
  RASTI_CHECKED(views.ForEachCase([&](const views::CasePage& page) -> Status {
    const core::CaseState& state = page.state;
    if (!views::IsInInbox(state)) return {};
    ++cases.definitions[state.definition];
    if (!state.IsLive()) return {};
    ++cases.live[state.tenant];
    const bool is_planned = std::ranges::any_of(
        state.clocks, [](const core::ClockState& clock) { return clock.IsActive() && !clock.given; });
    if (is_planned) ++cases.calendars[{state.calendar, state.tzdata}];
    return {};
  }));
  return cases;
}

}  // namespace

std::optional<OpenCases> CheckStores(const DataPaths& paths, ports::EventLog& log, bool thorough, Findings& findings) {
  int stores = 0;
  int64_t end_of_all = 0;
  const size_t before = findings.size();
  for (int i = 0; i < log.partition_count(); ++i) {
    const int64_t end = log.EndSequence({i}).value_or(core::Sequence{}).value;
    end_of_all += end;
    if (!fs::exists(paths.state({i}))) continue;
    ++stores;
    JudgePosition("state", paths.state({i}), StatePosition(paths, {i}, end, thorough), end, findings);
  }
  if (findings.size() == before) {
    findings.push_back(Good("state", fmt::format("{} of {} partitions have a state store; what is missing is built at "
                                                 "the next start",
                                                 stores, log.partition_count())));
  }
  if (!fs::exists(paths.views())) {
    findings.push_back(Noted("views", "not there; they are built at the next start"));
    return std::nullopt;
  }
  const auto store = OpenStore(paths.views(), views::ViewTables(), thorough);
  const auto shown = store ? ViewPosition(**store, log) : Result<StorePosition>(tl::unexpected(store.error()));
  JudgePosition("views", paths.view_home(), shown, end_of_all, findings);
  if (!shown || !shown->rebuilt_because.empty() || !shown->ahead.empty()) return std::nullopt;
  if (shown->position == end_of_all) findings.push_back(Good("views", "show every event"));
  if (!thorough) return std::nullopt;
  auto cases = ReadOpenCases(views::Views(**store, log));
  if (cases) return *std::move(cases);
  findings.push_back(Problem("views", cases.error(), RemedyOfStore(paths.view_home())));
  return std::nullopt;
}

}  // namespace rasti::cli
