#include "tools/rasti/audit/log_audit.h"

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <set>
#include <thread>
#include <utility>

#include "engine/audit/merkle_tree.h"
#include "engine/audit/tiles.h"
#include "engine/core/register_number.h"
#include "engine/runtime/tree_projection.h"
#include "tools/rasti/chain_check.h"

namespace rasti::cli {
namespace {

constexpr size_t kBatch = 4096;
constexpr std::string_view kWorkflowPrefix = "workflow/";
constexpr const char* kFirstOther = "; this is the first that is another one";
constexpr const char* kOfLog = "the log's checkpoint";

// One partition, from its beginning or from where it was asked for.
class PartitionAudit {
 public:
  PartitionAudit(ports::EventLog& log, const AuditWish& wish, core::PartitionId partition,
                 std::vector<CheckedPoint> points, const std::set<std::string>& definitions)
      : log_(log),
        wish_(wish),
        partition_(partition),
        points_(std::move(points)),
        definitions_(definitions),
        chain_(partition, wish.from) {
    std::ranges::sort(points_, {}, [](const CheckedPoint& point) { return point.of.checkpoint.size; });
  }

  Status Run(core::Sequence end, const std::function<void(int64_t)>& count) {
    CheckReached(wish_.from.value);
    core::Sequence next = wish_.from;
    while (next < end) {
      RASTI_TRY(const core::Sequence read, ReadOn(next, end, count));
      next = read;
    }
    for (CheckedPoint& point : points_) {
      if (point.of.checkpoint.size > end.value && !wish_.to) {
        point.compared = true;
        FindDifference();
        Add(differs_at_, "checkpoint", "",
            fmt::format("{}: it says {} events, the log ends at {}: it was cut off, or is another log{}", point.source,
                        point.of.checkpoint.size, end.value, differs_at_ ? kFirstOther : ""));
      }
      if (point.holds) report_.covered = std::max(report_.covered, point.of.checkpoint.size);
    }
    report_.checkpoints = std::move(points_);
    report_.cases = static_cast<int64_t>(cases_.size());
    return {};
  }
  AuditReport TakeReport() { return std::move(report_); }

 private:
  // Up to what cannot be read, which is told and passed over; answers where to go on.
  Result<core::Sequence> ReadOn(core::Sequence next, core::Sequence end, const std::function<void(int64_t)>& count) {
    RASTI_TRY(const auto reader, log_.OpenReader(partition_, next));
    while (next < end) {
      // Where a run of them cannot be read, each by itself tells which.
      const auto most = std::min(one_by_one_ > 0 ? size_t{1} : kBatch, static_cast<size_t>(end.value - next.value));
      const auto events = reader->Read(most, Duration{0});
      if (!events && events.error().code != ErrorCode::kCorruption) return Fail(events.error());
      if (!events || events->empty()) {
        if (one_by_one_ == 0) {
          one_by_one_ = static_cast<int64_t>(kBatch);
          return next;
        }
        Add(next, "record", "", events ? "missing from the log" : events.error().message);
        broken_ = true;
        --one_by_one_;
        return next.Next();
      }
      for (const ports::StoredEvent& stored : *events) Take(stored);
      next.value += static_cast<int64_t>(events->size());
      report_.events += static_cast<int64_t>(events->size());
      one_by_one_ = std::max<int64_t>(0, one_by_one_ - 1);
      count(static_cast<int64_t>(events->size()));
    }
    return next;
  }

  void Take(const ports::StoredEvent& stored) {
    for (const ChainFault& fault : chain_.Look(stored)) {
      const std::string case_id = fault.case_id ? fault.case_id->str() : "";
      if (IsWanted()) Add(stored.sequence, std::string(fault.rule), case_id, fault.error.message);
    }
    const auto& last = chain_.last();
    if (!last) {
      broken_ = true;
    } else {
      const core::EventContext& context = last->event.ctx();
      cases_.insert(context.case_id);
      const core::VersionedName& definition = context.versions.definition;
      if (!core::IsRegister(definition) && !definitions_.contains(definition.str()) && IsWanted()) {
        Add(stored.sequence, "package", context.case_id.str(),
            fmt::format("decided by {}, which was never published", definition.str()));
      }
      if (wish_.from.value == 0 && !broken_) AddLeaf(last->hash);
    }
    CheckReached(stored.sequence.value + 1);
  }

