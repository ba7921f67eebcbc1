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
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// Without NOTIFY the log is looked at this often; with it a lost message costs at most the longer time.
constexpr int kPollMs = 50, kSafetyPollMs = 1000;
constexpr int kFirstBackoffMs = 50, kMaxBackoffMs = 2000;

}  // namespace

PostgresListener::PostgresListener(PgAddress address, std::string channel,
                                   std::function<void(absl::StatusOr<Revision>)> heard)
    : address_(std::move(address)),
      channel_(std::move(channel)),
      heard_(std::move(heard)),
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
    const absl::Status ended = Listen();
    if (ended.ok()) return;
    heard_(ended);
    backoff_ms_ = std::min(2 * backoff_ms_, kMaxBackoffMs);
  } while (Wait(-1, backoff_ms_));
}

absl::Status PostgresListener::Listen() {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
  // A standby takes no LISTEN. Before the first look at the head, so that nothing falls between them.
  const bool standby = connection->standby();
  const bool listens = !channel_.empty() && !standby;
  if (listens) OVERSIGHT_RETURN_IF_ERROR(connection->Execute(absl::StrCat("LISTEN ", channel_)));
  PGconn* const handle = connection->handle();
  PostgresReads reads(*connection);
  bool look = true;
  do {
    if (look) {
      OVERSIGHT_ASSIGN_OR_RETURN(const Revision head, reads.HeadRevision());
      heard_(head);
      backoff_ms_ = kFirstBackoffMs;
    }
    Revision told = 0;
    while (PGnotify* message = PQnotifies(handle)) {
      Revision revision = 0;
      if (absl::SimpleAtoi(message->extra, &revision)) told = std::max(told, revision);
      PQfreemem(message);
    }
    if (told > 0) heard_(told);
    pollfd readable{PQsocket(handle), POLLIN, 0};
    if (!Wait(PQsocket(handle), listens ? kSafetyPollMs : kPollMs)) return absl::OkStatus();
    if (standby && !connection->standby()) return StoreUnavailable();  // Promoted: it takes LISTEN, and writes, now.
    look = poll(&readable, 1, 0) == 0;                                 // it was the time, not the socket
    if (!look && PQconsumeInput(handle) != 1) return StoreUnavailable();
  } while (true);
}

}  // namespace oversight::ledger
