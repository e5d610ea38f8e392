#include "engine/views/tables.h"

namespace rasti::views {

const std::vector<std::string>& ViewTables() {
  static const std::vector<std::string> kNames{"meta",      "cases",  "history",      "references",
                                               "deadlines", "events", "inbox",        "inbox_counts",
                                               "stats",     "public", "public_counts"};
  return kNames;
}

const std::vector<ViewInfo>& AllViews() {
  static const std::vector<ViewInfo> kViews{
      {"cases", "cases as they are: show, export, tally", {kCases}},
      {"history", "each case's events, now and as of any moment: history, show --at", {kHistory, kEvents}},
      {"references", "cases by their public reference", {kReferences}},
      {"deadlines", "clocks by deadline: overdue", {kDeadlines}},
      {"inbox", "open cases by who holds them: inbox", {kInbox, kInboxCounts}},
      {"statistics", "what happened in months, and what was open: stats", {kStats}},
      {"public", "what anybody may read: public", {kPublic, kPublicCounts}},
  };
  return kViews;
}

}  // namespace rasti::views
