#include "tools/rasti/events/event_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace rasti::cli {
namespace {

constexpr int64_t kLastExaminedMost = 2'000'000;  // of a question for the last ones
constexpr size_t kChunk = 512;
// Stays well below what a frame of the socket may hold; an event is smaller than that.
constexpr size_t kBytesMost = size_t{8} << 20;
// What is there is read at once; this bounds the wait for brokers to say that they have no more.
constexpr Duration kReadWait{0};

Error At(Error error, core::PartitionId partition, core::Sequence sequence) {
  return error.At(fmt::format("partition {}, sequence {}", partition.value, sequence.value));
}

Result<EventPositions> EndsOf(ports::EventLog& log) {
  EventPositions ends;
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    RASTI_TRY(ends[{i}], log.EndSequence({i}));
  }
  return ends;
}

Result<EventPositions> StartsOf(ports::EventLog& log, const EventQuery& query, const EventPositions& ends) {
  for (const auto& [partition, next] : query.from) {
    const auto end = ends.find(partition);
    if (end == ends.end()) {
      return Fail(Error::Invalid(fmt::format("position {}:{}: the log has {} partitions, counted from 0",
                                             partition.value, next.value, ends.size())));
    }
    if (next.value < 0 || next > end->second) {
      return Fail(Error::Invalid(fmt::format("position {}:{}: partition {} ends at {}", partition.value, next.value,
                                             partition.value, end->second.value)));
    }
  }
  EventPositions starts = query.from;
  for (const auto& [partition, end] : ends) {
    if (starts.contains(partition)) continue;
    core::Sequence first{0};
    if (query.since) {
      RASTI_TRY(first, FirstRecordedSince(log, partition, *query.since));
    }
    starts[partition] = first;
  }
  return starts;
}

// One partition of the merge: what was read and not yet taken.
class Source {
 public:
  Source(core::PartitionId partition, core::Sequence next, core::Sequence end)
      : partition_(partition), next_(next), end_(end) {}

  core::PartitionId partition() const { return partition_; }
  core::Sequence next() const { return next_; }
  int64_t behind() const { return end_.value - next_.value; }
  bool AtEnd() const { return next_ >= end_; }
  const FoundEvent& front() const { return ahead_.front(); }
  bool empty() const { return ahead_.empty(); }

  /// Reads on until an event that is wanted is there, `budget` is used up, or the end is reached.
  Status Fill(EventSupply& supply, const EventFilter& filter, int64_t& budget) {
    while (ahead_.empty() && !AtEnd() && budget > 0) {
      const auto most = std::min<int64_t>({static_cast<int64_t>(kChunk), behind(), budget});
      RASTI_TRY(auto events, supply.Read(partition_, next_, static_cast<size_t>(most)));
      // A log that says it goes on and hands nothing out: it is away for a moment, and the end of this page.
      if (events.empty()) {
        end_ = next_;
        return {};
      }
      budget -= static_cast<int64_t>(events.size());
      for (ports::StoredEvent& stored : events) RASTI_CHECKED(Look(std::move(stored), filter));
      if (ahead_.empty()) next_ = read_to_;
    }
    return {};
  }

  FoundEvent Take() {
    FoundEvent event = std::move(ahead_.front());
    ahead_.pop_front();
    next_ = ahead_.empty() ? read_to_ : event.decoded.event.sequence.Next();
    return event;
  }

 private:
  Status Look(ports::StoredEvent stored, const EventFilter& filter) {
    read_to_ = stored.sequence.Next();
    if (!filter.MayFit(stored)) return {};
    auto decoded = decoder_.Decode(stored.value);
    if (!decoded) return Fail(At(decoded.error(), partition_, stored.sequence));
    if (!filter.Fits(decoded->event)) return {};
    ahead_.push_back({partition_, std::move(stored.value), *std::move(decoded)});
    return {};
  }

  core::PartitionId partition_;
  core::Sequence next_;     // behind what was taken, and what was passed over before the next that is wanted
  core::Sequence read_to_;  // behind what was read
  core::Sequence end_;
  codec::EventDecoder decoder_;
  std::deque<FoundEvent> ahead_;
};

bool Earlier(const FoundEvent& a, const FoundEvent& b) {
  const Instant a_at = a.decoded.event.ctx().recorded_at;
  const Instant b_at = b.decoded.event.ctx().recorded_at;
  return a_at != b_at ? a_at < b_at : a.partition < b.partition;
}

// What a log hands out, through a reader for each partition that is asked for.
class LogSupply final : public EventSupply {
 public:
  explicit LogSupply(ports::EventLog& log) : log_(log) {}

  Result<std::vector<ports::StoredEvent>> Read(core::PartitionId partition, core::Sequence from, size_t most) override {
    Place& place = places_[partition];
    if (place.reader == nullptr || place.next != from) {
      RASTI_TRY(place.reader, log_.OpenReader(partition, from));
      place.next = from;
    }
    RASTI_TRY(auto events, place.reader->Read(most, kReadWait));
    if (!events.empty()) place.next = events.back().sequence.Next();
    return events;
  }

 private:
  struct Place {
    std::unique_ptr<ports::EventReader> reader;
    core::Sequence next;
  };
  ports::EventLog& log_;
  std::map<core::PartitionId, Place> places_;
};

