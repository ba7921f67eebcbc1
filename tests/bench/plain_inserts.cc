#include "tests/bench/plain_inserts.h"

#include <libpq-fe.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "tests/bench/harness.h"

namespace oversight::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kTable[] =
    "CREATE TABLE IF NOT EXISTS plain (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name BYTEA NOT NULL,"
    " payload BYTEA NOT NULL)";
constexpr char kInsert[] = "INSERT INTO plain (name, payload) VALUES ($1, $2)";

// Whether it was done.
bool Succeeded(PGresult* result, ExecStatusType expected) {
  const bool succeeded = PQresultStatus(result) == expected;
  PQclear(result);
  return succeeded;
}

}  // namespace

PlainInserts::PlainInserts(const std::string& url, int connections) {
  for (int i = 0; i < connections; ++i) {
    PGconn* connection = PQconnectdb(url.c_str());
    connections_.push_back(connection);
    if (PQstatus(connection) != CONNECTION_OK || (i == 0 && !Succeeded(PQexec(connection, kTable), PGRES_COMMAND_OK)) ||
        !Succeeded(PQprepare(connection, "insert", kInsert, 2, nullptr), PGRES_COMMAND_OK)) {
      Die(std::string("plain inserts: ") + PQerrorMessage(connection));
    }
  }
}

PlainInserts::~PlainInserts() {
  for (PGconn* connection : connections_) PQfinish(connection);
}

Measured PlainInserts::Run(int in_flight, absl::Duration duration,
                           const std::function<void(int64_t, std::string*, std::string*)>& row) {
  struct Slot {
    PGconn* connection;
    Clock::time_point began;
  };
  std::vector<Slot> slots;
  std::vector<float> micros;
  Measured result;
  std::string name, payload;
  int64_t n = 0;
  int under_way = 0;
  const auto send = [&](Slot& slot) {
    row(n++, &name, &payload);
    const char* values[] = {name.data(), payload.data()};
    const int lengths[] = {static_cast<int>(name.size()), static_cast<int>(payload.size())};
    const int formats[] = {1, 1};
    slot.began = Clock::now();
    if (PQsendQueryPrepared(slot.connection, "insert", 2, values, lengths, formats, 1) != 1) {
      Die(std::string("plain inserts: ") + PQerrorMessage(slot.connection));
    }
    ++under_way;
  };

  const int poll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < in_flight; ++i) slots.push_back({connections_.at(static_cast<size_t>(i)), {}});
  for (size_t i = 0; i < slots.size(); ++i) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.u64 = i;
    if (epoll_ctl(poll, EPOLL_CTL_ADD, PQsocket(slots[i].connection), &event) != 0) Die("epoll_ctl failed");
  }
  const Clock::time_point began = Clock::now();
  std::optional<Clock::time_point> over;
  for (Slot& slot : slots) send(slot);
  std::vector<epoll_event> events(slots.size());
  while (under_way > 0) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      Slot& slot = slots[events[static_cast<size_t>(i)].data.u64];
      if (PQconsumeInput(slot.connection) != 1) Die(std::string("plain inserts: ") + PQerrorMessage(slot.connection));
      if (PQisBusy(slot.connection) == 1) continue;
      bool answered = false;
      while (PGresult* answer = PQgetResult(slot.connection)) {
        if (!Succeeded(answer, PGRES_COMMAND_OK)) ++result.failed;
        answered = true;
      }
      if (!answered) continue;
      const Clock::time_point now = Clock::now();
      --under_way;
      if (!over && absl::FromChrono(now - began) >= duration) over = now;
      if (over) continue;
      ++result.calls;
      micros.push_back(std::chrono::duration<float, std::micro>(now - slot.began).count());
      send(slot);
    }
  }
  close(poll);
  if (result.failed > 0) Die("plain inserts failed");
  result.seconds = std::chrono::duration<double>(over.value_or(Clock::now()) - began).count();
  result.p50_us = Percentile(micros, 0.50);
  result.p99_us = Percentile(micros, 0.99);
  return result;
}

}  // namespace oversight::bench
