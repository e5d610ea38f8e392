#include "tools/rasti/request_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "proto/rasti/v1/command.pb.h"
#include "tools/rasti/frame.h"
#include "tools/rasti/version.h"
#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kViewWait{30'000};
constexpr milliseconds kSettleMost = std::chrono::hours(1);
constexpr int kRowsMost = 100'000;
// Less than a kilobyte each, without their content.
constexpr int kDeadLettersMost = 10'000;

}  // namespace

v1::Response FailureOf(uint64_t id, const Error& error) {
  v1::Response response;
  response.set_id(id);
  response.mutable_failure()->set_code(std::string(ErrorCodeName(error.code)));
  response.mutable_failure()->set_message(error.message);
  return response;
}

RequestHandler::RequestHandler(Node& engine, ServiceLog& log, int query_threads)
    : engine_(engine), log_(log), started_at_(engine.clock().Now()), queries_(static_cast<size_t>(query_threads)) {}

RequestHandler::~RequestHandler() { queries_.join(); }

void RequestHandler::Handle(v1::Request request, const Answer& answer) {
  if (request.has_submit()) return Submit(request, answer);
  if (request.has_retire()) return Retire(request, answer);
  if (request.read_events().wait_ms() > 0) return Follow(request, answer);
  boost::asio::post(queries_, [this, request = std::move(request), answer] { answer(Query(request)); });
}

void RequestHandler::Retire(const v1::Request& request, const Answer& answer) {
  const uint64_t id = request.id();
  if (const Status may = engine_.LeaveForGood(); !may) return answer(FailureOf(id, may.error()));
  retire_([id, answer](const Status& left) {
    if (!left) return answer(FailureOf(id, left.error()));
    v1::Response response;
    response.set_id(id);
    response.mutable_done();
    answer(std::move(response));
  });
}

void RequestHandler::Submit(const v1::Request& request, const Answer& answer) {
  const uint64_t id = request.id();
  // Only where the command goes; whether it may be given is for the engine to decide.
  v1::Command command;
  if (!command.ParseFromString(request.submit().body()) || command.case_id().size() != 16) {
    return answer(FailureOf(id, Error::Invalid("the body of what was signed is no command with a case_id")));
  }
  const auto taken_at = std::chrono::steady_clock::now();
  const Status taken =
      engine_.channel().Submit(command.case_id(), request.submit().SerializeAsString(),
                               [this, id, answer, taken_at, case_id = command.case_id(),
                                command_id = command.command_id()](Result<std::string> result) {
                                 v1::Response response;
                                 response.set_id(id);
                                 if (!result) {
                                   response = FailureOf(id, result.error());
                                 } else if (!response.mutable_submitted()->ParseFromString(*result)) {
                                   response = FailureOf(id, Error::Internal("a result that cannot be read"));
                                 }
                                 if (log_.debugs())
                                   Tell(case_id, command_id, response, std::chrono::steady_clock::now() - taken_at);
                                 answer(std::move(response));
                               });
  if (!taken) answer(FailureOf(id, taken.error()));
}

// Codes and fields only: what a message says may come from the command.
void RequestHandler::Tell(const std::string& case_id, const std::string& command_id, const v1::Response& response,
                          std::chrono::steady_clock::duration took) {
  const auto uuid = UuidFromBytes(case_id);
  ServiceLog::Fields fields{{"case", uuid ? FormatUuid(*uuid) : ""}, {"command", command_id}};
  if (response.has_failure()) {
    fields["outcome"] = "failed";
    fields["code"] = response.failure().code();
  } else if (response.submitted().has_rejected()) {
    fields["outcome"] = "rejected";
    fields["code"] = response.submitted().rejected().code();
    fields["field"] = response.submitted().rejected().field();
  } else {
    fields["outcome"] = "accepted";
    fields["revision"] = response.submitted().accepted().last_revision();
  }
  fields["us"] = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  log_.Debug("command", fields);
}

v1::Response RequestHandler::Query(const v1::Request& request) {
  v1::Response response;
  response.set_id(request.id());
  if (const Status filled = Fill(request, response); !filled) return FailureOf(request.id(), filled.error());
  return response;
}

