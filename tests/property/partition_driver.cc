#include "tests/property/partition_driver.h"

#include "engine/base/check.h"
#include "engine/codec/command_codec.h"
#include "engine/runtime/sample_configuration_for_test.h"
#include "tests/support/shared_view_store.h"

namespace rasti::test {
namespace {

constexpr char kKey[] = "the key of the socket";

// A test's own step that fails is a fault of the test or of what it tests: either way it ends here.
void Must(const Status& status) { RASTI_CHECK(status.has_value(), status ? "" : status.error().message.c_str()); }
template <class T>
T Must(Result<T> result) {
  RASTI_CHECK(result.has_value(), result ? "" : result.error().message.c_str());
  return *std::move(result);
}

}  // namespace

PartitionDriver::PartitionDriver(int partitions)
    : clock_(SampleStart()),
      log_({.partitions = partitions, .position_gaps = true, .queue_most = 65'536}, clock_),
      submitters_({{core::SubmitterId("socket"), {{"k1", kKey}}, {}, {}}}, dead_letter_key_.public_key()),
      configuration_(runtime::SampleConfiguration(world_)) {
  Open();
}

PartitionDriver::~PartitionDriver() { static_cast<void>(stream_->Close()); }

void PartitionDriver::Open() {
  stream_ = Must(log_.OpenStream(*this));
  while (partitions_.size() < static_cast<size_t>(log_.partition_count())) {
    RASTI_CHECK(Must(stream_->Poll(0, Duration{0})).empty(), "nothing was asked for");
  }
}

std::string PartitionDriver::Sign(const core::Command& command) {
  return codec::EncodeSigned(codec::SignCommand(codec::EncodeCommand(command), "k1", kKey));
}

size_t PartitionDriver::Submit(const core::Command& command) {
  return SubmitRecord(std::string(command.case_id.uuid.AsBytes()), Sign(command));
}

size_t PartitionDriver::SubmitRecord(std::string key, std::string value) {
  const size_t index = results_.size();
  results_.emplace_back();
  Must(log_.Submit(std::move(key), std::move(value), [this, index](Result<std::string> bytes) {
    if (bytes) results_[index] = Must(codec::DecodeResult(*bytes));
  }));
  return index;
}

bool PartitionDriver::Round(size_t batch_most, size_t timers_most) {
  const Instant asked_at = clock_.Now();
  const auto records = Must(stream_->Poll(batch_most, Duration{0}));
  for (const ports::InputRecord& record : records) Must(partitions_.at(record.partition)->Handle(record));

  bool timers_left = false;
  std::map<core::PartitionId, ports::InputPositions> next;
  for (auto& [id, partition] : partitions_) {
    const auto end = Must(stream_->End(id));
    const bool input_read =
        partition->next_input().commands >= end.commands && partition->next_input().follow_ups >= end.follow_ups;
    if (input_read) {
      const size_t fired = Must(partition->FireTimers(asked_at, timers_most));
      timers_left = timers_left || fired == timers_most;
    }
    if (partition->HasWork()) next[id] = partition->next_input();
  }
  if (next.empty()) return !records.empty();

  Must(stream_->Begin());
  for (const auto& [id, positions] : next) Must(partitions_.at(id)->WriteTo(*stream_));
  const Status committed = stream_->Commit(next);
  for (const auto& [id, positions] : next) {
    runtime::Partition& partition = *partitions_.at(id);
    if (committed) {
      partition.Install();
    } else {
      RASTI_CHECK(committed.error().code == ErrorCode::kAborted, committed.error().message.c_str());
      partition.Drop();
      Must(stream_->Rewind(id, partition.next_input()));
    }
  }
  return true;
}

void PartitionDriver::Settle() {
  while (Round(64, 64)) {
  }
}

void PartitionDriver::Crash() {
  log_.Crash(/*keep_commands=*/true);
  partitions_.clear();
  static_cast<void>(stream_->Close());
  stream_.reset();
  for (auto& [id, store] : stores_) store->Crash();
  Open();
}

void PartitionDriver::Checkpoint(bool durable) {
  for (auto& [id, partition] : partitions_) Must(partition->cases().Checkpoint(durable));
}

void PartitionDriver::CheckpointPiece(size_t cases_most) {
  for (auto& [id, partition] : partitions_) {
    runtime::CaseStore& cases = partition->cases();
    if (!cases.IsCheckpointing()) cases.BeginCheckpoint();
    Must(cases.ContinueCheckpoint(cases_most));
    // What RocksDB does by itself when a memtable is full, at any point of a checkpoint.
    if (cases_most % 2 == 0) Must(cases.store().Flush());
  }
}

void PartitionDriver::UseSecondConfiguration() {
  configuration_ = runtime::SampleConfiguration(world_, clock_.Now());
  for (auto& [id, partition] : partitions_) partition->Use(configuration_);
}

const core::Definition& PartitionDriver::DefinitionOf(const core::CaseState& state) const {
  return state.definition == world_.definition_2.version ? world_.definition_2 : world_.definition;
}

core::CaseState PartitionDriver::StateOf(const core::CaseId& id) {
  auto& partition = *partitions_.at(ports::PartitionOf(id.uuid.AsBytes(), log_.partition_count()));
  const auto record = Must(partition.cases().Find(id));
  return record == nullptr ? core::CaseState() : record->state;
}

Status PartitionDriver::OnAssigned(const std::vector<core::PartitionId>& partitions) {
  for (const core::PartitionId id : partitions) {
    auto& store = stores_[id];
    if (store == nullptr) store = std::make_shared<MemoryViewStore>(runtime::CaseStore::Tables().size());
    auto cases = Must(runtime::CaseStore::Open(std::make_unique<SharedViewStore>(store), 4));
    if (cases->IsAhead()) ++recoveries_from_the_middle_;
    const auto reader = Must(log_.OpenReader(id, cases->position().next_sequence));
    const core::Sequence end = Must(log_.EndSequence(id));
    while (cases->position().next_sequence < end) {
      for (const ports::StoredEvent& stored : Must(reader->Read(100, Duration{0}))) {
        const auto decoded = Must(codec::DecodeEvent(stored.value));
        Must(cases->Replay(decoded.event, decoded.hash, stored.input));
      }
    }
    auto partition = std::make_unique<runtime::Partition>(id, std::move(cases), submitters_, clock_,
                                                          /*event_headers=*/false, log_.partition_count());
    partition->StartAt(
        Must(stream_ == nullptr ? Result<ports::InputPositions>(ports::InputPositions{}) : stream_->Committed(id)));
    partition->Use(configuration_);
    partitions_[id] = std::move(partition);
  }
  return {};
}

void PartitionDriver::OnRevoked(const std::vector<core::PartitionId>& partitions) {
  for (const core::PartitionId id : partitions) partitions_.erase(id);
}

void PartitionDriver::OnLost(const std::vector<core::PartitionId>& partitions) { OnRevoked(partitions); }

}  // namespace rasti::test
