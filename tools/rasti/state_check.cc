#include "tools/rasti/state_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/codec/event_codec.h"
#include "engine/runtime/case_store.h"
#include "engine/store/rocksdb_view_store.h"

namespace rasti::cli {
namespace {

using runtime::CaseStore;

constexpr size_t kBatch = 4096;
constexpr size_t kDirtyMost = 20'000;
constexpr size_t kCachedMost = 20'000;
constexpr size_t kDifferencesMost = 20;

// A nullptr: nothing was ever flushed there (a crash right after the start).
Result<std::unique_ptr<CaseStore>> OpenStore(const std::string& directory, bool read_only) {
  RASTI_TRY(auto store, store::OpenRocksDbViewStore({.directory = directory,
                                                     .tables = CaseStore::Tables(),
                                                     .budget = store::StoreBudget::Create(32u << 20, 32u << 20),
                                                     .read_only = read_only}));
  if (read_only) {
    const auto any = store->Scan(ports::Table{0});
    any->Seek({});
    RASTI_CHECKED(any->status());
    if (!any->Valid()) return nullptr;
  }
  return CaseStore::Open(std::move(store), kCachedMost);
}

// Rows of two tables of numbers, which have one form.
Status CompareRows(CaseStore& stored, CaseStore& folded, std::string_view name, std::vector<std::string>& differences,
                   int64_t& rows) {
  const auto tables = CaseStore::Tables();
  const auto found = std::ranges::find(tables, name);
  const ports::Table table{static_cast<int>(found - tables.begin())};
  const auto left = stored.store().Scan(table);
  const auto right = folded.store().Scan(table);
  left->Seek({});
  right->Seek({});
  for (rows = 0; left->Valid() && right->Valid(); left->Next(), right->Next(), ++rows) {
    if (left->key() == right->key() && left->value() == right->value()) continue;
    differences.push_back(fmt::format("the {} differ from row {} on", name, rows));
    return {};
  }
  RASTI_CHECKED(left->status());
  RASTI_CHECKED(right->status());
  if (left->Valid() != right->Valid()) differences.push_back(fmt::format("the {} differ in number", name));
  return {};
}

class StateComparison {
 public:
  StateComparison(CaseStore& stored, CaseStore& folded) : stored_(stored), folded_(folded) {}

  Status Run() {
    // Input and clock may stand further on: rejected commands were decided, too, but made no event.
    const runtime::PartitionPosition& stored = stored_.position();
    const runtime::PartitionPosition& folded = folded_.position();
    const bool same =
        stored.next_sequence == folded.next_sequence && stored.last_recorded_at >= folded.last_recorded_at &&
        stored.input.commands >= folded.input.commands && stored.input.follow_ups >= folded.input.follow_ups;
    if (!same) Differ("the position differs from that of the last event");
    RASTI_CHECKED(CompareCases());
    if (stored_.timers() != folded_.timers()) Differ("the timers differ");
    int64_t ignored = 0;
    RASTI_CHECKED(CompareRows(stored_, folded_, "commands", differences, commands));
    return CompareRows(stored_, folded_, "timers", differences, ignored);
  }

  int64_t cases = 0;
  int64_t commands = 0;
  std::vector<std::string> differences;

 private:
  void Differ(std::string text) {
    if (differences.size() < kDifferencesMost) differences.push_back(std::move(text));
  }

  // Every stored case must be what was folded; then as many as were folded.
  Status CompareCases() {
    int64_t folded_count = 0;
    RASTI_CHECKED(Visit(folded_, [&](const runtime::CaseRecord&) -> Status {
      ++folded_count;
      return {};
    }));
    RASTI_CHECKED(Visit(stored_, [&](const runtime::CaseRecord& record) -> Status {
      ++cases;
      RASTI_TRY(const runtime::CaseRef other, folded_.Find(record.state.id));
      if (other == nullptr) {
        Differ(fmt::format("case {} is stored, but no event of it is in the log", record.state.id.str()));
      } else if (!(other->state == record.state)) {
        Differ(fmt::format("case {}: the stored state differs from its events", record.state.id.str()));
      } else if (other->head != record.head) {
        Differ(fmt::format("case {}: the stored hash differs from that of its last event", record.state.id.str()));
      }
      return {};
    }));
    if (cases != folded_count) Differ(fmt::format("{} cases are stored, the log has {}", cases, folded_count));
    return {};
  }

  static Status Visit(CaseStore& store, const std::function<Status(const runtime::CaseRecord&)>& visit) {
    std::optional<core::CaseId> after;
    do {
      RASTI_TRY(after, store.ForEach(after, kBatch, visit));
    } while (after);
    return {};
  }

  CaseStore& stored_;
  CaseStore& folded_;
};

class PartitionCheck {
 public:
  PartitionCheck(ports::EventLog& log, core::PartitionId partition, const ReplayPlan& plan)
      : log_(log), partition_(partition), plan_(plan) {}

  Result<ReplayReport> Run() {
    RASTI_TRY(end_, log_.EndSequence(partition_));
    const std::string scratch = fmt::format("{}/state-p{}", plan_.scratch, partition_.value);
    RASTI_TRY(folded_, OpenStore(scratch, false));
    OpenStored();
    if (const Status read = ReadAll(); !read) Differ(read.error().message);
    RASTI_CHECKED(folded_->Checkpoint(false));
    RASTI_CHECKED(CountCases());
    folded_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(scratch, ignored);
    return std::move(report_);
  }