  // Whether findings of the event at hand were asked for.
  bool IsWanted() const {
    const auto& last = chain_.last();
    if (!last) return true;
    const core::EventContext& context = last->event.ctx();
    if (wish_.tenant && context.tenant != *wish_.tenant) return false;
    return !wish_.case_id || context.case_id == *wish_.case_id;
  }

  void AddLeaf(const Hash256& hash) {
    edge_.Append(audit::LeafHash(AsBytes(hash)), [](audit::TilePlace, const std::vector<Hash256>&) {});
    if (wish_.tiles == nullptr) return;
    if (hashes_.size() < static_cast<size_t>(audit::kTileWidth)) hashes_.push_back(hash);
    if (edge_.size() % audit::kTileWidth != 0) return;
    FindDifference();
    hashes_.clear();
  }

  // The first event of the bundle at hand that is another one than the kept tiles say. They may be forged too: it
  // counts only where a checkpoint does not hold.
  void FindDifference() {
    if (differs_at_ || wish_.tiles == nullptr || hashes_.empty()) return;
    if (!kept_size_) {
      const auto kept = runtime::ReadKeptHead(*wish_.tiles, partition_);
      kept_size_ = kept ? kept->size : 0;
    }
    const int64_t first = edge_.size() - static_cast<int64_t>(hashes_.size());
    const int64_t bundle = first / audit::kTileWidth;
    const int64_t width = audit::TileWidthIn({0, bundle}, *kept_size_);
    if (width == 0) return;
    const auto kept = runtime::KeptTiles(*wish_.tiles, partition_, *kept_size_).Entries(bundle, width);
    if (!kept) return;
    for (size_t i = 0; i < std::min(hashes_.size(), kept->size()); ++i) {
      if (hashes_[i] == (*kept)[i]) continue;
      differs_at_ = core::Sequence{first + static_cast<int64_t>(i)};
      return;
    }
  }

  // Holds the checkpoints of that size against the tree.
  void CheckReached(int64_t size) {
    for (; next_point_ < points_.size() && points_[next_point_].of.checkpoint.size <= size; ++next_point_) {
      CheckedPoint& point = points_[next_point_];
      if (wish_.from.value != 0 || point.of.checkpoint.size != size) continue;
      point.compared = true;
      if (!broken_ && edge_.size() == size && edge_.Root() == point.of.checkpoint.root) {
        point.holds = true;
        continue;
      }
      FindDifference();
      Add(differs_at_, "checkpoint", "",
          fmt::format("{}: the log's first {} events are not those that were signed{}", point.source, size,
                      differs_at_ ? kFirstOther : ""));
    }
  }

  void Add(std::optional<core::Sequence> sequence, std::string rule, std::string case_id, std::string message) {
    if (report_.findings.size() >= wish_.findings_most) {
      report_.cut = true;
      return;
    }
    report_.findings.push_back({partition_, sequence, std::move(rule), std::move(case_id), std::move(message)});
  }

