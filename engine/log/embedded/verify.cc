#include "engine/log/embedded/verify.h"

#include <numeric>

#include "engine/log/embedded/dead_letters.h"
#include "engine/log/embedded/scan.h"

namespace rasti::log::embedded {
namespace {

constexpr int64_t kProgressEvery = 4'096;

Status VerifyPartition(Database& database, core::PartitionId partition) {
  RASTI_TRY(const PartitionRow row, database.ReadPartitionRow(partition));
  return ScanFollowUps(database, partition, row.committed.follow_ups, [](int64_t, const FollowUp&) {});
}

}  // namespace

Status VerifyDatabase(Database& database, const std::vector<int64_t>& ends,
                      const std::function<void(int64_t, int64_t)>& progress) {
  const int64_t total = std::accumulate(ends.begin(), ends.end(), int64_t{0});
  int64_t done = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    const core::PartitionId partition{static_cast<int32_t>(i)};
    RASTI_CHECKED(ScanEvents(database, partition, 0, ends[i], [&](const ports::StoredEvent&) -> Status {
      if (++done % kProgressEvery == 0 && progress) progress(done, total);
      return {};
    }));
    if (auto others = VerifyPartition(database, partition); !others) return Fail(database.WithLastGood(others.error()));
  }
  for (const Family family : {Family::kOutbox, Family::kDefinitions}) {
    RASTI_CHECKED(ScanPairs(database, family, 0, INT64_MAX, [](int64_t, const Pair&) { return true; }));
  }
  RASTI_CHECKED(VerifyDeadLetters(database));
  // Blocks that no row above lies in: indexes, and files that hold only what was deleted.
  if (const auto status = database.db().VerifyChecksum(); !status.ok()) {
    return Fail(database.WithLastGood(ToError(status, database.path())));
  }
  if (progress) progress(done, total);
  return {};
}

}  // namespace rasti::log::embedded
