// A PostgreSQL connection, its prepared statements, their parameters and rows: what keeps libpq out of the queries. All
// values go as binary. Nothing waits for ever: a server that says nothing for too long is given up, and what it was
// last told may then be done or not. One thread at a time.
//
//   static const PgStatement kSelect{"SELECT name FROM changes WHERE revision > $1"};
//   OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection.Query(kSelect, PgParams().Int(revision)));
//   for (int i = 0; i < rows.size(); ++i) Use(rows.View(i, 0));
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ledger/engine.h"
#include "common/ledger/postgres/server_news.h"

namespace oversight::ledger {

// The SQL of a statement. Prepared on each connection when it is first used there; must outlive the connection.
struct PgStatement {
  std::string sql;
};

// Parameters in order. Arrays are for `unnest`, so that one statement writes many rows.
class PgParams {
 public:
  PgParams& Int(int64_t value);
  PgParams& Bytes(std::string_view value);
  PgParams& Text(std::string_view value);
  PgParams& Ints(const std::vector<int64_t>& values);
  PgParams& MaybeInts(const std::vector<std::optional<int64_t>>& values);
  PgParams& BytesEach(const std::vector<std::string_view>& values);
  PgParams& MaybeBytesEach(const std::vector<std::optional<std::string_view>>& values);

  const std::vector<Oid>& types() const { return types_; }
  const std::vector<std::string>& values() const { return values_; }

 private:
  std::vector<Oid> types_;
  std::vector<std::string> values_;
};

class PgRows {
 public:
  explicit PgRows(PGresult* result) : result_(result) {}
  PGresult* get() const { return result_.get(); }
  int size() const { return PQntuples(result_.get()); }
  bool IsNull(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // Text or bytes.
  std::string_view View(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<size_t>(PQgetlength(result_.get(), row, column))};
  }
  std::string Text(int row, int column) const { return std::string(View(row, column)); }
  int64_t Int(int row, int column) const;  // of INT8

 private:
  struct Clear {
    void operator()(PGresult* r) const { PQclear(r); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

// How to reach a server and how long to wait for it.
struct PgAddress {
  std::string url;  // postgres://... with libpq's parameters, several hosts among them
  absl::Duration patience = kStorePatience;
  std::shared_ptr<ServerNews> news = std::make_shared<ServerNews>();
};

class PgConnection {
 public:
  // Connects to the primary among the hosts of the url; where there is none, to any that answers. Hosts that do not
  // answer are passed over within about five seconds, dead connections noticed within about ten. A server that says
  // nothing for three times `patience` while an answer is due is given up, and it is asked to end by itself what nobody
  // waits for any more.
  static absl::StatusOr<std::unique_ptr<PgConnection>> Open(const PgAddress& address);
  ~PgConnection() { PQfinish(connection_); }
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  // For statements that take their time, such as migrations: waits for ever from now on.
  void WaitForEver() { silence_ = absl::InfiniteDuration(); }

  // Runs statements that give no rows. When `code` is given it gets the SQLSTATE of a failure.
  absl::Status Execute(const std::string& sql, std::string* code = nullptr);
  absl::StatusOr<PgRows> Query(const PgStatement& statement, const PgParams& params = {});

  // One step of a pipeline.
  struct Step {
    const PgStatement* statement;
    PgParams params;
  };
  // Sends all steps at once and takes the answers: one round trip for all. The server skips what follows a failure. The
  // rows of the steps in order, or the first failure with its SQLSTATE in `code` (empty: the connection is lost).
  absl::StatusOr<std::vector<PgRows>> Pipeline(const std::vector<Step>& steps, std::string* code);

  // Whether an idle connection still stands, as far as this end has been told. Not when its server was given up
  // meanwhile on another connection.
  bool Alive();
  // Whether it was given up because the server said nothing.
  bool given_up() const { return given_up_; }
  // Whether the server is a standby, as far as it has told.
  bool standby() const;
  // Whether the server has warned of something since the last call of this.
  bool TakeWarning() { return std::exchange(warned_, false); }
  bool in_transaction() const { return PQtransactionStatus(connection_) != PQTRANS_IDLE; }
  PGconn* handle() const { return connection_; }

 private:
  PgConnection(PGconn* connection, const PgAddress& address)
      : connection_(connection),
        silence_(3 * address.patience),
        news_(address.news),
        given_up_before_(news_->given_up()) {}
  static std::unique_ptr<PgConnection> Try(const PgAddress& address, const char* session);
  static void Notice(void* self, const PGresult* notice);
  // The name under which the statement is prepared here.
  absl::StatusOr<std::string> Prepared(const PgStatement& statement, const PgParams& params);
  // Sends what waits to be sent. False when the connection is lost or given up.
  bool Flush();
  // The next result; null when the answer is at its end, or the connection lost or given up.
  PgRows Result();
  // All results of a statement that was `sent`: the last one.
  PgRows Answer(bool sent);
  // Waits until there is something to read, or room to write when that is wanted. False when nothing comes.
  bool Wait(bool writing);
  bool Lost() const { return given_up_ || PQstatus(connection_) != CONNECTION_OK; }
  absl::Status FailureOf(const PgRows& result, const std::string& what, std::string* code = nullptr) const;

  PGconn* const connection_;
  absl::Duration silence_;
  const std::shared_ptr<ServerNews> news_;
  const int given_up_before_;
  bool given_up_ = false;
  bool warned_ = false;
  absl::flat_hash_map<const PgStatement*, std::string> prepared_;
};

}  // namespace oversight::ledger
