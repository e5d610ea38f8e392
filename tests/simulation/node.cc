#include "tests/simulation/node.h"

#include <fmt/format.h>

#include <utility>

#include "tests/simulation/stream_options.h"

namespace rasti::simulation {
namespace {

constexpr size_t kCommandsTable = 2;  // of runtime::CaseStore::Tables()

}  // namespace

Node::Node(int id, SimLog& log, const SimTime& time, const runtime::Submitters& submitters, Interrupt interrupt)
    : id_(id),
      log_(log),
      time_(time),
      submitters_(submitters),
      interrupt_(std::move(interrupt)),
      clock_(time),
      node_log_(log, id, clock_) {}

runtime::StreamHooks Node::Hooks() {
  runtime::StreamHooks hooks;
  hooks.open_store = [this](core::PartitionId id) -> Result<std::unique_ptr<ports::ViewStore>> {
    auto& disk = disks_[id];
    if (disk == nullptr) disk = std::make_shared<test::MemoryViewStore>(runtime::CaseStore::Tables().size());
    return std::make_unique<SimStore>(disk, log_.faults(), [this](std::string_view call) { interrupt_(id_, call); });
  };
  hooks.drop_store = [this](core::PartitionId id) -> Status {
    log_.Violation(fmt::format("node {} finds the store of partition {} damaged", id_, id.value));
    disks_.at(id)->Drop();
    return {};
  };
  hooks.on_trouble = [this](const Error& error, Duration wait) {
    log_.faults().Note(fmt::format("node {} waits {} ms: {}", id_, wait.count(), error.message));
  };
  return hooks;
}

void Node::Start() {
  configuration_ = std::make_unique<NodeConfiguration>(node_log_, clock_);
  // Nobody starts a node with a clock that is far off: there is nothing that it could compare it with.
  if (std::chrono::abs(clock_.skew()) > std::chrono::minutes(1)) clock_.SetSkew(Duration{0});
  loop_ = std::make_unique<runtime::StreamLoop>(node_log_, *configuration_, submitters_, clock_,
                                                SmallOptions(log_.faults().random()), Hooks());
  next_turn_ = time_.now();
  log_.SetSilent(id_, std::nullopt);
  log_.faults().Note(fmt::format("node {} starts", id_));
}

std::optional<Error> Node::Turn() {
  if (time_.now() < next_turn_) return std::nullopt;
  std::optional<Error> wrong;
  turning_ = true;
  try {
    const auto wait = loop_->Step();
    if (wait) {
      next_turn_ = time_.now() + *wait;
    } else {
      // Where its clock leapt, or another has its name; anything else should not happen.
      const ErrorCode code = wait.error().code;
      log_.faults().Note(fmt::format("node {} ends: {}", id_, wait.error().message));
      if (code != ErrorCode::kUnavailable && code != ErrorCode::kFenced) wrong = wait.error();
      static_cast<void>(loop_->Close());
      loop_.reset();
      clock_.SetSkew(Duration{0});
      log_.SetSilent(id_, time_.now());
    }
  } catch (const ProcessDied&) {
    Died();
  }
  turning_ = false;
  return wrong;
}

void Node::Kill() {
  log_.faults().Note(fmt::format("node {} is killed", id_));
  Died();
}

void Node::Died() {
  ++deaths_;
  loop_.reset();
  for (auto& [partition, disk] : disks_) {
    if (log_.Mutates(Mutation::kStoreTorn, 100)) {
      disk->CrashTable(kCommandsTable);
    } else {
      disk->Crash();
    }
  }
  log_.SetSilent(id_, time_.now());
}

void Node::Stop() {
  if (loop_ != nullptr) static_cast<void>(loop_->Close());
  loop_.reset();
}

void Node::DeleteStores() {
  log_.faults().Note(fmt::format("the stores of node {} are deleted", id_));
  for (auto& [partition, disk] : disks_) disk->Drop();
}

std::shared_ptr<test::MemoryViewStore> Node::Disk(core::PartitionId partition) const {
  const auto found = disks_.find(partition);
  return found == disks_.end() ? nullptr : found->second;
}

}  // namespace rasti::simulation
