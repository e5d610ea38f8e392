#include "tests/conformance/engine_on_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/audit/event_hash.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/json.h"
#include "engine/core/apply.h"
#include "engine/runtime/sample_configuration_for_test.h"
#include "engine/views/compare.h"
#include "tests/conformance/event_log_steps.h"
#include "tests/support/shared_view_store.h"

namespace rasti::conformance {
namespace {

constexpr char kKey[] = "the key of the socket";
constexpr int kCases = 12;
constexpr int kHistoricPercent = 10;
constexpr std::chrono::seconds kPatience{60};
constexpr size_t kReadAtOnce = 500;

}  // namespace

EngineOnLog::EngineOnLog(EventLogFixture& fixture, uint64_t seed)
    : fixture_(fixture),
      random_(seed),
      configuration_(runtime::SampleConfiguration(world_)),
      submitters_({{core::SubmitterId("socket"), {{"k1", kKey}}, {}, {}}}),
      commands_(random_, kCases, kHistoricPercent) {
  auto projector = views::Projector::Open(views_, {.keep_events = true});
  EXPECT_TRUE(projector) << projector.error().message;
  projector_ = *std::move(projector);
  Start();
}

EngineOnLog::~EngineOnLog() { Stop(); }

void EngineOnLog::Start() {
  runtime::StreamOptions options;
  options.batch_most = 1 + Below(8);
  options.checkpoint_cases = 1 + Below(10);
  options.checkpoint_piece = 1 + Below(3);
  options.checkpoint_every = Duration{50};
  options.flush_every = Duration{100};
  options.catch_up_at_once = Below(20);
  options.catch_up_piece = 1 + Below(20);
  options.idle_wait = Duration{20};
  // It is moved by hand.
  options.clock_jump_most = Duration::max();
  runtime::StreamHooks hooks;
  hooks.open_store = [this](core::PartitionId id) -> Result<std::unique_ptr<ports::ViewStore>> {
    const std::lock_guard lock(mutex_);
    auto& store = stores_[id];
    if (store == nullptr) store = std::make_shared<test::MemoryViewStore>(runtime::CaseStore::Tables().size());
    return std::make_unique<test::SharedViewStore>(store);
  };
  hooks.drop_store = [](core::PartitionId id) -> Status {
    return Fail(Error::Internal("the store of partition " + std::to_string(id.value) + " is good"));
  };
  hooks.on_recovered = [this](core::PartitionId id, int64_t, Duration) {
    const std::lock_guard lock(mutex_);
    decided_.insert(id);
    decided_changed_.notify_all();
  };
  hooks.on_released = [this](core::PartitionId id, bool) {
    const std::lock_guard lock(mutex_);
    decided_.erase(id);
    ++released_;
  };
  decided_.clear();
  engine_ = std::make_unique<runtime::Engine>(fixture_.log(), configuration_, submitters_, clock_,
                                              runtime::EngineOptions{.stream_threads = 2, .stream = options}, hooks);
  RASTI_EXPECT_OK(engine_->Start());
}

void EngineOnLog::Stop() {
  if (engine_ == nullptr) return;
  RASTI_EXPECT_OK(engine_->Stop());
  engine_.reset();
}

void EngineOnLog::Ask(const core::Command& command) {
  size_t index = 0;
  {
    const std::lock_guard lock(mutex_);
    index = asked_.size();
    asked_.push_back({command, std::nullopt});
    ++unanswered_;
  }
  HandIn(index);
}

// What is answered that it is to come again does so in AwaitAnswers; so does what a log took with it when it died.
void EngineOnLog::HandIn(size_t index) {
  core::Command command;
  {
    const std::lock_guard lock(mutex_);
    command = asked_[index].command;
  }
  const std::string bytes = codec::EncodeSigned(codec::SignCommand(codec::EncodeCommand(command), "k1", kKey));
  const auto take = [this, index](const Result<std::string>& answer) {
    if (!answer) return;
    const auto result = codec::DecodeResult(*answer);
    const std::lock_guard lock(mutex_);
    Asked& asked = asked_[index];
    if (!result) {
      ADD_FAILURE() << result.error().message;
    } else if (!asked.answer) {
      asked.answer = *result;
      --unanswered_;
      answered_.notify_all();
    } else if (asked.answer->accepted()) {
      EXPECT_EQ(*result, *asked.answer) << "asked again, it is told the same";
    }
  };
  // One that is refused for the moment is handed in again, as those are that got lost.
  static_cast<void>(fixture_.commands().Submit(std::string(command.case_id.uuid.AsBytes()), bytes, take));
}

void EngineOnLog::AwaitAnswers() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::unique_lock lock(mutex_);
  const std::chrono::milliseconds lost_after(fixture_.is_remote() ? 3'000 : 100);
  while (!answered_.wait_for(lock, lost_after, [&] { return unanswered_ == 0; })) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << unanswered_ << " commands are not answered";
    std::vector<size_t> again;
    for (size_t i = 0; i < asked_.size(); ++i) {
      if (!asked_[i].answer) again.push_back(i);
    }
    lock.unlock();
    for (const size_t index : again) HandIn(index);
    lock.lock();
  }
}