 private:
  void Differ(const std::string& text) {
    report_.differences.push_back(fmt::format("partition {}: {}", partition_.value, text));
  }
  void Compared(const std::string& text) {
    report_.compared.push_back(fmt::format("partition {}: {}", partition_.value, text));
  }

  void OpenStored() {
    const std::string directory = plan_.paths.state(partition_);
    if (!std::filesystem::exists(directory)) return Compared("no state store; it is built at the next start");
    auto stored = OpenStore(directory, true);
    if (!stored && stored.error().code == ErrorCode::kUnsupportedVersion) {
      return Compared("the state store is of another format; it is rebuilt at the next start");
    }
    if (!stored) return Differ(fmt::format("state store: {}", stored.error().message));
    stored_ = *std::move(stored);
    if (stored_ == nullptr) return Compared("the state store is empty; it is built at the next start");
    if (stored_->IsAhead()) {
      stored_.reset();
      return Compared("the state store was left in the middle of a checkpoint; the next start completes it");
    }
    if (stored_->position().next_sequence > end_) {
      Differ(fmt::format("the state store has applied sequence {}, but the log ends with {}: the log has lost events",
                         stored_->position().next_sequence.value - 1, end_.value - 1));
      stored_.reset();
    }
  }

  Status ReadAll() {
    RASTI_CHECKED(CompareIfThere());
    RASTI_TRY(const auto reader, log_.OpenReader(partition_, core::Sequence{0}));
    while (folded_->position().next_sequence < end_) {
      RASTI_TRY(const auto events, reader->Read(kBatch, Duration{0}));
      if (events.empty()) {
        return Fail(Error::Corruption(
            fmt::format("sequence {} is missing from the log", folded_->position().next_sequence.value)));
      }
      for (const ports::StoredEvent& stored : events) {
        if (Status taken = Take(stored); !taken) {
          return Fail(taken.error().At(fmt::format("sequence {}", stored.sequence.value)));
        }
        RASTI_CHECKED(CompareIfThere());
      }
      if (plan_.progress) {
        plan_.progress(fmt::format("partition {}: {} of {} events", partition_.value,
                                   folded_->position().next_sequence.value, end_.value));
      }
    }
    return {};
  }

  Status Take(const ports::StoredEvent& stored) {
    RASTI_TRY(const codec::DecodedEvent decoded, decoder_.Decode(stored.value));
    const core::Event& event = decoded.event;
    if (stored.key != event.ctx().case_id.uuid.AsBytes())
      return Fail(Error::Corruption("the key is not the case's id"));
    if (event.ctx().recorded_at < last_recorded_at_) return Fail(Error::Corruption("recorded_at goes back"));
    last_recorded_at_ = event.ctx().recorded_at;
    if (folded_->dirty_count() >= kDirtyMost && !folded_->WouldSplit(event)) {
      RASTI_CHECKED(folded_->Checkpoint(false));
    }
    // Verifies sequence, revision and the chain of hashes, as recovery does.
    RASTI_CHECKED(folded_->Replay(event, decoded.hash, stored.input));
    RASTI_CHECKED(CheckSignature(event));
    ++report_.events;
    ++report_.events_by_type[std::string(core::EventTypeName(event.payload))];
    return {};
  }

  // The command that an event embeds must be the one that it names as its cause.
  Status CheckSignature(const core::Event& event) {
    if (event.signed_command.empty() || plan_.submitters == nullptr) return {};
    const auto command = plan_.submitters->Open(event.signed_command);
    if (!command) return Fail(Error::Corruption("the embedded command: " + command.error().rejection.message));
    const core::EventContext& ctx = event.ctx();
    if (command->case_id != ctx.case_id || command->command_id != ctx.command_id || command->actor != ctx.actor) {
      return Fail(Error::Corruption("the embedded command is not the cause that the event names"));
    }
    ++report_.signatures;
    return {};
  }

  Status CompareIfThere() {
    if (stored_ == nullptr || stored_->position().next_sequence != folded_->position().next_sequence) return {};
    RASTI_CHECKED(folded_->Checkpoint(false));
    StateComparison comparison(*stored_, *folded_);
    if (const Status ran = comparison.Run(); !ran) Differ(fmt::format("state store: {}", ran.error().message));
    for (const std::string& difference : comparison.differences) Differ(difference);
    const int64_t behind = end_.value - stored_->position().next_sequence.value;
    Compared(fmt::format("{} cases, {} commands in the state store{}", comparison.cases, comparison.commands,
                         behind > 0 ? fmt::format(", {} events behind the log", behind) : ""));
    stored_.reset();
    return {};
  }

  Status CountCases() {
    std::optional<core::CaseId> after;
    do {
      RASTI_TRY(after, folded_->ForEach(after, kBatch, [&](const runtime::CaseRecord&) -> Status {
        ++report_.cases;
        return {};
      }));
    } while (after);
    return {};
  }

  ports::EventLog& log_;
  const core::PartitionId partition_;
  const ReplayPlan& plan_;
  core::Sequence end_;
  codec::EventDecoder decoder_;
  Instant last_recorded_at_ = kEarliestInstant;
  std::unique_ptr<CaseStore> folded_;
  std::unique_ptr<CaseStore> stored_;  // until it was compared
  ReplayReport report_;
};

}  // namespace

Result<ReplayReport> CheckPartition(ports::EventLog& log, core::PartitionId partition, const ReplayPlan& plan) {
  return PartitionCheck(log, partition, plan).Run();
}

}  // namespace rasti::cli
