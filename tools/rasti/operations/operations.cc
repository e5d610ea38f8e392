#include "tools/rasti/operations/operations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <prometheus/text_serializer.h>
#include <sys/statvfs.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace rasti::cli {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr auto kLookEvery = 2s;
constexpr auto kHangsAfter = 30s;
// A stream thread decides nothing with definitions that it read longer ago.
constexpr auto kDefinitionsMost = 4s;
constexpr int64_t kBehindToWarn = 10'000;
constexpr auto kWarnEvery = 60s;
constexpr int kUnavailable = 503;

Page HealthPage(const std::string& name, const std::vector<std::string>& reasons) {
  return {reasons.empty() ? 200 : kUnavailable, "application/json",
          Json{{name, reasons.empty()}, {"reasons", reasons}}.dump() + "\n"};
}

}  // namespace

Operations::Operations(Options options, const NodeMonitor& monitor, ServiceLog& log)
    : options_(std::move(options)), monitor_(monitor), log_(log), beat_at_(std::chrono::steady_clock::now()) {
  sample_.decides = options_.decides;
}

Result<std::unique_ptr<Operations>> Operations::Start(Options options, const NodeMonitor& monitor, ServiceLog& log) {
  std::unique_ptr<Operations> operations(new Operations(std::move(options), monitor, log));
  Operations* const self = operations.get();
  if (self->options_.port) {
    RASTI_TRY(self->server_, HttpServer::Start(self->options_.address, *self->options_.port,
                                               {{"/metrics", [self] { return self->Metrics(); }},
                                                {"/health/live", [self] { return self->Live(); }},
                                                {"/health/ready", [self] { return self->Ready(); }}}));
  }
  self->sampler_ = std::thread([self] { self->SampleLags(); });
  return operations;
}

Operations::~Operations() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (sampler_.joinable()) sampler_.join();
  server_.reset();
}

void Operations::Watch(Node& node, std::function<int()> clients) {
  Beat();
  {
    const std::lock_guard lock(mutex_);
    node_ = &node;
    clients_ = std::move(clients);
  }
  changed_.notify_all();
}

void Operations::Forget() {
  const std::lock_guard asking(asking_mutex_);
  const std::lock_guard lock(mutex_);
  if (node_ != nullptr) LookAtNode();
  node_ = nullptr;
  clients_ = nullptr;
  forgotten_ = true;
}

int64_t Operations::lag() const {
  const std::lock_guard lock(mutex_);
  int64_t sum = 0;
  for (const auto& lag : sample_.lags) sum += lag.behind;
  return sum;
}

void Operations::SampleLags() {
  for (;;) {
    {
      const std::lock_guard asking(asking_mutex_);
      Node* node = nullptr;
      {
        const std::lock_guard lock(mutex_);
        node = node_;
      }
      if (node != nullptr) LookAtLags(*node);
    }
    std::unique_lock lock(mutex_);
    const bool knew = node_ != nullptr;
    changed_.wait_for(lock, kLookEvery, [&] { return stopping_ || (!knew && node_ != nullptr); });
    if (stopping_) return;
  }
}

void Operations::LookAtLags(Node& node) {
  const auto lags = node.views().Lag();
  if (!lags) return;  // the log is away: what was seen last stands
  int64_t behind = 0;
  {
    const std::lock_guard lock(mutex_);
    sample_.lags.clear();
    for (const runtime::PartitionLag& lag : *lags) {
      const int64_t events = std::max<int64_t>(lag.events(), 0);
      sample_.lags.push_back({lag.partition, lag.end.value, events});
      behind += events;
    }
  }
  const auto now = std::chrono::steady_clock::now();
  if (behind < kBehindToWarn || now - warned_at_ < kWarnEvery) return;
  warned_at_ = now;
  log_.Warn("behind", {{"events", behind}});
}

