#include "common/ledger/sqlite/sqlite_writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/natural_order.h"
#include "common/ledger/redaction.h"
#include "common/ledger/sqlite/sqlite_reads.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

class SqliteWriter final : public Writer {
 public:
  SqliteWriter(std::unique_ptr<Connection> connection, std::atomic<bool>& log_unclean)
      : connection_(std::move(connection)), log_unclean_(log_unclean) {}
  ~SqliteWriter() override { Abandon(); }

  absl::Status Prepare() {
    OVERSIGHT_ASSIGN_OR_RETURN(reads_, SqliteReads::Prepare(*connection_));
    for (const auto& [statement, sql] : std::initializer_list<std::pair<Statement*, const char*>>{
             {&begin_, "BEGIN IMMEDIATE"},
             {&commit_, "COMMIT"},
             {&last_change_, "SELECT ifnull(max(id), 0) FROM changes"},
             {&last_number_,
              "SELECT number FROM resources WHERE prefix = ? AND number IS NOT NULL ORDER BY number DESC LIMIT 1"},
             {&put_request_,
              "INSERT INTO requests (actor, request_id, method, request_hash, revision, recorded_us, response)"
              " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id, actor) DO UPDATE SET method = excluded.method,"
              " request_hash = excluded.request_hash, revision = excluded.revision,"
              " recorded_us = excluded.recorded_us, response = excluded.response"},
             {&previous_,
              "SELECT kind, operation, create_revision, create_us, version, terms FROM changes WHERE name = ?"
              " ORDER BY revision DESC LIMIT 1"},
             {&put_transaction_, "INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
             {&put_change_, "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
             {&put_resource_, "INSERT INTO resources VALUES (?, ?, ?, ?)"},
             {&put_term_, "INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?, NULL)"},
             {&end_term_,
              "UPDATE terms SET to_revision = ? WHERE kind = ? AND term = ? AND value = ? AND sort_key = ? AND name = ?"
              " AND to_revision IS NULL"},
             {&redact_, "UPDATE changes SET payload = NULL WHERE name = ? AND revision = ?"},
             {&next_version_, "SELECT ifnull(min(revision), ?) FROM changes WHERE name = ? AND revision > ?"},
             {&last_request_, "SELECT ifnull(max(id), 0) FROM requests"},
             // The write probe has revision 0, and is not where it belongs by its id.
             {&request_from_, "SELECT revision FROM requests WHERE id >= ? AND revision > 0 ORDER BY id LIMIT 1"},
             {&redact_answers_,
              "UPDATE requests SET response = ? WHERE id >= ? AND id < ? AND revision >= ? AND revision < ?"
              " AND instr(response, ?) > 0"},
             {&checkpoint_, "PRAGMA wal_checkpoint(TRUNCATE)"}}) {
      OVERSIGHT_ASSIGN_OR_RETURN(*statement, Statement::Prepare(*connection_, sql));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Revision> Begin(Revision /*head*/) override {
    OVERSIGHT_RETURN_IF_ERROR(begin_.Run());
    OVERSIGHT_ASSIGN_OR_RETURN(const Head head, reads_->GetHead());
    Rows rows = last_change_();
    OVERSIGHT_RETURN_IF_ERROR(rows.Next().status());
    tail_ = {head.revision, rows.Int(0)};
    return head.revision;
  }
  // SQLite's own savepoints would copy every page that a command touches. They are not needed: a command that is
  // refused has written nothing, as Append checks before it writes, and after any other error the whole batch is
  // abandoned.
  absl::Status Savepoint() override { return absl::OkStatus(); }
  absl::Status RollbackToSavepoint() override { return absl::OkStatus(); }
  absl::Status ReleaseSavepoint() override { return absl::OkStatus(); }
  absl::Status Commit() override {
    OVERSIGHT_RETURN_IF_ERROR(commit_.Run());
    if (log_unclean_) CleanLog(/*patient=*/std::exchange(redacted_, false));
    return absl::OkStatus();
  }
  void Abandon() override {
    redacted_ = false;
    // SQLite ends the transaction itself on some errors; then there is nothing to roll back.
    if (sqlite3_get_autocommit(connection_->handle()) == 0) connection_->Execute("ROLLBACK").IgnoreError();
  }

  // Empties the write-ahead log, which may hold what was removed. Where that cannot be done nothing else is amiss; it
  // is tried again after each commit. Patient: waits for those who read.
  void CleanLog(bool patient) {
    connection_->SetBusyTimeout(patient ? Connection::kBusyMs : 0);
    {
      Rows rows = checkpoint_();
      const absl::StatusOr<bool> row = rows.Next();
      log_unclean_ = !row.ok() || !*row || rows.Int(0) != 0;
    }
    connection_->SetBusyTimeout(Connection::kBusyMs);
    if (patient && log_unclean_) {
      spdlog::warn(
          "the write-ahead log of the store cannot be emptied now, perhaps because another program reads the store. "
          "What was removed by law may be in it until that is done.");
    }
  }

  absl::StatusOr<std::optional<Version>> Get(const std::string& name) override { return reads_->Get(name, kLatest); }

  absl::StatusOr<std::optional<StoredVersion>> GetVersion(const VersionId& id) override {
    return reads_->GetVersion(id);
  }

  absl::StatusOr<std::vector<Version>> List(const std::string& kind, const Term& term, int limit) override {
    ListQuery query;
    query.kind = kind;
    if (!term.term.empty()) query.all_of.push_back(term);
    query.limit = limit;
    OVERSIGHT_ASSIGN_OR_RETURN(ListResult result, reads_->List(query, kLatest, nullptr));
    return std::move(result.items);
  }

  absl::StatusOr<int64_t> LastNumber(const std::string& prefix) override {
    if (SplitNumber(prefix)) return Fault(absl::StrCat("A prefix of numbers must not end in one: ", prefix));
    Rows rows = last_number_(prefix);
    OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
    return row ? rows.Int(0) : 0;
  }

  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& actor,
                                                           const std::string& request_id) override {
    return reads_->FindRequest(actor, request_id);
  }

  absl::Status PutRequest(const RequestRecord& record) override {
    std::optional<int64_t> recorded_us;
    if (record.recorded_time != absl::InfinitePast()) recorded_us = absl::ToUnixMicros(record.recorded_time);
    return put_request_.Run(record.actor, record.request_id, record.method, Bytes{record.request_hash}, record.revision,
                            recorded_us, Bytes{record.redacted ? kRedactedAnswer : record.response});
  }

  absl::StatusOr<Transaction> Append(const Audit& audit, const std::vector<Change>& changes,
                                     absl::Time recorded_time) override {
    return AppendOne(ToLogged(tail_.revision + 1, recorded_time, audit, changes));
  }

  absl::Status AppendLogged(std::vector<LoggedTransaction> transactions) override {
    for (LoggedTransaction& logged : transactions) {
      const Revision revision = logged.revision;
      const absl::Status status = AppendLoggedOne(std::move(logged));
      if (absl::IsInternal(status)) return FaultAt(revision, status);
      OVERSIGHT_RETURN_IF_ERROR(status);
    }
    return absl::OkStatus();
  }

  absl::Status Redact(const VersionId& id) override {
    redacted_ = log_unclean_ = true;
    OVERSIGHT_RETURN_IF_ERROR(redact_.Run(id.name, id.revision));
    Revision next = 0;
    {
      Rows rows = next_version_(tail_.revision, id.name, id.revision);
      OVERSIGHT_RETURN_IF_ERROR(rows.Next().status());
      next = rows.Int(0);
    }
    OVERSIGHT_ASSIGN_OR_RETURN(const int64_t first, FirstRequestFrom(id.revision));
    OVERSIGHT_ASSIGN_OR_RETURN(const int64_t end, FirstRequestFrom(next));
    const std::string name = NameInAnswers(id.name);
    return redact_answers_.Run(Bytes{kRedactedAnswer}, first, end, id.revision, next, Bytes{name});
  }

 private:
  // No remembered request of `revision` or later has a smaller id. Requests are appended, so their revisions rise with
  // their ids, and what was answered at some time is found without looking at all that ever was.
  absl::StatusOr<int64_t> FirstRequestFrom(Revision revision) {
    int64_t low = 1, high = 1;
    {
      Rows rows = last_request_();
      OVERSIGHT_RETURN_IF_ERROR(rows.Next().status());
      high = rows.Int(0) + 1;
    }
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      Rows rows = request_from_(middle);
      OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
      if (!row || rows.Int(0) >= revision) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  struct Tail {
    Revision revision = 0;
    int64_t change_id = 0;
  };

  // What the last version of a resource says to the next.
  struct Previous {
    bool known = false, alive = false;
    Revision create_revision = 0;
    int64_t create_us = 0, version = 0;
    std::string terms;  // encoded
  };

  absl::Status AppendLoggedOne(LoggedTransaction logged) {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<VersionId> late, LateRedactions(*this, logged));
    OVERSIGHT_RETURN_IF_ERROR(AppendOne(std::move(logged)).status());
    for (const VersionId& id : late) OVERSIGHT_RETURN_IF_ERROR(Redact(id));
    return absl::OkStatus();
  }

  absl::StatusOr<Transaction> AppendOne(LoggedTransaction logged) {
    if (logged.revision != tail_.revision + 1) {
      return Fault(absl::StrCat("Revision ", logged.revision, " does not follow on ", tail_.revision, "."));
    }
    const int64_t recorded_us = absl::ToUnixMicros(logged.recorded_time);
    std::vector<Previous> previous;
    for (const LoggedChange& change : logged.changes) {
      OVERSIGHT_ASSIGN_OR_RETURN(Previous before, PreviousOf(change));
      previous.push_back(std::move(before));
    }
    Transaction transaction;
    transaction.versions.reserve(logged.changes.size());
    for (size_t i = 0; i < logged.changes.size(); ++i) {
      OVERSIGHT_ASSIGN_OR_RETURN(Version version,
                                 PutVersion(std::move(logged.changes[i]), previous[i], logged.revision, recorded_us));
      transaction.versions.push_back(std::move(version));
    }
    const Audit& audit = logged.audit;
    const auto count = static_cast<int64_t>(logged.changes.size());
    OVERSIGHT_RETURN_IF_ERROR(put_transaction_.Run(logged.revision, recorded_us, audit.actor, audit.verb, audit.reason,
                                                   audit.request_id, audit.trace_id, tail_.change_id - count + 1, count,
                                                   Bytes{logged.leaf_hash}));
    if (logged.request) OVERSIGHT_RETURN_IF_ERROR(PutRequest(*logged.request));
    tail_.revision = logged.revision;
    transaction.revision = logged.revision;
    transaction.recorded_time = absl::FromUnixMicros(recorded_us);
    transaction.audit = std::move(logged.audit);
    transaction.leaf_hash = std::move(logged.leaf_hash);
    return transaction;
  }

  // Refuses, with kInternal, a change that cannot follow on it.
  absl::StatusOr<Previous> PreviousOf(const LoggedChange& change) {
    Previous previous;
    Rows rows = previous_(change.name);
    OVERSIGHT_ASSIGN_OR_RETURN(previous.known, rows.Next());
    if (previous.known) {
      previous.alive = rows.Int(1) != static_cast<int>(Change::Operation::kDelete);
      if (rows.View(0) != change.kind) return Fault(absl::StrCat(change.name, " cannot become another kind."));
      previous.create_revision = rows.Int(2);
      previous.create_us = rows.Int(3);
      previous.version = rows.Int(4);
      previous.terms = rows.Text(5);
    }
    if (change.operation == Change::Operation::kDelete && !previous.alive) {
      return Fault(absl::StrCat(change.name, " cannot be deleted: it does not exist."));
    }
    return previous;
  }

  absl::StatusOr<Version> PutVersion(LoggedChange change, const Previous& previous, Revision revision,
                                     int64_t recorded_us) {
    Version version;
    version.create_revision = previous.alive ? previous.create_revision : revision;
    version.revision = revision;
    version.version = previous.alive ? previous.version + 1 : 1;
    version.create_time = absl::FromUnixMicros(previous.alive ? previous.create_us : recorded_us);
    version.update_time = absl::FromUnixMicros(recorded_us);
    version.deleted = change.operation == Change::Operation::kDelete;
    version.redacted = change.redacted;

    std::optional<Bytes> payload;
    if (!change.redacted) payload = Bytes{change.payload};
    OVERSIGHT_RETURN_IF_ERROR(put_change_.Run(++tail_.change_id, revision, static_cast<int>(change.operation),
                                              change.name, change.kind, version.create_revision,
                                              absl::ToUnixMicros(version.create_time), version.version,
                                              Bytes{change.payload_hash}, Bytes{change.encoded_terms}, payload));
    if (!previous.known) {
      const std::optional<NumberedName> numbered = SplitNumber(change.name);
      std::optional<std::string_view> prefix;
      std::optional<int64_t> number;
      if (numbered) {
        prefix = numbered->prefix;
        number = numbered->number;
      }
      OVERSIGHT_RETURN_IF_ERROR(put_resource_.Run(change.name, change.kind, prefix, number));
    }
    OVERSIGHT_RETURN_IF_ERROR(PutTerms(change, previous, revision));
    version.name = std::move(change.name);
    version.kind = std::move(change.kind);
    version.payload = std::move(change.payload);
    return version;
  }

  // Only what differs is written: an update that keeps its terms leaves the index alone.
  absl::Status PutTerms(const LoggedChange& change, const Previous& previous, Revision revision) {
    const bool deleted = change.operation == Change::Operation::kDelete;
    if (!deleted && previous.alive && previous.terms == change.encoded_terms) return absl::OkStatus();
    const std::vector<Term> old_terms = previous.alive ? Listed(previous.terms) : std::vector<Term>();
    const std::vector<Term> new_terms = deleted ? std::vector<Term>() : Listed(change.encoded_terms);
    const std::string sort_key = SortKey(change.name);
    for (const Term& term : old_terms) {
      if (std::find(new_terms.begin(), new_terms.end(), term) != new_terms.end()) continue;
      OVERSIGHT_RETURN_IF_ERROR(end_term_.Run(revision, change.kind, term.term, term.value, sort_key, change.name));
    }
    for (const Term& term : new_terms) {
      if (std::find(old_terms.begin(), old_terms.end(), term) != old_terms.end()) continue;
      OVERSIGHT_RETURN_IF_ERROR(put_term_.Run(change.kind, term.term, term.value, sort_key, change.name, revision));
    }
    return absl::OkStatus();
  }

  // The index entries of a resource: its terms and the one of its whole kind.
  static std::vector<Term> Listed(std::string_view encoded_terms) {
    std::vector<Term> terms = DecodeTerms(encoded_terms);
    terms.push_back({"", ""});
    return terms;
  }

  // Declared before the statements, so that they are finalised first.
  const std::unique_ptr<Connection> connection_;
  std::unique_ptr<SqliteReads> reads_;
  Statement begin_, commit_, last_change_, last_number_, put_request_, previous_, put_transaction_, put_change_,
      put_resource_, put_term_, end_term_, redact_, next_version_, last_request_, request_from_, redact_answers_,
      checkpoint_;
  Tail tail_;
  bool redacted_ = false;  // the batch did
  std::atomic<bool>& log_unclean_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> OpenSqliteWriter(std::unique_ptr<Connection> connection,
                                                         std::atomic<bool>& log_unclean) {
  auto writer = std::make_unique<SqliteWriter>(std::move(connection), log_unclean);
  OVERSIGHT_RETURN_IF_ERROR(writer->Prepare());
  if (log_unclean) writer->CleanLog(/*patient=*/true);
  return writer;
}

}  // namespace oversight::ledger
