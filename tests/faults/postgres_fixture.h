// The service of service_fixture.h on a PostgreSQL store of its own, and what tests do to that
// server. Skips where PostgreSQL is not installed. For the test's thread.
#pragma once

#include <libpq-fe.h>

#include <future>
#include <string>
#include <vector>

#include "tests/faults/service_fixture.h"
#include "tests/support/postgres.h"

namespace oversight::testing {

// Another client of the database, which may hold a transaction open.
class Session {
 public:
  explicit Session(const std::string& url) : connection_(PQconnectdb(url.c_str())) {}
  ~Session() { PQfinish(connection_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  void Execute(const std::string& sql) {
    PGresult* const result = PQexec(connection_, sql.c_str());
    EXPECT_TRUE(PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
        << PQerrorMessage(connection_);
    PQclear(result);
  }

 private:
  PGconn* const connection_;
};

class PostgresFixture : public ServiceFixture {
 protected:
  void SetUp() override { UseServer(Postgres::Get()); }
  void UseServer(Postgres* server) {
    if (server == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
    server_ = server;
    store_ = server_->NewStore();
  }
  void TearDown() override {
    if (server_ != nullptr) server_->Thaw();
  }

  // On store_, whatever way that leads now.
  void Start(const std::vector<std::string>& flags = {}) { StartService(store_, {}, flags); }

  // Throws out every connection of the service, and waits until they are gone; how many there were.
  int CutConnections() {
    return std::stoi(server_->Ask(
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE application_name = 'oversight'"));
  }
  int Connections() {
    return std::stoi(server_->Ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'oversight'"));
  }

  // What is in memory can be read, and what is not gives a clear answer.
  void ExpectReadsFromMemory() {
    const auto first = AnyAcknowledged();
    auto past = std::async(std::launch::async, [&] { return Get(first.first, first.second).status(); });
    auto list = std::async(std::launch::async, [&] { return Count().status(); });
    EXPECT_TRUE(Get(first.first).ok()) << Get(first.first).status();
    EXPECT_THAT(past.get(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
    EXPECT_THAT(list.get(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  }
  // Kills the service, starts it again and looks for what was acknowledged: what it had in memory does not count.
  void ExpectNothingLostByACrash() {
    KillService();
    Start();
    ExpectReady();
    ExpectNothingLost();
  }

  Postgres* server_ = nullptr;
  std::string store_;
};

}  // namespace oversight::testing
