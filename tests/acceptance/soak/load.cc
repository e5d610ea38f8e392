#include "tests/acceptance/soak/load.h"

#include <fmt/format.h>

#include <utility>

#include "engine/ports/clock.h"
#include "tests/acceptance/soak/lives.h"
#include "tools/rasti/data_directory.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::test {
namespace {

using std::chrono::steady_clock;

constexpr size_t kWrongKept = 10;
constexpr size_t kRecentMost = 5'000;
constexpr std::chrono::milliseconds kBetweenQueries{100};
constexpr uint64_t kStatsEvery = 50;  // queries

double MillisecondsSince(steady_clock::time_point then) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - then).count();
}

}  // namespace

Result<std::unique_ptr<cli::Session>> Connect(const std::string& data) {
  const cli::DataPaths paths(data);
  RASTI_TRY(const std::string key, cli::ReadLocalKey(paths));
  RASTI_TRY(auto session, cli::SocketSession::Connect(paths.socket(), key));
  return session;
}

void Notes::Wrong(std::string what) {
  ++wrong_;
  const std::lock_guard lock(mutex_);
  if (first_wrong_.size() < kWrongKept) first_wrong_.push_back(std::move(what));
}

Notes::Taken Notes::Take() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(commands_, {}), std::exchange(queries_, {})};
}

std::vector<std::string> Notes::what_went_wrong() const {
  const std::lock_guard lock(mutex_);
  return first_wrong_;
}

void Recent::Add(core::CaseId id) {
  const std::lock_guard lock(mutex_);
  cases_.push_back(std::move(id));
  if (cases_.size() > kRecentMost) cases_.pop_front();
}

std::string Recent::Any(uint64_t random) const {
  const std::lock_guard lock(mutex_);
  return cases_.empty() ? std::string() : cases_[random % cases_.size()].str();
}

Load::Load(LoadOptions options, Notes& notes) : options_(std::move(options)), notes_(notes) {
  for (int i = 0; i < options_.desks; ++i) threads_.emplace_back([this, i] { Desk(i); });
  if (options_.reads) threads_.emplace_back([this] { Reader(); });
}

Load::~Load() {
  halt_.Set();
  for (std::thread& thread : threads_) thread.join();
}

void Load::Desk(int number) {
  auto session = Connect(options_.data);
  if (!session) return notes_.Wrong(session.error().message);
  Lives lives(fmt::format("{}-{}", options_.name, number), static_cast<uint64_t>(number));
  const auto between = options_.rate > 0 ? std::chrono::duration_cast<steady_clock::duration>(
                                               std::chrono::duration<double>(options_.desks / options_.rate))
                                         : steady_clock::duration{0};
  // From when it was due, not from when it was handed in: what waits behind a slow one counts too.
  auto due = steady_clock::now() + between * number / options_.desks;
  while (!halt_.WaitFor(std::chrono::milliseconds(0))) {
    for (Step& step : lives.Next()) {
      if (options_.rate > 0) {
        const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(due - steady_clock::now());
        if (wait.count() > 0) halt_.WaitFor(wait);
      } else {
        due = steady_clock::now();
      }
      const bool is_submission = std::holds_alternative<core::SubmitCase>(step.command.payload);
      const core::CaseId id = step.command.case_id;
      const std::string kind(core::CommandTypeName(step.command.payload));
      const auto answer = (*session)->commands().Execute(std::move(step.command));
      notes_.CommandTook(MillisecondsSince(due));
      due += between;
      ++commands_;
      if (!answer) {
        notes_.Wrong(fmt::format("{}: {}", kind, answer.error().message));
      } else if (answer->accepted() == step.is_refused) {
        notes_.Wrong(step.is_refused ? kind + " was accepted"
                                     : kind + " was refused: " + std::get<core::Rejection>(answer->outcome).message);
      } else if (is_submission) {
        recent_.Add(id);
      }
    }
  }
}

void Load::Reader() {
  auto session = Connect(options_.data);
  if (!session) return notes_.Wrong(session.error().message);
  for (uint64_t turn = 0; !halt_.WaitFor(kBetweenQueries); ++turn) Ask(**session, turn);
}

void Load::Ask(cli::Session& session, uint64_t turn) {
  const core::TenantId tenant("prishtine");
  const auto began = steady_clock::now();
  const auto told = [&](const auto& answer) {
    notes_.QueryTook(MillisecondsSince(began));
    if (!answer) notes_.Wrong("a query: " + answer.error().message);
  };
  const std::string recent = recent_.Any(turn * 7919);
  const auto now = ports::SystemClock().Now();
  if (turn % kStatsEvery == 0) {
    views::StatsQuery stats;
    stats.bounds = {now - std::chrono::hours(24), now};
    stats.by_tenant = stats.by_category = true;
    // A period ends at a quarter of an hour.
    const auto quarter = std::chrono::minutes(15);
    for (Instant& bound : stats.bounds) bound -= bound.time_since_epoch() % quarter;
    return told(session.Stats(stats));
  }
  switch (turn % 5) {
    case 0: {
      views::InboxQuery inbox;
      inbox.tenant = tenant;
      return told(session.Inbox(inbox));
    }
    case 1: {
      views::DeadlineQuery overdue;
      overdue.tenant = tenant;
      return told(session.Overdue(overdue, now));
    }
    case 2: {
      views::PublicQuery shown;
      shown.tenant = tenant;
      return told(session.Public(shown));
    }
    case 3:
      if (!recent.empty()) told(session.GetCase(recent, {}, {}));
      return;
    default:
      if (!recent.empty()) told(session.History(recent, {}));
      return;
  }
}

}  // namespace rasti::test
