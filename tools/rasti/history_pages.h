// A case's history, put together from the pages in which it is read.
#pragma once

#include <functional>
#include <optional>

#include "engine/views/history.h"

namespace rasti::cli {

/// Answers one page; see views::Views::HistoryFrom.
using ReadHistoryPage = std::function<Result<views::HistoryPage>(const views::HistoryQuery&)>;

struct HistoryPart {
  views::CaseHistory history;
  std::optional<core::Revision> next;  // to go on with; none: there is no more
};

/// The events that the query asks for, in as many pages as it takes. Their chain is verified: from the case's id on, or
/// from what the first one says of the event before it where that was not asked for.
/// Errors: kCorruption (not the next event of the case), kInternal (pages that do not follow each other); those of
/// `read`.
Result<HistoryPart> ReadHistory(const ReadHistoryPage& read, views::HistoryQuery query);

}  // namespace rasti::cli
