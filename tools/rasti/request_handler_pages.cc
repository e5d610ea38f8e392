// Questions whose answers may be larger than a frame.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "tools/rasti/answer_page.h"
#include "tools/rasti/request_handler.h"
#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

constexpr std::chrono::milliseconds kViewWait{30'000};
constexpr int kCasesMost = 1'000;
constexpr int kRowsMost = 100'000;
// Leaves room in the frame for what is around the events.
constexpr size_t kHistoryBytesMost = kFrameBytesMost - 65'536;
constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

// Which tenants and calendars are not in force any more at an instant.
std::vector<bool> PastAt(Instant at, const std::vector<codec::PublishedPackage>& packages) {
  std::vector<bool> past(packages.size());
  std::map<std::string, size_t> in_force;
  for (size_t i = 0; i < packages.size(); ++i) {
    const codec::PublishedPackage& package = packages[i];
    const codec::PackageKind kind = package.files.kind;
    if (kind != codec::PackageKind::kTenant && kind != codec::PackageKind::kCalendar) continue;
    if (package.effective_from > at) continue;
    const auto [last, is_first] =
        in_force.try_emplace(fmt::format("{}/{}", codec::PackageKindName(kind), package.files.name), i);
    if (is_first) continue;
    // Of two with the same instant the one that was published later holds.
    const bool takes_over = packages[last->second].effective_from <= package.effective_from;
    past[takes_over ? last->second : i] = true;
    if (takes_over) last->second = i;
  }
  return past;
}

// A list says how to go on behind any of its rows: where titles are so long that as many as were asked for would not
// fit, there are fewer.
template <class Query, class List, class Answer>
Status FillList(Query query, const List& list, Answer& answer) {
  for (;; query.limit /= 2) {
    RASTI_TRY(const auto page, list(query));
    answer.Clear();
    ToWire(page, answer);
    if (answer.ByteSizeLong() <= kPageBytesMost || query.limit <= 1) return {};
  }
}

}  // namespace

Status RequestHandler::Packages(const v1::Request::ListPackages& ask, v1::Response& response) {
  if (ask.from() < 0) return Fail(Error::Invalid(fmt::format("packages are counted from 0, not {}", ask.from())));
  if (ask.from() == 0) {
    // Another node may have published some. Where the log is away, what is known serves who fills in a form: it is
    // decided by who has read them all.
    Status refreshed = engine_.configuration().Refresh();
    if (!refreshed && refreshed.error().code != ErrorCode::kUnavailable) return refreshed;
  }
  const auto packages = engine_.configuration().packages();
  std::vector<bool> left_out(packages.size());
  if (ask.has_in_force_at_ms()) {
    RASTI_TRY(const Instant at, InstantFromWire(ask.in_force_at_ms()));
    left_out = PastAt(at, packages);
  }
  auto& answer = *response.mutable_packages();
  AnswerPage page(PageBytes(ask.page_bytes(), kUnbounded));
  for (auto at = static_cast<size_t>(ask.from()); at < packages.size(); ++at) {
    if (left_out[at]) continue;
    const std::string package = codec::EncodePackage(packages[at]);
    if (!page.Takes(package.size())) {
      answer.set_next(static_cast<int32_t>(at));
      break;
    }
    answer.add_packages()->ParseFromString(package);
  }
  return {};
}

Status RequestHandler::History(const v1::Request::ShowHistory& ask, v1::Response& response) {
  if (ask.page_bytes() <= 0) return WholeHistory(ask, response);
  views::HistoryQuery query;
  RASTI_TRY(query.moment, FromWire(ask.moment()));
  if (ask.from() != 0) query.from = core::Revision{ask.from()};
  if (ask.most() > 0) query.limit = static_cast<size_t>(ask.most());
  query.bytes = PageBytes(ask.page_bytes(), kPageBytesMost);
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  RASTI_TRY(const core::CaseId id, engine_.views().shown()->FindCase(ask.case_()));
  // The records as they are: what the client checks must be what the log holds.
  RASTI_TRY(views::HistoryPage page, engine_.views().shown()->HistoryFrom(id, query));
  auto& answer = *response.mutable_history();
  answer.set_partition(page.partition.value);
  for (std::string& record : page.records) answer.add_stored(std::move(record));
  if (page.next) answer.set_next(page.next->value);
  return {};
}

