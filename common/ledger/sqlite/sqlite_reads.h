// The queries that the reader and the writer share, prepared on one connection. One thread at a time.
//
// No read needs a database transaction: rows at or below a revision never change, but that a payload may be removed by
// law, and an index interval that ends later still covers it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/engine.h"
#include "common/ledger/sqlite/connection.h"

namespace oversight::ledger {

class SqliteReads {
 public:
  static absl::StatusOr<std::unique_ptr<SqliteReads>> Prepare(Connection& connection);

  absl::StatusOr<Head> GetHead();
  absl::StatusOr<Head> HeadAt(absl::Time time);
  absl::StatusOr<absl::Time> TimeOf(Revision revision);
  absl::StatusOr<std::optional<Version>> Get(const std::string& name, Revision revision);
  absl::StatusOr<std::optional<StoredVersion>> GetVersion(const VersionId& id);
  // Items and `more` only.
  absl::StatusOr<ListResult> List(const ListQuery& query, Revision revision, VersionCache* cache);
  // Entries and `more` only.
  absl::StatusOr<HistoryResult> History(const HistoryQuery& query);
  absl::StatusOr<std::vector<Transaction>> Log(Revision after, int limit);
  absl::StatusOr<std::vector<LoggedTransaction>> LogWhole(Revision after, int limit);
  absl::StatusOr<std::string> LeafHashes(Revision after, int limit);
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& actor, const std::string& request_id);

 private:
  explicit SqliteReads(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement head_, head_at_, time_of_, get_, get_version_, history_, history_below_, log_, log_changes_, whole_changes_,
      request_, leaf_hashes_;
  std::map<size_t, Statement> lists_;  // by count of terms
};

inline constexpr Revision kLatest = INT64_MAX;

// The query of a history with all below it, and the list query over so many terms, for tests of their plans.
std::string SqliteHistoryBelowSqlForTest();
std::string SqliteListSqlForTest(size_t terms);

}  // namespace oversight::ledger
