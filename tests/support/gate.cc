#include "tests/support/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace oversight::testing {
namespace {

// More than this is left with the sender.
constexpr size_t kMost = 1 << 20;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

int ConnectTo(const std::string& path) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) Die("the path of a socket is too long");
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return socket;
  close(socket);
  return -1;
}

void CloseWithReset(int socket) {
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(socket);
}

}  // namespace

Gate::Gate(std::string upstream)
    : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      upstream_(std::move(upstream)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0) Die("a gate cannot listen");
  if (getsockname(listener_, generic, &size) != 0) Die("a gate has no address");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

Gate::~Gate() {
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  Wake();
  thread_.join();
  for (Link& link : links_) Close(link, /*reset=*/false);
  close(listener_);
  close(wake_);
}

void Gate::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
}

void Gate::Mend() {
  {
    std::lock_guard lock(mu_);
    hold_asks_ = hold_answers_ = refuse_ = false;
    delay_ = std::chrono::milliseconds(0);
    for (Link& link : links_) link.ask.due = link.answer.due = {};
  }
  Wake();
}

void Gate::Hold() {
  std::lock_guard lock(mu_);
  hold_asks_ = hold_answers_ = true;
}

void Gate::HoldAnswers() {
  std::lock_guard lock(mu_);
  hold_answers_ = true;
}

void Gate::Delay(std::chrono::milliseconds by) {
  std::lock_guard lock(mu_);
  delay_ = by;
}

void Gate::Cut() {
  {
    std::lock_guard lock(mu_);
    for (Link& link : links_) Close(link, /*reset=*/true);
    links_.clear();
  }
  Wake();
}

void Gate::Refuse() {
  std::lock_guard lock(mu_);
  refuse_ = true;
}

void Gate::SwitchTo(std::string upstream) {
  {
    std::lock_guard lock(mu_);
    upstream_ = std::move(upstream);
  }
  Cut();
}

int Gate::connections() const {
  std::lock_guard lock(mu_);
  return static_cast<int>(links_.size());
}

int64_t Gate::asked() const {
  std::lock_guard lock(mu_);
  return asked_;
}

void Gate::Close(Link& link, bool reset) {
  // The end of the service is ask.from.
  if (reset) {
    CloseWithReset(link.ask.from);
  } else {
    close(link.ask.from);
  }
  close(link.ask.to);
}

void Gate::Accept() {
  const int service = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (service < 0) return;
  const int server = refuse_ ? -1 : ConnectTo(upstream_);
  if (server < 0) return CloseWithReset(service);
  const int on = 1;
  setsockopt(service, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  Link& link = links_.emplace_back();
  link.ask.from = link.answer.to = service;
  link.ask.to = link.answer.from = server;
}

bool Gate::Carry(Lane& lane, bool held, bool readable, int64_t* handed_on) {
  if (readable) {
    char buffer[65536];
    const ssize_t got = recv(lane.from, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (got > 0) {
      if (lane.bytes.empty()) lane.due = Clock::now() + delay_;
      lane.bytes.append(buffer, static_cast<size_t>(got));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      lane.ended = true;
    }
  }
  if (held) return true;
  if (!lane.bytes.empty() && lane.due <= Clock::now()) {
    const ssize_t sent = send(lane.to, lane.bytes.data(), lane.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) {
      lane.bytes.erase(0, static_cast<size_t>(sent));
      *handed_on += sent;
    }
  }
  return !lane.ended || !lane.bytes.empty();
}

void Gate::Run() {
  std::unique_lock lock(mu_);
  while (!stop_) {
    std::vector<pollfd> watched = {{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    int wait_ms = -1;
    const auto watch = [&](const Lane& lane, bool held) {
      short in = 0, out = 0;
      if (!lane.ended && lane.bytes.size() < kMost) in = POLLIN;
      if (!held && !lane.bytes.empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(lane.due - Clock::now()).count();
        if (left <= 0) {
          out = POLLOUT;
        } else {
          wait_ms = wait_ms < 0 ? static_cast<int>(left) : std::min(wait_ms, static_cast<int>(left));
        }
      }
      watched.push_back({in != 0 ? lane.from : -1, in, 0});
      watched.push_back({out != 0 ? lane.to : -1, out, 0});
    };
    for (const Link& link : links_) {
      watch(link.ask, hold_asks_);
      watch(link.answer, hold_answers_);
    }
    const size_t looked_at = links_.size();
    lock.unlock();
    poll(watched.data(), watched.size(), wait_ms);
    lock.lock();
    uint64_t woken = 0;
    // Whoever woke it may have changed the connections: then look again.
    if (read(wake_, &woken, sizeof(woken)) > 0 || links_.size() != looked_at) continue;
    size_t at = 2;
    for (auto link = links_.begin(); link != links_.end();) {
      const bool asks = Carry(link->ask, hold_asks_, watched[at].revents != 0, &asked_);
      const bool answers = Carry(link->answer, hold_answers_, watched[at + 2].revents != 0, &answered_);
      at += 4;
      if (asks && answers) {
        ++link;
      } else {
        Close(*link, /*reset=*/false);
        link = links_.erase(link);
      }
    }
    if (watched[1].revents != 0) Accept();
  }
}

}  // namespace oversight::testing
