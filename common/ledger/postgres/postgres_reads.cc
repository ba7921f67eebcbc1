#include "common/ledger/postgres/postgres_reads.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/natural_order.h"
#include "common/ledger/redaction.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// In the order ReadVersion expects; c is the change. The last is the record of redaction, found by the term that
// redaction.h gives it.
constexpr char kVersionColumns[] =
    "c.name, c.kind, c.payload, c.operation, c.create_revision, c.revision, c.version, c.create_us, c.recorded_us,"
    " CASE WHEN c.payload IS NULL THEN (SELECT r.name FROM terms AS r"
    " WHERE r.kind = convert_to('oversight.ledger.v1.Redaction', 'UTF8')"
    " AND r.term = convert_to('version ' || c.revision::TEXT, 'UTF8') AND r.value = c.name) END";
constexpr int kVersionColumnCount = 10;
constexpr char kAuditColumns[] = "x.actor, x.verb, x.reason, x.request_id, x.trace_id";
// About how much one call of Log may gather.
constexpr int64_t kMaxLogBytes = 1 << 20;
// How many rows a list fetches at once when its filter lets too few through.
constexpr int64_t kMaxListFetch = 1000;

Version ReadVersion(const PgRows& rows, int row) {
  Version version;
  version.name = rows.Text(row, 0);
  version.kind = rows.Text(row, 1);
  version.payload = rows.Text(row, 2);
  version.redacted = rows.IsNull(row, 2);
  version.deleted = rows.Int(row, 3) == static_cast<int>(Change::Operation::kDelete);
  version.create_revision = rows.Int(row, 4);
  version.revision = rows.Int(row, 5);
  version.version = rows.Int(row, 6);
  version.create_time = absl::FromUnixMicros(rows.Int(row, 7));
  version.update_time = absl::FromUnixMicros(rows.Int(row, 8));
  if (version.redacted) version.redaction = rows.Text(row, 9);
  return version;
}

Audit ReadAudit(const PgRows& rows, int row, int first) {
  return {rows.Text(row, first), rows.Text(row, first + 1), rows.Text(row, first + 2), rows.Text(row, first + 3),
          rows.Text(row, first + 4)};
}

RequestRecord ReadRequest(const std::string& actor, const std::string& request_id, const PgRows& rows, int row,
                          int first) {
  RequestRecord record{
      actor,
      request_id,
      rows.Text(row, first),
      rows.Text(row, first + 1),
      rows.Int(row, first + 2),
      rows.IsNull(row, first + 3) ? absl::InfinitePast() : absl::FromUnixMicros(rows.Int(row, first + 3)),
      rows.Text(row, first + 4)};
  record.redacted = record.response == kRedactedAnswer;
  if (record.redacted) record.response.clear();
  return record;
}

// Walks the first term's index in list order; each further term is one probe of the same index.
const PgStatement& ListStatement(size_t terms) {
  static std::mutex mu;
  static std::map<size_t, PgStatement> statements;  // by count of terms; never erased, so references stay
  std::lock_guard lock(mu);
  PgStatement& statement = statements[terms];
  if (!statement.sql.empty()) return statement;
  std::string& sql = statement.sql;
  sql = absl::StrCat("SELECT ", kVersionColumns,
                     ", t.sort_key FROM terms AS t CROSS JOIN LATERAL (SELECT * FROM changes AS d WHERE d.name = t.name"
                     " AND d.revision <= $1 ORDER BY d.revision DESC LIMIT 1) AS c"
                     " WHERE t.kind = $2 AND (t.sort_key, t.name) > ($3, $4) AND t.term = $6 AND t.value = $7"
                     " AND t.from_revision <= $1 AND (t.to_revision IS NULL OR t.to_revision > $1)");
  for (size_t i = 1; i < terms; ++i) {
    absl::StrAppend(&sql, " AND EXISTS (SELECT 1 FROM terms AS u WHERE u.kind = t.kind AND u.term = $", 6 + 2 * i,
                    " AND u.value = $", 7 + 2 * i,
                    " AND u.sort_key = t.sort_key AND u.name = t.name AND u.from_revision <= $1"
                    " AND (u.to_revision IS NULL OR u.to_revision > $1))");
  }
  absl::StrAppend(&sql, " ORDER BY t.sort_key, t.name LIMIT $5");
  return statement;
}

}  // namespace

