#include "common/ledger/sqlite/sqlite_reads.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/natural_order.h"
#include "common/ledger/redaction.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// In the order ReadVersion expects; c is the change and x its transaction. The last is the record of redaction, found
// by the term that redaction.h gives it.
constexpr char kVersionColumns[] =
    "c.name, c.kind, c.payload, c.operation, c.create_revision, c.revision, c.version, c.create_us, x.recorded_us,"
    " CASE WHEN c.payload IS NULL THEN (SELECT r.name FROM terms AS r WHERE r.kind = 'oversight.ledger.v1.Redaction'"
    " AND r.term = 'version ' || c.revision AND r.value = c.name) END";
constexpr int kVersionColumnCount = 10;
constexpr char kAuditColumns[] = "x.actor, x.verb, x.reason, x.request_id, x.trace_id";
// About how much one call of Log may gather.
constexpr size_t kMaxLogBytes = 1 << 20;

Version ReadVersion(const Rows& rows) {
  Version version;
  version.name = rows.Text(0);
  version.kind = rows.Text(1);
  version.payload = rows.Text(2);
  version.redacted = rows.IsNull(2);
  version.deleted = rows.Int(3) == static_cast<int>(Change::Operation::kDelete);
  version.create_revision = rows.Int(4);
  version.revision = rows.Int(5);
  version.version = rows.Int(6);
  version.create_time = absl::FromUnixMicros(rows.Int(7));
  version.update_time = absl::FromUnixMicros(rows.Int(8));
  if (version.redacted) version.redaction = rows.Text(9);
  return version;
}

Audit ReadAudit(const Rows& rows, int first) {
  return {rows.Text(first), rows.Text(first + 1), rows.Text(first + 2), rows.Text(first + 3), rows.Text(first + 4)};
}

// The names: walks the first term's index in list order; each further term is one probe of the same index.
std::string ListSql(size_t terms) {
  std::string sql =
      "SELECT t.name FROM terms AS t"
      " WHERE t.kind = ?2 AND (t.sort_key, t.name) > (?3, ?4) AND t.term = ?5 AND t.value = ?6"
      " AND t.from_revision <= ?1 AND (t.to_revision IS NULL OR t.to_revision > ?1)";
  for (size_t i = 1; i < terms; ++i) {
    absl::StrAppend(&sql, " AND EXISTS (SELECT 1 FROM terms AS u WHERE u.kind = t.kind AND u.term = ?", 5 + 2 * i,
                    " AND u.value = ?", 6 + 2 * i,
                    " AND u.sort_key = t.sort_key AND u.name = t.name AND u.from_revision <= ?1"
                    " AND (u.to_revision IS NULL OR u.to_revision > ?1))");
  }
  absl::StrAppend(&sql, " ORDER BY t.sort_key, t.name");
  return sql;
}

// The history of a name and all below it. Finds the page by the index alone, first: how far back the transactions reach
// that it holds; then fetches what is on it. What is sorted is this history, however long the log.
std::string HistoryBelowSql() {
  return absl::StrCat(
      "WITH k AS (SELECT name, revision FROM changes WHERE name = ?1 AND revision < ?4"
      " UNION ALL SELECT name, revision FROM changes WHERE name > ?2 AND name < ?3 AND revision < ?4)"
      " SELECT ",
      kVersionColumns, ", ", kAuditColumns,
      " FROM k CROSS JOIN changes AS c ON c.name = k.name AND c.revision = k.revision"
      " CROSS JOIN transactions AS x ON x.revision = c.revision"
      " WHERE k.revision >= (SELECT min(revision) FROM (SELECT DISTINCT revision FROM k ORDER BY revision DESC LIMIT "
      "?5))"
      " ORDER BY c.revision DESC, c.id");
}

}  // namespace

std::string SqliteHistoryBelowSqlForTest() { return HistoryBelowSql(); }
std::string SqliteListSqlForTest(size_t terms) { return ListSql(terms); }

