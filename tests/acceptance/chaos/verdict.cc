#include "tests/acceptance/chaos/verdict.h"

#include <future>
#include <map>
#include <set>

#include "engine/codec/result_codec.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/compare.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tests/acceptance/chaos/topic_records.h"
#include "tests/end_to_end/program.h"

namespace rasti::test {
namespace {

constexpr std::chrono::minutes kReplayWithin{20};

using Place = std::pair<int32_t, int64_t>;  // partition and offset

// The answers to one command, in the order in which its records were decided.
using Answers = std::map<int64_t, codec::CommandResult>;

void CompareAnswers(const Audit::Key& command, const Answers& answers, const std::map<Place, Instant>& taken_at,
                    Audit& audit) {
  Findings& findings = audit.findings();
  const codec::CommandResult* accepted = nullptr;
  for (const auto& [offset, answer] : answers) {
    if (accepted == nullptr && !answer.accepted()) continue;  // a rejection is not remembered
    if (accepted == nullptr) {
      accepted = &answer;
      const auto& outcome = std::get<codec::Accepted>(answer.outcome);
      const Audit::Made* const made = audit.Find(command);
      if (made == nullptr || made->last_sequence != outcome.token.sequence) {
        findings.Add(Fault::kLost, "{} of {}: accepted as sequence {}, which is not there", command.second,
                     command.first.str(), outcome.token.sequence.value);
        continue;
      }
      const auto taken = taken_at.find({outcome.token.partition.value, offset});
      if (taken == taken_at.end()) continue;
      for (const TimerAudit::Fired& fired : audit.timers().FiredOf(command.first)) {
        if (fired.sequence < made->first_sequence && fired.due >= taken->second) {
          findings.Add(Fault::kMadeLate, "{} of {}, taken in at {}: a timer due at {} was decided before it",
                       command.second, command.first.str(), FormatInstant(taken->second), FormatInstant(fired.due));
        }
      }
    } else if (!(answer == *accepted)) {
      findings.Add(Fault::kChangedAnswer, "{} of {}: the answer to its record at offset {} is another one",
                   command.second, command.first.str(), offset);
    }
  }
}

Result<std::unique_ptr<ports::ViewStore>> OpenViews(const Node& node) {
  return store::OpenRocksDbViewStore({.directory = node.paths().views(),
                                      .tables = views::ViewTables(),
                                      .budget = store::StoreBudget::Create(32U << 20, 32U << 20),
                                      .read_only = true});
}

// A timer may have fired while the nodes were stopped one after the other.
Result<bool> StandAlike(const ports::ViewStore& left, const ports::ViewStore& right, ports::EventLog& log) {
  for (int32_t p = 0; p < log.partition_count(); ++p) {
    RASTI_TRY(const core::Sequence here, views::Views(left, log).NextSequence({p}));
    RASTI_TRY(const core::Sequence there, views::Views(right, log).NextSequence({p}));
    if (here != there) return false;
  }
  return true;
}

Status CompareViewsOf(const Node& left, const Node& right, ports::EventLog& log, Findings& findings) {
  RASTI_TRY(const auto here, OpenViews(left));
  RASTI_TRY(const auto there, OpenViews(right));
  RASTI_TRY(const bool alike, StandAlike(*here, *there, log));
  if (!alike) return {};
  RASTI_TRY(const views::ViewComparison comparison, views::CompareViews(*here, *there, log));
  for (const std::string& difference : comparison.differences) {
    findings.Add(Fault::kStateDifference, "{} and {}: {}", left.paths().root, right.paths().root, difference);
  }
  return {};
}

void Replay(const std::string& program, const Node& node, Findings& findings) {
  const std::string& data = node.paths().root;
  const Finished replay = Child({program, "replay", "--verify", "--json", "--data", data}).Finish(kReplayWithin);
  const auto report = replay.json();
  if (report.is_object() && report.contains("differences")) {
    for (const auto& difference : report["differences"]) {
      findings.Add(Fault::kStateDifference, "{}: {}", data, difference.get<std::string>());
    }
  } else {
    findings.Add(Fault::kStateDifference, "{}: the replay failed with {}: {}", data, replay.exit_code, replay.err);
  }
  const Finished doctor = Child({program, "doctor", "--quick", "--json", "--data", data}).Finish(kReplayWithin);
  if (doctor.exit_code != 0) findings.Add(Fault::kStateDifference, "{}: doctor: {}", data, doctor.err);
}

}  // namespace

Status ExamineAnswers(const std::string& bootstrap, const std::string& topic_prefix, int partitions, Audit& audit) {
  RASTI_TRY(const auto commands, ReadTopic(bootstrap, topic_prefix + "commands", partitions));
  RASTI_TRY(const auto results, ReadTopic(bootstrap, topic_prefix + "results", partitions));
  Findings& findings = audit.findings();
  std::map<Place, Instant> taken_at;
  std::map<Place, int> answered;
  for (const TopicRecord& command : commands) {
    if (command.key.empty() && command.value.empty()) continue;  // a mark
    taken_at[{command.partition, command.offset}] = command.taken_at;
    answered[{command.partition, command.offset}] = 0;
  }
  std::map<Audit::Key, Answers> answers;
  for (const TopicRecord& result : results) {
    ++answered[{result.partition, result.answers}];
    const auto decoded = codec::DecodeResult(result.value);
    if (!decoded) {
      findings.Add(Fault::kBrokenChain, "result {}-{}: {}", result.partition, result.offset, decoded.error().message);
      continue;
    }
    answers[{decoded->case_id, decoded->command_id.str()}].emplace(result.answers, *decoded);
  }
  for (const auto& [place, times] : answered) {
    if (times == 0) findings.Add(Fault::kUnanswered, "the command at {}-{}", place.first, place.second);
    if (times > 1) {
      findings.Add(Fault::kDuplicated, "the command at {}-{} was decided {} times", place.first, place.second, times);
    }
  }
  for (const auto& [command, of] : answers) CompareAnswers(command, of, taken_at, audit);
  return {};
}

Status ExamineStores(const std::string& program, const std::vector<std::unique_ptr<Node>>& nodes,
                     log::KafkaEventLog& log, Findings& findings) {
  for (const auto& node : nodes) Replay(program, *node, findings);
  for (size_t i = 1; i < nodes.size(); ++i) RASTI_CHECKED(CompareViewsOf(*nodes[i - 1], *nodes[i], log, findings));
  return {};
}

}  // namespace rasti::test
