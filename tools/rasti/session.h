// What a command of the command line works with: an engine, wherever it runs.
//
//   direct   this process opens the data directory, fires what is due, and gives the directory free at the end
//   socket   `rasti run` holds the directory: everything goes over its Unix socket
//
// Threading: one thread, except `commands()`, which is thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/client/command_client.h"
#include "engine/codec/package_codec.h"
#include "engine/runtime/configuration.h"
#include "engine/runtime/dead_letter_box.h"
#include "engine/views/views.h"
#include "tools/rasti/calendar/forecast.h"
#include "tools/rasti/events/event_query.h"
#include "tools/rasti/node_views.h"

namespace rasti::cli {

class Session {
 public:
  virtual ~Session() = default;

  /// The engine's clock, now.
  virtual Result<Instant> Now() = 0;
  virtual bool virtual_clock() const = 0;
  /// Moves a virtual clock forward; when it returns, everything that fell due has happened and is shown.
  /// Errors: kInvalidArgument (the machine's clock; backwards).
  virtual Status AdvanceClock(Instant to) = 0;

  /// Every published version of everything, as of the first call or the last Publish.
  virtual Result<std::shared_ptr<const runtime::Configuration>> Configuration() = 0;
  /// The same for who asks about the present only: tenants and calendars, of which there are new versions all the time,
  /// may lack those that were in force more than an hour before the first call.
  virtual Result<std::shared_ptr<const runtime::Configuration>> ConfigurationNow() = 0;
  virtual Result<std::vector<codec::PublishedPackage>> Packages() = 0;
  /// Whether each of them is new. Errors: see runtime::ConfigurationReader::Publish.
  virtual Result<std::vector<bool>> Publish(const std::vector<codec::PublishedPackage>& packages) = 0;

  /// Signs and submits; knows how to try again.
  virtual client::CommandClient& commands() = 0;
  /// Waits until everything taken in, follow-ups between cases included, is decided and shown.
  /// Errors: kTimedOut; what stopped the engine.
  virtual Status Settle(std::chrono::milliseconds timeout) = 0;

  /// How far ahead of now a package is to come into force at the least, so that whoever decides knows it by then.
  virtual Duration notice() const = 0;

  /// `text`: a case_id or a public reference. With a token the answer shows at least what it names. Errors: kNotFound,
  /// kInvalidArgument; kTimedOut.
  virtual Result<views::CasePage> GetCase(const std::string& text, const views::Moment& moment,
                                          const std::optional<codec::Token>& token) = 0;
  /// All of it as of the moment; the chain is verified.
  virtual Result<views::CaseHistory> History(const std::string& text, const views::Moment& moment) = 0;
  /// A page of it, which may hold less than the query says; see ReadHistory in history_pages.h.
  virtual Result<views::HistoryPage> HistoryFrom(const std::string& text, const views::HistoryQuery& query) = 0;
  virtual Result<views::DeadlinePage> Overdue(const views::DeadlineQuery& query, Instant now) = 0;
  virtual Result<views::DeadlinePage> AtRisk(const views::DeadlineQuery& query, Instant from, Instant to) = 0;
  virtual Result<views::DeadlinePage> OverdueAsOf(const views::DeadlineQuery& query, const views::Moment& moment) = 0;
  /// Reads every case. Nothing for tenant or clock: all. Nothing for `at`: as they are, historic ones as at the end of
  /// their history.
  virtual Result<views::StatusTally> Tally(const std::optional<core::TenantId>& tenant,
                                           const std::optional<core::ClockId>& clock, std::optional<Instant> at) = 0;

  /// Open cases by who holds them. Errors: see views::Views::Inbox.
  virtual Result<views::InboxPage> Inbox(const views::InboxQuery& query) = 0;

  /// Errors: see views::Views::Stats.
  virtual Result<std::vector<views::StatsRow>> Stats(const views::StatsQuery& query) = 0;

  /// What anybody may read of a tenant's cases. Errors: see views::Views::Public.
  virtual Result<views::PublicPage> Public(const views::PublicQuery& query) = 0;
  /// The numbers that a register gave. Errors: see views::Views::Numbers.
  virtual Result<views::NumberPage> Numbers(const views::NumberQuery& query) = 0;

  virtual Result<ViewStatus> Views() = 0;
  /// Begins to build the views anew beside those that are shown. Errors: see NodeViews::Rebuild.
  virtual Status RebuildViews() = 0;

  /// All cases of a tenant, page by page; one may hold less than the query says.
  virtual Result<views::CaseList> ListCases(const views::CaseQuery& query) = 0;
  /// The next sequence of each partition of the log.
  virtual Result<std::vector<core::Sequence>> Ends() = 0;

  /// Events as they were recorded. Errors: see ReadEvents in events/event_scan.h.
  virtual Result<EventPage> ReadEvents(const EventQuery& query) = 0;
  /// The same where something fits already, else as soon as it does, at the latest after `wait`; see EventFeed::Follow.
  /// `done` is called once, from any thread, unless an error is returned: kUnavailable where this process holds the
  /// directory, because then nobody else writes.
  virtual Status FollowEvents(const EventQuery& query, std::chrono::milliseconds wait,
                              std::function<void(Result<EventPage>)> done) = 0;
  /// What a calendar would do to running deadlines. Errors: see MakeForecast.
  virtual Result<ForecastPage> Forecast(const ForecastQuery& query) = 0;

  /// With an id in the query: with its content.
  virtual Result<runtime::DeadLetterPage> DeadLetters(const runtime::DeadLetterQuery& query) = 0;
  /// The engine's clock says when. Errors: kNotFound.
  virtual Result<runtime::FiledDeadLetter> NoteOnDeadLetter(codec::DeadLetterNote note) = 0;

  /// Whether a service does the work, which goes on when the session has ended.
  virtual bool is_of_service() const = 0;
  /// Ends the session in good order. Errors: what was decided is committed, but the stores could not be flushed.
  virtual Status Close() = 0;
};

struct SessionOptions {
  std::string directory;
  /// How long to wait for a directory that another process holds without listening: a command that is about to end.
  std::chrono::milliseconds patience{5'000};
  int stream_threads = 1;                            // direct mode
  std::function<void(const std::string&)> progress;  // while a wait is long
  std::function<void(const std::string&)> note;      // what was found and mended
};

/// Over the socket where somebody listens there, directly otherwise.
/// Errors: kNotFound, kInUse (names the holder), kUnsupportedVersion; those of Node::Open.
Result<std::unique_ptr<Session>> OpenSession(const SessionOptions& options);

}  // namespace rasti::cli