absl::Status CheckHead(Revision head, Revision told) {
  if (head >= told) return absl::OkStatus();
  spdlog::error("the database ends at revision {}, but {} was told to callers: it has lost commits", head, told);
  return StoreCorrupt();
}

// Finds the page by the index alone, first: how far back the transactions reach that it holds; then fetches what is on
// it. What is sorted is this history, however long the log.
std::string PostgresHistoryBelowSql() {
  return absl::StrCat(
      "WITH k AS MATERIALIZED (SELECT name, revision FROM changes WHERE name = $1 AND revision < $2"
      " UNION ALL SELECT name, revision FROM changes WHERE name > $4 AND name < $5 AND revision < $2)"
      " SELECT ",
      kVersionColumns, ", ", kAuditColumns,
      " FROM k JOIN changes AS c ON c.name = k.name AND c.revision = k.revision"
      " JOIN transactions AS x ON x.revision = c.revision WHERE k.revision >="
      " (SELECT min(p.revision) FROM (SELECT DISTINCT revision FROM k ORDER BY revision DESC LIMIT $3) AS p)"
      " ORDER BY c.revision DESC, c.ordinal");
}

absl::StatusOr<Revision> PostgresReads::HeadRevision() {
  static const PgStatement kSelect{"SELECT revision FROM head WHERE id = 1"};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect));
  if (rows.size() != 1) return StoreCorrupt();
  return rows.Int(0, 0);
}

absl::StatusOr<Head> PostgresReads::GetHead() {
  static const PgStatement kSelect{
      "SELECT h.revision, x.recorded_us FROM head AS h LEFT JOIN transactions AS x ON x.revision = h.revision"
      " WHERE h.id = 1"};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect));
  if (rows.size() != 1) return StoreCorrupt();
  if (rows.Int(0, 0) == 0) return Head{};
  if (rows.IsNull(0, 1)) return StoreCorrupt();
  return Head{rows.Int(0, 0), absl::FromUnixMicros(rows.Int(0, 1))};
}

absl::StatusOr<Head> PostgresReads::HeadAt(absl::Time time) {
  static const PgStatement kSelect{
      "SELECT revision, recorded_us FROM transactions WHERE recorded_us <= $1"
      " ORDER BY recorded_us DESC, revision DESC LIMIT 1"};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect, PgParams().Int(absl::ToUnixMicros(time))));
  if (rows.size() == 0) return Head{};
  return Head{rows.Int(0, 0), absl::FromUnixMicros(rows.Int(0, 1))};
}

absl::StatusOr<absl::Time> PostgresReads::TimeOf(Revision revision) {
  static const PgStatement kSelect{"SELECT recorded_us FROM transactions WHERE revision = $1"};
  if (revision == 0) return absl::InfinitePast();
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect, PgParams().Int(revision)));
  if (rows.size() == 0) return Fault(absl::StrCat("Revision ", revision, " is not in the log."));
  return absl::FromUnixMicros(rows.Int(0, 0));
}

absl::StatusOr<std::optional<PostgresReads::Stored>> PostgresReads::Find(const std::string& name, Revision revision) {
  static const PgStatement kSelect{absl::StrCat("SELECT ", kVersionColumns,
                                                ", c.terms FROM changes AS c WHERE c.name = $1 AND c.revision <= $2"
                                                " ORDER BY c.revision DESC LIMIT 1")};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect, PgParams().Bytes(name).Int(revision)));
  if (rows.size() == 0) return std::optional<Stored>();
  return std::optional<Stored>(Stored{ReadVersion(rows, 0), rows.Text(0, kVersionColumnCount)});
}

absl::StatusOr<std::vector<PostgresReads::Stored>> PostgresReads::FindAll(const std::vector<std::string_view>& names,
                                                                          Revision revision) {
  static const PgStatement kSelect{absl::StrCat("SELECT ", kVersionColumns,
                                                ", c.terms FROM unnest($1::BYTEA[]) AS n (name) CROSS JOIN LATERAL "
                                                "(SELECT * FROM changes AS d WHERE d.name = n.name"
                                                " AND d.revision <= $2 ORDER BY d.revision DESC LIMIT 1) AS c")};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect, PgParams().BytesEach(names).Int(revision)));
  std::vector<Stored> found;
  for (int row = 0; row < rows.size(); ++row) {
    found.push_back({ReadVersion(rows, row), rows.Text(row, kVersionColumnCount)});
  }
  return found;
}

