// Reads a log as an auditor would, beside what the clients noted down.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/base/hash.h"
#include "engine/codec/event_codec.h"
#include "engine/ports/event_log.h"
#include "tests/end_to_end/command_book.h"
#include "tests/end_to_end/timer_audit.h"

namespace rasti::test {

class Audit {
 public:
  /// What a command made.
  struct Made {
    int64_t first = 0;  // revision
    int64_t last = 0;
    int64_t events = 0;
    core::Sequence first_sequence;
    core::Sequence last_sequence;
  };
  using Key = std::pair<core::CaseId, std::string>;  // of a command

  /// Reads the whole log and looks whether everything that was accepted has its events, once; revisions, sequences and
  /// hashes follow each other; all timers that were due before `settled_at` happened, once and not before their time;
  /// links happened once, and every merge that was asked for was answered.
  /// REQUIRES: nothing is under way, and what was due before `settled_at` has happened.
  Audit(const std::deque<CommandBook::Entry>& asked, ports::EventLog& log, Instant settled_at);

  /// Fails the test for everything that was found.
  void Expect() const;

  Findings& findings() { return findings_; }
  int64_t events() const { return events_; }
  size_t cases() const { return cases_.size(); }
  size_t accepted() const { return accepted_.size(); }
  const TimerAudit& timers() const { return timers_; }
  /// nullptr: the command made nothing.
  const Made* Find(const Key& command) const;

 private:
  struct Case {
    int64_t revision = 0;
    Hash256 head{};
  };

  void Note(const CommandBook::Entry& entry);
  void ReadPartition(ports::EventLog& log, core::PartitionId partition);
  void See(const codec::DecodedEvent& decoded);
  void SeeChain(const codec::DecodedEvent& decoded);
  void CompareAnswers();

  Findings findings_;
  TimerAudit timers_{findings_};
  std::set<Key> asked_;
  std::map<Key, codec::Accepted> accepted_;
  std::map<Key, Made> made_;
  std::map<core::CaseId, Case> cases_;
  std::set<std::pair<core::CaseId, core::CaseId>> links_;
  std::map<core::CaseId, int> merges_open_;
  int64_t events_ = 0;
};

}  // namespace rasti::test
