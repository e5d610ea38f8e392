#include "tests/end_to_end/audit.h"

#include "engine/audit/event_hash.h"

namespace rasti::test {
namespace {

// How long a log on a network is waited for.
constexpr Duration kReadWait{10'000};
constexpr size_t kBatch = 4096;

}  // namespace

Audit::Audit(const std::deque<CommandBook::Entry>& asked, ports::EventLog& log, Instant settled_at) {
  for (const CommandBook::Entry& entry : asked) Note(entry);
  for (int32_t p = 0; p < log.partition_count(); ++p) ReadPartition(log, {p});
  timers_.Finish(settled_at);
  CompareAnswers();
  for (const auto& [id, open] : merges_open_) {
    if (open != 0) findings_.Add(Fault::kUnsettled, "{} waits for the answer to its merge", id.str());
  }
}

void Audit::Expect() const {
  for (const std::string& text : findings_.Texts()) ADD_FAILURE() << text;
  EXPECT_EQ(findings_.total(), 0);
  EXPECT_GT(events_, 0);
  EXPECT_GT(timers_.count(), 0);
}

const Audit::Made* Audit::Find(const Key& command) const {
  const auto found = made_.find(command);
  return found == made_.end() ? nullptr : &found->second;
}

void Audit::Note(const CommandBook::Entry& entry) {
  const Key key(entry.command.case_id, entry.command.command_id.str());
  asked_.insert(key);
  if (!entry.answer || !entry.answer->accepted()) return;
  accepted_[key] = std::get<codec::Accepted>(entry.answer->outcome);
}

void Audit::CompareAnswers() {
  for (const auto& [key, accepted] : accepted_) {
    const Made* made = Find(key);
    if (made == nullptr) {
      findings_.Add(Fault::kLost, "{} of {}", key.second, key.first.str());
    } else if (made->first != accepted.first_revision.value || made->last != accepted.last_revision.value ||
               made->last_sequence != accepted.token.sequence) {
      findings_.Add(Fault::kLost, "{} of {}: acknowledged as revisions {} to {}, sequence {}; the log has {} to {}, {}",
                    key.second, key.first.str(), accepted.first_revision.value, accepted.last_revision.value,
                    accepted.token.sequence.value, made->first, made->last, made->last_sequence.value);
    }
  }
  for (const auto& [key, made] : made_) {
    if (made.events != made.last - made.first + 1) {
      findings_.Add(Fault::kDuplicated, "{} of {}: {} events within revisions {} to {}", key.second, key.first.str(),
                    made.events, made.first, made.last);
    }
    if (asked_.contains(key) && !accepted_.contains(key)) {
      findings_.Add(Fault::kUnanswered, "{} of {} made events, but nobody was told", key.second, key.first.str());
    }
  }
}

void Audit::ReadPartition(ports::EventLog& log, core::PartitionId partition) {
  const auto end = log.EndSequence(partition);
  auto reader = log.OpenReader(partition, core::Sequence{0});
  if (!end || !reader) {
    findings_.Add(Fault::kBrokenChain, "partition {}: {}", partition.value,
                  (end ? reader.error() : end.error()).message);
    return;
  }
  codec::EventDecoder decoder;
  for (int64_t next = 0; next < end->value;) {
    const auto batch = (*reader)->Read(kBatch, kReadWait);
    if (!batch || batch->empty()) {
      findings_.Add(Fault::kGap, "partition {}: sequence {} of {}: {}", partition.value, next, end->value,
                    batch ? "it is not there" : batch.error().message);
      return;
    }
    for (const ports::StoredEvent& stored : *batch) {
      const auto decoded = decoder.Decode(stored.value);
      if (!decoded) {
        findings_.Add(Fault::kBrokenChain, "partition {}, sequence {}: {}", partition.value, stored.sequence.value,
                      decoded.error().message);
        return;
      }
      if (decoded->event.sequence.value != next) {
        findings_.Add(Fault::kGap, "partition {}: sequence {} stands where {} is next", partition.value,
                      decoded->event.sequence.value, next);
        next = decoded->event.sequence.value;
      }
      ++next;
      See(*decoded);
    }
  }
}

void Audit::SeeChain(const codec::DecodedEvent& decoded) {
  const core::Event& event = decoded.event;
  const core::CaseId& id = event.ctx().case_id;
  const auto [found, is_first] = cases_.try_emplace(id);
  Case& of = found->second;
  if (event.revision.value != of.revision + 1) {
    findings_.Add(Fault::kGap, "{}: revision {} stands where {} is next", id.str(), event.revision.value,
                  of.revision + 1);
  }
  if (event.prev_hash != (is_first ? audit::FirstPrevHash(id.uuid) : of.head)) {
    findings_.Add(Fault::kBrokenChain, "{} revision {}: not the hash of the event before", id.str(),
                  event.revision.value);
  }
  of = {event.revision.value, decoded.hash};
}

void Audit::See(const codec::DecodedEvent& decoded) {
  const core::Event& event = decoded.event;
  const core::CaseId& id = event.ctx().case_id;
  ++events_;
  SeeChain(decoded);
  timers_.See(event);
  if (event.ctx().command_id.view() != "timer" && event.ctx().command_id.view() != "replan") {
    Made& made = made_[{id, event.ctx().command_id.str()}];
    if (made.events++ == 0) {
      made.first = event.revision.value;
      made.first_sequence = event.sequence;
    }
    made.last = event.revision.value;
    made.last_sequence = event.sequence;
  }
  if (const auto* linked = std::get_if<core::DuplicateLinked>(&event.payload)) {
    if (!links_.insert({id, linked->duplicate}).second) {
      findings_.Add(Fault::kDuplicated, "{} is linked to {} twice", id.str(), linked->duplicate.str());
    }
  } else if (std::holds_alternative<core::MergeRequested>(event.payload)) {
    ++merges_open_[id];
  } else if (std::holds_alternative<core::CaseMerged>(event.payload) ||
             std::holds_alternative<core::MergeRefused>(event.payload) ||
             std::holds_alternative<core::FollowUpTimedOut>(event.payload)) {
    --merges_open_[id];
  }
}

}  // namespace rasti::test
