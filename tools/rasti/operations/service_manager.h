// Tells systemd how a service does, where it started it (Type=notify: NOTIFY_SOCKET). Elsewhere nothing happens.
//
// Threading: thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace rasti::cli {

class ServiceManager {
 public:
  /// Reads where systemd listens.
  ServiceManager();

  /// What `systemctl status` shows.
  void Tell(std::string_view status) const;
  void Ready() const;
  void Stopping() const;
  /// The loop runs: systemd's watchdog restarts a service that says so no more.
  void Alive() const;

 private:
  void Send(const std::string& message) const;

  std::string socket_;  // a path, or '@' and an abstract name; empty: nobody listens
};

}  // namespace rasti::cli