Status RequestHandler::Fill(const v1::Request& request, v1::Response& response) {
  switch (request.ask_case()) {
    case v1::Request::kPing: {
      auto& pong = *response.mutable_pong();
      pong.set_version(kVersion);
      pong.set_protocol(kSocketProtocol);
      pong.set_now_at_ms(ToUnixMillis(engine_.clock().Now()));
      pong.set_virtual_clock(engine_.clock().is_virtual());
      pong.set_notice_ms(engine_.notice().count());
      return {};
    }
    case v1::Request::kStatus: return EngineStatus(response);
    case v1::Request::kPublish: return Publish(request.publish(), response);
    case v1::Request::kPackages: return Packages(request.packages(), response);
    case v1::Request::kShow: return Show(request.show(), response);
    case v1::Request::kHistory: return History(request.history(), response);
    case v1::Request::kDeadlines: return Deadlines(request.deadlines(), response);
    case v1::Request::kCases: return Cases(request.cases(), response);
    case v1::Request::kInbox: return Inbox(request.inbox(), response);
    case v1::Request::kStats: return Stats(request.stats(), response);
    case v1::Request::kCount: return Count(request.count(), response);
    case v1::Request::kPublicCases: return Public(request.public_cases(), response);
    case v1::Request::kNumbers: return Numbers(request.numbers(), response);
    case v1::Request::kViews: {
      if (request.views().rebuild()) RASTI_CHECKED(engine_.views().Rebuild());
      RASTI_TRY(const ViewStatus status, engine_.views().status());
      ToWire(status, *response.mutable_views());
      return {};
    }
    case v1::Request::kDeadLetters: return DeadLetters(request.dead_letters(), response);
    case v1::Request::kNoteDeadLetter: return NoteDeadLetter(request.note_dead_letter(), response);
    case v1::Request::kForecast: return Forecast(request.forecast(), response);
    case v1::Request::kReadEvents: return ReadEvents(request.read_events(), response);
    case v1::Request::kFigures: {
      if (!figures_) return Fail(Error::Invalid("nobody counts here"));
      return figures_(*response.mutable_figures());
    }
    case v1::Request::kSettle: {
      const milliseconds wait{request.settle().length_ms()};
      response.mutable_done();
      return engine_.Settle(std::clamp(wait, milliseconds{0}, kSettleMost));
    }
    case v1::Request::kAdvanceClock: {
      RASTI_TRY(const Instant to, InstantFromWire(request.advance_clock().advance_to_at_ms()));
      const std::lock_guard lock(change_mutex_);
      response.mutable_done();
      return engine_.AdvanceClock(to);
    }
    case v1::Request::kSnapshot: {
      SnapshotWish wish;
      for (const int32_t partition : request.snapshot().partitions()) wish.partitions.push_back({partition});
      wish.partial = request.snapshot().partial();
      response.mutable_done();
      RASTI_CHECKED(engine_.Snapshot(request.snapshot().directory(), std::move(wish)));
      return {};
    }
    case v1::Request::kCopyLog: response.mutable_done(); return engine_.CopyLog();
    case v1::Request::kSubmit:
    case v1::Request::kRetire:
    case v1::Request::ASK_NOT_SET: break;
  }
  return Fail(ErrorCode::kUnsupportedVersion, "the request asks nothing that this version knows");
}

Status RequestHandler::Show(const v1::Request::ShowCase& ask, v1::Response& response) {
  RASTI_TRY(const views::Moment moment, FromWire(ask.moment()));
  RASTI_CHECKED(ask.has_token() ? engine_.views().WaitFor(FromWire(ask.token()), kViewWait)
                                : engine_.views().WaitForEnd(kViewWait));
  RASTI_TRY(const core::CaseId id, engine_.views().shown()->FindCase(ask.case_()));
  RASTI_TRY(const views::CasePage page, engine_.views().shown()->GetCase(id, moment));
  ToWire(page, *response.mutable_page());
  return {};
}

Status RequestHandler::Numbers(const v1::Request::ListNumbers& ask, v1::Response& response) {
  views::NumberQuery query = FromWire(ask);
  query.limit = std::min<size_t>(query.limit, kRowsMost);
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  RASTI_TRY(const views::NumberPage page, engine_.views().shown()->Numbers(query));
  ToWire(page, *response.mutable_numbers());
  return {};
}

Status RequestHandler::Count(const v1::Request::CountCases& ask, v1::Response& response) {
  std::optional<Instant> at;
  if (ask.has_at_ms()) {
    RASTI_TRY(at, InstantFromWire(ask.at_ms()));
  }
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  const auto tenant = ask.tenant().empty() ? std::nullopt : std::optional(core::TenantId(ask.tenant()));
  const auto clock = ask.clock().empty() ? std::nullopt : std::optional(core::ClockId(ask.clock()));
  RASTI_TRY(const views::StatusTally tally, engine_.views().shown()->Tally(tenant, clock, at, engine_.clock().Now()));
  ToWire(tally, *response.mutable_tally());
  return {};
}