absl::StatusOr<std::optional<StoredVersion>> PostgresReads::GetVersion(const VersionId& id) {
  static const PgStatement kSelect{absl::StrCat(
      "SELECT ", kVersionColumns, ", c.payload_hash FROM changes AS c WHERE c.name = $1 AND c.revision = $2")};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect, PgParams().Bytes(id.name).Int(id.revision)));
  if (rows.size() == 0) return std::optional<StoredVersion>();
  return std::optional<StoredVersion>(StoredVersion{ReadVersion(rows, 0), rows.Text(0, kVersionColumnCount)});
}

absl::StatusOr<ListResult> PostgresReads::List(const ListQuery& query, Revision revision) {
  static const std::vector<Term> kWholeKind = {{"", ""}};
  const std::vector<Term>& terms = query.all_of.empty() ? kWholeKind : query.all_of;
  const PgStatement& statement = ListStatement(terms.size());
  const auto limit = static_cast<size_t>(std::clamp(query.limit, 1, 1000));
  std::string after_key = SortKey(query.after);
  std::string after = query.after;
  ListResult result;
  for (int64_t fetch = static_cast<int64_t>(limit) + 1;; fetch = std::min(2 * fetch, kMaxListFetch)) {
    PgParams params;
    params.Int(revision).Bytes(query.kind).Bytes(after_key).Bytes(after).Int(fetch);
    for (const Term& term : terms) params.Bytes(term.term).Bytes(term.value);
    OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(statement, params));
    for (int row = 0; row < rows.size(); ++row) {
      Version version = ReadVersion(rows, row);
      if (query.filter && !query.filter(version)) continue;
      if (result.items.size() == limit) {
        result.more = true;
        return result;
      }
      result.items.push_back(std::move(version));
    }
    if (rows.size() < fetch) return result;
    after = rows.Text(rows.size() - 1, 0);
    after_key = rows.Text(rows.size() - 1, kVersionColumnCount);
  }
}

absl::StatusOr<HistoryResult> PostgresReads::History(const HistoryQuery& query) {
  static const PgStatement kSelect{
      absl::StrCat("SELECT ", kVersionColumns, ", ", kAuditColumns,
                   " FROM changes AS c JOIN transactions AS x ON x.revision = c.revision"
                   " WHERE c.name = $1 AND c.revision < $2 ORDER BY c.revision DESC LIMIT $3")};
  static const PgStatement kBelow{PostgresHistoryBelowSql()};
  const int limit = std::clamp(query.limit, 1, 1000);
  PgParams params;
  params.Bytes(query.name).Int(query.before == 0 ? INT64_MAX : query.before).Int(limit + 1);
  // The end of what is below: in the order of bytes "0" follows "/".
  if (query.below) params.Bytes(query.name + "/").Bytes(query.name + "0");
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(query.below ? kBelow : kSelect, params));
  HistoryResult result;
  int transactions = 0;
  for (int row = 0; row < rows.size(); ++row) {
    Version version = ReadVersion(rows, row);
    if (result.entries.empty() || result.entries.back().version.revision != version.revision) ++transactions;
    if (transactions > limit) {
      result.more = true;
      break;
    }
    result.entries.push_back({std::move(version), ReadAudit(rows, row, kVersionColumnCount)});
  }
  return result;
}

const PgStatement kTransactions{
    absl::StrCat("SELECT x.revision, x.recorded_us, x.change_count, x.payload_bytes, x.leaf_hash, ", kAuditColumns,
                 " FROM transactions AS x WHERE x.revision > $1 ORDER BY x.revision LIMIT $2")};

absl::StatusOr<std::vector<Transaction>> PostgresReads::Log(Revision after, int limit) {
  static const PgStatement kChanges{
      absl::StrCat("SELECT ", kVersionColumns,
                   " FROM changes AS c WHERE c.revision > $1 AND c.revision <= $2 ORDER BY c.revision, c.ordinal")};
  std::vector<Transaction> result;
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kTransactions, PgParams().Int(after).Int(limit)));
  std::vector<size_t> counts;
  int64_t bytes = 0;
  for (int row = 0; row < rows.size() && bytes < kMaxLogBytes; ++row) {
    Transaction& transaction = result.emplace_back();
    transaction.revision = rows.Int(row, 0);
    transaction.recorded_time = absl::FromUnixMicros(rows.Int(row, 1));
    counts.push_back(static_cast<size_t>(rows.Int(row, 2)));
    bytes += rows.Int(row, 3) + 256;
    transaction.leaf_hash = rows.Text(row, 4);
    transaction.audit = ReadAudit(rows, row, 5);
  }
  if (result.empty()) return result;
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows changes,
                             connection_.Query(kChanges, PgParams().Int(after).Int(result.back().revision)));
  int next = 0;
  for (size_t i = 0; i < result.size(); ++i) {
    result[i].versions.reserve(counts[i]);
    while (next < changes.size() && changes.Int(next, 5) == result[i].revision) {
      result[i].versions.push_back(ReadVersion(changes, next++));
    }
    if (result[i].versions.size() != counts[i]) return StoreCorrupt();
  }
  return result;
}

