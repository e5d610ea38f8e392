#include "tests/simulation/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/codec/command_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/core/register_number.h"
#include "engine/runtime/case_store.h"
#include "tests/simulation/reference.h"
#include "tests/support/memory_view_store.h"

namespace rasti::simulation {
namespace {

using Rows = std::map<std::string, std::string>;

class Checker {
 public:
  explicit Checker(FinishedRun run) : run_(std::move(run)), log_(run_.log), reference_(run_.log, run_.history) {}

  std::vector<std::string> Check() {
    const bool same = reference_.Decide();
    violations_ = reference_.violations();
    if (!same) return violations_;
    if (reference_.cases() != run_.history.cases()) Wrong("the reference's cases are not the fold of the events");
    CheckResults();
    CheckAnswers();
    CheckInputs();
    CheckFollowUps();
    CheckNumbers();
    CheckOutbox();
    CheckTimers();
    CheckStores();
    for (std::string& difference : run_.reader.Differences(run_.events)) Wrong("views: " + std::move(difference));
    return violations_;
  }

 private:
  void Wrong(std::string what) { violations_.push_back(std::move(what)); }

  // Every record of a command has one result, and those of one command agree.
  void CheckResults() {
    std::map<std::pair<core::PartitionId, int64_t>, int> answers;
    for (const ResultRecord& record : log_.results()) {
      ++answers[{record.result.partition, record.result.answers}];
      const auto result = codec::DecodeResult(record.result.value);
      if (!result) {
        Wrong("a result cannot be read: " + result.error().message);
        continue;
      }
      CheckResult(record.result, *result);
    }
    size_t commands = 0;
    for (int32_t i = 0; i < log_.partitions(); ++i) {
      for (const CommandRecord& command : log_.topics({i}).commands) {
        ++commands;
        const int found = answers[{core::PartitionId{i}, command.position}];
        if (found != 1) Wrong(fmt::format("partition {}, command {}: {} results", i, command.position, found));
      }
    }
    if (commands != answers.size()) Wrong("results of what nobody handed in");
  }

  void CheckResult(const ports::ResultOut& record, const codec::CommandResult& result) {
    const auto place =
        fmt::format("partition {}, command {} ({})", record.partition.value, record.answers, result.command_id.view());
    const auto accepted = reference_.accepted().find({result.case_id, result.command_id});
    if (!result.accepted()) {
      // A rejection is not remembered; but once accepted, a command stays so.
      if (accepted_before_.contains({result.case_id, result.command_id})) {
        Wrong(place + ": rejected after it was accepted");
      }
      return;
    }
    accepted_before_.insert({result.case_id, result.command_id});
    if (accepted == reference_.accepted().end()) return Wrong(place + ": accepted, but there are no events");
    const auto& answer = std::get<codec::Accepted>(result.outcome);
    const AcceptedCommand& made = accepted->second;
    if (answer.first_revision != made.first_revision || answer.last_revision != made.last_revision ||
        answer.token.sequence != made.last_sequence || answer.token.partition != record.partition) {
      Wrong(fmt::format("{}: revisions {} to {}, sequence {}; its events: {} to {}, {}", place,
                        answer.first_revision.value, answer.last_revision.value, answer.token.sequence.value,
                        made.first_revision.value, made.last_revision.value, made.last_sequence.value));
    }
  }

  // Whatever was accepted was answered so, and whoever asked heard an answer.
  void CheckAnswers() {
    for (const Submission& submission : run_.clients.submissions()) {
      const CommandKey key{submission.command.case_id, submission.command.command_id};
      if (!submission.answered) Wrong(fmt::format("command {} has no answer", key.second.view()));
      if (reference_.accepted().contains(key) && !accepted_before_.contains(key)) {
        Wrong(fmt::format("command {} has events, but was never said to be accepted", key.second.view()));
      }
    }
  }

  void CheckInputs() {
    for (int32_t i = 0; i < log_.partitions(); ++i) {
      const Topics& topics = log_.topics({i});
      if (topics.committed.commands > topics.end.commands || topics.committed.follow_ups > topics.end.follow_ups) {
        Wrong(fmt::format("partition {}: committed positions lie behind the end", i));
      }
    }
    if (!log_.IsAllDecided()) Wrong("not all input is covered by committed positions");
  }

  // Each follow-up that a decision made is there once, as it was decided; and each that asked has one answer.
  void CheckFollowUps() {
    std::map<std::string, std::string> expected = reference_.follow_ups();
    std::map<std::string, int> found;
    for (int32_t i = 0; i < log_.partitions(); ++i) {
      for (const FollowUpRecord& one : log_.topics({i}).follow_ups) {
        if (!log_.IsCommitted(one.transaction)) continue;
        const auto command = codec::DecodeCommand(one.record.value);
        if (!command) {
          Wrong("a follow-up cannot be read: " + command.error().message);
          continue;
        }
        const std::string id = command->command_id.str();
        ++found[id];
        if (const auto* link = std::get_if<core::LinkDuplicate>(&command->payload)) {
          const bool accepted = reference_.accepted().contains({command->case_id, command->command_id});
          // Asked again for what is so already, a case says yes and has no event of it.
          const auto target = reference_.cases().find(command->case_id);
          const bool linked =
              target != reference_.cases().end() &&
              std::ranges::find(target->second.duplicates, link->duplicate) != target->second.duplicates.end();
          const std::string answer = core::AnswerTo(*command, core::Revision{1}).command.command_id.str();
          expected.try_emplace(answer, accepted ? "accepted" : linked ? "either" : "rejected");
        }
        if (std::holds_alternative<core::IssueNumber>(command->payload)) {
          expected.try_emplace(core::AnswerTo(*command, core::Revision{1}).command.command_id.str(), "accepted");
        }
        bytes_[id] = *command;
      }
    }
    for (const auto& [id, value] : expected) {
      if (found[id] != 1) {
        Wrong(fmt::format("follow-up {}: {} times", id, found[id]));
        continue;
      }
      const core::Command& command = bytes_.at(id);
      const auto* answer = std::get_if<core::AnswerFollowUp>(&command.payload);
      const bool same = answer == nullptr ? codec::EncodeCommand(command) == value
                                          : value == "either" || (answer->accepted ? "accepted" : "rejected") == value;
      if (!same) Wrong(fmt::format("follow-up {} is not the one that was decided", id));
    }
    for (const auto& [id, count] : found) {
      if (!expected.contains(id)) Wrong(fmt::format("follow-up {}: no decision made it", id));
    }
  }