void Operations::LookAtNode() {
  sample_.partitions = node_->log().partition_count();
  sample_.halted.clear();
  for (const auto& [partition, why] : node_->halted()) sample_.halted.push_back(partition);
  sample_.signed_events.clear();
  if (const NodeAudit* audit = node_->audit()) {
    sample_.signing_stopped = audit->error().has_value();
    for (int32_t i = 0; i < sample_.partitions; ++i) sample_.signed_events.push_back({{i}, audit->Head({i}).size});
  }
  sample_.counters = node_->counters();
  sample_.timers_waiting = node_->timer_count();
  sample_.clients = clients_ ? clients_() : 0;
  sample_.configuration_age_s = std::chrono::duration<double>(node_->configuration().Age()).count();
  const store::BudgetUse use = node_->store_use();
  sample_.cache_bytes = use.cache_bytes;
  sample_.cache_bytes_most = use.cache_bytes_most;
  sample_.write_buffer_bytes = use.write_buffer_bytes;
  ServiceSample::Stores state;
  ServiceSample::Stores views;
  state.kind = "state";
  views.kind = "views";
  const std::string view_home = DataPaths(options_.directory).view_home();
  for (const store::StoreUse& store : use.stores) {
    ServiceSample::Stores& kind = store.directory.starts_with(view_home) ? views : state;
    kind.memtable_bytes += store.memtable_bytes;
    kind.reader_bytes += store.reader_bytes;
    kind.disk_bytes += store.disk_bytes;
    kind.pending_merge_bytes += store.pending_merge_bytes;
    kind.running_merges += store.running_merges;
    kind.running_flushes += store.running_flushes;
    kind.background_errors += store.background_errors;
    kind.held += store.writes_held ? 1 : 0;
  }
  sample_.stores = {state, views};
  struct statvfs about {};
  if (::statvfs(options_.directory.c_str(), &about) == 0) {
    sample_.disk_free_bytes = static_cast<uint64_t>(about.f_bavail) * about.f_frsize;
  }
}

std::vector<std::string> Operations::Reasons() const {
  if (forgotten_) return {"it is stopping"};
  std::vector<std::string> reasons;
  const NodeMonitor::Snapshot seen = monitor_.snapshot();
  if (!seen.recovering.empty()) {
    std::vector<int> ids;
    for (const core::PartitionId id : seen.recovering) ids.push_back(id.value);
    reasons.push_back(fmt::format("partitions that are being caught up: {}", fmt::join(ids, ", ")));
  }
  if (options_.decides && options_.kafka && (seen.kafka.members_joined == 0 || seen.kafka.members_joining > 0)) {
    reasons.emplace_back("the group is sharing its partitions out");
  }
  if (!seen.trouble.empty()) reasons.push_back(seen.trouble);
  if (node_ == nullptr) {
    reasons.emplace_back("it is opening: stores are caught up with the log");
    return reasons;
  }
  if (const Status status = node_->status(); !status) reasons.push_back(status.error().message);
  for (const auto& [partition, why] : node_->halted()) {
    reasons.push_back(fmt::format("partition {} stands still until it is published: {}", partition.value, why));
  }
  const auto partitions = static_cast<size_t>(node_->log().partition_count());
  if (options_.decides && !options_.kafka && seen.owned.size() < partitions && seen.recovering.empty()) {
    reasons.push_back(fmt::format("{} of {} partitions are decided", seen.owned.size(), partitions));
  }
  const auto age = node_->configuration().Age();
  if (options_.decides && age > kDefinitionsMost) {
    reasons.push_back(fmt::format("the definitions were last read {} s ago: nothing is decided until they are",
                                  std::chrono::duration_cast<std::chrono::seconds>(age).count()));
  }
  return reasons;
}

std::pair<ServiceSample, std::vector<std::string>> Operations::Sample() {
  const std::lock_guard lock(mutex_);
  if (node_ != nullptr) LookAtNode();
  auto reasons = Reasons();
  sample_.ready = reasons.empty();
  return {sample_, std::move(reasons)};
}

Page Operations::Metrics() {
  std::vector<prometheus::MetricFamily> families;
  {
    const std::lock_guard lock(mutex_);
    if (node_ != nullptr) LookAtNode();
    sample_.ready = Reasons().empty();
    families = MetricsOf(sample_, monitor_.snapshot());
  }
  std::ranges::move(ProcessMetrics(), std::back_inserter(families));
  return {200, "text/plain; version=0.0.4; charset=utf-8", prometheus::TextSerializer().Serialize(families)};
}

Page Operations::Live() {
  std::vector<std::string> reasons;
  {
    const std::lock_guard lock(mutex_);
    if (node_ != nullptr) {
      if (const Status status = node_->status(); !status) reasons.push_back(status.error().message);
      const auto silent = std::chrono::steady_clock::now() - beat_at_.load();
      if (silent > kHangsAfter) {
        reasons.push_back(fmt::format("the service's loop was last seen {} s ago",
                                      std::chrono::duration_cast<std::chrono::seconds>(silent).count()));
      }
    }
  }
  return HealthPage("live", reasons);
}

Page Operations::Ready() {
  std::vector<std::string> reasons;
  {
    const std::lock_guard lock(mutex_);
    reasons = Reasons();
  }
  return HealthPage("ready", reasons);
}

}  // namespace rasti::cli
