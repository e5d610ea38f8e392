// Metrics and health of a service on one HTTP port:
//
//   /metrics        what happened and how it stands, for Prometheus
//   /health/live    503: it hangs or has died, start it again
//   /health/ready   503: it cannot be given work now, and why
//
// How far the views are behind the log is asked every few seconds by a thread of its own, because brokers may take
// their time; all else is looked at when a page is asked for.
//
// Ownership: monitor and log outlive it, and the node until Forget. Threading: all functions from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tools/rasti/node.h"
#include "tools/rasti/operations/http_server.h"
#include "tools/rasti/operations/metrics.h"

namespace rasti::cli {

class Operations {
 public:
  struct Options {
    std::optional<int> port;  // none: no server
    std::string address = "127.0.0.1";
    std::string directory;  // of the data
    bool decides = true;
    bool kafka = false;
  };
  /// Errors: those of HttpServer::Start.
  static Result<std::unique_ptr<Operations>> Start(Options options, const NodeMonitor& monitor, ServiceLog& log);
  ~Operations();
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;

  /// The node, once it is open, and how many clients it has.
  void Watch(Node& node, std::function<int()> clients);
  /// The node is about to be closed: its last figures stay.
  void Forget();
  /// The service's loop runs: it is to be called every few seconds from Watch to Forget.
  void Beat() { beat_at_.store(std::chrono::steady_clock::now()); }

  /// Where it listens, "127.0.0.1:9464"; empty: nowhere.
  std::string address() const { return server_ == nullptr ? "" : server_->address(); }
  int port() const { return server_ == nullptr ? 0 : server_->port(); }
  /// Its figures as of now, and why it cannot be given work, if it cannot.
  std::pair<ServiceSample, std::vector<std::string>> Sample();
  const NodeMonitor& monitor() const { return monitor_; }
  /// Events that the views lack, of all partitions, as of the last look.
  int64_t lag() const;

 private:
  Operations(Options options, const NodeMonitor& monitor, ServiceLog& log);
  void SampleLags();
  void LookAtLags(Node& node);
  /// The figures that cost nothing, as of now. REQUIRES: mutex_ is held.
  void LookAtNode();
  /// Why it cannot be given work; empty: it can. REQUIRES: mutex_ is held.
  std::vector<std::string> Reasons() const;
  Page Metrics();
  Page Live();
  Page Ready();

  const Options options_;
  const NodeMonitor& monitor_;
  ServiceLog& log_;
  std::atomic<std::chrono::steady_clock::time_point> beat_at_;

  std::mutex asking_mutex_;   // held while the log is asked; taken before mutex_
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Node* node_ = nullptr;
  std::function<int()> clients_;
  bool forgotten_ = false;
  bool stopping_ = false;
  ServiceSample sample_;

  std::chrono::steady_clock::time_point warned_at_;  // the sampler's own
  std::unique_ptr<HttpServer> server_;
  std::thread sampler_;
};

}  // namespace rasti::cli
