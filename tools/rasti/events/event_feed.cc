#include "tools/rasti/events/event_feed.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::cli {
namespace {

using namespace std::chrono_literals;

// What comes in quick succession is handed on together.
constexpr auto kGather = 20ms;

Error Stopped() { return {ErrorCode::kUnavailable, "`rasti run` is stopping"}; }

}  // namespace

// The latest events from memory, older ones from the log.
class EventFeed::Supply final : public EventSupply {
 public:
  explicit Supply(EventFeed& feed) : feed_(feed), log_(SupplyOf(feed.log_)) {}

  Result<std::vector<ports::StoredEvent>> Read(core::PartitionId partition, core::Sequence from, size_t most) override {
    {
      const std::lock_guard lock(feed_.mutex_);
      const auto& latest = feed_.partitions_[partition].latest;
      if (!latest.empty() && latest.front().sequence <= from) {
        const auto skip = static_cast<size_t>(from.value - latest.front().sequence.value);
        if (skip >= latest.size()) return std::vector<ports::StoredEvent>();
        const auto first = latest.begin() + static_cast<std::ptrdiff_t>(skip);
        const auto count = std::min(most, latest.size() - skip);
        return std::vector<ports::StoredEvent>(first, first + static_cast<std::ptrdiff_t>(count));
      }
    }
    return log_->Read(partition, from, most);
  }

 private:
  EventFeed& feed_;
  std::unique_ptr<EventSupply> log_;
};

EventFeed::EventFeed(ports::EventLog& log, EventFeedOptions options) : log_(log), options_(options) {}

EventFeed::~EventFeed() { Stop(); }

void EventFeed::StartAt(core::PartitionId partition, core::Sequence next) {
  const std::lock_guard lock(mutex_);
  core::Sequence& known = partitions_[partition].next;
  known = std::max(known, next);
}

void EventFeed::Projected(core::PartitionId id, std::span<const ports::StoredEvent> events) {
  if (events.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    Partition& partition = partitions_[id];
    if (events.back().sequence < partition.next) return;
    if (events.front().sequence < partition.next) {
      events = events.subspan(static_cast<size_t>(partition.next.value - events.front().sequence.value));
    }
    partition.next = events.back().sequence.Next();
    partition.last = events.back().value;
    keeping_ = !followers_.empty() || Clock::now() - asked_at_ < options_.keep_for;
    if (keeping_) {
      for (const ports::StoredEvent& event : events) {
        partition.latest.push_back(event);
        order_.push_back(id);
        kept_bytes_ += event.value.size();
      }
    }
    Trim();
    for (Follower& follower : followers_) follower.looked = false;
    if (followers_.empty()) return;
  }
  changed_.notify_one();
}

void EventFeed::Trim() {
  while (!order_.empty() &&
         (!keeping_ || order_.size() > options_.kept_events_most || kept_bytes_ > options_.kept_bytes_most)) {
    std::deque<ports::StoredEvent>& latest = partitions_[order_.front()].latest;
    kept_bytes_ -= latest.front().value.size();
    latest.pop_front();
    order_.pop_front();
  }
}

std::optional<std::string> EventFeed::LastOf(core::PartitionId partition) const {
  const std::lock_guard lock(mutex_);
  const auto found = partitions_.find(partition);
  return found == partitions_.end() ? std::nullopt : found->second.last;
}

EventPositions EventFeed::Ends() const {
  EventPositions ends;
  for (const auto& [id, partition] : partitions_) ends[id] = partition.next;
  return ends;
}

void EventFeed::Follow(EventQuery query, std::chrono::milliseconds wait, Answer answer) {
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    const EventPositions ends = Ends();
    for (const auto& [partition, end] : ends) query.from.try_emplace(partition, end);
    for (const auto& [partition, next] : query.from) {
      const auto end = ends.find(partition);
      // A position may be ahead of what is projected; the log says itself what it does not have.
      if (end == ends.end() || next.value < 0) {
        refused = Error::Invalid(fmt::format("position {}:{}: the log has {} partitions, counted from 0",
                                             partition.value, next.value, ends.size()));
      }
    }
    if (!refused && followers_.size() >= options_.followers_most) {
      refused = Error{ErrorCode::kUnavailable,
                      fmt::format("{} follow the events already; try again later", followers_.size())};
    }
    if (stopping_) refused = Stopped();
    if (!refused) {
      asked_at_ = Clock::now();
      followers_.push_back({std::move(query), asked_at_ + wait, std::move(answer), nullptr, false});
      if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    }
  }
  if (refused) return answer(Fail(*std::move(refused)));
  changed_.notify_one();
}

void EventFeed::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto is_due = [&](const Follower& one) { return !one.looked || one.until <= Clock::now(); };
    const auto next = std::ranges::min_element(followers_, {}, &Follower::until);
    if (next == followers_.end()) {
      changed_.wait(lock, [&] { return stopping_ || !followers_.empty(); });
      continue;
    }
    changed_.wait_until(lock, next->until, [&] { return stopping_ || std::ranges::any_of(followers_, is_due); });
    if (stopping_) break;
    // Only this thread takes followers out; who comes meanwhile is at the end of the list.
    for (auto one = followers_.begin(); one != followers_.end();) {
      const bool over = one->until <= Clock::now();
      if (one->looked && !over) {
        ++one;
        continue;
      }
      // As of now, not of the beginning of the round: what is projected later unsets `looked` again.
      one->looked = true;
      const EventPositions ends = Ends();
      lock.unlock();
      const bool answered = Look(*one, ends, over);
      lock.lock();
      one = answered ? followers_.erase(one) : std::next(one);
      if (stopping_) break;
    }
    lock.unlock();
    std::this_thread::sleep_for(kGather);
    lock.lock();
  }
  for (Follower& follower : followers_) follower.answer(Fail(Stopped()));
  followers_.clear();
}

bool EventFeed::Look(Follower& follower, const EventPositions& ends, bool over) {
  if (follower.supply == nullptr) follower.supply = std::make_unique<Supply>(*this);
  EventPositions reachable;
  for (const auto& [partition, end] : ends) reachable[partition] = std::max(end, follower.query.from[partition]);
  auto page = ReadForward(*follower.supply, follower.query, reachable);
  if (!page && page.error().code == ErrorCode::kUnavailable && !over) return false;  // looked at again later
  if (page && page->events.empty() && page->behind == 0 && !over) {
    follower.query.from = page->next;
    return false;
  }
  follower.answer(std::move(page));
  return true;
}

void EventFeed::Stop() {
  std::thread thread;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    thread.swap(thread_);
  }
  changed_.notify_all();
  if (thread.joinable()) thread.join();
}

Result<core::Sequence> FedProjection::NextSequence(core::PartitionId partition) {
  RASTI_TRY(const core::Sequence next, projection_.NextSequence(partition));
  feed_.StartAt(partition, next);
  return next;
}

Status FedProjection::Project(core::PartitionId partition, std::span<const ports::StoredEvent> events) {
  RASTI_CHECKED(projection_.Project(partition, events));
  feed_.Projected(partition, events);
  return {};
}

}  // namespace rasti::cli