Status RequestHandler::WholeHistory(const v1::Request::ShowHistory& ask, v1::Response& response) {
  RASTI_TRY(const views::Moment moment, FromWire(ask.moment()));
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  RASTI_TRY(const core::CaseId id, engine_.views().shown()->FindCase(ask.case_()));
  RASTI_TRY(views::CaseHistory history, engine_.views().shown()->History(id, moment));
  response.mutable_history()->set_partition(history.partition.value);
  size_t bytes = 0;
  for (std::string& record : history.records) {
    bytes += record.size();
    if (bytes > kHistoryBytesMost) {
      return Fail(Error::OutOfRange(fmt::format(
          "the history of {} has more than {} bytes: ask for it in pages (page_bytes)", id.str(), kHistoryBytesMost)));
    }
    response.mutable_history()->add_stored(std::move(record));
  }
  return {};
}

Status RequestHandler::Deadlines(const v1::Request::ListDeadlines& ask, v1::Response& response) {
  RASTI_TRY(views::DeadlineQuery query, FromWire(ask));
  query.limit = std::min<size_t>(query.limit, kRowsMost);
  RASTI_TRY(const views::Moment as_of, FromWire(ask.as_of()));
  RASTI_TRY(const Instant from, InstantFromWire(ask.from_at_ms()));
  RASTI_TRY(const Instant to, InstantFromWire(ask.to_at_ms()));
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  const auto shown = engine_.views().shown();
  const auto list = [&](const views::DeadlineQuery& rows) {
    if (!as_of.IsNow()) return shown->OverdueAsOf(rows, as_of);
    return ask.has_from_at_ms() ? shown->AtRisk(rows, from, to) : shown->Overdue(rows, to);
  };
  return FillList(query, list, *response.mutable_deadlines());
}

Status RequestHandler::Inbox(const v1::Request::ListInbox& ask, v1::Response& response) {
  RASTI_TRY(views::InboxQuery query, FromWire(ask));
  query.limit = std::min<size_t>(query.limit, kRowsMost);
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  const auto shown = engine_.views().shown();
  const auto list = [&](const views::InboxQuery& rows) { return shown->Inbox(rows); };
  return FillList(query, list, *response.mutable_inbox());
}

Status RequestHandler::Public(const v1::Request::ListPublic& ask, v1::Response& response) {
  views::PublicQuery query = FromWire(ask);
  query.limit = std::min<size_t>(query.limit, kRowsMost);
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  const auto shown = engine_.views().shown();
  const auto list = [&](const views::PublicQuery& rows) { return shown->Public(rows); };
  return FillList(query, list, *response.mutable_public_cases());
}

Status RequestHandler::Cases(const v1::Request::ListCases& ask, v1::Response& response) {
  views::CaseQuery query;
  if (!ask.tenant().empty()) query.tenant.emplace(ask.tenant());
  RASTI_TRY(query.moment, FromWire(ask.moment()));
  query.limit = static_cast<size_t>(std::clamp(ask.most(), 1, kCasesMost));
  query.bytes = PageBytes(ask.page_bytes(), static_cast<size_t>(kPageBytes));
  if (!ask.after().empty()) {
    RASTI_TRY(const Uuid after, UuidFromBytes(ask.after()));
    query.after = core::CaseId{after};
  }
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  RASTI_TRY(views::CaseList list, engine_.views().shown()->ListCases(query));
  // A case may have been larger at the moment than it is now.
  auto& answer = *response.mutable_cases();
  AnswerPage page(query.bytes);
  std::optional<core::CaseId> last;
  for (const views::CasePage& one : list.pages) {
    v1::Response::CasePage wire;
    ToWire(one, wire);
    if (!page.Takes(wire.ByteSizeLong())) {
      list.next = last;
      break;
    }
    *answer.add_pages() = std::move(wire);
    last = one.state.id;
  }
  if (list.next) answer.set_next(std::string(list.next->uuid.AsBytes()));
  return {};
}

Status RequestHandler::Stats(const v1::Request::SumUp& ask, v1::Response& response) {
  RASTI_TRY(const views::StatsQuery query, FromWire(ask));
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  RASTI_TRY(const auto rows, engine_.views().shown()->Stats(query));
  std::optional<views::StatsRow> after;
  if (ask.has_after()) after = FromWire(ask.after());
  auto& answer = *response.mutable_stats();
  AnswerPage page(PageBytes(ask.page_bytes(), kUnbounded));
  for (const views::StatsRow& row : rows) {
    if (after && std::tie(row.period, row.group) <= std::tie(after->period, after->group)) continue;
    v1::Response::Stats::Row wire;
    ToWire(row, wire);
    if (!page.Takes(wire.ByteSizeLong())) {
      answer.set_more(true);
      break;
    }
    *answer.add_rows() = std::move(wire);
  }
  return {};
}

}  // namespace rasti::cli