absl::StatusOr<std::vector<LoggedTransaction>> PostgresReads::LogWhole(Revision after, int limit) {
  static const PgStatement kChanges{
      "SELECT revision, operation, name, kind, payload, payload_hash, terms FROM changes"
      " WHERE revision > $1 AND revision <= $2 ORDER BY revision, ordinal"};
  static const PgStatement kRequests{
      "SELECT x.revision, r.method, r.request_hash, r.revision, r.recorded_us, r.response FROM transactions AS x"
      " JOIN requests AS r ON r.request_id = x.request_id AND r.actor = x.actor"
      " WHERE x.revision > $1 AND x.revision <= $2 AND length(x.request_id) > 0 ORDER BY x.revision"};
  std::vector<LoggedTransaction> result;
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kTransactions, PgParams().Int(after).Int(limit)));
  std::vector<size_t> counts;
  int64_t bytes = 0;
  for (int row = 0; row < rows.size() && bytes < kMaxLogBytes; ++row) {
    LoggedTransaction& transaction = result.emplace_back();
    transaction.revision = rows.Int(row, 0);
    transaction.recorded_time = absl::FromUnixMicros(rows.Int(row, 1));
    counts.push_back(static_cast<size_t>(rows.Int(row, 2)));
    bytes += 2 * rows.Int(row, 3) + 256;  // The remembered answer holds the payload once more.
    transaction.leaf_hash = rows.Text(row, 4);
    transaction.audit = ReadAudit(rows, row, 5);
  }
  if (result.empty()) return result;
  const auto range = PgParams().Int(after).Int(result.back().revision);
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows changes, connection_.Query(kChanges, range));
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows requests, connection_.Query(kRequests, range));
  int next = 0, next_request = 0;
  for (size_t i = 0; i < result.size(); ++i) {
    LoggedTransaction& transaction = result[i];
    for (; next < changes.size() && changes.Int(next, 0) == transaction.revision; ++next) {
      transaction.changes.push_back({static_cast<Change::Operation>(changes.Int(next, 1)), changes.Text(next, 2),
                                     changes.Text(next, 3), changes.Text(next, 4), changes.Text(next, 5),
                                     changes.Text(next, 6), changes.IsNull(next, 4)});
    }
    if (transaction.changes.size() != counts[i]) return StoreCorrupt();
    if (next_request < requests.size() && requests.Int(next_request, 0) == transaction.revision) {
      const int row = next_request++;
      transaction.request = ReadRequest(transaction.audit.actor, transaction.audit.request_id, requests, row, 1);
    }
  }
  return result;
}

absl::StatusOr<std::optional<RequestRecord>> PostgresReads::FindRequest(const std::string& actor,
                                                                        const std::string& request_id) {
  static const PgStatement kSelect{
      "SELECT method, request_hash, revision, recorded_us, response FROM requests WHERE request_id = $1 AND actor ="
      " $2"};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect, PgParams().Bytes(request_id).Bytes(actor)));
  if (rows.size() == 0) return std::optional<RequestRecord>();
  return std::optional<RequestRecord>(ReadRequest(actor, request_id, rows, 0, 0));
}

absl::StatusOr<std::string> PostgresReads::LeafHashes(Revision after, int limit) {
  static const PgStatement kSelect{"SELECT leaf_hash FROM transactions WHERE revision > $1 ORDER BY revision LIMIT $2"};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_.Query(kSelect, PgParams().Int(after).Int(limit)));
  std::string hashes;
  hashes.reserve(static_cast<size_t>(rows.size()) * kHashBytes);
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.View(row, 0).size() != kHashBytes) return StoreCorrupt();
    hashes += rows.View(row, 0);
  }
  return hashes;
}

}  // namespace oversight::ledger
