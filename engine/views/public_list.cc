// Pages of the public register: range scans over the workflows of a tenant, merged by when the cases came.
#include <fmt/format.h>

#include "engine/views/bytes.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/merged_rows.h"
#include "engine/views/row_counts.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

class Lister {
 public:
  Lister(const ports::ViewReader& reader, ports::EventLog& log, const PublicQuery& query)
      : reader_(reader), cases_(reader, log), query_(query) {}

  Result<PublicPage> List() {
    if (query_.limit == 0) return Fail(Error::Invalid("a page has at least one row"));
    RASTI_TRY(const std::string after, DecodeCursor(query_.cursor, "a public register"));
    RASTI_CHECKED(Open(after));
    std::string last;
    int64_t examined = 0;
    while (true) {
      RASTI_TRY(const std::string_view first, rows_.First());
      if (first.empty()) return std::move(page_);
      if (page_.rows.size() == query_.limit || (query_.LooksIntoCases() && examined == PublicPage::kExaminedMost)) {
        page_.next = ToHex(last);
        return std::move(page_);
      }
      ++examined;
      RASTI_CHECKED(Take(first));
      last = first;
      rows_.Next();
    }
  }

 private:
  Status Open(const std::string& after) {
    std::vector<std::string> workflows;
    if (query_.workflow) {
      workflows.push_back(query_.workflow->str());
    } else {
      RASTI_TRY(workflows, TextsBehind(reader_, kPublic, PublicPrefix(query_.tenant)));
    }
    for (const std::string& workflow : workflows) {
      const std::string prefix = PublicPrefix(query_.tenant, core::WorkflowId(workflow));
      rows_.Add(prefix, after);
      RASTI_CHECKED(Count(prefix));
    }
    return {};
  }

  Status Count(const std::string& prefix) {
    const auto counts = reader_.Scan(kPublicCounts);
    for (counts->Seek(prefix); counts->Valid() && counts->key().starts_with(prefix); counts->Next()) {
      RASTI_TRY(const bool asked, CountsAsAsked(counts->key().substr(prefix.size()), query_));
      if (!asked) continue;
      RASTI_TRY(const int64_t cases, ReadCount(reader_, kPublicCounts, std::string(counts->key())));
      page_.total += cases;
    }
    return counts->status();
  }

  Status Take(std::string_view bytes) {
    RASTI_TRY(const ListPosition position, DecodeListPosition(bytes, "public"));
    RASTI_TRY(const auto found, cases_.Current(position.case_id));
    if (!found) {
      return Fail(Error::Corruption(
          fmt::format("views: the public register has case {}, which is not there; delete the views, they are rebuilt",
                      position.case_id.str())));
    }
    const core::CaseState& state = found->state;
    if (query_.category && state.category != *query_.category) return {};
    if (query_.ended && IsEnded(state) != *query_.ended) return {};
    page_.rows.push_back(MakePublicRow(state, PublicTitleIn(rows_.value())));
    return {};
  }

  const ports::ViewReader& reader_;
  const HistoryReader cases_;
  const PublicQuery& query_;
  MergedRows rows_{reader_, kPublic};
  PublicPage page_;
};

}  // namespace

Result<PublicPage> Views::Public(const PublicQuery& query) const {
  const auto snapshot = store_.Snapshot();
  RASTI_CHECKED(CheckKept(*snapshot, query.tenant));
  return Lister(*snapshot, log_, query).List();
}

}  // namespace rasti::views
