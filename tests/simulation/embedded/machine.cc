#include "tests/simulation/embedded/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "engine/base/check.h"
#include "engine/runtime/case_store.h"
#include "tests/conformance/temporary_directory.h"
#include "tests/simulation/embedded/hooked_store.h"
#include "tests/simulation/stream_options.h"

namespace rasti::simulation {
namespace {

constexpr size_t kBudgetBytes = 8u << 20;
// As little as RocksDB takes, so that what a run writes is flushed while it runs.
constexpr size_t kSmallBufferBytes = 64u << 10;
constexpr Duration kSkewMost = std::chrono::minutes(1);

// Made once for all runs: making one takes longer than many runs do.
std::string EmptyLog(int partitions) {
  static const TemporaryDirectory kDirectory;
  std::string path = kDirectory / fmt::format("{}-partitions", partitions);
  if (!std::filesystem::exists(path)) {
    const Status made = log::EmbeddedEventLog::Create(path, partitions);
    RASTI_CHECK(made.has_value(), made ? "" : made.error().message.c_str());
  }
  return path;
}

// Asks a log that was just opened where each partition begins.
class Asker final : public ports::AssignmentListener {
 public:
  Result<std::map<core::PartitionId, ports::InputPositions>> Ask(ports::EventLog& log) {
    RASTI_TRY(const auto stream, log.OpenStream(*this));
    while (std::ssize(assigned_) < log.partition_count()) {
      RASTI_TRY(const auto none, stream->Poll(0, Duration{0}));
    }
    std::map<core::PartitionId, ports::InputPositions> committed;
    for (const core::PartitionId id : assigned_) {
      RASTI_TRY(committed[id], stream->Committed(id));
    }
    RASTI_CHECKED(stream->Close());
    return committed;
  }

 private:
  Status OnAssigned(const std::vector<core::PartitionId>& partitions) override {
    assigned_.insert(assigned_.end(), partitions.begin(), partitions.end());
    return {};
  }
  void OnRevoked(const std::vector<core::PartitionId>&) override {}
  void OnLost(const std::vector<core::PartitionId>&) override {}

