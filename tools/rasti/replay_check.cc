#include "tools/rasti/replay_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>

#include "engine/runtime/configuration_reader.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/compare.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "tools/rasti/node_views.h"
#include "tools/rasti/state_check.h"

namespace rasti::cli {
namespace {

constexpr size_t kBatch = 4096;

Result<std::unique_ptr<ports::ViewStore>> OpenViewStore(const std::string& directory, bool read_only) {
  return store::OpenRocksDbViewStore({.directory = directory,
                                      .tables = views::ViewTables(),
                                      .budget = store::StoreBudget::Create(64u << 20, 64u << 20),
                                      .read_only = read_only});
}

// Builds views of its own from the log, and compares them with the stored ones where those stand.
class ViewCheck {
 public:
  ViewCheck(ports::EventLog& log, runtime::ConfigurationSource& configuration, const ReplayPlan& plan)
      : log_(log), configuration_(configuration), plan_(plan) {}

  Result<ReplayReport> Run() {
    std::unique_ptr<ports::ViewStore> stored;
    views::TenantSet kept;
    if (std::filesystem::exists(plan_.paths.views())) {
      auto opened = OpenViewStore(plan_.paths.views(), true);
      if (opened) {
        stored = *std::move(opened);
        RASTI_TRY(kept, views::KeptTenants(*stored));
        RASTI_TRY(const bool fits, views::Projector::Fits(*stored, Options(kept)));
        if (!fits) {
          report_.compared.emplace_back("views: of another format; they are built anew at the next start");
          stored.reset();
        }
      } else {
        report_.differences.push_back("views: " + opened.error().message);
      }
    } else {
      report_.compared.emplace_back("views: not there; they are built at the next start");
    }
    RASTI_TRY(built_, OpenViewStore(plan_.scratch + "/views", false));
    RASTI_TRY(projector_, views::Projector::Open(*built_, Options(kept)));
    if (stored != nullptr) RASTI_CHECKED(CompareWith(*stored));
    for (int i = 0; i < log_.partition_count(); ++i) {
      RASTI_TRY(const core::Sequence end, log_.EndSequence({i}));
      RASTI_CHECKED(ProjectTo({i}, end));
    }
    RASTI_TRY(report_.tally, views::Views(*built_, log_).Tally(std::nullopt, std::nullopt, plan_.tally_at, plan_.now));
    return std::move(report_);
  }

 private:
  views::ProjectorOptions Options(const views::TenantSet& kept) const {
    return {.keep_events = !log_.is_local(), .find_definition = DefinitionsOf(configuration_), .tenants = kept};
  }

  Status CompareWith(const ports::ViewStore& stored) {
    int64_t behind = 0;
    for (int i = 0; i < log_.partition_count(); ++i) {
      RASTI_TRY(const core::Sequence end, log_.EndSequence({i}));
      RASTI_TRY(const core::Sequence shown, views::Views(stored, log_).NextSequence({i}));
      if (shown > end) {
        report_.differences.push_back(
            fmt::format("views: partition {} shows sequence {}, but the log ends with {}: the log has lost events", i,
                        shown.value - 1, end.value - 1));
        return {};
      }
      behind += end.value - shown.value;
      RASTI_CHECKED(ProjectTo({i}, shown));
    }
    RASTI_TRY(const views::ViewComparison comparison, views::CompareViews(stored, *built_, log_));
    for (const std::string& difference : comparison.differences) report_.differences.push_back("views: " + difference);
    RASTI_TRY(const std::string only, views::KeptOnly(stored));
    report_.compared.push_back(fmt::format("views: {} cases with {} events{}{}", comparison.cases, comparison.events,
                                           behind > 0 ? fmt::format(", {} events behind the log", behind) : "", only));
    return {};
  }

  Status ProjectTo(core::PartitionId partition, core::Sequence end) {
    RASTI_TRY(core::Sequence next, projector_->NextSequence(partition));
    if (next >= end) return {};
    RASTI_TRY(const auto reader, log_.OpenReader(partition, next));
    while (next < end) {
      const auto most = std::min(kBatch, static_cast<size_t>(end.value - next.value));
      RASTI_TRY(const auto events, reader->Read(most, Duration{0}));
      if (events.empty()) return Fail(Error::Corruption(fmt::format("sequence {} is missing", next.value)));
      RASTI_CHECKED(projector_->Project(partition, events));
      next.value += static_cast<int64_t>(events.size());
    }
    return {};
  }

  ports::EventLog& log_;
  runtime::ConfigurationSource& configuration_;
  const ReplayPlan& plan_;
  std::unique_ptr<ports::ViewStore> built_;
  std::unique_ptr<views::Projector> projector_;
  ReplayReport report_;
};

void Add(ReplayReport& sum, Result<ReplayReport> part) {
  if (!part) {
    sum.differences.push_back(part.error().message);
    return;
  }
  sum.events += part->events;
  sum.cases += part->cases;
  sum.signatures += part->signatures;
  for (const auto& [type, count] : part->events_by_type) sum.events_by_type[type] += count;
  sum.compared.insert(sum.compared.end(), part->compared.begin(), part->compared.end());
  sum.differences.insert(sum.differences.end(), part->differences.begin(), part->differences.end());
}

}  // namespace

Result<ReplayReport> VerifyByReplay(NodeLog& node_log, const ReplayPlan& plan) {
  const auto started = std::chrono::steady_clock::now();
  ports::EventLog& log = node_log.events();
  ReplayReport report;
  runtime::ConfigurationReader configuration(log);
  if (const Status read = configuration.Refresh(); !read) {
    report.differences.push_back("packages: " + read.error().message);
  }
  if (const Status whole = node_log.VerifyRecords([&](int64_t done, int64_t total) {
        if (plan.progress) plan.progress(fmt::format("checking records: {} of {}", done, total));
      });
      !whole) {
    report.differences.push_back(whole.error().message);
    return report;
  }
  // The views are built beside the states: two readers of the log, two cores.
  auto views_part = std::async(std::launch::async, [&] { return ViewCheck(log, configuration, plan).Run(); });
  for (int i = 0; i < log.partition_count(); ++i) Add(report, CheckPartition(log, {i}, plan));
  auto viewed = views_part.get();
  if (viewed) report.tally = viewed->tally;
  Add(report, std::move(viewed));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return report;
}

}  // namespace rasti::cli
