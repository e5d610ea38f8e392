#include "tools/rasti/direct_session.h"

#include "tools/rasti/events/event_scan.h"
#include "tools/rasti/registry.h"

namespace rasti::cli {
namespace {

constexpr std::chrono::milliseconds kViewWait{30'000};

}  // namespace

client::ClientOptions LocalClientOptions(const std::string& key) {
  client::ClientOptions options;
  options.submitter = core::SubmitterId(kLocalSubmitter);
  options.key_id = kLocalSubmitter;
  options.key = key;
  return options;
}

DirectSession::DirectSession(std::unique_ptr<Node> engine)
    : engine_(std::move(engine)), commands_(engine_->channel(), [this] {
        client::ClientOptions options = LocalClientOptions(engine_->key());
        options.alive = [raw = engine_.get()] { return raw->status(); };
        return options;
      }()) {}

DirectSession::~DirectSession() { static_cast<void>(Close()); }

Result<std::shared_ptr<const runtime::Configuration>> DirectSession::Configuration() {
  return engine_->configuration().Current();
}

Result<std::vector<codec::PublishedPackage>> DirectSession::Packages() { return engine_->configuration().packages(); }

Result<std::vector<bool>> DirectSession::Publish(const std::vector<codec::PublishedPackage>& packages) {
  RASTI_TRY(const auto outcome, engine_->configuration().Publish(packages));
  std::vector<bool> is_new;
  for (const auto published : outcome) is_new.push_back(published == runtime::ConfigurationReader::Published::kNew);
  return is_new;
}

Result<views::CasePage> DirectSession::GetCase(const std::string& text, const views::Moment& moment,
                                               const std::optional<codec::Token>& token) {
  RASTI_CHECKED(token ? engine_->views().WaitFor(*token, kViewWait) : engine_->views().WaitForEnd(kViewWait));
  RASTI_TRY(const core::CaseId id, engine_->views().shown()->FindCase(text));
  return engine_->views().shown()->GetCase(id, moment);
}

Result<views::CaseHistory> DirectSession::History(const std::string& text, const views::Moment& moment) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  RASTI_TRY(const core::CaseId id, engine_->views().shown()->FindCase(text));
  return engine_->views().shown()->History(id, moment);
}

Result<views::HistoryPage> DirectSession::HistoryFrom(const std::string& text, const views::HistoryQuery& query) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  RASTI_TRY(const core::CaseId id, engine_->views().shown()->FindCase(text));
  return engine_->views().shown()->HistoryFrom(id, query);
}

Result<views::DeadlinePage> DirectSession::Overdue(const views::DeadlineQuery& query, Instant now) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->Overdue(query, now);
}

Result<views::DeadlinePage> DirectSession::AtRisk(const views::DeadlineQuery& query, Instant from, Instant to) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->AtRisk(query, from, to);
}

Result<views::DeadlinePage> DirectSession::OverdueAsOf(const views::DeadlineQuery& query, const views::Moment& moment) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->OverdueAsOf(query, moment);
}

Result<views::StatusTally> DirectSession::Tally(const std::optional<core::TenantId>& tenant,
                                                const std::optional<core::ClockId>& clock, std::optional<Instant> at) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->Tally(tenant, clock, at, engine_->clock().Now());
}

Result<views::InboxPage> DirectSession::Inbox(const views::InboxQuery& query) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->Inbox(query);
}

Result<std::vector<views::StatsRow>> DirectSession::Stats(const views::StatsQuery& query) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->Stats(query);
}

Result<views::PublicPage> DirectSession::Public(const views::PublicQuery& query) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->Public(query);
}

Result<views::NumberPage> DirectSession::Numbers(const views::NumberQuery& query) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->Numbers(query);
}

Result<views::CaseList> DirectSession::ListCases(const views::CaseQuery& query) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  return engine_->views().shown()->ListCases(query);
}

Result<std::vector<core::Sequence>> DirectSession::Ends() {
  std::vector<core::Sequence> ends;
  for (int i = 0; i < engine_->log().partition_count(); ++i) {
    RASTI_TRY(const core::Sequence end, engine_->log().EndSequence({i}));
    ends.push_back(end);
  }
  return ends;
}

Result<EventPage> DirectSession::ReadEvents(const EventQuery& query) { return cli::ReadEvents(engine_->log(), query); }

Status DirectSession::FollowEvents(const EventQuery&, std::chrono::milliseconds,
                                   std::function<void(Result<EventPage>)>) {
  return Fail(ErrorCode::kUnavailable,
              "nobody runs the engine here, so nothing more comes: start `rasti run`, and follow its events");
}

Result<ForecastPage> DirectSession::Forecast(const ForecastQuery& query) {
  RASTI_CHECKED(engine_->views().WaitForEnd(kViewWait));
  const runtime::ConfigurationReader& configuration = engine_->configuration();
  return MakeForecast(*engine_->views().shown(), configuration.packages(), *configuration.Current(),
                      engine_->clock().Now(), query);
}

Result<runtime::FiledDeadLetter> DirectSession::NoteOnDeadLetter(codec::DeadLetterNote note) {
  note.noted_at = engine_->clock().Now();
  return runtime::NoteOnDeadLetter(engine_->log(), std::move(note));
}

Status DirectSession::Close() { return engine_->Close(); }

}  // namespace rasti::cli