absl::StatusOr<std::unique_ptr<SqliteReads>> SqliteReads::Prepare(Connection& connection) {
  std::unique_ptr<SqliteReads> reads(new SqliteReads(connection));
  const auto prepare = [&](Statement& statement, const std::string& sql) {
    auto prepared = Statement::Prepare(connection, sql);
    if (prepared.ok()) statement = *std::move(prepared);
    return prepared.status();
  };
  OVERSIGHT_RETURN_IF_ERROR(
      prepare(reads->head_, "SELECT revision, recorded_us FROM transactions ORDER BY revision DESC LIMIT 1"));
  OVERSIGHT_RETURN_IF_ERROR(prepare(reads->head_at_,
                                    "SELECT revision, recorded_us FROM transactions WHERE recorded_us <= ?"
                                    " ORDER BY recorded_us DESC, revision DESC LIMIT 1"));
  OVERSIGHT_RETURN_IF_ERROR(prepare(reads->time_of_, "SELECT recorded_us FROM transactions WHERE revision = ?"));
  OVERSIGHT_RETURN_IF_ERROR(
      prepare(reads->get_, absl::StrCat("SELECT ", kVersionColumns,
                                        " FROM changes AS c CROSS JOIN transactions AS x ON x.revision = c.revision"
                                        " WHERE c.name = ? AND c.revision <= ? ORDER BY c.revision DESC LIMIT 1")));
  OVERSIGHT_RETURN_IF_ERROR(prepare(
      reads->get_version_, absl::StrCat("SELECT ", kVersionColumns, ", c.payload_hash",
                                        " FROM changes AS c CROSS JOIN transactions AS x ON x.revision = c.revision"
                                        " WHERE c.name = ? AND c.revision = ?")));
  OVERSIGHT_RETURN_IF_ERROR(
      prepare(reads->history_, absl::StrCat("SELECT ", kVersionColumns, ", ", kAuditColumns,
                                            " FROM changes AS c CROSS JOIN transactions AS x ON x.revision = c.revision"
                                            " WHERE c.name = ? AND c.revision < ? ORDER BY c.revision DESC LIMIT ?")));
  OVERSIGHT_RETURN_IF_ERROR(prepare(reads->history_below_, HistoryBelowSql()));
  OVERSIGHT_RETURN_IF_ERROR(
      prepare(reads->log_,
              absl::StrCat("SELECT x.revision, x.recorded_us, x.first_change, x.change_count, x.leaf_hash, ",
                           kAuditColumns, " FROM transactions AS x WHERE x.revision > ? ORDER BY x.revision LIMIT ?")));
  OVERSIGHT_RETURN_IF_ERROR(prepare(
      reads->log_changes_, absl::StrCat("SELECT ", kVersionColumns,
                                        " FROM changes AS c CROSS JOIN transactions AS x ON x.revision = c.revision"
                                        " WHERE c.id >= ? AND c.id < ? ORDER BY c.id")));
  OVERSIGHT_RETURN_IF_ERROR(prepare(reads->whole_changes_,
                                    "SELECT operation, name, kind, payload, payload_hash, terms FROM changes"
                                    " WHERE id >= ? AND id < ? ORDER BY id"));
  OVERSIGHT_RETURN_IF_ERROR(
      prepare(reads->request_,
              "SELECT method, request_hash, revision, recorded_us, response FROM requests WHERE request_id = ? AND"
              " actor = ?"));
  OVERSIGHT_RETURN_IF_ERROR(
      prepare(reads->leaf_hashes_, "SELECT leaf_hash FROM transactions WHERE revision > ? ORDER BY revision LIMIT ?"));
  return reads;
}

absl::StatusOr<Head> SqliteReads::GetHead() {
  Rows rows = head_();
  OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
  if (!row) return Head{};
  return Head{rows.Int(0), absl::FromUnixMicros(rows.Int(1))};
}