bool EngineOnLog::AllAreDecided() { return std::ssize(decided_) == fixture_.log().partition_count(); }

void EngineOnLog::AwaitRest() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  bool at_rest = false;
  while (!at_rest) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(decided_changed_.wait_until(lock, until, [&] { return AllAreDecided(); }))
        << decided_.size() << " of " << fixture_.log().partition_count() << " partitions are decided by somebody";
    const int64_t released = released_;
    lock.unlock();
    ASSERT_TRUE(engine_->WaitUntilIdle(kPatience));
    // One may have been given to the other thread meanwhile.
    lock.lock();
    at_rest = released_ == released;
  }
}

void EngineOnLog::Turn() {
  clock_.Advance(Duration{static_cast<int64_t>(Below(4) == 0 ? Below(400'000'000) : Below(8'000'000))});
  for (uint64_t n = 1 + Below(8); n > 0; --n) {
    const core::CaseId id = test::SampleCaseId(Below(kCases));
    Ask(commands_.Next(world_.definition, id, cases_[id], clock_.Now()));
    if (Below(8) != 0) continue;
    core::Command again;
    {
      const std::lock_guard lock(mutex_);
      again = asked_[Below(asked_.size())].command;
    }
    Ask(again);
  }
  const uint64_t fate = Below(8);
  if (fate < 3) {
    // In the middle of it.
    Stop();
    if (fate == 1) {
      const std::lock_guard lock(mutex_);
      for (auto& [id, store] : stores_) store->Crash();
    }
    if (fate == 2)
      stores_.erase({static_cast<int32_t>(Below(static_cast<uint64_t>(fixture_.log().partition_count())))});
    if (Below(2) == 0) RASTI_ASSERT_OK(fixture_.Crash());
    Start();
  }
  AwaitAnswers();
  AwaitRest();
  if (testing::Test::HasFatalFailure()) return;
  ReadOn();
  CheckAnswers();
}

void EngineOnLog::ReadOn() {
  for (int32_t i = 0; i < fixture_.log().partition_count(); ++i) {
    const core::PartitionId id{i};
    const auto end = fixture_.log().EndSequence(id);
    RASTI_ASSERT_OK(end);
    if (next_[id] >= *end) continue;
    const auto reader = fixture_.log().OpenReader(id, next_[id]);
    RASTI_ASSERT_OK(reader);
    while (next_[id] < *end) {
      const auto events = (*reader)->Read(kReadAtOnce, kDeadline);
      RASTI_ASSERT_OK(events);
      ASSERT_FALSE(events->empty()) << "partition " << i << " ends before " << end->value;
      for (const ports::StoredEvent& stored : *events) Check(stored);
      RASTI_ASSERT_OK(projector_->Project(id, *events));
    }
  }
}

void EngineOnLog::Check(const ports::StoredEvent& stored) {
  const auto decoded = codec::DecodeEvent(stored.value);
  ASSERT_TRUE(decoded) << decoded.error().message;
  const core::Event& event = decoded->event;
  const core::EventContext& context = event.ctx();
  core::Sequence& next = next_[stored.partition];
  EXPECT_EQ(stored.sequence, next);
  EXPECT_EQ(event.sequence, next);
  next = next.Next();
  const auto head = heads_.try_emplace(context.case_id, audit::FirstPrevHash(context.case_id.uuid)).first;
  EXPECT_EQ(event.prev_hash, head->second);
  head->second = decoded->hash;
  core::CaseState& state = cases_[context.case_id];
  const auto why_not = core::WhyNotNext(state, event);
  ASSERT_FALSE(why_not) << *why_not;
  core::Apply(state, event);
  ++events_;
  if (!runtime::IsRemembered(context.command_id)) return;
  const auto [known, is_first] =
      accepted_.try_emplace({context.case_id, context.command_id}, event.revision, event.revision);
  if (is_first) return;
  EXPECT_EQ(event.revision, known->second.second.Next()) << "the events of a command come together, once";
  known->second.second = event.revision;
}

