#include "tools/rasti/socket_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <map>
#include <thread>

#include "tools/rasti/frame.h"
#include "tools/rasti/socket_address.h"

namespace rasti::cli {
namespace {

Error Broken(std::string_view what) {
  return {ErrorCode::kUnavailable, fmt::format("the connection to `rasti run` broke: {}", what)};
}

Error SystemBroken() { return Broken(std::strerror(errno)); }  // NOLINT(concurrency-mt-unsafe)

Status WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Fail(SystemBroken());
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

Status ReadAll(int file, uint8_t* to, size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(file, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(SystemBroken());
    if (got == 0) return Fail(Broken("it was closed at the other end"));
    to += got;
    size -= static_cast<size_t>(got);
  }
  return {};
}

Result<v1::Response> ReadResponse(int file) {
  FrameHeader header{};
  RASTI_CHECKED(ReadAll(file, header.data(), header.size()));
  RASTI_TRY(const size_t size, ReadFrameHeader(header));
  std::string message(size, '\0');
  RASTI_CHECKED(ReadAll(file, reinterpret_cast<uint8_t*>(message.data()), size));
  v1::Response response;
  if (!response.ParseFromString(message)) return Fail(Broken("what came is no answer"));
  return response;
}

ErrorCode CodeOf(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    if (ErrorCodeName(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  }
  return ErrorCode::kInternal;
}

Result<v1::Response> Opened(Result<v1::Response> response) {
  if (!response || !response->has_failure()) return response;
  return Fail(CodeOf(response->failure().code()), response->failure().message());
}

}  // namespace

// One connection, from its making until it breaks. Whoever destroys it waits for the reader, so not the reader itself.
class SocketConnection::Link {
 public:
  explicit Link(int file) : file_(file), reader_([this] { Run(); }) {}
  ~Link() {
    ::shutdown(file_, SHUT_RDWR);
    reader_.join();
    ::close(file_);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool broken() const { return broken_.load(); }
  /// Everybody who waited was told, and the reader calls nobody any more.
  bool finished() const { return finished_.load(); }

  Status Send(uint64_t id, const std::string& frame, Done done) {
    {
      const std::lock_guard lock(mutex_);
      if (broken_) return Fail(Broken("it was closed at the other end"));
      pending_.emplace(id, std::move(done));
    }
    const std::lock_guard lock(write_mutex_);
    if (Status written = WriteAll(file_, frame); !written) {
      const std::lock_guard pending_lock(mutex_);
      // Where the reader took it away already, the callback was told.
      if (pending_.erase(id) > 0) return written;
    }
    return {};
  }

 private:
  void Run() {
    Read();
    finished_.store(true);
  }

  void Read() {
    for (;;) {
      auto response = ReadResponse(file_);
      if (!response) return FailAll(response.error());
      if (response->id() == 0 && response->has_failure()) return FailAll(Broken(response->failure().message()));
      Done done;
      {
        const std::lock_guard lock(mutex_);
        const auto found = pending_.find(response->id());
        if (found == pending_.end()) continue;
        done = std::move(found->second);
        pending_.erase(found);
      }
      done(Opened(*std::move(response)));
    }
  }

  void FailAll(const Error& error) {
    std::map<uint64_t, Done> pending;
    {
      const std::lock_guard lock(mutex_);
      broken_ = true;
      pending.swap(pending_);
    }
    for (auto& [id, done] : pending) done(Fail(error));
  }

  const int file_;
  std::mutex write_mutex_;
  std::mutex mutex_;  // guards pending_
  std::map<uint64_t, Done> pending_;
  std::atomic<bool> broken_ = false;
  std::atomic<bool> finished_ = false;
  std::thread reader_;
};

Result<std::unique_ptr<SocketConnection>> SocketConnection::Connect(const std::string& path) {
  std::unique_ptr<SocketConnection> connection(new SocketConnection(path));
  RASTI_CHECKED(connection->CurrentLink());
  return connection;
}

SocketConnection::~SocketConnection() = default;

Result<std::shared_ptr<SocketConnection::Link>> SocketConnection::CurrentLink() {
  const std::lock_guard lock(mutex_);
  std::erase_if(retired_, [](const auto& link) { return link->finished(); });
  if (link_ != nullptr && !link_->broken()) return link_;
  const auto address = SocketAddress::Of(path_);
  if (!address) return Fail(ErrorCode::kUnavailable, address.error().message);
  const int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return Fail(SystemBroken());
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, address->path().data(), address->path().size());
  if (::connect(file, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    const int error = errno;
    ::close(file);
    return Fail(error == EACCES ? ErrorCode::kPermission : ErrorCode::kUnavailable,
                fmt::format("{}: {}", path_, std::strerror(error)));  // NOLINT(concurrency-mt-unsafe)
  }
  // This may be the old link's own reader, in a callback that asks again: the link is let go once its reader is
  // through.
  if (link_ != nullptr) retired_.push_back(std::move(link_));
  link_ = std::make_shared<Link>(file);
  return link_;
}

Status SocketConnection::Send(v1::Request request, Done done) {
  RASTI_TRY(const auto link, CurrentLink());
  request.set_id(next_id_++);
  RASTI_TRY(const std::string frame, MakeFrame(request.SerializeAsString()));
  return link->Send(request.id(), frame, std::move(done));
}

Result<v1::Response> SocketConnection::Call(v1::Request request, std::chrono::milliseconds timeout) {
  auto answer = std::make_shared<std::promise<Result<v1::Response>>>();
  auto answered = answer->get_future();
  RASTI_CHECKED(
      Send(std::move(request), [answer](Result<v1::Response> response) { answer->set_value(std::move(response)); }));
  if (answered.wait_for(timeout) != std::future_status::ready) {
    return Fail(ErrorCode::kTimedOut, fmt::format("`rasti run` did not answer within {} s",
                                                  std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
  }
  return answered.get();
}

Status SocketConnection::Submit(std::string, std::string signed_command, ports::ResultCallback done) {
  v1::Request request;
  if (!request.mutable_submit()->ParseFromString(signed_command)) {
    return Fail(Error::Internal("a signed command that cannot be read"));
  }
  return Send(std::move(request), [done = std::move(done)](Result<v1::Response> response) {
    if (!response) return done(Fail(response.error()));
    if (!response->has_submitted()) return done(Fail(Error::Internal("the answer holds no result")));
    done(response->submitted().SerializeAsString());
  });
}

}  // namespace rasti::cli