Result<EventPage> ReadLast(ports::EventLog& log, const EventQuery& query, const EventPositions& ends) {
  EventPage page;
  page.next = ends;
  int64_t budget = kLastExaminedMost;
  codec::EventDecoder decoder;
  for (const auto& [partition, end] : ends) {
    std::vector<FoundEvent> found;  // the latest first
    auto chunk = static_cast<int64_t>(kChunk);
    for (int64_t to = end.value; to > 0 && found.size() < query.last;) {
      if (budget <= 0) {
        page.cut = true;
        break;
      }
      const int64_t from = std::max<int64_t>(to - chunk, 0);
      RASTI_TRY(const auto reader, log.OpenReader(partition, {from}));
      std::vector<FoundEvent> of_chunk;
      for (int64_t next = from; next < to;) {
        RASTI_TRY(auto events, reader->Read(static_cast<size_t>(to - next), kReadWait));
        if (events.empty()) {
          return Fail(ErrorCode::kUnavailable, fmt::format("partition {}: no event {} in time", partition.value, next));
        }
        for (ports::StoredEvent& stored : events) {
          next = stored.sequence.value + 1;
          if (!query.filter.MayFit(stored)) continue;
          auto decoded = decoder.Decode(stored.value);
          if (!decoded) return Fail(At(decoded.error(), partition, stored.sequence));
          if (!query.filter.Fits(decoded->event)) continue;
          of_chunk.push_back({partition, std::move(stored.value), *std::move(decoded)});
        }
      }
      for (auto event = of_chunk.rbegin(); event != of_chunk.rend() && found.size() < query.last; ++event) {
        found.push_back(std::move(*event));
      }
      budget -= to - from;
      to = from;
      chunk = std::min<int64_t>(chunk * 2, 16'384);
    }
    std::ranges::reverse(found);
    for (FoundEvent& event : found) page.events.push_back(std::move(event));
  }
  std::ranges::stable_sort(page.events, Earlier);
  const auto surplus = static_cast<std::ptrdiff_t>(page.events.size()) - static_cast<std::ptrdiff_t>(query.last);
  if (surplus > 0) page.events.erase(page.events.begin(), page.events.begin() + surplus);
  size_t bytes = 0;
  size_t kept = 0;
  while (kept < page.events.size() && bytes < kBytesMost)
    bytes += page.events[page.events.size() - ++kept].stored.size();
  page.cut = page.cut || kept < page.events.size();
  page.events.erase(page.events.begin(), page.events.end() - static_cast<std::ptrdiff_t>(kept));
  return page;
}

}  // namespace

std::unique_ptr<EventSupply> SupplyOf(ports::EventLog& log) { return std::make_unique<LogSupply>(log); }

Result<EventPage> ReadForward(EventSupply& supply, const EventQuery& query, const EventPositions& ends) {
  std::vector<Source> sources;
  for (const auto& [partition, end] : ends) {
    const auto from = query.from.find(partition);
    sources.emplace_back(partition, from == query.from.end() ? end : from->second, end);
  }
  // Each has its share, so that one with much that nobody wants does not keep the others from being read.
  const int64_t share = std::max<int64_t>(query.examine / static_cast<int64_t>(sources.size()), 1);
  std::vector<int64_t> budgets(sources.size(), share);

  EventPage page;
  size_t bytes = 0;
  while (page.events.size() < query.limit && bytes < kBytesMost) {
    Source* first = nullptr;
    bool unsure = false;
    for (size_t i = 0; i < sources.size(); ++i) {
      RASTI_CHECKED(sources[i].Fill(supply, query.filter, budgets[i]));
      // Something older may come of it: the next page goes on here.
      if (sources[i].empty() && !sources[i].AtEnd()) unsure = true;
      if (!sources[i].empty() && (first == nullptr || Earlier(sources[i].front(), first->front()))) first = &sources[i];
    }
    if (first == nullptr || unsure) break;
    bytes += first->front().stored.size();
    page.events.push_back(first->Take());
  }
  for (const Source& source : sources) {
    page.next[source.partition()] = source.next();
    page.behind += ends.at(source.partition()).value - source.next().value;
  }
  return page;
}

Result<core::Sequence> FirstRecordedSince(ports::EventLog& log, core::PartitionId partition, Instant since) {
  RASTI_TRY(const core::Sequence end, log.EndSequence(partition));
  int64_t low = 0;
  int64_t high = end.value;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    RASTI_TRY(const auto stored, log.ReadAt(partition, {core::Sequence{middle}}));
    const auto event = codec::DecodeEvent(stored.front().value);
    if (!event) return Fail(At(event.error(), partition, {middle}));
    if (event->event.ctx().recorded_at < since) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return core::Sequence{low};
}

Result<EventPage> ReadEvents(ports::EventLog& log, const EventQuery& query) {
  RASTI_TRY(const EventPositions ends, EndsOf(log));
  if (query.last > 0) return ReadLast(log, query, ends);
  EventQuery all_named = query;
  RASTI_TRY(all_named.from, StartsOf(log, query, ends));
  const auto supply = SupplyOf(log);
  return ReadForward(*supply, all_named, ends);
}

}  // namespace rasti::cli