Status RequestHandler::DeadLetters(const v1::Request::ListDeadLetters& ask, v1::Response& response) {
  runtime::DeadLetterQuery query;
  query.settled_too = ask.settled_too();
  if (!ask.letter().empty()) {
    RASTI_TRY(query.id, codec::ParseDeadLetterId(ask.letter()));
    query.with_content = true;
  }
  if (ask.has_since_at_ms()) {
    RASTI_TRY(query.since, InstantFromWire(ask.since_at_ms()));
  }
  if (ask.most() > 0) query.most = static_cast<size_t>(std::min(ask.most(), kDeadLettersMost));
  RASTI_TRY(const runtime::DeadLetterPage page, runtime::ReadDeadLetters(engine_.log(), query));
  auto& answer = *response.mutable_dead_letters();
  for (const runtime::FiledDeadLetter& filed : page.letters) ToWire(filed, *answer.add_entries());
  answer.set_total(page.total);
  return {};
}

Status RequestHandler::NoteDeadLetter(const v1::Request::NoteDeadLetter& ask, v1::Response& response) {
  v1::DeadLetterRecord record;
  *record.mutable_note() = ask.note();
  record.mutable_note()->set_noted_at_ms(ToUnixMillis(engine_.clock().Now()));
  RASTI_TRY(auto note, codec::DecodeDeadLetterRecord(record.SerializeAsString()));
  const std::lock_guard lock(change_mutex_);
  RASTI_TRY(const auto filed,
            runtime::NoteOnDeadLetter(engine_.log(), std::get<codec::DeadLetterNote>(std::move(note))));
  ToWire(filed, *response.mutable_dead_letters()->add_entries());
  return {};
}

bool RequestHandler::IsPublished(const codec::PublishedPackage& package) const {
  return std::ranges::any_of(engine_.configuration().packages(),
                             [&](const codec::PublishedPackage& known) { return known.Key() == package.Key(); });
}

Status RequestHandler::Publish(const v1::Request::Publish& ask, v1::Response& response) {
  RASTI_TRY(const auto packages, PackagesFromWire(ask));
  const std::lock_guard lock(change_mutex_);
  // What is decided meanwhile names the versions that are in force, so none may come into force behind its back.
  const Instant now = engine_.clock().Now();
  // Where nodes share the log one that is too near would be held back (runtime::ConfigurationReader). A part of the
  // notice may have passed on the way here.
  const Duration least = engine_.notice() == kNoticeOnKafka ? kNoticeOnKafka / 2 : Duration{0};
  for (const codec::PublishedPackage& package : packages) {
    if (package.effective_from >= now + least || IsPublished(package)) continue;
    const bool is_past = package.effective_from < now;
    return Fail(Error::Invalid(fmt::format(
        "{}: effective_from {} {}; it is {}{}", package.Key(), FormatInstant(package.effective_from),
        is_past ? "lies in the past" : "is too near for every node to know it by then", FormatInstant(now),
        least == Duration{0} ? ""
                             : fmt::format(", and {} or later would be right", FormatInstant(now + kNoticeOnKafka)))));
  }
  RASTI_TRY(const auto published, engine_.configuration().Publish(packages));
  auto& answer = *response.mutable_published();
  for (const auto outcome : published) answer.add_is_new(outcome == runtime::ConfigurationReader::Published::kNew);
  return {};
}

Status RequestHandler::EngineStatus(v1::Response& response) {
  auto& status = *response.mutable_status();
  status.set_started_at_ms(ToUnixMillis(started_at_));
  if (client_count_) status.set_clients(client_count_());
  status.set_metrics(metrics_address_);
  RASTI_TRY(const auto lags, engine_.views().Lag());
  const auto standby = engine_.standby_positions();
  const auto halted = engine_.halted();
  for (const runtime::PartitionLag& lag : lags) {
    auto& partition = *status.add_partitions();
    partition.set_partition(lag.partition.value);
    partition.set_end(lag.end.value);
    partition.set_shown(lag.applied.value);
    if (const auto kept = standby.find(lag.partition); kept != standby.end()) partition.set_standby(kept->second.value);
    if (const auto why = halted.find(lag.partition); why != halted.end()) partition.set_halted(why->second);
  }
  const runtime::PartitionCounters counters = engine_.counters();
  status.set_commands_accepted(counters.commands_accepted);
  status.set_commands_rejected(counters.commands_rejected);
  status.set_commands_repeated(counters.commands_repeated);
  status.set_timers_fired(counters.timers_fired);
  status.set_timers_waiting(static_cast<int64_t>(engine_.timer_count()));
  status.set_events(counters.events);
  status.set_dead_letters(counters.dead_letters);
  return {};
}

}  // namespace rasti::cli
