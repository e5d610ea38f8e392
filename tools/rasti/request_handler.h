// What `rasti run` does with a request of the socket.
//
// Commands go straight to the log and are answered after their commit; everything else is read from the views by a few
// threads of its own, so that a slow query holds nobody up but queries.
//
// Ownership: the engine outlives the handler. Threading: thread-safe; answers come from any thread, once a request.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <mutex>

#include "proto/rasti/v1/socket.pb.h"
#include "tools/rasti/node.h"
#include "tools/rasti/service_log.h"

namespace rasti::cli {

class RequestHandler {
 public:
  using Answer = std::function<void(v1::Response)>;

  /// Node and log outlive the handler. Each command is a line of the log at its level of debugging.
  RequestHandler(Node& engine, ServiceLog& log, int query_threads);
  /// Waits for the queries that are under way.
  ~RequestHandler();

  void Handle(v1::Request request, const Answer& answer);
  /// Called once, by the thread that calls Handle, with how to answer once the node has left.
  void set_retire(std::function<void(std::function<void(const Status&)>)> retire) { retire_ = std::move(retire); }
  /// What answers who watches the node.
  void set_figures(std::function<Status(v1::Response::Figures&)> figures) { figures_ = std::move(figures); }
  void set_client_count(std::function<int()> count) { client_count_ = std::move(count); }
  /// Where metrics and health are to be had, for the answer about the engine's status.
  void set_metrics_address(std::string address) { metrics_address_ = std::move(address); }

 private:
  void Retire(const v1::Request& request, const Answer& answer);
  void Submit(const v1::Request& request, const Answer& answer);
  void Follow(const v1::Request& request, const Answer& answer);
  void Tell(const std::string& case_id, const std::string& command_id, const v1::Response& response,
            std::chrono::steady_clock::duration took);
  v1::Response Query(const v1::Request& request);
  Status Fill(const v1::Request& request, v1::Response& response);

  Status Show(const v1::Request::ShowCase& ask, v1::Response& response);
  Status Packages(const v1::Request::ListPackages& ask, v1::Response& response);
  Status History(const v1::Request::ShowHistory& ask, v1::Response& response);
  Status WholeHistory(const v1::Request::ShowHistory& ask, v1::Response& response);
  Status Deadlines(const v1::Request::ListDeadlines& ask, v1::Response& response);
  Status Inbox(const v1::Request::ListInbox& ask, v1::Response& response);
  Status Public(const v1::Request::ListPublic& ask, v1::Response& response);
  Status Numbers(const v1::Request::ListNumbers& ask, v1::Response& response);
  Status Stats(const v1::Request::SumUp& ask, v1::Response& response);
  Status Cases(const v1::Request::ListCases& ask, v1::Response& response);
  Status Count(const v1::Request::CountCases& ask, v1::Response& response);
  Status DeadLetters(const v1::Request::ListDeadLetters& ask, v1::Response& response);
  Status NoteDeadLetter(const v1::Request::NoteDeadLetter& ask, v1::Response& response);
  Status Forecast(const v1::Request::ForecastReplan& ask, v1::Response& response);
  Status ReadEvents(const v1::Request::ReadEvents& ask, v1::Response& response);
  Status Publish(const v1::Request::Publish& ask, v1::Response& response);
  bool IsPublished(const codec::PublishedPackage& package) const;
  Status EngineStatus(v1::Response& response);

  Node& engine_;
  ServiceLog& log_;
  const Instant started_at_;
  std::function<Status(v1::Response::Figures&)> figures_;
  std::function<int()> client_count_;
  std::string metrics_address_;
  std::function<void(std::function<void(const Status&)>)> retire_;
  std::mutex change_mutex_;  // one at a time publishes or moves the clock
  boost::asio::thread_pool queries_;
};

/// The answer that something was not carried out.
v1::Response FailureOf(uint64_t id, const Error& error);

}  // namespace rasti::cli
