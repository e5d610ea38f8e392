#include "engine/views/tables.h"

namespace rasti::views {

const std::vector<std::string>& ViewTables() {
  static const std::vector<std::string> kNames{"meta",   "cases", "history",      "references", "deadlines",
                                               "events", "inbox", "inbox_counts", "stats"};
  return kNames;
}

}  // namespace rasti::views
