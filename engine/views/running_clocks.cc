// All clocks that time runs for, with their cases, page by page: one range scan.
#include <fmt/format.h>

#include "engine/views/bytes.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

// The key behind which the page begins.
Result<std::string> StartOf(const RunningQuery& query) {
  if (query.limit == 0) return Fail(Error::Invalid("a page has at least one row"));
  if (query.cursor.empty()) return query.tenant ? DeadlinePrefix(*query.tenant) : std::string();
  auto bytes = BytesFromHex(query.cursor);
  const auto key = bytes ? DecodeDeadlineKey(*bytes) : std::nullopt;
  if (!key || (query.tenant && key->tenant != *query.tenant)) {
    return Fail(Error::Invalid(fmt::format("cursor '{}': not of a page of this list", query.cursor)));
  }
  return *bytes + '\0';
}

}  // namespace

Result<std::string> Views::ForEachRunning(
    const RunningQuery& query, const std::function<Status(const CasePage&, const core::ClockState&)>& visit) const {
  RASTI_TRY(const std::string start, StartOf(query));
  const std::string prefix = query.tenant ? DeadlinePrefix(*query.tenant) : std::string();
  const auto snapshot = store_.Snapshot();
  RASTI_CHECKED(CheckKept(*snapshot, query.tenant));
  const HistoryReader cases(*snapshot, log_);
  const auto rows = snapshot->Scan(kDeadlines);
  std::string last;
  size_t seen = 0;
  for (rows->Seek(start); rows->Valid() && rows->key().starts_with(prefix); rows->Next(), ++seen) {
    if (seen == query.limit) return ToHex(last);
    last = rows->key();
    const auto key = DecodeDeadlineKey(last);
    if (!key)
      return Fail(Error::Corruption("views, table deadlines: a row is broken; delete the views, they are rebuilt"));
    RASTI_TRY(const auto page, cases.Current(key->case_id));
    const core::ClockState* clock = page ? page->state.FindClock(key->clock) : nullptr;
    if (clock == nullptr) {
      return Fail(Error::Corruption(
          fmt::format("views: a deadline of case {} that the case does not have; delete the views, they are rebuilt",
                      key->case_id.str())));
    }
    // Once, and not again in the list of who holds it.
    if (page->state.tenant == key->tenant) RASTI_CHECKED(visit(*page, *clock));
  }
  RASTI_CHECKED(rows->status());
  return std::string();
}

}  // namespace rasti::views
