#include "tools/rasti/chain_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/audit/event_hash.h"
#include "engine/views/bytes.h"

namespace rasti::cli {
namespace {

constexpr size_t kBatch = 4096;

Result<codec::DecodedEvent> EventAt(ports::EventLog& log, core::PartitionId partition, core::Sequence sequence) {
  RASTI_TRY(const auto events, log.ReadAt(partition, {sequence}));
  auto decoded = codec::DecodeEvent(events.front().value);
  if (!decoded) {
    return Fail(decoded.error().At(fmt::format("partition {}, sequence {}", partition.value, sequence.value)));
  }
  return decoded;
}

}  // namespace

Status ChainCheck::See(const ports::StoredEvent& stored) {
  std::vector<ChainFault> faults = Look(stored);
  if (faults.empty()) return {};
  return Fail(
      faults.front().error.At(fmt::format("partition {}, sequence {}", mark_.partition.value, stored.sequence.value)));
}

std::vector<ChainFault> ChainCheck::Look(const ports::StoredEvent& stored) {
  std::vector<ChainFault> faults;
  last_.reset();
  if (stored.partition != mark_.partition || stored.sequence != mark_.next) {
    faults.push_back({"sequence", Error::Corruption(fmt::format("sequence {} was to follow", mark_.next.value))});
  }
  mark_.next = stored.sequence.Next();
  auto decoded = decoder_.Decode(stored.value);
  if (!decoded) {
    faults.push_back({"event", std::move(decoded).error()});
    return faults;
  }
  const core::Event& event = decoded->event;
  const core::CaseId& id = event.ctx().case_id;
  const auto fault = [&](std::string_view rule, std::string what) {
    faults.push_back({rule, Error::Corruption(std::move(what)), id});
  };
  if (event.sequence != stored.sequence) {
    fault("sequence", fmt::format("the event says that its sequence is {}", event.sequence.value));
  }
  if (stored.key != id.uuid.AsBytes()) fault("key", fmt::format("the event is of case {}, its key is not", id.str()));
  if (event.ctx().recorded_at < last_recorded_at_) {
    fault("time", fmt::format("recorded at {}, before the event before it", FormatInstant(event.ctx().recorded_at)));
  }
  LookAtCase(*decoded, faults);
  last_recorded_at_ = event.ctx().recorded_at;
  mark_.last = decoded->hash;
  last_ = *std::move(decoded);
  return faults;
}

void ChainCheck::LookAtCase(const codec::DecodedEvent& decoded, std::vector<ChainFault>& faults) {
  const core::Event& event = decoded.event;
  const core::EventContext& context = event.ctx();
  const core::CaseId& id = context.case_id;
  const auto fault = [&](std::string_view rule, std::string what) {
    faults.push_back({rule, Error::Corruption(std::move(what)), id});
  };
  const auto [known, is_new] = cases_.try_emplace(id);
  Case& one = known->second;
  const size_t definition = NumberOf(context.versions.definition);
  if (is_new) {
    // One that began before what is looked at is taken as it is met.
    const bool began_before = from_.value > 0 && event.revision.value > 1;
    one = {began_before ? event.revision.value - 1 : 0, began_before ? event.prev_hash : audit::FirstPrevHash(id.uuid),
           kEarliestInstant, definition};
  }
  if (event.revision.value != one.revision + 1 || event.prev_hash != one.head) {
    fault("chain", fmt::format("the chain of case {} is broken: revision {} does not follow its revision {} as it lies "
                               "here",
                               id.str(), event.revision.value, one.revision));
  }
  if (context.occurred_at < one.last_occurred_at) {
    fault("time", fmt::format("occurred at {}, before the event before it of case {}",
                              FormatInstant(context.occurred_at), id.str()));
  }
  const auto* migrated = std::get_if<core::CaseMigrated>(&event.payload);
  const auto migration = migrations_.find(id);
  const bool is_of_migration = migration != migrations_.end() && migration->second.command == context.command_id &&
                               migration->second.from == definition;
  if (definition != one.definition && !is_of_migration) {
    fault("definition", fmt::format("decided by {}, but case {} is on {}", context.versions.definition.str(), id.str(),
                                    definitions_[one.definition].str()));
  }
  // What else is decided with a migration is of either version.
  if (migrated != nullptr) migrations_.insert_or_assign(id, Migration{context.command_id, definition});
  one = {event.revision.value, decoded.hash, context.occurred_at,
         migrated == nullptr ? one.definition : NumberOf(migrated->to)};
}

size_t ChainCheck::NumberOf(const core::VersionedName& definition) {
  const auto found = std::ranges::find(definitions_, definition);
  if (found != definitions_.end()) return static_cast<size_t>(found - definitions_.begin());
  definitions_.push_back(definition);
  return definitions_.size() - 1;
}

std::optional<Hash256> HashFromHex(std::string_view digits) {
  Hash256 hash{};
  const auto bytes = views::BytesFromHex(digits);
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

Result<std::optional<Hash256>> HashBefore(ports::EventLog& log, core::PartitionId partition, core::Sequence next) {
  if (next.value == 0) return std::optional<Hash256>();
  RASTI_TRY(const auto last, EventAt(log, partition, core::Sequence{next.value - 1}));
  return std::optional(last.hash);
}

Result<ChainReport> CheckChains(ports::EventLog& log, const std::function<void(int64_t, int64_t)>& progress) {
  int64_t total = 0;
  std::vector<core::Sequence> ends;
  for (int i = 0; i < log.partition_count(); ++i) {
    RASTI_TRY(const core::Sequence end, log.EndSequence({i}));
    ends.push_back(end);
    total += end.value;
  }
  ChainReport report;
  for (int i = 0; i < log.partition_count(); ++i) {
    ChainCheck check({i});
    RASTI_TRY(const auto reader, log.OpenReader({i}, core::Sequence{0}));
    const core::Sequence end = ends[static_cast<size_t>(i)];
    while (check.mark().next < end) {
      const auto most = std::min(kBatch, static_cast<size_t>(end.value - check.mark().next.value));
      RASTI_TRY(const auto events, reader->Read(most, Duration{0}));
      if (events.empty()) {
        return Fail(Error::Corruption(
            fmt::format("partition {}, sequence {}: missing from the log", i, check.mark().next.value)));
      }
      for (const ports::StoredEvent& stored : events) RASTI_CHECKED(check.See(stored));
      report.events += static_cast<int64_t>(events.size());
      if (progress) progress(report.events, total);
    }
    report.marks.push_back(check.mark());
    report.last_recorded_at = std::max(report.last_recorded_at, check.last_recorded_at());
  }
  return report;
}

Result<std::vector<LogMark>> MarksOf(ports::EventLog& log) {
  std::vector<LogMark> marks;
  for (int i = 0; i < log.partition_count(); ++i) {
    LogMark mark;
    mark.partition = {i};
    RASTI_TRY(mark.next, log.EndSequence({i}));
    RASTI_TRY(mark.last, HashBefore(log, {i}, mark.next));
    marks.push_back(mark);
  }
  return marks;
}

Result<Instant> LastRecordedAt(ports::EventLog& log) {
  Instant latest = kEarliestInstant;
  for (int i = 0; i < log.partition_count(); ++i) {
    RASTI_TRY(const core::Sequence end, log.EndSequence({i}));
    if (end.value == 0) continue;
    RASTI_TRY(const auto last, EventAt(log, {i}, core::Sequence{end.value - 1}));
    latest = std::max(latest, last.event.ctx().recorded_at);
  }
  return latest;
}

Result<std::optional<std::string>> WhyNotAfter(const std::vector<LogMark>& marks, ports::EventLog& log) {
  if (marks.size() != static_cast<size_t>(log.partition_count())) {
    return std::optional(fmt::format("that one has {} partitions, this one {}", marks.size(), log.partition_count()));
  }
  for (const LogMark& mark : marks) {
    if (mark.next.value == 0) continue;
    RASTI_TRY(const core::Sequence end, log.EndSequence(mark.partition));
    if (end < mark.next) {
      return std::optional(fmt::format("partition {} goes up to sequence {} there, here only up to {}",
                                       mark.partition.value, mark.next.value - 1, end.value - 1));
    }
    RASTI_TRY(const auto here, EventAt(log, mark.partition, core::Sequence{mark.next.value - 1}));
    if (here.hash != mark.last) {
      return std::optional(
          fmt::format("sequence {} of partition {} is another event there", mark.next.value - 1, mark.partition.value));
    }
  }
  return std::optional<std::string>();
}

}  // namespace rasti::cli
