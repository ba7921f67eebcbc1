// What a PostgreSQL gives to whoever writes to it plainly: so many connections, each with one INSERT in a transaction
// of its own under way, the next one sent when it is answered. Prepared statements, libpq, one thread. Used by one
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/closed_loop.h"

struct pg_conn;

namespace oversight::bench {

class PlainInserts {
 public:
  // Makes its table at `url`, a URI of PostgreSQL, and connects. Dies with a message when that is not possible.
  PlainInserts(const std::string& url, int connections);
  ~PlainInserts();

  // Writes the n-th row on `in_flight` of its connections; at most as many as there are.
  Measured Run(int in_flight, absl::Duration duration,
               const std::function<void(int64_t n, std::string* name, std::string* payload)>& row);

 private:
  std::vector<pg_conn*> connections_;
};

}  // namespace oversight::bench
