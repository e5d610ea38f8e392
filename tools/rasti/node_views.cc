#include "tools/rasti/node_views.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::cli {
namespace {

using Clock = std::chrono::steady_clock;

// How long a look at a rebuild takes, between looks at whether it is to end.
constexpr Duration kStep{250};
// A rebuild that was a step away from the end of the log needs this for the rest at the most.
constexpr Duration kLastStepMost{30'000};

Duration Until(Clock::time_point end) {
  return std::max(std::chrono::duration_cast<Duration>(end - Clock::now()), Duration{0});
}

bool IsRebuildable(const Error& error) {
  return error.code == ErrorCode::kCorruption || error.code == ErrorCode::kUnsupportedVersion;
}

}  // namespace

views::FindDefinition DefinitionsOf(runtime::ConfigurationSource& configuration) {
  return [&configuration](const core::VersionedName& name) -> Result<std::shared_ptr<const core::Definition>> {
    auto known = configuration.Current();
    const core::Definition* definition = known->FindDefinition(name);
    if (definition == nullptr) {
      // Published since, perhaps by another node.
      RASTI_CHECKED(configuration.Refresh());
      known = configuration.Current();
      definition = known->FindDefinition(name);
    }
    if (definition == nullptr) {
      return Fail(
          ErrorCode::kUnavailable,
          fmt::format("the workflow {} of a case was never published here, so what of it is public is not known",
                      name.str()));
    }
    return std::shared_ptr<const core::Definition>(known, definition);
  };
}

ports::Projection& NodeViews::Set::followed() const {
  if (fed != nullptr) return *fed;
  return *projector;
}

NodeViews::Set::~Set() {
  projection.reset();
  views.reset();
  fed.reset();
  projector.reset();
  store.reset();
  // What stays behind is deleted at the next start.
  if (drop) static_cast<void>(ViewHome::Drop(directory));
}

Result<std::shared_ptr<NodeViews::Set>> NodeViews::OpenSet(const std::string& directory) {
  auto set = std::make_shared<Set>();
  set->directory = directory;
  const store::RocksDbViewStoreOptions options{
      .directory = directory, .tables = views::ViewTables(), .budget = budget_, .env = env_};
  RASTI_TRY(auto store, store::OpenRocksDbViewStore(options));
  RASTI_TRY(const bool fits, views::Projector::Fits(*store, projector_));
  if (!fits) {
    // As a whole, which takes no time, and not row by row.
    store.reset();
    RASTI_CHECKED(ViewHome::Drop(directory));
    RASTI_TRY(store, store::OpenRocksDbViewStore(options));
  }
  set->store = std::move(store);
  RASTI_TRY(set->projector, views::Projector::Open(*set->store, projector_));
  if (feed_ != nullptr) set->fed = std::make_unique<FedProjection>(*set->projector, *feed_);
  RASTI_TRY(auto projection, runtime::ProjectionThread::Start(log_, set->followed()));
  set->projection = std::move(projection);
  set->views = std::make_unique<views::Views>(*set->store, log_);
  return set;
}

Result<std::unique_ptr<NodeViews>> NodeViews::Open(const DataPaths& paths, ports::EventLog& log,
                                                   std::shared_ptr<store::StoreBudget> budget,
                                                   views::ProjectorOptions projector, std::vector<std::string>& notes,
                                                   EventFeed* feed, rocksdb::Env* env) {
  RASTI_TRY(ViewHome home, ViewHome::Open(paths));
  projector.keep_events = !log.is_local();
  std::unique_ptr<NodeViews> views(
      new NodeViews(std::move(home), log, std::move(budget), std::move(projector), feed, env));
  auto opened = views->OpenSet(views->home_.shown());
  if (!opened && IsRebuildable(opened.error())) {
    notes.push_back(fmt::format("{}: {}; they are rebuilt from the log", views->home_.shown(), opened.error().message));
    RASTI_CHECKED(ViewHome::Drop(views->home_.shown()));
    opened = views->OpenSet(views->home_.shown());
  }
  if (!opened) return Fail(opened.error());
  views->shown_ = *opened;
  views->Notify();
  return views;
}

NodeViews::~NodeViews() { static_cast<void>(Stop()); }

std::shared_ptr<const views::Views> NodeViews::shown() const {
  const std::lock_guard lock(mutex_);
  return {shown_, shown_->views.get()};
}

std::shared_ptr<ports::ViewStore> NodeViews::store() const {
  const std::lock_guard lock(mutex_);
  return {shown_, shown_->store.get()};
}

std::shared_ptr<runtime::ProjectionThread> NodeViews::projection() const {
  const std::lock_guard lock(mutex_);
  return shown_->projection;
}

void NodeViews::Notify() {
  const std::lock_guard lock(mutex_);
  shown_->projection->Notify();
  if (fresh_ != nullptr) fresh_->projection->Notify();
}

template <class Wait>
Status NodeViews::WaitOnShown(Duration timeout, const Wait& wait) {
  const auto end = Clock::now() + timeout;
  for (;;) {
    const auto asked = projection();
    Status waited = wait(*asked, Until(end));
    if (waited || waited.error().code != ErrorCode::kUnavailable) return waited;
    // It was stopped: for another one to take its place, or for good.
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, end, [&] { return !swapping_; })) {
      return Fail(ErrorCode::kTimedOut, "the views are being replaced");
    }
    if (shown_->projection == asked) return waited;
  }
}

