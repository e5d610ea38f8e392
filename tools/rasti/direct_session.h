// A session that opens the data directory itself.
#pragma once

#include <memory>

#include "tools/rasti/node.h"
#include "tools/rasti/session.h"

namespace rasti::cli {

class DirectSession final : public Session {
 public:
  explicit DirectSession(std::unique_ptr<Node> engine);
  ~DirectSession() override;

  Node& engine() { return *engine_; }

  Result<Instant> Now() override { return engine_->clock().Now(); }
  bool virtual_clock() const override { return engine_->clock().is_virtual(); }
  Status AdvanceClock(Instant to) override { return engine_->AdvanceClock(to); }
  Result<std::shared_ptr<const runtime::Configuration>> Configuration() override;
  Result<std::shared_ptr<const runtime::Configuration>> ConfigurationNow() override { return Configuration(); }
  Result<std::vector<codec::PublishedPackage>> Packages() override;
  Result<std::vector<bool>> Publish(const std::vector<codec::PublishedPackage>& packages) override;
  client::CommandClient& commands() override { return commands_; }
  Status Settle(std::chrono::milliseconds timeout) override { return engine_->Settle(timeout); }
  Result<views::CasePage> GetCase(const std::string& text, const views::Moment& moment,
                                  const std::optional<codec::Token>& token) override;
  Result<views::CaseHistory> History(const std::string& text, const views::Moment& moment) override;
  Result<views::HistoryPage> HistoryFrom(const std::string& text, const views::HistoryQuery& query) override;
  Result<views::DeadlinePage> Overdue(const views::DeadlineQuery& query, Instant now) override;
  Result<views::DeadlinePage> AtRisk(const views::DeadlineQuery& query, Instant from, Instant to) override;
  Result<views::DeadlinePage> OverdueAsOf(const views::DeadlineQuery& query, const views::Moment& moment) override;
  Duration notice() const override { return Duration{0}; }
  Result<views::StatusTally> Tally(const std::optional<core::TenantId>& tenant,
                                   const std::optional<core::ClockId>& clock, std::optional<Instant> at) override;
  Result<views::InboxPage> Inbox(const views::InboxQuery& query) override;
  Result<std::vector<views::StatsRow>> Stats(const views::StatsQuery& query) override;
  Result<views::PublicPage> Public(const views::PublicQuery& query) override;
  Result<views::NumberPage> Numbers(const views::NumberQuery& query) override;
  Result<ViewStatus> Views() override { return engine_->views().status(); }
  Status RebuildViews() override { return engine_->views().Rebuild(); }
  Result<views::CaseList> ListCases(const views::CaseQuery& query) override;
  Result<std::vector<core::Sequence>> Ends() override;
  Result<EventPage> ReadEvents(const EventQuery& query) override;
  Status FollowEvents(const EventQuery& query, std::chrono::milliseconds wait,
                      std::function<void(Result<EventPage>)> done) override;
  Result<ForecastPage> Forecast(const ForecastQuery& query) override;
  Result<runtime::DeadLetterPage> DeadLetters(const runtime::DeadLetterQuery& query) override {
    return runtime::ReadDeadLetters(engine_->log(), query);
  }
  Result<runtime::FiledDeadLetter> NoteOnDeadLetter(codec::DeadLetterNote note) override;
  bool is_of_service() const override { return false; }
  Status Close() override;

 private:
  std::unique_ptr<Node> engine_;
  client::CommandClient commands_;
};

/// Who signs on this machine, with the directory's key.
client::ClientOptions LocalClientOptions(const std::string& key);

}  // namespace rasti::cli
