// The queries that the reader and the writer share, on one connection. One thread at a time.
//
// No read needs a database transaction: rows at or below a revision never change, but that a payload may be removed by
// law, and an index interval that ends later still covers it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/engine.h"
#include "common/ledger/postgres/pg_connection.h"

namespace oversight::ledger {

// DATA_LOSS STORE_CORRUPT when a database that takes writes ends before what callers were told.
absl::Status CheckHead(Revision head, Revision told);

class PostgresReads {
 public:
  explicit PostgresReads(PgConnection& connection) : connection_(connection) {}

  // A version as it is stored: perhaps a deletion, with its index terms.
  struct Stored {
    Version version;
    std::string encoded_terms;
  };

  absl::StatusOr<Revision> HeadRevision();
  absl::StatusOr<Head> GetHead();
  absl::StatusOr<Head> HeadAt(absl::Time time);
  absl::StatusOr<absl::Time> TimeOf(Revision revision);
  // The last version of `name` at or below `revision`; nullopt when there was none yet.
  absl::StatusOr<std::optional<Stored>> Find(const std::string& name, Revision revision);
  // The same of several names: those that there were, in no order.
  absl::StatusOr<std::vector<Stored>> FindAll(const std::vector<std::string_view>& names, Revision revision);
  absl::StatusOr<std::optional<StoredVersion>> GetVersion(const VersionId& id);
  // Items and `more` only.
  absl::StatusOr<ListResult> List(const ListQuery& query, Revision revision);
  // Entries and `more` only.
  absl::StatusOr<HistoryResult> History(const HistoryQuery& query);
  absl::StatusOr<std::vector<Transaction>> Log(Revision after, int limit);
  absl::StatusOr<std::vector<LoggedTransaction>> LogWhole(Revision after, int limit);
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& actor, const std::string& request_id);
  absl::StatusOr<std::string> LeafHashes(Revision after, int limit);

 private:
  PgConnection& connection_;
};

// The query of a history with all below it; also for a test of its plan.
std::string PostgresHistoryBelowSql();

}  // namespace oversight::ledger
