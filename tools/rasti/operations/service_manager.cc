#include "tools/rasti/operations/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace rasti::cli {

ServiceManager::ServiceManager() {
  const char* const socket = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (socket != nullptr) socket_ = socket;
}

void ServiceManager::Tell(std::string_view status) const {
  std::string line(status.substr(0, status.find('\n')));
  Send("STATUS=" + line);
}
void ServiceManager::Ready() const { Send("READY=1\nSTATUS=in service"); }
void ServiceManager::Stopping() const { Send("STOPPING=1\nSTATUS=stopping: what was read is decided and committed"); }
void ServiceManager::Alive() const { Send("WATCHDOG=1"); }

// As sd_notify(3) has it. Nobody is told of a failure: the service does its work all the same.
void ServiceManager::Send(const std::string& message) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const void* const target = &address;
  ::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT, static_cast<const sockaddr*>(target),
           length);
  ::close(socket);
}

}  // namespace rasti::cli
