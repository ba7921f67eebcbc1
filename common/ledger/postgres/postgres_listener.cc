#include "common/ledger/postgres/postgres_listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/postgres/pg_connection.h"
#include "common/ledger/postgres/postgres_reads.h"

namespace oversight::ledger {
namespace {

// Without NOTIFY the log is looked at this often; with it a lost message costs at most the longer time.
constexpr int kPollMs = 50, kSafetyPollMs = 1000;
constexpr int kFirstBackoffMs = 50, kMaxBackoffMs = 2000;

}  // namespace

PostgresListener::PostgresListener(std::string url, std::string channel, std::function<void(Revision)> appended)
    : url_(std::move(url)),
      channel_(std::move(channel)),
      appended_(std::move(appended)),
      stop_(eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] { Run(); });
}

PostgresListener::~PostgresListener() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof(one));
  thread_.join();
  close(stop_);
}

bool PostgresListener::Wait(int socket, int milliseconds) {
  pollfd watched[2] = {{stop_, POLLIN, 0}, {socket, POLLIN, 0}};
  poll(watched, socket < 0 ? 1 : 2, milliseconds);
  return watched[0].revents == 0;
}

void PostgresListener::Run() {
  backoff_ms_ = kFirstBackoffMs;
  do {
    Listen();
    backoff_ms_ = std::min(2 * backoff_ms_, kMaxBackoffMs);
  } while (Wait(-1, backoff_ms_));
}

void PostgresListener::Listen() {
  const auto connection = PgConnection::Open(url_);
  if (!connection.ok()) return;
  // Before the first look at the head, so that nothing falls between them.
  if (!channel_.empty() && !(*connection)->Execute(absl::StrCat("LISTEN ", channel_)).ok()) return;
  PGconn* const handle = (*connection)->handle();
  PostgresReads reads(**connection);
  bool look = true;
  do {
    if (look) {
      const auto head = reads.HeadRevision();
      if (!head.ok()) return;
      appended_(*head);
      backoff_ms_ = kFirstBackoffMs;
    }
    Revision told = 0;
    while (PGnotify* message = PQnotifies(handle)) {
      Revision revision = 0;
      if (absl::SimpleAtoi(message->extra, &revision)) told = std::max(told, revision);
      PQfreemem(message);
    }
    if (told > 0) appended_(told);
    pollfd readable{PQsocket(handle), POLLIN, 0};
    if (!Wait(PQsocket(handle), channel_.empty() ? kPollMs : kSafetyPollMs)) return;
    look = poll(&readable, 1, 0) == 0;  // it was the time, not the socket
    if (!look && PQconsumeInput(handle) != 1) return;
  } while (true);
}

}  // namespace oversight::ledger
