// Pages of an inbox: range scans over the stages of its lists, merged by due_at.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/views/bytes.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

// The position of the last row of the page before; empty for the first page.
Result<std::string> DecodeCursor(const InboxQuery& query) {
  if (query.limit == 0) return Fail(Error::Invalid("a page has at least one row"));
  auto bytes = BytesFromHex(query.cursor);
  if (!bytes || (!bytes->empty() && bytes->size() != kInboxPositionBytes)) {
    return Fail(Error::Invalid(fmt::format("cursor '{}': not of a page of an inbox", query.cursor)));
  }
  return *std::move(bytes);
}

// The stages that a list has rows of, each found by one seek.
Result<std::vector<core::StageId>> StagesOf(const ports::ViewReader& reader, const std::string& prefix) {
  std::vector<core::StageId> stages;
  const auto rows = reader.Scan(kInbox);
  rows->Seek(prefix);
  while (rows->Valid() && rows->key().starts_with(prefix)) {
    const auto key = DecodeInboxKey(rows->key(), prefix.size());
    if (!key) return Fail(Error::Corruption("views, table inbox: a row is broken; delete the views, they are rebuilt"));
    stages.push_back(key->stage);
    rows->Seek(InboxAfterStage(InboxStagePrefix(prefix, key->stage)));
  }
  RASTI_CHECKED(rows->status());
  return stages;
}

// The rows of one stage of one list, one after the other.
class StageScan {
 public:
  StageScan(const ports::ViewReader& reader, std::string stage_prefix, const std::string& after)
      : rows_(reader.Scan(kInbox)), prefix_(std::move(stage_prefix)) {
    rows_->Seek(after.empty() ? prefix_ : prefix_ + after + '\0');
    Read();
  }

  /// Empty: there is no more.
  std::string_view position() const { return position_; }
  void Next() {
    rows_->Next();
    Read();
  }
  Status status() const { return rows_->status(); }

 private:
  void Read() {
    const bool more = rows_->Valid() && rows_->key().size() == prefix_.size() + kInboxPositionBytes &&
                      rows_->key().starts_with(prefix_);
    position_ = more ? rows_->key().substr(prefix_.size()) : std::string_view();
  }

  std::unique_ptr<ports::Cursor> rows_;
  std::string prefix_;
  std::string_view position_;
};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool Contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return Lower(a) == Lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool Passes(const InboxQuery& query, const core::CaseState& state) {
  if (query.category && state.category != *query.category) return false;
  if (query.queue && state.assignment.queue != query.queue) return false;
  return query.text.empty() || Contains(state.title, query.text) || Contains(state.reference, query.text);
}

class Lister {
 public:
  Lister(const ports::ViewReader& reader, ports::EventLog& log, const InboxQuery& query)
      : reader_(reader), cases_(reader, log), query_(query) {}

  Result<InboxPage> List() {
    RASTI_TRY(const std::string after, DecodeCursor(query_));
    RASTI_CHECKED(Open(after));
    std::string last;
    int64_t examined = 0;
    while (true) {
      RASTI_TRY(StageScan* const first, First());
      if (first == nullptr) return std::move(page_);
      const std::string position(first->position());
      ByteReader bytes(position);
      const Instant due_at = InstantFromUnixMillis(bytes.Sortable());
      if (query_.due_before && due_at >= *query_.due_before) return std::move(page_);
      const bool is_full = page_.rows.size() == query_.limit;
      if (is_full || (query_.LooksIntoCases() && examined == InboxPage::kExaminedMost)) {
        page_.next = ToHex(last);
        return std::move(page_);
      }
      ++examined;
      RASTI_TRY(const Uuid uuid, UuidFromBytes(bytes.Rest()));
      RASTI_TRY(const auto found, cases_.Current(core::CaseId{uuid}));
      if (!found) {
        return Fail(Error::Corruption(fmt::format(
            "views: an inbox has case {}, which is not there; delete the views, they are rebuilt", FormatUuid(uuid))));
      }
      if (Passes(query_, found->state)) page_.rows.push_back(MakeInboxRow(found->state));
      last = position;
      first->Next();
    }
  }

 private:
  // A scan for each stage of each list, and how many cases they have.
  Status Open(const std::string& after) {
    std::vector<InboxPlace> places = query_.places;
    if (places.empty()) places.emplace_back();
    int64_t total = 0;
    for (const InboxPlace& place : places) {
      const std::string prefix = InboxPrefix(query_.tenant, place);
      std::vector<core::StageId> stages;
      if (query_.stage) {
        stages.push_back(*query_.stage);
      } else {
        RASTI_TRY(stages, StagesOf(reader_, prefix));
      }
      for (const core::StageId& stage : stages) {
        const std::string stage_prefix = InboxStagePrefix(prefix, stage);
        scans_.emplace_back(reader_, stage_prefix, after);
        RASTI_TRY(const auto count, reader_.Get(kInboxCounts, stage_prefix));
        if (!count) continue;
        RASTI_TRY(const int64_t cases, DecodeInboxCount(*count));
        total += cases;
      }
    }
    if (!query_.due_before && !query_.LooksIntoCases()) page_.total = total;
    return {};
  }

  // Where the earliest row is; null: nowhere.
  Result<StageScan*> First() {
    StageScan* first = nullptr;
    for (StageScan& scan : scans_) {
      RASTI_CHECKED(scan.status());
      if (scan.position().empty()) continue;
      if (first == nullptr || scan.position() < first->position()) first = &scan;
    }
    return first;
  }

  const ports::ViewReader& reader_;
  const HistoryReader cases_;
  const InboxQuery& query_;
  std::vector<StageScan> scans_;
  InboxPage page_;
};

}  // namespace

Result<InboxPage> Views::Inbox(const InboxQuery& query) const {
  const auto snapshot = store_.Snapshot();
  return Lister(*snapshot, log_, query).List();
}

}  // namespace rasti::views
