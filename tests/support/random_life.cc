#include "tests/support/random_life.h"

#include <algorithm>
#include <utility>

#include "engine/audit/event_hash.h"
#include "engine/base/check.h"

namespace rasti::test {

RandomLife::RandomLife(const SampleWorld& world, MemoryEventLog& log, RandomLifeOptions options)
    : world_(world),
      log_(log),
      options_(options),
      random_(options.seed),
      commands_(random_, options.cases, options.historic_percent),
      now_(SampleStart()) {}

core::PartitionId RandomLife::PartitionOf(const core::CaseId& id) const {
  return ports::PartitionOf(id.uuid.AsBytes(), log_.partition_count());
}

core::CaseState RandomLife::StateOf(const core::CaseId& id) const {
  const auto found = cases_.find(id);
  return found == cases_.end() ? core::CaseState() : found->second;
}

core::Config RandomLife::ConfigOf(const core::CaseState& state) const {
  core::Config config = second_calendar_ ? world_.config_with_calendar_2() : world_.config();
  const bool second = core::VersionOf(state.definition) == "2";
  if (second) config.definition = &world_.definition_2;
  config.versions.definition = config.definition->version;
  config.migrate_to = second ? &world_.definition : &world_.definition_2;
  return config;
}

size_t RandomLife::Step() {
  const bool hurried = Below(3) == 0;
  const Duration most = hurried ? Duration{std::chrono::seconds(2)} : options_.step_most;
  now_ += Duration{static_cast<int64_t>(Below(static_cast<uint64_t>(most.count()) + 1))};
  if (!second_calendar_ && Below(200) == 0) second_calendar_ = true;
  if (Below(2) == 0) {
    if (const size_t fired = FireEarliestTimer(); fired > 0) return fired;
  }
  if (!follow_ups_.empty() && Below(3) == 0) return DecideFollowUp();
  return DecideCommand();
}

void RandomLife::RunTo(size_t events) {
  while (events_ < events) Step();
}

Instant RandomLife::RecordedAt(const core::CaseId& id) {
  Instant& last = last_recorded_.try_emplace(PartitionOf(id), now_).first->second;
  last = std::max(last, now_);
  return last;
}

size_t RandomLife::FireEarliestTimer() {
  const core::CaseState* earliest = nullptr;
  for (const auto& [id, state] : cases_) {
    const auto due = core::NextWallTimer(state);
    if (!due || *due >= now_) continue;
    if (earliest == nullptr || *due < *core::NextWallTimer(*earliest)) earliest = &state;
  }
  if (earliest == nullptr) return 0;
  const core::CaseId id = earliest->id;
  return FireTimersBefore(id, *core::NextWallTimer(*earliest) + Duration{1});
}

size_t RandomLife::FireTimersBefore(const core::CaseId& id, Instant at) {
  size_t fired = 0;
  while (true) {
    const core::CaseState state = StateOf(id);
    const auto timer = core::NextTimer(state);
    if (!timer || timer->due >= at) return fired;
    auto decision = core::FireTimer(ConfigOf(state), state, RecordedAt(id));
    if (!decision) return fired;
    fired += Write(id, *std::move(decision));
  }
}

size_t RandomLife::ReplanWhereNeeded(const core::CaseId& id) {
  const core::CaseState state = StateOf(id);
  const core::Config config = ConfigOf(state);
  if (!core::NeedsReplan(config, state)) return 0;
  auto decision = core::Replan(config, state, now_, RecordedAt(id));
  return decision ? Write(id, *std::move(decision)) : 0;
}

size_t RandomLife::DecideCommand() {
  const core::CaseId id = SampleCaseId(Below(static_cast<uint64_t>(options_.cases)));
  const core::CaseState state = StateOf(id);
  return Decide(commands_.Next(*ConfigOf(state).definition, id, state, now_));
}

size_t RandomLife::DecideFollowUp() {
  const auto chosen = follow_ups_.begin() + static_cast<std::ptrdiff_t>(Below(follow_ups_.size()));
  const core::Command command = *chosen;
  follow_ups_.erase(chosen);
  return Decide(command);
}

size_t RandomLife::Decide(const core::Command& command) {
  const core::CaseId& id = command.case_id;
  size_t written = ReplanWhereNeeded(id);
  const core::DecisionTime time{.taken_at = now_, .recorded_at = RecordedAt(id)};
  if (const auto at = core::Admit(ConfigOf(StateOf(id)), StateOf(id), command, time)) {
    written += FireTimersBefore(id, *at);
  }
  const core::CaseState state = StateOf(id);
  auto decision = core::Decide(ConfigOf(state), state, command, time);
  if (core::IsAnswered(command.payload)) {
    const auto outcome = decision.map([](const core::Decision& made) { return made.events.back().revision; });
    follow_ups_.push_back(core::AnswerTo(command, outcome).command);
  }
  if (!decision) return written;
  decision->events.front().signed_command = "signed " + command.command_id.str();
  return written + Write(id, *std::move(decision));
}

size_t RandomLife::Write(const core::CaseId& id, core::Decision decision) {
  if (decision.events.empty()) return 0;
  const core::PartitionId partition = PartitionOf(id);
  Hash256& head = heads_.try_emplace(id, audit::FirstPrevHash(id.uuid)).first->second;
  core::Sequence next = *log_.EndSequence(partition);
  std::vector<ports::StoredEvent> stored;
  for (core::Event& event : decision.events) {
    event.sequence = next;
    event.prev_hash = head;
    auto encoded = encoder_.Encode(event);
    RASTI_CHECK(encoded.has_value(), "an event of a random life can be encoded");
    head = encoded->hash;
    stored.push_back({partition, next, std::string(id.uuid.AsBytes()), std::move(encoded->stored), {}});
    next = next.Next();
  }
  events_ += stored.size();
  log_.AppendRaw(partition, std::move(stored));
  cases_[id] = std::move(decision.state);
  for (core::FollowUp& follow_up : decision.follow_ups) follow_ups_.push_back(std::move(follow_up.command));
  return decision.events.size();
}

}  // namespace rasti::test
