#include "tools/rasti/history_pages.h"

#include <fmt/format.h>

#include "engine/audit/event_hash.h"
#include "engine/codec/event_codec.h"

namespace rasti::cli {
namespace {

Error DoesNotFit() { return Error::Internal("a page of the history that does not fit the question"); }

Status CheckFollows(const views::CaseHistory& history, core::Revision revision, const codec::DecodedEvent& next) {
  const core::Event& event = next.event;
  core::CaseId id = event.ctx().case_id;
  Hash256 head = event.prev_hash;
  if (!history.events.empty()) {
    id = history.events.back().event.ctx().case_id;
    head = history.events.back().hash;
  } else if (revision.value == 1) {
    head = audit::FirstPrevHash(id.uuid);
  }
  if (event.revision == revision && event.ctx().case_id == id && event.prev_hash == head) return {};
  return Fail(Error::Corruption(
      fmt::format("partition {}, sequence {}: not revision {} of case {}: the chain is broken, or the views are of "
                  "another log (delete them, they are rebuilt)",
                  history.partition.value, event.sequence.value, revision.value, id.str())));
}

}  // namespace

Result<HistoryPart> ReadHistory(const ReadHistoryPage& read, views::HistoryQuery query) {
  HistoryPart part;
  views::CaseHistory& history = part.history;
  codec::EventDecoder decoder;
  do {
    RASTI_TRY(views::HistoryPage page, read(query));
    if (page.records.empty() || page.records.size() > query.limit) return Fail(DoesNotFit());
    if (!history.events.empty() && page.partition != history.partition) return Fail(DoesNotFit());
    history.partition = page.partition;
    query.limit -= page.records.size();
    for (std::string& record : page.records) {
      auto decoded = decoder.Decode(record);
      if (!decoded) {
        return Fail(
            decoded.error().At(fmt::format("partition {}, revision {}", history.partition.value, query.from.value)));
      }
      RASTI_CHECKED(CheckFollows(history, query.from, *decoded));
      history.events.push_back(*std::move(decoded));
      history.records.push_back(std::move(record));
      query.from = query.from.Next();
    }
    if (page.next && *page.next != query.from) return Fail(DoesNotFit());
    part.next = page.next;
  } while (part.next && query.limit > 0);
  return part;
}

}  // namespace rasti::cli
