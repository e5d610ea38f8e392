#include "tests/acceptance/chaos/submitter.h"

namespace rasti::test {

using std::chrono::milliseconds;

Submitter::Submitter(Ledger& ledger, const std::string& name, uint64_t seed, Reach reach)
    : ledger_(ledger), errands_(name, seed), reach_(std::move(reach)) {}

Submitter::~Submitter() {
  halt_.Set();
  if (thread_.joinable()) thread_.join();
}

void Submitter::Start(int a_second) {
  thread_ = std::thread([this, between = milliseconds(1000 / a_second)] { Steady(between); });
}

void Submitter::Steady(milliseconds between) {
  std::optional<size_t> next;
  while (!halt_.WaitFor(between)) {
    if (*under_way_ >= kUnderWayMost) continue;
    if (!next) next = Choose();
    if (Ask(*next)) next.reset();
  }
  if (next) ledger_.Unknown(*next);
}

size_t Submitter::Choose() {
  const uint64_t kind = errands_.Below(20);
  if (kind < 8) {
    if (const auto open = ledger_.TakeOpen()) return *open;
  }
  if (kind >= 18) {
    if (const auto again = ledger_.SomeEntry(errands_.random())) return *again;
  }
  return ledger_.Add(errands_.Next(ledger_));
}

// False: it was not handed in.
bool Submitter::Ask(size_t entry) {
  client::CommandClient* const client = reach_();
  if (client == nullptr) return false;
  ++*under_way_;
  const Status started = client->Start(ledger_.CommandOf(entry), [&ledger = ledger_, under_way = under_way_,
                                                                  entry](const Result<codec::CommandResult>& result) {
    if (result) {
      ledger.Answered(entry, *result);
    } else {
      ledger.Unknown(entry);
    }
    --*under_way;
  });
  if (!started) --*under_way_;
  return started.has_value();
}

bool Submitter::AskWithRoom(size_t entry, std::chrono::steady_clock::time_point give_up_at) {
  Halt never;
  while (std::chrono::steady_clock::now() < give_up_at) {
    if (*under_way_ < kUnderWayMost && Ask(entry)) return true;
    never.WaitFor(milliseconds(2));
  }
  return false;
}

bool Submitter::Finish(size_t from, size_t step, milliseconds most) {
  const auto give_up_at = std::chrono::steady_clock::now() + most;
  halt_.Set();
  if (thread_.joinable()) thread_.join();
  Halt never;
  const size_t end = ledger_.size();
  for (size_t entry = from; entry < end; entry += step) {
    if (!AskWithRoom(entry, give_up_at)) return false;
  }
  // What came back unknown meanwhile, from here or from others.
  for (;;) {
    if (const auto open = ledger_.TakeOpen()) {
      if (!AskWithRoom(*open, give_up_at)) return false;
    } else if (*under_way_ == 0) {
      return true;
    } else if (std::chrono::steady_clock::now() > give_up_at) {
      return false;
    } else {
      never.WaitFor(milliseconds(10));
    }
  }
}

}  // namespace rasti::test
