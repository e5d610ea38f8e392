#include "tools/rasti/socket_session.h"

#include <fmt/format.h>

#include "engine/runtime/configuration_reader.h"
#include "tools/rasti/direct_session.h"
#include "tools/rasti/frame.h"
#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kQueryWait{60'000};
// What was read is decided, stores are written and flushed.
constexpr milliseconds kSnapshotWait = std::chrono::hours(1);
constexpr milliseconds kRetireWait = std::chrono::minutes(5);
// A virtual clock may move by a year, and all of it happens before the answer.
constexpr milliseconds kAdvanceWait = std::chrono::hours(6);

Error WrongAnswer() { return Error::Internal("the answer does not fit the question"); }

}  // namespace

SocketSession::SocketSession(std::unique_ptr<SocketConnection> connection, const std::string& key, int32_t page_bytes)
    : connection_(std::move(connection)), page_bytes_(page_bytes), commands_(*connection_, LocalClientOptions(key)) {}

Result<std::unique_ptr<SocketSession>> SocketSession::Connect(const std::string& path, const std::string& key,
                                                              int32_t page_bytes) {
  RASTI_TRY(auto connection, SocketConnection::Connect(path));
  std::unique_ptr<SocketSession> session(new SocketSession(std::move(connection), key, page_bytes));
  RASTI_TRY(const v1::Response::Pong pong, session->Ping());
  if (pong.protocol() != kSocketProtocol) {
    return Fail(
        ErrorCode::kUnsupportedVersion,
        fmt::format("`rasti run` is of version {} and speaks protocol {}, this program {}: use the same version",
                    pong.version(), pong.protocol(), kSocketProtocol));
  }
  session->virtual_clock_ = pong.virtual_clock();
  session->notice_ = Duration{pong.notice_ms()};
  return session;
}

Result<v1::Response::Pong> SocketSession::Ping() {
  v1::Request request;
  request.mutable_ping();
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  if (!response.has_pong()) return Fail(WrongAnswer());
  return response.pong();
}

Result<Instant> SocketSession::Now() {
  RASTI_TRY(const v1::Response::Pong pong, Ping());
  return InstantFromUnixMillis(pong.now_at_ms());
}

Status SocketSession::AdvanceClock(Instant to) {
  v1::Request request;
  request.mutable_advance_clock()->set_advance_to_at_ms(ToUnixMillis(to));
  RASTI_CHECKED(connection_->Call(std::move(request), kAdvanceWait));
  return {};
}

Result<std::shared_ptr<const runtime::Configuration>> SocketSession::Configuration() {
  if (configuration_ == nullptr) {
    RASTI_TRY(const auto packages, Packages());
    RASTI_TRY(configuration_, runtime::ConfigurationReader::Of(packages));
  }
  return configuration_;
}

Result<std::shared_ptr<const runtime::Configuration>> SocketSession::ConfigurationNow() {
  if (configuration_ != nullptr) return configuration_;
  if (configuration_now_ == nullptr) {
    RASTI_TRY(const Instant now, Now());
    RASTI_TRY(const auto packages, PackagesInForce(now - std::chrono::hours(1)));
    RASTI_TRY(configuration_now_, runtime::ConfigurationReader::Of(packages));
  }
  return configuration_now_;
}

Result<std::vector<bool>> SocketSession::Publish(const std::vector<codec::PublishedPackage>& packages) {
  v1::Request request;
  ToWire(packages, *request.mutable_publish());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  configuration_.reset();
  configuration_now_.reset();
  const auto& is_new = response.published().is_new();
  if (is_new.size() != static_cast<int>(packages.size())) return Fail(WrongAnswer());
  return std::vector<bool>(is_new.begin(), is_new.end());
}

Status SocketSession::Retire() {
  v1::Request request;
  request.mutable_retire();
  RASTI_CHECKED(connection_->Call(std::move(request), kRetireWait));
  return {};
}

Status SocketSession::Snapshot(const std::string& directory, const SnapshotWish& wish) {
  v1::Request request;
  request.mutable_snapshot()->set_directory(directory);
  for (const core::PartitionId partition : wish.partitions) {
    request.mutable_snapshot()->add_partitions(partition.value);
  }
  request.mutable_snapshot()->set_partial(wish.partial);
  RASTI_CHECKED(connection_->Call(std::move(request), kSnapshotWait));
  return {};
}

Status SocketSession::CopyLog() {
  v1::Request request;
  request.mutable_copy_log();
  RASTI_CHECKED(connection_->Call(std::move(request), kSnapshotWait));
  return {};
}

Status SocketSession::Settle(milliseconds timeout) {
  v1::Request request;
  request.mutable_settle()->set_length_ms(timeout.count());
  RASTI_CHECKED(connection_->Call(std::move(request), timeout + kQueryWait));
  return {};
}

Result<views::CasePage> SocketSession::GetCase(const std::string& text, const views::Moment& moment,
                                               const std::optional<codec::Token>& token) {
  v1::Request request;
  auto& show = *request.mutable_show();
  show.set_case_(text);
  ToWire(moment, *show.mutable_moment());
  if (token) ToWire(*token, *show.mutable_token());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.page());
}

Result<views::DeadlinePage> SocketSession::Deadlines(v1::Request request, const views::DeadlineQuery& query) {
  ToWire(query, *request.mutable_deadlines());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.deadlines());
}

Result<views::DeadlinePage> SocketSession::Overdue(const views::DeadlineQuery& query, Instant now) {
  v1::Request request;
  request.mutable_deadlines()->set_to_at_ms(ToUnixMillis(now));
  return Deadlines(std::move(request), query);
}