  std::vector<core::PartitionId> assigned_;
};

}  // namespace

Machine::Machine(std::string directory, int streams, EmbeddedRecord& record, const SimTime& time,
                 const runtime::Submitters& submitters, Hooks hooks)
    : directory_(std::move(directory)),
      streams_(streams),
      record_(record),
      time_(time),
      submitters_(submitters),
      hooks_(std::move(hooks)),
      clock_(time),
      latest_(time.now()),
      disk_files_(std::make_shared<Disk>(directory_, record.faults().random().Below(UINT64_MAX), hooks_.pass_time)),
      disk_(*disk_files_),
      background_(disk_files_) {
  std::filesystem::copy(EmptyLog(record.partitions()), directory_ + "/log", std::filesystem::copy_options::recursive);
}

void Machine::SetSkew(Duration skew) {
  latest_ = std::max(latest_, clock_.Now());
  clock_.SetSkew(skew);
}

log::EmbeddedLogOptions Machine::LogOptions() {
  log::EmbeddedLogOptions options;
  options.directory = directory_ + "/log";
  options.block_cache_bytes = kBudgetBytes;
  if (record_.faults().random().Percent(50)) options.write_buffer_bytes = kSmallBufferBytes;
  options.env = &background_;
  return options;
}

Status Machine::Start(bool power_failed) {
  ++starts_;
  if (power_failed) ++power_failures_;
  disk_.Revive(power_failed);
  record_.faults().Note(power_failed ? "the power comes back, a process starts" : "a process starts");
  // Nobody starts it with a clock that is far off: there is nothing that it could compare it with.
  if (std::chrono::abs(clock_.skew()) > kSkewMost) clock_.SetSkew(Duration{0});
  latest_ = clock_.Now();
  const Status opened = Open();
  if (opened && !disk_.is_dead()) {
    OpenStreams();
    return {};
  }
  if (disk_.is_dead()) {
    Died();
    return {};
  }
  const bool is_explained = IsOfDisk(opened.error());
  record_.faults().Note("it ends: " + opened.error().message);
  Close();
  return is_explained ? Status() : opened;
}

Status Machine::Open() {
  budget_ = store::StoreBudget::Create(kBudgetBytes, kBudgetBytes);
  RASTI_TRY(log_, log::EmbeddedEventLog::Open(LogOptions(), clock_));
  for (const log::RecoveryNote& note : log_->recovery_notes()) record_.faults().Note("recovered: " + note.message);
  RASTI_TRY(const auto committed, Asker().Ask(*log_));
  return record_.Reopened(*log_, committed);
}

void Machine::OpenStreams() {
  for (int i = 0; i < streams_; ++i) {
    Stream& stream = running_.emplace_back();
    stream.log = std::make_unique<RecordingLog>(*log_, i, record_, clock_,
                                                [this, i](std::string_view call) { AtCall(i, call); });
    stream.configuration = std::make_unique<NodeConfiguration>(*stream.log, clock_);
    stream.loop = std::make_unique<runtime::StreamLoop>(*stream.log, *stream.configuration, submitters_, clock_,
                                                        SmallOptions(record_.faults().random()), HooksOf(i));
    stream.next_turn = time_.now();
  }
}

runtime::StreamHooks Machine::HooksOf(int stream) {
  runtime::StreamHooks hooks;
  hooks.open_store = [this, stream](core::PartitionId id) -> Result<std::unique_ptr<ports::ViewStore>> {
    RASTI_TRY(auto store, OpenStore(id));
    CheckAlive(stream);
    return std::make_unique<HookedStore>(std::move(store), background_,
                                         [this, stream](std::string_view call) { AtCall(stream, call); });
  };
  // It is rebuilt from the log.
  hooks.drop_store = [this](core::PartitionId id) -> Status {
    record_.faults().Note(fmt::format("the store of partition {} is damaged", id.value));
    std::filesystem::remove_all(DirectoryOf(id));
    return {};
  };
  return hooks;
}

std::string Machine::DirectoryOf(core::PartitionId partition) const {
  return fmt::format("{}/state/p{}", directory_, partition.value);
}

Result<std::unique_ptr<ports::ViewStore>> Machine::OpenStore(core::PartitionId partition) {
  return store::OpenRocksDbViewStore({.directory = DirectoryOf(partition),
                                      .tables = runtime::CaseStore::Tables(),
                                      .budget = budget_,
                                      .env = &background_});
}

void Machine::CheckAlive(int stream) {
  background_.WaitUntilQuiet();
  if (disk_.is_dead()) throw ProcessDied{stream};
}

void Machine::AtCall(int stream, std::string_view call) {
  CheckAlive(stream);
  hooks_.interrupt(stream, call);
  CheckAlive(stream);
}

bool Machine::IsReady(int stream) const {
  if (!IsUp()) return false;
  const Stream& one = running_.at(static_cast<size_t>(stream));
  return !one.is_turning && !one.has_ended && one.next_turn <= time_.now();
}

Status Machine::Turn(int number) {
  Stream& stream = running_.at(static_cast<size_t>(number));
  stream.is_turning = true;
  const auto wait = stream.loop->Step();
  CheckAlive(number);
  stream.is_turning = false;
  if (wait) {
    stream.next_turn = time_.now() + *wait;
    return {};
  }
  record_.faults().Note(fmt::format("stream {} ends: {}", number, wait.error().message));
  stream.has_ended = true;
  ending_ = true;
  // Its clock leapt, or the disk refused something.
  const bool is_clock = wait.error().code == ErrorCode::kUnavailable;
  return is_clock || IsOfDisk(wait.error()) ? Status() : Fail(wait.error());
}

// The disk refused something, and that is what is told; never that something is damaged.
bool Machine::IsOfDisk(const Error& error) const {
  return disk_.has_refused() && (error.code == ErrorCode::kNoSpace || error.code == ErrorCode::kIo);
}

Result<bool> Machine::IsIdle() {
  for (Stream& stream : running_) {
    RASTI_TRY(const bool idle, stream.loop->IsIdle());
    if (!idle) return false;
  }
  return true;
}

Status Machine::Submit(std::string key, std::string value) {
  if (!IsUp() || disk_.is_dead()) return Fail(ErrorCode::kUnavailable, "nothing runs");
  const core::PartitionId partition = ports::PartitionOf(key, record_.partitions());
  RASTI_CHECKED(log_->Submit(std::move(key), std::move(value), [this](const Result<std::string>& result) {
    if (!result || disk_.is_dead()) return;
    record_.Answered(*result);
    hooks_.told(*result);
  }));
  record_.TookIn(partition, std::max(latest_, clock_.Now()));
  return {};
}

Result<int64_t> Machine::Publish(std::string key, std::string value) {
  auto published = log_->Publish(std::move(key), std::move(value));
  // The log takes nothing any more: the process ends.
  if (!published) ending_ = true;
  return published;
}

void Machine::Died() {
  ++deaths_;
  disk_.Die();
  const std::string note = disk_.TakeDeathNote();
  record_.faults().Note(note.empty() ? "the process dies" : "the process dies in " + note);
  Close();
}

void Machine::Stop() {
  for (Stream& stream : running_) static_cast<void>(stream.loop->Close());
  if (log_ != nullptr) {
    const Background::Turn turn(background_);
    const Status closed = log_->Close();
    if (!closed) record_.faults().Note("the log ends: " + closed.error().message);
  }
  if (disk_.is_dead()) return Died();
  Close();
}

void Machine::Close() {
  background_.WaitUntilQuiet();
  // The streams first: they use the log.
  running_.clear();
  log_.reset();
  budget_.reset();
  ending_ = false;
}

}  // namespace rasti::simulation
