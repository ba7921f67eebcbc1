// The thread that learns of other processes' commits: woken by NOTIFY where the database has it, and by time. It has a
// connection of its own and makes a new one when that is lost. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "common/ledger/postgres/pg_connection.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

class PostgresListener {
 public:
  // Tells `heard` the end of the log, perhaps more than once the same, or that the connection is lost. `channel` is
  // empty where there is no NOTIFY.
  PostgresListener(PgAddress address, std::string channel, std::function<void(absl::StatusOr<Revision>)> heard);
  ~PostgresListener();

 private:
  void Run();
  // One connection's life: why it ended, or OK when it is time to stop.
  absl::Status Listen();
  // Waits until the socket has something to say or the time is over; false when it is time to stop.
  bool Wait(int socket, int milliseconds);

  const PgAddress address_;
  const std::string channel_;
  const std::function<void(absl::StatusOr<Revision>)> heard_;
  int stop_ = -1;  // an eventfd, readable when it is time to stop
  int backoff_ms_ = 0;
  std::thread thread_;
};

}  // namespace oversight::ledger