absl::StatusOr<Head> SqliteReads::HeadAt(absl::Time time) {
  Rows rows = head_at_(absl::ToUnixMicros(time));
  OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
  if (!row) return Head{};
  return Head{rows.Int(0), absl::FromUnixMicros(rows.Int(1))};
}

absl::StatusOr<absl::Time> SqliteReads::TimeOf(Revision revision) {
  if (revision == 0) return absl::InfinitePast();
  Rows rows = time_of_(revision);
  OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
  if (!row) return Fault(absl::StrCat("Revision ", revision, " is not in the log."));
  return absl::FromUnixMicros(rows.Int(0));
}

absl::StatusOr<std::optional<Version>> SqliteReads::Get(const std::string& name, Revision revision) {
  Rows rows = get_(name, revision);
  OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
  if (!row) return std::optional<Version>();
  Version version = ReadVersion(rows);
  if (version.deleted) return std::optional<Version>();
  return std::optional<Version>(std::move(version));
}

absl::StatusOr<std::optional<StoredVersion>> SqliteReads::GetVersion(const VersionId& id) {
  Rows rows = get_version_(id.name, id.revision);
  OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
  if (!row) return std::optional<StoredVersion>();
  return std::optional<StoredVersion>(StoredVersion{ReadVersion(rows), rows.Text(kVersionColumnCount)});
}

absl::StatusOr<ListResult> SqliteReads::List(const ListQuery& query, Revision revision, VersionCache* cache) {
  static const std::vector<Term> kWholeKind = {{"", ""}};
  const std::vector<Term>& terms = query.all_of.empty() ? kWholeKind : query.all_of;
  auto it = lists_.find(terms.size());
  if (it == lists_.end()) {
    OVERSIGHT_ASSIGN_OR_RETURN(Statement statement, Statement::Prepare(connection_, ListSql(terms.size())));
    it = lists_.emplace(terms.size(), std::move(statement)).first;
  }
  const std::string after_key = SortKey(query.after);
  Rows rows = it->second(revision, query.kind, after_key, query.after, terms[0].term, terms[0].value);
  for (size_t i = 1; i < terms.size(); ++i) {
    it->second.BindAt(static_cast<int>(5 + 2 * i), terms[i].term);
    it->second.BindAt(static_cast<int>(6 + 2 * i), terms[i].value);
  }
  const size_t limit = static_cast<size_t>(std::clamp(query.limit, 1, 1000));
  ListResult result;
  while (true) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
    if (!row) {
      result.more = false;
      return result;
    }
    result.more = result.items.size() == limit;
    if (result.more && !query.filter) return result;
    const std::string name = rows.Text(0);
    const std::shared_ptr<const Version> known = cache == nullptr ? nullptr : cache->GetAt(name, revision);
    std::optional<Version> version;
    if (known != nullptr && !known->deleted) {
      version = *known;
    } else {
      // The walk is under way, so this sees the same state of the database.
      OVERSIGHT_ASSIGN_OR_RETURN(version, Get(name, revision));
      if (!version) return StoreCorrupt();
    }
    if (query.filter && !query.filter(*version)) continue;
    if (result.more) return result;
    result.items.push_back(*std::move(version));
  }
}

absl::StatusOr<HistoryResult> SqliteReads::History(const HistoryQuery& query) {
  const int limit = std::clamp(query.limit, 1, 1000);
  const Revision before = query.before == 0 ? kLatest : query.before;
  // The end of what is below: in the order of bytes "0" follows "/".
  const std::string first = query.name + "/", end = query.name + "0";
  Rows rows =
      query.below ? history_below_(query.name, first, end, before, limit + 1) : history_(query.name, before, limit + 1);
  HistoryResult result;
  int transactions = 0;
  while (true) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
    if (!row) return result;
    Version version = ReadVersion(rows);
    if (result.entries.empty() || result.entries.back().version.revision != version.revision) ++transactions;
    if (transactions > limit) {
      result.more = true;
      return result;
    }
    result.entries.push_back({std::move(version), ReadAudit(rows, kVersionColumnCount)});
  }
}

