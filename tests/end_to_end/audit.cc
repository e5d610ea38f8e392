#include "tests/end_to_end/audit.h"

#include "engine/codec/event_codec.h"

namespace rasti::test {
namespace {

// How long a log on a network is waited for.
constexpr Duration kReadWait{10'000};

}  // namespace

Audit::Audit(const std::deque<CommandBook::Entry>& asked, ports::EventLog& log) {
  for (const CommandBook::Entry& entry : asked) Note(entry);
  for (int32_t p = 0; p < log.partition_count(); ++p) ReadPartition(log, {p});
}

void Audit::Run() {
  for (const auto& [key, accepted] : accepted_) {
    const auto found = made_.find(key);
    ASSERT_NE(found, made_.end()) << "lost: " << key.second << " of " << key.first.str();
    EXPECT_EQ(found->second.first, accepted.first_revision.value);
    EXPECT_EQ(found->second.last, accepted.last_revision.value);
    EXPECT_EQ(found->second.last_sequence, accepted.token.sequence.value);
  }
  for (const auto& [key, made] : made_) {
    EXPECT_EQ(made.events, made.last - made.first + 1) << "twice: " << key.second << " of " << key.first.str();
    if (asked_.contains(key)) {
      EXPECT_TRUE(accepted_.contains(key)) << "made, but never answered: " << key.second;
    }
  }
  EXPECT_EQ(once_.size(), once_events_) << "a breach, an escalation or a link happened twice";
  for (const auto& [id, open] : merges_open_) EXPECT_EQ(open, 0) << id.str() << " waits for the answer to its merge";
  EXPECT_GT(events_, 0);
}

void Audit::Note(const CommandBook::Entry& entry) {
  const Key key(entry.command.case_id, entry.command.command_id.str());
  asked_.insert(key);
  if (!entry.answer || !entry.answer->accepted()) return;
  accepted_[key] = std::get<codec::Accepted>(entry.answer->outcome);
}

void Audit::ReadPartition(ports::EventLog& log, core::PartitionId partition) {
  const int64_t end = log.EndSequence(partition).value().value;
  const auto reader = log.OpenReader(partition, core::Sequence{0}).value();
  for (int64_t next = 0; next < end;) {
    const auto batch = reader->Read(4096, kReadWait).value();
    ASSERT_FALSE(batch.empty()) << "sequence " << next;
    for (const ports::StoredEvent& stored : batch) {
      const auto decoded = codec::DecodeEvent(stored.value);
      ASSERT_TRUE(decoded) << decoded.error().message;
      ASSERT_EQ(decoded->event.sequence.value, next++);
      See(decoded->event);
    }
  }
}

void Audit::See(const core::Event& event) {
  ++events_;
  const core::CaseId& id = event.ctx().case_id;
  if (event.ctx().command_id.view() != "timer" && event.ctx().command_id.view() != "replan") {
    Made& made = made_[{id, event.ctx().command_id.str()}];
    if (made.events++ == 0) made.first = event.revision.value;
    made.last = event.revision.value;
    made.last_sequence = event.sequence.value;
  }
  if (const auto* breached = std::get_if<core::DeadlineBreached>(&event.payload)) {
    Once(id, "breached " + breached->clock.str());
  } else if (const auto* escalated = std::get_if<core::CaseEscalated>(&event.payload)) {
    Once(id, "escalated " + escalated->clock.str() + " " + std::to_string(escalated->level));
  } else if (const auto* linked = std::get_if<core::DuplicateLinked>(&event.payload)) {
    Once(id, "linked " + linked->duplicate.str());
  } else if (std::holds_alternative<core::MergeRequested>(event.payload)) {
    ++merges_open_[id];
  } else if (std::holds_alternative<core::CaseMerged>(event.payload) ||
             std::holds_alternative<core::MergeRefused>(event.payload)) {
    --merges_open_[id];
  }
}

void Audit::Once(const core::CaseId& id, const std::string& what) {
  ++once_events_;
  once_.insert({id, what});
}

}  // namespace rasti::test
