// A session over the socket of `rasti run`.
#pragma once

#include <memory>

#include "tools/rasti/answer_page.h"
#include "tools/rasti/session.h"
#include "tools/rasti/snapshot.h"
#include "tools/rasti/socket_connection.h"

namespace rasti::cli {

class SocketSession final : public Session {
 public:
  /// `page_bytes`: of answers that may be larger than a frame. Errors: kUnavailable (nobody listens),
  /// kUnsupportedVersion (the other end is of another version), kPermission.
  static Result<std::unique_ptr<SocketSession>> Connect(const std::string& path, const std::string& key,
                                                        int32_t page_bytes = kPageBytes);

  Result<Instant> Now() override;
  bool virtual_clock() const override { return virtual_clock_; }
  Status AdvanceClock(Instant to) override;
  Result<std::shared_ptr<const runtime::Configuration>> Configuration() override;
  Result<std::shared_ptr<const runtime::Configuration>> ConfigurationNow() override;
  Result<std::vector<codec::PublishedPackage>> Packages() override { return PackagesInForce(std::nullopt); }
  Result<std::vector<bool>> Publish(const std::vector<codec::PublishedPackage>& packages) override;
  client::CommandClient& commands() override { return commands_; }
  Status Settle(std::chrono::milliseconds timeout) override;
  Result<views::CasePage> GetCase(const std::string& text, const views::Moment& moment,
                                  const std::optional<codec::Token>& token) override;
  Result<views::CaseHistory> History(const std::string& text, const views::Moment& moment) override;
  Result<views::HistoryPage> HistoryFrom(const std::string& text, const views::HistoryQuery& query) override;
  Result<views::DeadlinePage> Overdue(const views::DeadlineQuery& query, Instant now) override;
  Result<views::DeadlinePage> AtRisk(const views::DeadlineQuery& query, Instant from, Instant to) override;
  Result<views::DeadlinePage> OverdueAsOf(const views::DeadlineQuery& query, const views::Moment& moment) override;
  Duration notice() const override { return notice_; }
  Result<views::StatusTally> Tally(const std::optional<core::TenantId>& tenant,
                                   const std::optional<core::ClockId>& clock, std::optional<Instant> at) override;
  Result<views::InboxPage> Inbox(const views::InboxQuery& query) override;
  Result<std::vector<views::StatsRow>> Stats(const views::StatsQuery& query) override;
  Result<views::PublicPage> Public(const views::PublicQuery& query) override;
  Result<views::NumberPage> Numbers(const views::NumberQuery& query) override;
  Result<ViewStatus> Views() override;
  Status RebuildViews() override;
  Result<views::CaseList> ListCases(const views::CaseQuery& query) override;
  Result<std::vector<core::Sequence>> Ends() override;
  Result<EventPage> ReadEvents(const EventQuery& query) override;
  Status FollowEvents(const EventQuery& query, std::chrono::milliseconds wait,
                      std::function<void(Result<EventPage>)> done) override;
  Result<ForecastPage> Forecast(const ForecastQuery& query) override;
  Result<runtime::DeadLetterPage> DeadLetters(const runtime::DeadLetterQuery& query) override;
  Result<runtime::FiledDeadLetter> NoteOnDeadLetter(codec::DeadLetterNote note) override;
  bool is_of_service() const override { return true; }
  Status Close() override { return {}; }

  /// Has the service write a snapshot into a directory of this machine. Errors: those of Node::Snapshot.
  Status Snapshot(const std::string& directory, const SnapshotWish& wish);
  /// Has the service copy its log to DATA/backup.making/log. Errors: those of Node::CopyLog.
  Status CopyLog();
  /// Returns once the node has left the others for good. Errors: as for every request; those of Node::LeaveForGood.
  Status Retire();
  /// How the engine does. Errors: as for every request.
  Result<v1::Response::Status> EngineStatus();
  /// The same at more length, for who watches it.
  Result<v1::Response::Figures> Figures();
  /// `done` is called once, from the connection's own thread, unless an error is returned.
  Status AskFigures(std::function<void(Result<v1::Response::Figures>)> done);

 private:
  SocketSession(std::unique_ptr<SocketConnection> connection, const std::string& key, int32_t page_bytes);
  Result<v1::Response::Pong> Ping();
  int32_t BytesOfPage(size_t wanted) const;
  /// With an instant: see ListPackages::in_force_at_ms.
  Result<std::vector<codec::PublishedPackage>> PackagesInForce(std::optional<Instant> at);
  Result<views::DeadlinePage> Deadlines(v1::Request request, const views::DeadlineQuery& query);

  std::unique_ptr<SocketConnection> connection_;
  const int32_t page_bytes_;
  client::CommandClient commands_;
  bool virtual_clock_ = false;
  Duration notice_{0};
  std::shared_ptr<const runtime::Configuration> configuration_;
  std::shared_ptr<const runtime::Configuration> configuration_now_;
};

}  // namespace rasti::cli