absl::StatusOr<std::vector<Transaction>> SqliteReads::Log(Revision after, int limit) {
  std::vector<Transaction> result;
  size_t bytes = 0;
  Rows rows = log_(after, limit);
  while (bytes < kMaxLogBytes) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
    if (!row) break;
    Transaction transaction;
    transaction.revision = rows.Int(0);
    transaction.recorded_time = absl::FromUnixMicros(rows.Int(1));
    const int64_t first_change = rows.Int(2);
    const int64_t change_count = rows.Int(3);
    transaction.leaf_hash = rows.Text(4);
    transaction.audit = ReadAudit(rows, 5);
    transaction.versions.reserve(static_cast<size_t>(change_count));
    Rows changes = log_changes_(first_change, first_change + change_count);
    while (true) {
      OVERSIGHT_ASSIGN_OR_RETURN(const bool change, changes.Next());
      if (!change) break;
      transaction.versions.push_back(ReadVersion(changes));
      bytes += transaction.versions.back().payload.size();
    }
    bytes += 256;
    result.push_back(std::move(transaction));
  }
  return result;
}

absl::StatusOr<std::vector<LoggedTransaction>> SqliteReads::LogWhole(Revision after, int limit) {
  std::vector<LoggedTransaction> result;
  size_t bytes = 0;
  Rows rows = log_(after, limit);
  while (bytes < kMaxLogBytes) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
    if (!row) break;
    LoggedTransaction transaction;
    transaction.revision = rows.Int(0);
    transaction.recorded_time = absl::FromUnixMicros(rows.Int(1));
    const int64_t first_change = rows.Int(2);
    const int64_t change_count = rows.Int(3);
    transaction.leaf_hash = rows.Text(4);
    transaction.audit = ReadAudit(rows, 5);
    Rows changes = whole_changes_(first_change, first_change + change_count);
    while (true) {
      OVERSIGHT_ASSIGN_OR_RETURN(const bool change, changes.Next());
      if (!change) break;
      transaction.changes.push_back({static_cast<Change::Operation>(changes.Int(0)), changes.Text(1), changes.Text(2),
                                     changes.Text(3), changes.Text(4), changes.Text(5), changes.IsNull(3)});
      bytes += transaction.changes.back().payload.size();
    }
    if (!transaction.audit.request_id.empty()) {
      OVERSIGHT_ASSIGN_OR_RETURN(transaction.request,
                                 FindRequest(transaction.audit.actor, transaction.audit.request_id));
      if (transaction.request) bytes += transaction.request->response.size();
    }
    bytes += 256;
    result.push_back(std::move(transaction));
  }
  return result;
}

absl::StatusOr<std::string> SqliteReads::LeafHashes(Revision after, int limit) {
  std::string hashes;
  Rows rows = leaf_hashes_(after, limit);
  while (true) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
    if (!row) return hashes;
    if (rows.View(0).size() != kHashBytes) return StoreCorrupt();
    hashes += rows.View(0);
  }
}

absl::StatusOr<std::optional<RequestRecord>> SqliteReads::FindRequest(const std::string& actor,
                                                                      const std::string& request_id) {
  Rows rows = request_(request_id, actor);
  OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
  if (!row) return std::optional<RequestRecord>();
  RequestRecord record{actor,        request_id,
                       rows.Text(0), rows.Text(1),
                       rows.Int(2),  rows.IsNull(3) ? absl::InfinitePast() : absl::FromUnixMicros(rows.Int(3)),
                       rows.Text(4)};
  record.redacted = record.response == kRedactedAnswer;
  if (record.redacted) record.response.clear();
  return std::optional<RequestRecord>(std::move(record));
}

}  // namespace oversight::ledger