  ports::EventLog& log_;
  const AuditWish& wish_;
  const core::PartitionId partition_;
  std::vector<CheckedPoint> points_;  // by size
  const std::set<std::string>& definitions_;
  ChainCheck chain_;
  audit::TreeEdge edge_;
  std::vector<Hash256> hashes_;  // of the bundle at hand, where there are tiles
  std::optional<core::Sequence> differs_at_;
  std::optional<int64_t> kept_size_;  // of the tiles, once it was asked for
  absl::flat_hash_set<core::CaseId> cases_;
  size_t next_point_ = 0;
  bool broken_ = false;     // an event could not be read: the tree is not known from there on
  int64_t one_by_one_ = 0;  // so many more reads are of one event
  AuditReport report_;
};

void Append(AuditReport& sum, AuditReport part) {
  sum.events += part.events;
  sum.cases += part.cases;
  sum.covered += part.covered;
  sum.cut = sum.cut || part.cut;
  std::ranges::move(part.checkpoints, std::back_inserter(sum.checkpoints));
  std::ranges::move(part.findings, std::back_inserter(sum.findings));
}

Result<std::set<std::string>> PublishedDefinitions(ports::EventLog& log) {
  RASTI_TRY(const auto records, log.ReadDefinitions(0));
  std::set<std::string> names;
  for (const ports::DefinitionRecord& record : records) {
    if (record.key.starts_with(kWorkflowPrefix)) names.insert(record.key.substr(kWorkflowPrefix.size()));
  }
  return names;
}

Result<std::vector<CheckedPoint>> PointsOf(ports::EventLog& log, const AuditWish& wish, AuditReport& report) {
  std::vector<CheckedPoint> points;
  if (wish.keys.empty()) return points;
  for (const auto& [source, note] : wish.checkpoints) {
    RASTI_TRY(CheckpointOf point, ReadCheckpoint(source, note, wish.keys));
    if (point.partition.value >= log.partition_count()) {
      return Fail(Error::Invalid(fmt::format("{}: it is of partition {}, and this log has {}", source,
                                             point.partition.value, log.partition_count())));
    }
    points.push_back({std::move(point), source});
  }
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    RASTI_TRY(const auto kept, log.LastCheckpoint({i}));
    if (!kept) continue;
    auto point = ReadCheckpoint(kOfLog, *kept, wish.keys);
    if (point && point->partition != core::PartitionId{i}) {
      point = Fail(Error::Invalid(fmt::format("{}: it is of partition {}", kOfLog, point->partition.value)));
    }
    if (point) {
      points.push_back({*std::move(point), kOfLog});
    } else {
      report.findings.push_back({{i}, std::nullopt, "checkpoint", "", point.error().message});
    }
  }
  return points;
}

}  // namespace

Result<AuditReport> AuditLog(ports::EventLog& log, const AuditWish& wish) {
  AuditReport report;
  RASTI_TRY(const std::vector<CheckedPoint> points, PointsOf(log, wish, report));
  RASTI_TRY(const std::set<std::string> definitions, PublishedDefinitions(log));
  std::vector<core::PartitionId> partitions = wish.partitions;
  for (int32_t i = 0; wish.partitions.empty() && i < log.partition_count(); ++i) partitions.push_back({i});
  std::vector<core::Sequence> ends;
  int64_t total = 0;
  for (const core::PartitionId partition : partitions) {
    RASTI_TRY(core::Sequence end, log.EndSequence(partition));
    if (wish.to) end = std::min(end, *wish.to);
    ends.push_back(end);
    total += std::max<int64_t>(0, end.value - wish.from.value);
  }
  std::atomic<int64_t> done = 0;
  const auto count = [&](int64_t events) {
    const int64_t now = done += events;
    if (wish.progress) wish.progress(now, total);
  };
  std::vector<Result<AuditReport>> parts(partitions.size());
  const auto audit_one = [&](size_t i) {
    std::vector<CheckedPoint> own;
    std::ranges::copy_if(points, std::back_inserter(own),
                         [&](const CheckedPoint& point) { return point.of.partition == partitions[i]; });
    PartitionAudit one(log, wish, partitions[i], std::move(own), definitions);
    const Status run = one.Run(ends[i], count);
    parts[i] = run ? Result<AuditReport>(one.TakeReport()) : Fail(run.error());
  };
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < std::max(1, wish.threads); ++i) {
    threads.emplace_back([&] {
      for (size_t mine = next++; mine < partitions.size(); mine = next++) audit_one(mine);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Result<AuditReport>& part : parts) {
    if (!part) return Fail(std::move(part).error());
    Append(report, *std::move(part));
  }
  return report;
}

}  // namespace rasti::cli
