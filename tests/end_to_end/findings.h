// What an audit finds wrong: how often, and the first of each kind in words.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rasti::test {

enum class Fault : uint8_t {
  kLost,            // acknowledged, but its events are not there, or are others
  kDuplicated,      // a command decided twice, a timer fired twice
  kUnanswered,      // events or an input without an answer
  kChangedAnswer,   // answers to one command that differ
  kGap,             // revisions or sequences that do not follow each other
  kBrokenChain,     // a record that cannot be read, a hash that does not fit the one before
  kEarlyTimer,      // recorded before its instant had passed
  kMissedTimer,     // its instant passed and it did not happen
  kOvertaken,       // a command was decided before the timers that fell due before it
  kMadeLate,        // a timer was decided before a command that was taken in in time
  kMistimed,        // occurred_at or the order of timers is not the design's
  kUnsettled,       // a merge without its answer
  kStateDifference  // a store that is not what its log makes
};
inline constexpr std::array<std::string_view, 13> kFaultNames = {
    "lost",          "duplicated",   "unanswered",       "changed_answers",  "revision_gaps",
    "broken_chains", "early_timers", "missed_timers",    "overtaken_timers", "made_late",
    "mistimed",      "unsettled",    "state_differences"};

class Findings {
 public:
  static constexpr size_t kTextsMost = 20;

  template <class... Parts>
  void Add(Fault fault, fmt::format_string<Parts...> form, Parts&&... parts) {
    AddText(fault, fmt::format(form, std::forward<Parts>(parts)...));
  }
  int64_t count(Fault fault) const { return kinds_.at(static_cast<size_t>(fault)).count; }
  int64_t total() const {
    int64_t sum = 0;
    for (const Kind& kind : kinds_) sum += kind.count;
    return sum;
  }
  /// "lost: c17 of ...": at most kTextsMost of a kind.
  std::vector<std::string> Texts() const {
    std::vector<std::string> texts;
    for (size_t i = 0; i < kinds_.size(); ++i) {
      for (const std::string& text : kinds_[i].texts) texts.push_back(std::string(kFaultNames[i]) + ": " + text);
    }
    return texts;
  }

 private:
  struct Kind {
    int64_t count = 0;
    std::vector<std::string> texts;
  };
  void AddText(Fault fault, std::string text) {
    Kind& kind = kinds_.at(static_cast<size_t>(fault));
    if (++kind.count <= static_cast<int64_t>(kTextsMost)) kind.texts.push_back(std::move(text));
  }

  std::array<Kind, kFaultNames.size()> kinds_;
};

}  // namespace rasti::test