  // Numbers are given without a gap, none twice, and have come to the cases that asked.
  void CheckNumbers() {
    std::map<core::CaseId, core::Revision> registers;
    std::map<std::pair<core::CaseId, int64_t>, core::CaseId> holders;
    for (const auto& [id, state] : reference_.cases()) {
      if (core::IsRegister(state.definition)) registers[id] = state.revision;
      for (const core::CaseNumber& number : state.numbers) {
        const core::CaseId place = core::RegisterCaseId(state.tenant, number.register_id, number.period);
        if (number.number == 0) {
          Wrong(fmt::format("case {}: its number of '{}' never came", id.str(), number.register_id));
        } else if (!holders.try_emplace({place, number.number}, id).second) {
          Wrong(fmt::format("case {}: another one has the number {}", id.str(), number.text));
        }
      }
    }
    int64_t given = 0;
    for (const auto& [id, revision] : registers) {
      given += core::NumberAt(revision);
      for (int64_t number = 1; number <= core::NumberAt(revision); ++number) {
        if (!holders.contains({id, number})) Wrong(fmt::format("register {}: nobody has {}", id.str(), number));
      }
    }
    if (given != std::ssize(holders)) Wrong(fmt::format("{} numbers were given, {} came", given, holders.size()));
  }

  void CheckOutbox() {
    std::vector<std::string> expected = reference_.outbox();
    std::vector<std::string> found;
    for (const ports::OutboxOut& entry : log_.outbox()) found.push_back(entry.value);
    std::ranges::sort(expected);
    std::ranges::sort(found);
    if (found != expected) {
      Wrong(fmt::format("the outbox has {} entries, the decisions made {}", found.size(), expected.size()));
    }
  }

  // That nothing fired early or twice was seen when it was decided anew; and nothing was forgotten.
  void CheckTimers() {
    for (const auto& [id, state] : reference_.cases()) {
      const auto timer = core::NextWallTimer(state);
      if (timer && *timer < log_.time().now()) {
        Wrong(fmt::format("case {}: what was due at {} did not happen", id.str(), FormatInstant(*timer)));
      }
    }
  }

  // Each store, caught up with the log, is what the log alone gives.
  void CheckStores() {
    std::map<core::PartitionId, std::unique_ptr<runtime::CaseStore>> fresh;
    for (StoreLeft& left : run_.stores) {
      auto& made = fresh[left.partition];
      if (made == nullptr) {
        auto empty = std::make_unique<test::MemoryViewStore>(runtime::CaseStore::Tables().size());
        made = CaughtUp(left.partition, std::move(empty), "a fresh store");
      }
      const std::string name = fmt::format("the store of {}, partition {}", left.name, left.partition.value);
      const auto kept = CaughtUp(left.partition, std::move(left.store), name);
      if (made == nullptr || kept == nullptr) continue;
      // Not the first, which says how far it is.
      for (int32_t table = 1; table < static_cast<int32_t>(runtime::CaseStore::Tables().size()); ++table) {
        if (RowsOf(kept->store(), {table}) == RowsOf(made->store(), {table})) continue;
        Wrong(fmt::format("{}: table '{}' is not what the log gives", name,
                          runtime::CaseStore::Tables().at(static_cast<size_t>(table))));
      }
    }
  }

  static Rows RowsOf(const ports::ViewStore& store, ports::Table table) {
    Rows rows;
    const auto cursor = store.Scan(table);
    for (cursor->Seek({}); cursor->Valid(); cursor->Next()) rows.emplace(cursor->key(), cursor->value());
    return rows;
  }

  // Nothing where that fails.
  std::unique_ptr<runtime::CaseStore> CaughtUp(core::PartitionId partition, std::unique_ptr<ports::ViewStore> store,
                                               const std::string& name) {
    auto done = [&]() -> Result<std::unique_ptr<runtime::CaseStore>> {
      RASTI_TRY(auto cases, runtime::CaseStore::Open(std::move(store), 1000));
      const auto& entries = run_.history.entries(partition);
      if (cases->position().next_sequence.value > std::ssize(entries)) {
        return Fail(Error::Corruption("it is ahead of the log"));
      }
      while (cases->position().next_sequence.value < std::ssize(entries)) {
        const HistoryEntry& entry = entries[static_cast<size_t>(cases->position().next_sequence.value)];
        RASTI_CHECKED(cases->Replay(entry.event, entry.hash, entry.input));
      }
      RASTI_CHECKED(cases->Checkpoint(false));
      return cases;
    }();
    if (done) return *std::move(done);
    Wrong(name + ": " + done.error().message);
    return nullptr;
  }

  FinishedRun run_;
  const LogRecord& log_;
  Reference reference_;
  std::set<CommandKey> accepted_before_;
  std::map<std::string, core::Command> bytes_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> Check(FinishedRun run) { return Checker(std::move(run)).Check(); }

}  // namespace rasti::simulation
