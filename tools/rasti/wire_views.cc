// The status of the views, to and from the socket.
#include <algorithm>
#include <array>

#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

using State = ViewRebuild::State;

constexpr std::array kStates{
    std::pair{State::kNone, v1::Response::Views::REBUILD_NONE},
    std::pair{State::kBuilding, v1::Response::Views::REBUILD_BUILDING},
    std::pair{State::kDone, v1::Response::Views::REBUILD_DONE},
    std::pair{State::kFailed, v1::Response::Views::REBUILD_FAILED},
};

}  // namespace

void ToWire(const ViewStatus& status, v1::Response::Views& out) {
  for (const ViewStatus::View& view : status.views) {
    auto& one = *out.add_views();
    one.set_name(view.name);
    one.set_shows(view.shows);
    one.set_rows_about(view.use.rows_about);
    one.set_disk_bytes(static_cast<int64_t>(view.use.disk_bytes));
    one.set_memory_bytes(static_cast<int64_t>(view.use.memory_bytes));
  }
  for (const runtime::PartitionLag& lag : status.lags) {
    auto& one = *out.add_partitions();
    one.set_partition(lag.partition.value);
    one.set_end(lag.end.value);
    one.set_shown(lag.applied.value);
  }
  out.set_rebuild(std::ranges::find(kStates, status.rebuild.state, &decltype(kStates)::value_type::first)->second);
  out.set_rebuilt_events(status.rebuild.applied);
  out.set_rebuild_events(status.rebuild.end);
  out.set_rebuild_took_ms(status.rebuild.took.count());
  out.set_rebuild_failure(status.rebuild.error);
}

Result<ViewStatus> FromWire(const v1::Response::Views& in) {
  ViewStatus status;
  for (const auto& view : in.views()) {
    status.views.push_back(
        {view.name(),
         view.shows(),
         {view.rows_about(), static_cast<uint64_t>(view.disk_bytes()), static_cast<uint64_t>(view.memory_bytes())}});
  }
  for (const auto& lag : in.partitions()) {
    status.lags.push_back({{lag.partition()}, core::Sequence{lag.shown()}, core::Sequence{lag.end()}});
  }
  const auto state = std::ranges::find(kStates, in.rebuild(), &decltype(kStates)::value_type::second);
  if (state == kStates.end()) {
    return Fail(ErrorCode::kUnsupportedVersion, "an answer with a state of a rebuild that only a newer rasti knows");
  }
  status.rebuild.state = state->first;
  status.rebuild.applied = in.rebuilt_events();
  status.rebuild.end = in.rebuild_events();
  status.rebuild.took = Duration{in.rebuild_took_ms()};
  status.rebuild.error = in.rebuild_failure();
  return status;
}

}  // namespace rasti::cli
