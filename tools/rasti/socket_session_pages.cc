// Answers that come in pages, put together.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <tuple>

#include "tools/rasti/history_pages.h"
#include "tools/rasti/socket_session.h"
#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

constexpr std::chrono::milliseconds kPageWait{60'000};

Error NotThePage() { return Error::Internal("the answer is not the page that was asked for"); }

auto PlaceOf(const views::StatsRow& row) { return std::tie(row.period, row.group); }

}  // namespace

int32_t SocketSession::BytesOfPage(size_t wanted) const {
  return static_cast<int32_t>(std::clamp<size_t>(wanted, 1, static_cast<size_t>(page_bytes_)));
}

Result<std::vector<codec::PublishedPackage>> SocketSession::PackagesInForce(std::optional<Instant> at) {
  std::vector<codec::PublishedPackage> all;
  int32_t from = 0;
  do {
    v1::Request request;
    request.mutable_packages()->set_from(from);
    request.mutable_packages()->set_page_bytes(page_bytes_);
    if (at) request.mutable_packages()->set_in_force_at_ms(ToUnixMillis(*at));
    RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kPageWait));
    RASTI_TRY(auto page, PackagesFromWire(response.packages()));
    std::ranges::move(page, std::back_inserter(all));
    const int32_t next = response.packages().next();
    if (next != 0 && (page.empty() || next <= from)) return Fail(NotThePage());
    from = next;
  } while (from != 0);
  return all;
}

Result<views::HistoryPage> SocketSession::HistoryFrom(const std::string& text, const views::HistoryQuery& query) {
  v1::Request request;
  auto& ask = *request.mutable_history();
  ask.set_case_(text);
  ToWire(query.moment, *ask.mutable_moment());
  ask.set_from(query.from.value);
  ask.set_most(static_cast<int32_t>(std::min<size_t>(query.limit, INT32_MAX)));
  ask.set_page_bytes(BytesOfPage(query.bytes));
  RASTI_TRY(v1::Response response, connection_->Call(std::move(request), kPageWait));
  auto& answer = *response.mutable_history();
  views::HistoryPage page;
  page.partition = {answer.partition()};
  for (std::string& stored : *answer.mutable_stored()) page.records.push_back(std::move(stored));
  if (answer.next() != 0) page.next = core::Revision{answer.next()};
  return page;
}

Result<views::CaseHistory> SocketSession::History(const std::string& text, const views::Moment& moment) {
  views::HistoryQuery query;
  query.moment = moment;
  const auto read = [&](const views::HistoryQuery& page) { return HistoryFrom(text, page); };
  RASTI_TRY(HistoryPart all, ReadHistory(read, query));
  return std::move(all.history);
}

Result<std::vector<views::StatsRow>> SocketSession::Stats(const views::StatsQuery& query) {
  std::vector<views::StatsRow> all;
  v1::Request request;
  auto& ask = *request.mutable_stats();
  ToWire(query, ask);
  ask.set_page_bytes(page_bytes_);
  for (;;) {
    RASTI_TRY(const v1::Response response, connection_->Call(request, kPageWait));
    auto page = FromWire(response.stats());
    const bool follows = all.empty() || page.empty() || PlaceOf(all.back()) < PlaceOf(page.front());
    if (!follows || (page.empty() && response.stats().more())) return Fail(NotThePage());
    std::ranges::move(page, std::back_inserter(all));
    if (!response.stats().more()) return all;
    ToWire(all.back(), *ask.mutable_after());
  }
}

Result<views::CaseList> SocketSession::ListCases(const views::CaseQuery& query) {
  v1::Request request;
  auto& ask = *request.mutable_cases();
  if (query.tenant) ask.set_tenant(query.tenant->str());
  ToWire(query.moment, *ask.mutable_moment());
  ask.set_most(static_cast<int32_t>(std::min<size_t>(query.limit, INT32_MAX)));
  ask.set_page_bytes(BytesOfPage(query.bytes));
  if (query.after) ask.set_after(std::string(query.after->uuid.AsBytes()));
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kPageWait));
  return FromWire(response.cases());
}

}  // namespace rasti::cli