void EngineOnLog::CheckAnswers() {
  const std::lock_guard lock(mutex_);
  for (const auto& [command, answer] : asked_) {
    // One that was refused may have been accepted when it was asked again, where the case had gone on meanwhile.
    if (!answer || !answer->accepted()) continue;
    const auto found = accepted_.find({command.case_id, command.command_id});
    const std::string what = command.case_id.str() + " " + command.command_id.str();
    ASSERT_NE(found, accepted_.end()) << what << " was accepted and has no event";
    const auto& told = std::get<codec::Accepted>(answer->outcome);
    EXPECT_EQ(found->second, std::pair(told.first_revision, told.last_revision)) << what;
  }
}

void EngineOnLog::CheckStores() {
  std::map<core::PartitionId, std::set<std::pair<Instant, core::CaseId>>> timers;
  std::map<core::PartitionId, std::unique_ptr<runtime::CaseStore>> stores;
  for (const auto& [id, store] : stores_) {
    auto cases = runtime::CaseStore::Open(std::make_unique<test::SharedViewStore>(store), kCases);
    ASSERT_TRUE(cases) << cases.error().message;
    EXPECT_EQ((*cases)->position().next_sequence, next_[id]) << "partition " << id.value;
    stores[id] = *std::move(cases);
  }
  for (const auto& [id, state] : cases_) {
    if (!state.Exists()) continue;
    const core::PartitionId partition = ports::PartitionOf(id.uuid.AsBytes(), fixture_.log().partition_count());
    ASSERT_TRUE(stores.contains(partition));
    const auto record = stores[partition]->Find(id);
    ASSERT_TRUE(record && *record != nullptr) << id.str();
    EXPECT_EQ((*record)->head, heads_[id]) << id.str();
    EXPECT_EQ(codec::ToJson((*record)->state).dump(1), codec::ToJson(state).dump(1));
    EXPECT_TRUE((*record)->state == state) << id.str();
    if (const auto timer = core::NextWallTimer(state)) timers[partition].insert({*timer, id});
  }
  for (const auto& [id, store] : stores) {
    EXPECT_TRUE(std::ranges::equal(store->timers(), timers[id])) << "timers of partition " << id.value;
  }
}

void EngineOnLog::CheckViews() {
  test::MemoryViewStore fresh(views::ViewTables().size());
  const auto projector = views::Projector::Open(fresh, {.keep_events = true});
  RASTI_ASSERT_OK(projector);
  for (int32_t i = 0; i < fixture_.log().partition_count(); ++i) {
    const auto reader = fixture_.log().OpenReader({i}, {});
    RASTI_ASSERT_OK(reader);
    for (core::Sequence at; at < next_[{i}];) {
      const auto events = (*reader)->Read(kReadAtOnce, kDeadline);
      RASTI_ASSERT_OK(events);
      ASSERT_FALSE(events->empty());
      RASTI_ASSERT_OK((*projector)->Project({i}, *events));
      at.value += static_cast<int64_t>(events->size());
    }
  }
  const auto compared = views::CompareViews(views_, fresh, fixture_.log());
  RASTI_ASSERT_OK(compared);
  EXPECT_TRUE(compared->differences.empty()) << compared->differences.front();
}

void EngineOnLog::End() {
  AwaitRest();
  if (testing::Test::HasFatalFailure()) return;
  ReadOn();
  CheckAnswers();
  const Instant now = clock_.Now();
  for (const auto& [id, state] : cases_) {
    const auto timer = core::NextWallTimer(state);
    EXPECT_TRUE(!timer || *timer >= now - kDeadline) << id.str() << ": something due was forgotten";
  }
  Stop();
  ReadOn();
  CheckStores();
  CheckViews();
  // From nothing but the log.
  stores_.clear();
  RASTI_ASSERT_OK(fixture_.Reopen());
  Start();
  AwaitRest();
  if (testing::Test::HasFatalFailure()) return;
  Stop();
  ReadOn();
  CheckStores();
}

}  // namespace rasti::conformance
