// Pages of an inbox: range scans over the stages of its lists, merged by due_at.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/views/folded_text.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/merged_rows.h"
#include "engine/views/row_counts.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

bool Contains(std::string_view text, const std::string& folded) {
  return FoldedText(text).find(folded) != std::string::npos;
}

class Lister {
 public:
  Lister(const ports::ViewReader& reader, ports::EventLog& log, const InboxQuery& query)
      : reader_(reader), cases_(reader, log), query_(query), text_(FoldedText(query.text)) {}

  Result<InboxPage> List() {
    if (query_.limit == 0) return Fail(Error::Invalid("a page has at least one row"));
    RASTI_TRY(const std::string after, DecodeCursor(query_.cursor, "an inbox"));
    RASTI_CHECKED(Open(after));
    ListPosition last;
    for (int64_t examined = 0;; ++examined) {
      RASTI_TRY(const auto position, First());
      if (!position) break;
      const bool is_full = page_.rows.size() == query_.limit;
      if (is_full || (query_.LooksIntoCases() && examined == InboxPage::kExaminedMost)) {
        page_.next = ToHex(EncodeListPosition(last));
        break;
      }
      RASTI_TRY(const CasePage found, Look(*position));
      if (Passes(found.state)) page_.rows.push_back(MakeInboxRow(found.state));
      last = *position;
      rows_.Next();
    }
    if (query_.count && !page_.total && after.empty()) {
      RASTI_TRY(page_.total, CountOn(std::ssize(page_.rows)));
    }
    return std::move(page_);
  }

 private:
  // Where the lists stand; nothing where they end, or nothing more is due in time.
  Result<std::optional<ListPosition>> First() {
    RASTI_TRY(const std::string_view first, rows_.First());
    if (first.empty()) return std::nullopt;
    RASTI_TRY(const ListPosition position, DecodeListPosition(first, "inbox"));
    if (query_.due_before && InstantFromUnixMillis(position.number) >= *query_.due_before) return std::nullopt;
    return position;
  }

  Result<CasePage> Look(const ListPosition& position) const {
    RASTI_TRY(auto found, cases_.Current(position.case_id));
    if (found) return *std::move(found);
    return Fail(Error::Corruption(
        fmt::format("views: an inbox has case {}, which is not there; delete the views, they are rebuilt",
                    position.case_id.str())));
  }

  // Those before where the lists stand are `rows`.
  Result<ListTotal> CountOn(int64_t rows) {
    for (int64_t examined = 0;; ++examined) {
      RASTI_TRY(const auto position, First());
      if (!position) return ListTotal{rows, true};
      if (examined == InboxPage::kExaminedMost) return ListTotal{rows, false};
      if (!query_.LooksIntoCases()) {
        ++rows;
      } else {
        RASTI_TRY(const CasePage found, Look(*position));
        if (Passes(found.state)) ++rows;
      }
      rows_.Next();
    }
  }

  // A range for each stage of each list, and how many cases they have.
  Status Open(const std::string& after) {
    std::vector<InboxPlace> places = query_.places;
    if (places.empty()) places.emplace_back();
    int64_t total = 0;
    for (const InboxPlace& place : places) {
      const std::string prefix = InboxPrefix(query_.tenant, place);
      std::vector<std::string> stages;
      if (query_.stage) {
        stages.push_back(query_.stage->str());
      } else {
        RASTI_TRY(stages, TextsBehind(reader_, kInbox, prefix));
      }
      for (const std::string& stage : stages) {
        const std::string stage_prefix = InboxStagePrefix(prefix, core::StageId(stage));
        rows_.Add(stage_prefix, after);
        RASTI_TRY(const int64_t cases, ReadCount(reader_, kInboxCounts, stage_prefix));
        total += cases;
      }
    }
    if (!query_.due_before && !query_.LooksIntoCases()) page_.total = ListTotal{total, true};
    return {};
  }

  bool Passes(const core::CaseState& state) const {
    if (query_.category && state.category != *query_.category) return false;
    if (query_.queue && state.assignment.queue != query_.queue) return false;
    return text_.empty() || Contains(state.title, text_) || Contains(state.reference, text_);
  }

  const ports::ViewReader& reader_;
  const HistoryReader cases_;
  const InboxQuery& query_;
  const std::string text_;  // that is looked for, folded
  MergedRows rows_{reader_, kInbox};
  InboxPage page_;
};

}  // namespace

Result<InboxPage> Views::Inbox(const InboxQuery& query) const {
  const auto snapshot = store_.Snapshot();
  RASTI_CHECKED(CheckKept(*snapshot, query.tenant));
  return Lister(*snapshot, log_, query).List();
}

}  // namespace rasti::views
