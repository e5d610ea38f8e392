// Reads a log as an auditor would, beside what the clients noted down.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/core/event.h"
#include "engine/ports/event_log.h"
#include "tests/end_to_end/command_book.h"

namespace rasti::test {

class Audit {
 public:
  /// Reads the whole log. REQUIRES: nothing is under way.
  Audit(const std::deque<CommandBook::Entry>& asked, ports::EventLog& log);

  /// Everything that was accepted has its events, once; breaches, escalations and links happened once; every merge that
  /// was asked for was answered.
  void Run();
  int64_t events() const { return events_; }
  size_t accepted() const { return accepted_.size(); }
  size_t once() const { return once_events_; }

 private:
  using Key = std::pair<core::CaseId, std::string>;
  struct Made {
    int64_t first = 0;
    int64_t last = 0;
    int64_t events = 0;
    int64_t last_sequence = 0;
  };

  void Note(const CommandBook::Entry& entry);
  void ReadPartition(ports::EventLog& log, core::PartitionId partition);
  void See(const core::Event& event);
  void Once(const core::CaseId& id, const std::string& what);

  std::set<Key> asked_;
  std::map<Key, codec::Accepted> accepted_;
  std::map<Key, Made> made_;
  std::set<Key> once_;
  std::map<core::CaseId, int> merges_open_;
  size_t once_events_ = 0;
  int64_t events_ = 0;
};

}  // namespace rasti::test
