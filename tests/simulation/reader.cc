#include "tests/simulation/reader.h"

#include "engine/views/compare.h"
#include "tests/simulation/definitions.h"

namespace rasti::simulation {
namespace {

constexpr size_t kAll = 100'000;

}  // namespace

void Reader::Open() {
  auto opened = views::Projector::Open(store_, {.keep_events = true, .find_definition = FindSample});
  if (!opened) return Wrong(opened.error());
  projector_ = *std::move(opened);
}

Status Reader::Project(const LogRecord& log, views::Projector& projector, core::PartitionId partition, size_t most) {
  RASTI_TRY(const core::Sequence next, projector.NextSequence(partition));
  const auto events = log.Stable(partition, next, most);
  return events.empty() ? Status() : projector.Project(partition, events);
}

void Reader::Turn() {
  Random& random = log_.faults().random();
  const core::PartitionId partition{static_cast<int32_t>(random.Below(log_.partitions()))};
  if (const Status done = Project(log_, *projector_, partition, 1 + random.Below(30)); !done) Wrong(done.error());
  if (random.Percent(20)) {
    if (const Status flushed = projector_->Flush(); !flushed) Wrong(flushed.error());
  }
  if (!log_.faults().Strikes(Fault::kCrash, 20)) return;
  store_.Crash();
  Open();
}

void Reader::CatchUp() {
  for (int32_t i = 0; i < log_.partitions(); ++i) {
    if (const Status done = Project(log_, *projector_, {i}, kAll); !done) Wrong(done.error());
  }
}

std::vector<std::string> Reader::Differences(ports::EventLog& events) const {
  test::MemoryViewStore fresh(views::ViewTables().size());
  const auto compared = [&]() -> Result<views::ViewComparison> {
    RASTI_TRY(const auto projector,
              views::Projector::Open(fresh, {.keep_events = true, .find_definition = FindSample}));
    for (int32_t i = 0; i < log_.partitions(); ++i) RASTI_CHECKED(Project(log_, *projector, {i}, kAll));
    return views::CompareViews(store_, fresh, events);
  }();
  return compared ? compared->differences : std::vector<std::string>{compared.error().message};
}

}  // namespace rasti::simulation
