// A PostgreSQL connection, its prepared statements, their parameters and rows: what keeps libpq out of the queries. All
// values go as binary. One thread at a time.
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
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

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

class PgConnection {
 public:
  // `url`: postgres://... with libpq's parameters. Dead servers are noticed within about ten seconds.
  static absl::StatusOr<std::unique_ptr<PgConnection>> Open(const std::string& url);
  ~PgConnection() { PQfinish(connection_); }
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

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

  // Whether an idle connection still stands, as far as this end has been told.
  bool Alive();
  bool in_transaction() const { return PQtransactionStatus(connection_) != PQTRANS_IDLE; }
  PGconn* handle() const { return connection_; }

 private:
  explicit PgConnection(PGconn* connection) : connection_(connection) {}
  // The name under which the statement is prepared here.
  absl::StatusOr<std::string> Prepared(const PgStatement& statement, const PgParams& params);

  PGconn* const connection_;
  absl::flat_hash_map<const PgStatement*, std::string> prepared_;
};

}  // namespace oversight::ledger