Result<views::DeadlinePage> SocketSession::AtRisk(const views::DeadlineQuery& query, Instant from, Instant to) {
  v1::Request request;
  request.mutable_deadlines()->set_from_at_ms(ToUnixMillis(from));
  request.mutable_deadlines()->set_to_at_ms(ToUnixMillis(to));
  return Deadlines(std::move(request), query);
}

Result<views::DeadlinePage> SocketSession::OverdueAsOf(const views::DeadlineQuery& query, const views::Moment& moment) {
  v1::Request request;
  ToWire(moment, *request.mutable_deadlines()->mutable_as_of());
  return Deadlines(std::move(request), query);
}

Result<views::StatusTally> SocketSession::Tally(const std::optional<core::TenantId>& tenant,
                                                const std::optional<core::ClockId>& clock, std::optional<Instant> at) {
  v1::Request request;
  auto& count = *request.mutable_count();
  if (tenant) count.set_tenant(tenant->str());
  if (clock) count.set_clock(clock->str());
  if (at) count.set_at_ms(ToUnixMillis(*at));
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kAdvanceWait));
  return FromWire(response.tally());
}

Result<views::InboxPage> SocketSession::Inbox(const views::InboxQuery& query) {
  v1::Request request;
  ToWire(query, *request.mutable_inbox());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.inbox());
}

Result<views::PublicPage> SocketSession::Public(const views::PublicQuery& query) {
  v1::Request request;
  ToWire(query, *request.mutable_public_cases());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.public_cases());
}

Result<views::NumberPage> SocketSession::Numbers(const views::NumberQuery& query) {
  v1::Request request;
  ToWire(query, *request.mutable_numbers());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.numbers());
}

Result<ViewStatus> SocketSession::Views() {
  v1::Request request;
  request.mutable_views();
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.views());
}

Status SocketSession::RebuildViews() {
  v1::Request request;
  request.mutable_views()->set_rebuild(true);
  RASTI_CHECKED(connection_->Call(std::move(request), kQueryWait));
  return {};
}

Result<v1::Response::Figures> SocketSession::Figures() {
  v1::Request request;
  request.mutable_figures();
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return response.figures();
}

Status SocketSession::AskFigures(std::function<void(Result<v1::Response::Figures>)> done) {
  v1::Request request;
  request.mutable_figures();
  return connection_->Send(std::move(request), [done = std::move(done)](Result<v1::Response> response) {
    if (!response) return done(Fail(response.error()));
    done(response->figures());
  });
}

Result<EventPage> SocketSession::ReadEvents(const EventQuery& query) {
  v1::Request request;
  ToWire(query, *request.mutable_read_events());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.events());
}

Status SocketSession::FollowEvents(const EventQuery& query, milliseconds wait,
                                   std::function<void(Result<EventPage>)> done) {
  v1::Request request;
  ToWire(query, *request.mutable_read_events());
  request.mutable_read_events()->set_wait_ms(std::max<int64_t>(wait.count(), 1));
  return connection_->Send(std::move(request), [done = std::move(done)](Result<v1::Response> response) {
    if (!response) return done(Fail(response.error()));
    done(FromWire(response->events()));
  });
}

Result<ForecastPage> SocketSession::Forecast(const ForecastQuery& query) {
  v1::Request request;
  ToWire(query, *request.mutable_forecast());
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return FromWire(response.forecast());
}

Result<runtime::DeadLetterPage> SocketSession::DeadLetters(const runtime::DeadLetterQuery& query) {
  v1::Request request;
  auto& ask = *request.mutable_dead_letters();
  if (query.id) ask.set_letter(query.id->str());
  if (query.since) ask.set_since_at_ms(ToUnixMillis(*query.since));
  ask.set_settled_too(query.settled_too);
  ask.set_most(static_cast<int32_t>(std::min<size_t>(query.most, INT32_MAX)));
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  runtime::DeadLetterPage page;
  for (const auto& entry : response.dead_letters().entries()) {
    RASTI_TRY(auto filed, FromWire(entry));
    page.letters.push_back(std::move(filed));
  }
  page.total = response.dead_letters().total();
  return page;
}

Result<runtime::FiledDeadLetter> SocketSession::NoteOnDeadLetter(codec::DeadLetterNote note) {
  v1::DeadLetterRecord record;
  record.ParseFromString(codec::EncodeDeadLetterRecord(note));
  v1::Request request;
  *request.mutable_note_dead_letter()->mutable_note() = record.note();
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  if (response.dead_letters().entries_size() != 1) return Fail(WrongAnswer());
  return FromWire(response.dead_letters().entries(0));
}

Result<std::vector<core::Sequence>> SocketSession::Ends() {
  RASTI_TRY(const v1::Response::Status status, EngineStatus());
  std::vector<core::Sequence> ends(static_cast<size_t>(status.partitions_size()));
  for (const auto& partition : status.partitions()) {
    if (partition.partition() < 0 || partition.partition() >= status.partitions_size()) return Fail(WrongAnswer());
    ends[static_cast<size_t>(partition.partition())] = core::Sequence{partition.end()};
  }
  return ends;
}

Result<v1::Response::Status> SocketSession::EngineStatus() {
  v1::Request request;
  request.mutable_status();
  RASTI_TRY(const v1::Response response, connection_->Call(std::move(request), kQueryWait));
  return response.status();
}

}  // namespace rasti::cli