Status NodeViews::WaitFor(const codec::Token& token, Duration timeout) {
  return WaitOnShown(timeout, [&](auto& projection, Duration left) { return projection.WaitFor(token, left); });
}

Status NodeViews::WaitForEnd(Duration timeout) {
  return WaitOnShown(timeout, [&](auto& projection, Duration left) { return projection.WaitForEnd(left); });
}

Result<std::vector<runtime::PartitionLag>> NodeViews::Lag() const { return projection()->Lag(); }

std::optional<Error> NodeViews::error() const { return projection()->error(); }

Status NodeViews::Rebuild() {
  const std::lock_guard starting(thread_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Fail(ErrorCode::kUnavailable, "the node is stopping");
    if (rebuild_.state == ViewRebuild::State::kBuilding) {
      return Fail(ErrorCode::kAlreadyExists, "the views are being rebuilt already");
    }
  }
  if (builder_.joinable()) builder_.join();
  RASTI_TRY(const std::string directory, home_.Next());
  RASTI_TRY(const auto fresh, OpenSet(directory));
  {
    const std::lock_guard lock(mutex_);
    rebuild_ = {};
    rebuild_.state = ViewRebuild::State::kBuilding;
    fresh_ = fresh;
  }
  fresh->projection->Notify();
  builder_ = std::thread([this, fresh] { Build(fresh); });
  return {};
}

void NodeViews::Build(const std::shared_ptr<Set>& fresh) {
  const auto began = Clock::now();
  Status built = CatchUp(*fresh);
  if (built) built = Swap(fresh);
  const std::lock_guard lock(mutex_);
  rebuild_.took = std::chrono::duration_cast<Duration>(Clock::now() - began);
  rebuild_.state = built ? ViewRebuild::State::kDone : ViewRebuild::State::kFailed;
  if (!built) {
    rebuild_.error = built.error().message;
    fresh->drop = true;
  }
  fresh_.reset();
}

Status NodeViews::CatchUp(Set& fresh) {
  for (;;) {
    Status waited = fresh.projection->WaitForEnd(kStep);
    if (!waited && waited.error().code != ErrorCode::kTimedOut) return waited;
    RASTI_TRY(const auto lags, fresh.projection->Lag());
    const std::lock_guard lock(mutex_);
    if (stopping_) return Fail(ErrorCode::kUnavailable, "the node was stopped meanwhile");
    rebuild_.applied = 0;
    rebuild_.end = 0;
    for (const runtime::PartitionLag& lag : lags) {
      rebuild_.applied += lag.applied.value;
      rebuild_.end += lag.end.value;
    }
    if (waited) return {};
  }
}

Status NodeViews::Swap(const std::shared_ptr<Set>& fresh) {
  std::shared_ptr<Set> old;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Fail(ErrorCode::kUnavailable, "the node was stopped meanwhile");
    swapping_ = true;
    old = shown_;
  }
  // Behind this nobody is told of an event by the old ones that the new ones do not show.
  Status swapped = old->projection->Stop();
  if (swapped) swapped = fresh->projection->WaitForEnd(kLastStepMost);
  if (swapped) swapped = fresh->store->Flush();
  if (swapped) swapped = home_.Show(fresh->directory);
  std::shared_ptr<runtime::ProjectionThread> goes_on;
  if (!swapped) {
    auto restarted = runtime::ProjectionThread::Start(log_, old->followed());
    if (restarted) goes_on = std::move(*restarted);
  }
  const std::lock_guard lock(mutex_);
  if (swapped) {
    old->drop = true;
    shown_ = fresh;
  } else if (goes_on != nullptr && !stopping_) {
    old->projection = std::move(goes_on);
    old->projection->Notify();
  }
  swapping_ = false;
  changed_.notify_all();
  return swapped;
}

ViewRebuild NodeViews::rebuild() const {
  const std::lock_guard lock(mutex_);
  return rebuild_;
}

Result<ViewStatus> NodeViews::status() const {
  ViewStatus status;
  const auto held = store();
  for (const views::ViewInfo& view : views::AllViews()) {
    ViewStatus::View& one = status.views.emplace_back();
    one.name = view.name;
    one.shows = view.shows;
    for (const ports::Table table : view.tables) {
      const ports::TableUse use = held->UseOf(table);
      one.use.rows_about += use.rows_about;
      one.use.disk_bytes += use.disk_bytes;
      one.use.memory_bytes += use.memory_bytes;
    }
  }
  RASTI_TRY(status.lags, Lag());
  status.rebuild = rebuild();
  return status;
}

Status NodeViews::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (shown_ == nullptr) return {};  // it could not be opened
    stopping_ = true;
  }
  {
    const std::lock_guard starting(thread_mutex_);
    if (builder_.joinable()) builder_.join();
  }
  return projection()->Stop();
}

}  // namespace rasti::cli
