#include "common/ledger/postgres/postgres_writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/natural_order.h"
#include "common/ledger/postgres/pg_connection.h"
#include "common/ledger/postgres/pg_status.h"
#include "common/ledger/postgres/postgres_reads.h"
#include "common/ledger/postgres/version_memory.h"
#include "common/ledger/redaction.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

constexpr int64_t kMemoryBytes = 64 << 20;
// When others wrote more than this since, it is cheaper to forget everything than to ask what.
constexpr Revision kMaxForeign = 10000;
// For so many batches after a conflict the lock is taken first.
constexpr int kPatience = 8;

// Ends with a violation of NOT NULL when the head is not where the batch thinks it is.
const PgStatement kMoveHead{"UPDATE head SET revision = CASE WHEN revision = $1 THEN $2 END WHERE id = 1"};
const PgStatement kLockHead{"SELECT revision FROM head WHERE id = 1 FOR UPDATE"};
const PgStatement kBegin{"BEGIN ISOLATION LEVEL READ COMMITTED"};
const PgStatement kCommit{"COMMIT"};
const PgStatement kPutTransactions{
    "INSERT INTO transactions (revision, recorded_us, actor, verb, reason, request_id, trace_id, change_count,"
    " payload_bytes, leaf_hash) SELECT * FROM unnest($1::INT8[], $2::INT8[], $3::BYTEA[], $4::BYTEA[], $5::BYTEA[],"
    " $6::BYTEA[], $7::BYTEA[], $8::INT8[], $9::INT8[], $10::BYTEA[])"};
const PgStatement kPutChanges{
    "INSERT INTO changes (revision, ordinal, operation, name, kind, create_revision, create_us, recorded_us, version,"
    " payload_hash, terms, payload) SELECT * FROM unnest($1::INT8[], $2::INT8[], $3::INT8[], $4::BYTEA[], $5::BYTEA[],"
    " $6::INT8[], $7::INT8[], $8::INT8[], $9::INT8[], $10::BYTEA[], $11::BYTEA[], $12::BYTEA[])"};
const PgStatement kPutResources{
    "INSERT INTO resources (name, kind, revision, prefix, number)"
    " SELECT * FROM unnest($1::BYTEA[], $2::BYTEA[], $3::INT8[], $4::BYTEA[], $5::INT8[])"};
const PgStatement kEndTerms{
    "UPDATE terms AS t SET to_revision = e.to_revision FROM unnest($1::INT8[], $2::BYTEA[], $3::BYTEA[], $4::BYTEA[],"
    " $5::BYTEA[], $6::BYTEA[]) AS e (to_revision, kind, term, value, sort_key, name) WHERE t.kind = e.kind"
    " AND t.term = e.term AND t.value = e.value AND t.sort_key = e.sort_key AND t.name = e.name"
    " AND t.to_revision IS NULL"};
const PgStatement kPutTerms{
    "INSERT INTO terms (kind, term, value, sort_key, name, from_revision, to_revision) SELECT * FROM unnest("
    "$1::BYTEA[], $2::BYTEA[], $3::BYTEA[], $4::BYTEA[], $5::BYTEA[], $6::INT8[], $7::INT8[])"};
const PgStatement kPutRequests{
    "INSERT INTO requests (request_id, actor, method, request_hash, revision, recorded_us, response)"
    " SELECT * FROM unnest($1::BYTEA[], $2::BYTEA[], $3::BYTEA[], $4::BYTEA[], $5::INT8[], $6::INT8[], $7::BYTEA[])"};
const PgStatement kReplaceRequests{
    absl::StrCat(kPutRequests.sql,
                 " ON CONFLICT (request_id, actor) DO UPDATE SET method = excluded.method,"
                 " request_hash = excluded.request_hash, revision = excluded.revision,"
                 " recorded_us = excluded.recorded_us, response = excluded.response")};
const PgStatement kRedact{
    "UPDATE changes AS c SET payload = NULL FROM unnest($1::BYTEA[], $2::INT8[]) AS r (name, revision)"
    " WHERE c.name = r.name AND c.revision = r.revision"};
const PgStatement kRedactAnswers{
    "UPDATE requests AS q SET response = $3 FROM unnest($1::BYTEA[], $2::BYTEA[]) AS r (request_id, actor)"
    " WHERE q.request_id = r.request_id AND q.actor = r.actor"};
const PgStatement kNextVersion{"SELECT min(revision) FROM changes WHERE name = $1 AND revision > $2"};
const PgStatement kFindAnswers{
    "SELECT request_id, actor FROM requests WHERE revision >= $1 AND revision < $2 AND position($3 IN response) > 0"};
const PgStatement kLastNumber{
    "SELECT number FROM resources WHERE prefix = $1 AND number IS NOT NULL AND revision <= $2"
    " ORDER BY number DESC LIMIT 1"};
const PgStatement kChangedNames{"SELECT DISTINCT name FROM changes WHERE revision > $1 AND revision <= $2"};
const PgStatement kNotify{"SELECT pg_notify($1, $2)"};

// The index entries of a resource: its terms and the one of its whole kind.
std::vector<Term> Listed(std::string_view encoded_terms) {
  std::vector<Term> terms = DecodeTerms(encoded_terms);
  terms.push_back({"", ""});
  return terms;
}

// A key of several texts, none of which can run into the next.
std::string KeyOf(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (const std::string_view part : parts) absl::StrAppend(&key, part.size(), ":", std::string(part));
  return key;
}

struct TransactionRow {
  Revision revision;
  int64_t recorded_us;
  Audit audit;
  int64_t change_count;
  int64_t payload_bytes;
  std::string leaf_hash;
};
struct ChangeRow {
  VersionMemory::Entry stored;
  int64_t ordinal;
  std::string payload_hash;
};
struct ResourceRow {
  VersionMemory::Entry stored;
  std::optional<NumberedName> numbered;  // into stored
};
struct TermRow {
  VersionMemory::Entry stored;
  Term term;
  std::string sort_key;
  Revision revision;              // from which it holds, or for an ended one until before which
  std::optional<Revision> ended;  // of one that began in this batch
};

// A version that loses its payload, with the remembered answers that lose theirs: those in the store, by request id and
// actor, and of those that this batch remembers whichever are of these revisions and have `name_in_answers` in them.
struct Redacted {
  VersionId id;
  Revision next = 0;  // of the name
  std::string name_in_answers;
  std::vector<std::pair<std::string, std::string>> stored_answers;
};

// Rows to be written, and the state they make.
struct Work {
  std::vector<TransactionRow> transactions;
  std::vector<ChangeRow> changes;
  std::vector<ResourceRow> resources;
  std::vector<TermRow> new_terms, ended_terms;
  std::vector<RequestRecord> requests, replaced_requests;
  std::vector<Redacted> redacted;
};

class PostgresWriter final : public Writer {
 public:
  PostgresWriter(const PgAddress& address, const std::string& channel) : address_(address), channel_(channel) {}

  absl::Status Connect() {
    // An acknowledged commit must be on the disk whatever the server's default is.
    static const PgStatement kDurability{"SELECT current_setting('synchronous_commit')"};
    reads_.reset();
    OVERSIGHT_ASSIGN_OR_RETURN(connection_, PgConnection::Open(address_));
    reads_.emplace(*connection_);
    // A replica that hangs must not keep the others waiting, and whoever keeps the head must not make this one's
    // attempts pile up in the server. A database that does not know the settings may refuse them.
    const int64_t patience_ms = absl::ToInt64Milliseconds(address_.patience);
    for (const char* setting : {"idle_in_transaction_session_timeout", "lock_timeout"}) {
      connection_->Execute(absl::StrCat("SET ", setting, " = ", patience_ms)).IgnoreError();
    }
    const auto rows = connection_->Query(kDurability);
    if (rows.ok() && rows->size() == 1 && rows->View(0, 0) == "off") {
      spdlog::warn("the database has synchronous_commit = off; commits of the store are made with on");
      OVERSIGHT_RETURN_IF_ERROR(connection_->Execute("SET synchronous_commit = on"));
    }
    if (connection_->standby()) return absl::OkStatus();  // It will refuse by itself.
    const Revision told = address_.news->told();
    OVERSIGHT_ASSIGN_OR_RETURN(const Revision head, reads_->HeadRevision());
    return CheckHead(head, told);
  }

  absl::Status Confirm() {
    static const std::string kTouch = "UPDATE head SET revision = revision WHERE id = 1";
    OVERSIGHT_RETURN_IF_ERROR(connection_->Execute(kTouch));
    return connection_->TakeWarning() ? StoreUnavailable() : absl::OkStatus();
  }

  absl::StatusOr<Revision> Begin(Revision head) override {
    Reset();
    address_.news->Told(head);
    // The server may have been restarted while nothing was written; nothing of this batch was sent yet.
    if (!connection_->Alive()) OVERSIGHT_RETURN_IF_ERROR(Connect());
    Revision base = head;
    if (lock_first_ > 0) {
      --lock_first_;
      std::string code;
      OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<PgRows> rows,
                                 connection_->Pipeline({{&kBegin, {}}, {&kLockHead, {}}}, &code));
      if (rows[1].size() != 1) return StoreCorrupt();
      base = rows[1].Int(0, 0);
      locked_ = true;
      OVERSIGHT_RETURN_IF_ERROR(CheckHead(base, head));
    }
    OVERSIGHT_RETURN_IF_ERROR(MoveBase(base));
    return base;
  }

  absl::Status Savepoint() override {
    in_savepoint_ = true;
    staged_ = {};
    return absl::OkStatus();
  }
  absl::Status RollbackToSavepoint() override {
    in_savepoint_ = false;
    staged_ = {};
    return ConfirmUnknownRequest();
  }
  absl::Status ReleaseSavepoint() override {
    in_savepoint_ = false;
    Merge();
    return absl::OkStatus();
  }

  absl::Status Commit() override {
    if (Empty()) {
      // Refusals and replays too are told only of the present state.
      if (locked_) return connection_->Execute("ROLLBACK");
      OVERSIGHT_ASSIGN_OR_RETURN(const Revision head, reads_->HeadRevision());
      if (head == base_) return absl::OkStatus();
      lock_first_ = kPatience;
      return Conflict();
    }
    std::string code;
    connection_->TakeWarning();
    const auto rows = connection_->Pipeline(CommitSteps(), &code);
    if (!rows.ok()) {
      if (code == kNotNullViolation) {
        lock_first_ = kPatience;
        return Conflict();
      }
      if (code == kUniqueViolation) {
        look_up_requests_ = true;
        return Conflict();
      }
      return rows.status();
    }
    if (std::string_view(PQcmdStatus(rows->back().get())) != "COMMIT") return StoreUnavailable();
    // It is committed here, but not as it should be: the wait for a synchronous standby was cut short.
    if (connection_->TakeWarning()) return StoreUnavailable();
    locked_ = false;
    look_up_requests_ = false;
    base_ = End();
    address_.news->Told(base_);
    for (auto& [name, entry] : latest_) {
      // Of a deletion nobody asks the payload, and by law it may have to go.
      if (entry->version.deleted) {
        memory_.Forget(name);
      } else {
        memory_.Put(name, std::move(entry));
      }
    }
    for (const auto& [prefix, number] : numbers_) RaiseKnown(prefix, number);
    Reset();
    return absl::OkStatus();
  }

  void Abandon() override {
    if (connection_->in_transaction() && connection_->Alive()) connection_->Execute("ROLLBACK").IgnoreError();
    Reset();
  }

  absl::StatusOr<std::optional<Version>> Get(const std::string& name) override {
    OVERSIGHT_ASSIGN_OR_RETURN(const VersionMemory::Entry entry, Latest(name));
    if (entry == nullptr || entry->version.deleted) return std::optional<Version>();
    return std::optional<Version>(entry->version);
  }

  absl::StatusOr<std::optional<StoredVersion>> GetVersion(const VersionId& id) override {
    std::optional<StoredVersion> found;
    if (id.revision <= base_) {
      OVERSIGHT_ASSIGN_OR_RETURN(found, reads_->GetVersion(id));
    }
    for (const ChangeRow& row : batch_.changes) {
      const Version& version = row.stored->version;
      if (version.revision == id.revision && version.name == id.name) {
        found = StoredVersion{version, row.payload_hash};
      } else if (found && RedactedBy(version.kind, version.payload) == id) {
        found->version.payload.clear();
        found->version.redacted = true;
        found->version.redaction = version.name;
      }
    }
    return found;
  }

  absl::StatusOr<std::vector<Version>> List(const std::string& kind, const Term& term, int limit) override {
    ListQuery query;
    query.kind = kind;
    if (!term.term.empty()) query.all_of.push_back(term);
    query.limit = limit;
    // What this batch changed is taken from the batch.
    query.filter = [this](const Version& version) { return !latest_.contains(version.name); };
    OVERSIGHT_ASSIGN_OR_RETURN(ListResult result, reads_->List(query, base_));
    const size_t stored = result.items.size();
    for (const auto& [name, entry] : latest_) {
      if (entry->version.deleted || entry->version.kind != kind) continue;
      const std::vector<Term> terms = Listed(entry->encoded_terms);
      if (std::find(terms.begin(), terms.end(), term) != terms.end()) result.items.push_back(entry->version);
    }
    if (result.items.size() > stored) {
      std::sort(result.items.begin(), result.items.end(), [](const Version& a, const Version& b) {
        return std::pair(SortKey(a.name), a.name) < std::pair(SortKey(b.name), b.name);
      });
      const auto most = static_cast<size_t>(std::clamp(limit, 1, 1000));
      if (result.items.size() > most) result.items.resize(most);
    }
    return std::move(result.items);
  }

  absl::StatusOr<int64_t> LastNumber(const std::string& prefix) override {
    if (SplitNumber(prefix)) return Fault(absl::StrCat("A prefix of numbers must not end in one: ", prefix));
    auto known = known_numbers_.find(prefix);
    if (known == known_numbers_.end()) {
      OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows,
                                 connection_->Query(kLastNumber, PgParams().Bytes(prefix).Int(base_)));
      if (known_numbers_.size() > kMaxKnownNumbers) known_numbers_.clear();
      known = known_numbers_.emplace(prefix, rows.size() == 0 ? 0 : rows.Int(0, 0)).first;
    }
    const auto batch = numbers_.find(prefix);
    return batch == numbers_.end() ? known->second : std::max(known->second, batch->second);
  }

  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& actor,
                                                           const std::string& request_id) override {
    const std::string key = KeyOf({request_id, actor});
    if (const auto it = requests_.find(key); it != requests_.end()) return std::optional<RequestRecord>(it->second);
    asked_ = {key, actor, request_id, !look_up_requests_};
    if (!look_up_requests_) return std::optional<RequestRecord>();
    return reads_->FindRequest(actor, request_id);
  }

  absl::Status PutRequest(const RequestRecord& record) override {
    std::string key = KeyOf({record.request_id, record.actor});
    // Of one that nobody asked for it is not known whether it is there.
    (asked_.key == key ? staged_.requests : staged_.replaced_requests).push_back(record);
    asked_ = {};
    if (!in_savepoint_) Merge();
    return absl::OkStatus();
  }

  absl::StatusOr<Transaction> Append(const Audit& audit, const std::vector<Change>& changes,
                                     absl::Time recorded_time) override {
    return AppendOne(ToLogged(End() + 1, recorded_time, audit, changes));
  }

  absl::Status AppendLogged(std::vector<LoggedTransaction> transactions) override {
    OVERSIGHT_RETURN_IF_ERROR(LearnLatest(transactions));
    for (LoggedTransaction& logged : transactions) {
      const Revision revision = logged.revision;
      const absl::Status status = AppendLoggedOne(std::move(logged));
      if (absl::IsInternal(status)) return FaultAt(revision, status);
      OVERSIGHT_RETURN_IF_ERROR(status);
    }
    return absl::OkStatus();
  }

  // Whoever answers after the resource's next version does not repeat this one, and that one is at base_ or in this
  // batch: so no answer is remembered any more that is not seen here.
  absl::Status Redact(const VersionId& id) override {
    // Without a later version, until the record: its own answer is none that is repeated.
    const Revision record = End() + static_cast<Revision>(staged_.transactions.size());
    Redacted redacted{id, record, NameInAnswers(id.name), {}};
    for (const ChangeRow& row : batch_.changes) {
      if (row.stored->version.name != id.name || row.stored->version.revision <= id.revision) continue;
      redacted.next = std::min(redacted.next, row.stored->version.revision);
    }
    if (id.revision <= base_) {
      OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows,
                                 connection_->Query(kNextVersion, PgParams().Bytes(id.name).Int(id.revision)));
      if (!rows.IsNull(0, 0)) redacted.next = std::min(redacted.next, rows.Int(0, 0));
      OVERSIGHT_ASSIGN_OR_RETURN(
          const PgRows answers,
          connection_->Query(kFindAnswers,
                             PgParams().Int(id.revision).Int(redacted.next).Bytes(redacted.name_in_answers)));
      for (int row = 0; row < answers.size(); ++row) {
        redacted.stored_answers.emplace_back(answers.Text(row, 0), answers.Text(row, 1));
      }
    }
    staged_.redacted.push_back(std::move(redacted));
    if (!in_savepoint_) Merge();
    return absl::OkStatus();
  }

 private:
  static constexpr size_t kMaxKnownNumbers = 100000;

  // A request id that was asked for and may be there without this writer knowing.
  struct Asked {
    std::string key;
    std::string actor;
    std::string request_id;
    bool unknown = false;
  };

  absl::Status AppendLoggedOne(LoggedTransaction logged) {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<VersionId> late, LateRedactions(*this, logged));
    OVERSIGHT_RETURN_IF_ERROR(AppendOne(std::move(logged)).status());
    for (const VersionId& id : late) OVERSIGHT_RETURN_IF_ERROR(Redact(id));
    return absl::OkStatus();
  }

  absl::StatusOr<Transaction> AppendOne(LoggedTransaction logged) {
    if (logged.revision != End() + 1) {
      return Fault(absl::StrCat("Revision ", logged.revision, " does not follow on ", End(), "."));
    }
    Work work;
    Transaction transaction;
    transaction.versions.reserve(logged.changes.size());
    int64_t payload_bytes = 0;
    for (LoggedChange& change : logged.changes) {
      payload_bytes += static_cast<int64_t>(change.payload.size());
      OVERSIGHT_RETURN_IF_ERROR(AddChange(std::move(change), logged.revision, logged.recorded_time, work));
      transaction.versions.push_back(work.changes.back().stored->version);
    }
    work.transactions.push_back({logged.revision, absl::ToUnixMicros(logged.recorded_time), logged.audit,
                                 static_cast<int64_t>(logged.changes.size()), payload_bytes, logged.leaf_hash});
    // It may be there already as far as this writer knows.
    if (logged.request) work.replaced_requests.push_back(*std::move(logged.request));
    transaction.revision = logged.revision;
    transaction.recorded_time = logged.recorded_time;
    transaction.audit = std::move(logged.audit);
    transaction.leaf_hash = std::move(logged.leaf_hash);
    staged_ = std::move(work);
    if (!in_savepoint_) Merge();
    return transaction;
  }

  Revision End() const { return base_ + static_cast<Revision>(batch_.transactions.size()); }
  bool Empty() const {
    return batch_.transactions.empty() && batch_.requests.empty() && batch_.replaced_requests.empty();
  }

  void Reset() {
    batch_ = {};
    staged_ = {};
    latest_.clear();
    numbers_.clear();
    requests_.clear();
    open_terms_.clear();
    asked_ = {};
    locked_ = false;
    in_savepoint_ = false;
  }

  // Takes in that others wrote up to `base`.
  absl::Status MoveBase(Revision base) {
    if (base == base_) return absl::OkStatus();
    if (base_ < 0 || base < base_ || base - base_ > kMaxForeign) {
      memory_.Clear();
      known_numbers_.clear();
    } else {
      OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection_->Query(kChangedNames, PgParams().Int(base_).Int(base)));
      for (int row = 0; row < rows.size(); ++row) {
        const std::string name = rows.Text(row, 0);
        memory_.Forget(name);
        if (const auto numbered = SplitNumber(name)) RaiseKnown(std::string(numbered->prefix), numbered->number);
      }
    }
    base_ = base;
    return absl::OkStatus();
  }

  void RaiseKnown(const std::string& prefix, int64_t number) {
    const auto it = known_numbers_.find(prefix);
    if (it != known_numbers_.end()) it->second = std::max(it->second, number);
  }

  // The last version of a name, earlier commands of the batch included; null when there never was one.
  absl::StatusOr<VersionMemory::Entry> Latest(const std::string& name) {
    if (const auto it = latest_.find(name); it != latest_.end()) return it->second;
    if (std::optional<VersionMemory::Entry> known = memory_.Find(name)) return *std::move(known);
    // A number beyond the last one: it cannot be there.
    if (const auto numbered = SplitNumber(name)) {
      const auto last = known_numbers_.find(std::string(numbered->prefix));
      if (last != known_numbers_.end() && numbered->number > last->second) return VersionMemory::Entry();
    }
    OVERSIGHT_ASSIGN_OR_RETURN(std::optional<PostgresReads::Stored> found, reads_->Find(name, base_));
    if (found) return Remember(*std::move(found));
    memory_.Put(name, nullptr);
    return VersionMemory::Entry();
  }

  // Asks once for all names whose last version is not known, instead of once for each.
  absl::Status LearnLatest(const std::vector<LoggedTransaction>& transactions) {
    absl::flat_hash_set<std::string_view> unknown;
    for (const LoggedTransaction& transaction : transactions) {
      for (const LoggedChange& change : transaction.changes) {
        if (!latest_.contains(change.name) && !memory_.Find(change.name)) unknown.insert(change.name);
      }
    }
    if (unknown.empty()) return absl::OkStatus();
    OVERSIGHT_ASSIGN_OR_RETURN(std::vector<PostgresReads::Stored> found,
                               reads_->FindAll({unknown.begin(), unknown.end()}, base_));
    for (const std::string_view name : unknown) memory_.Put(std::string(name), nullptr);
    for (PostgresReads::Stored& stored : found) Remember(std::move(stored));
    return absl::OkStatus();
  }

  VersionMemory::Entry Remember(PostgresReads::Stored stored) {
    if (stored.version.deleted) stored.version.payload.clear();
    auto entry = std::make_shared<const PostgresReads::Stored>(std::move(stored));
    memory_.Put(entry->version.name, entry);
    return entry;
  }

  // A refusal must not hide that the request was done before.
  absl::Status ConfirmUnknownRequest() {
    const Asked asked = std::exchange(asked_, {});
    if (!asked.unknown) return absl::OkStatus();
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<RequestRecord> found,
                               reads_->FindRequest(asked.actor, asked.request_id));
    if (!found) return absl::OkStatus();
    look_up_requests_ = true;
    return Conflict();
  }

  absl::Status AddChange(LoggedChange change, Revision revision, absl::Time recorded_time, Work& work) {
    const bool deleted = change.operation == Change::Operation::kDelete;
    auto stored = std::make_shared<PostgresReads::Stored>();
    stored->encoded_terms = std::move(change.encoded_terms);
    Version& version = stored->version;
    version.name = std::move(change.name);
    version.kind = std::move(change.kind);
    version.payload = std::move(change.payload);
    version.redacted = change.redacted;
    version.create_revision = version.revision = revision;
    version.version = 1;
    version.create_time = version.update_time = recorded_time;
    version.deleted = deleted;

    OVERSIGHT_ASSIGN_OR_RETURN(const VersionMemory::Entry previous, Latest(version.name));
    const bool alive = previous != nullptr && !previous->version.deleted;
    if (previous != nullptr && previous->version.kind != version.kind) {
      return Fault(absl::StrCat(version.name, " cannot become another kind."));
    }
    if (deleted && !alive) return Fault(absl::StrCat(version.name, " cannot be deleted: it does not exist."));
    std::vector<Term> old_terms;
    if (alive) {
      version.create_revision = previous->version.create_revision;
      version.create_time = previous->version.create_time;
      version.version = previous->version.version + 1;
      old_terms = Listed(previous->encoded_terms);
    }
    work.changes.push_back({stored, static_cast<int64_t>(work.changes.size()), std::move(change.payload_hash)});
    if (previous == nullptr) work.resources.push_back({stored, SplitNumber(version.name)});

    // Only what differs is written: an update that keeps its terms leaves the index alone.
    const std::vector<Term> new_terms = deleted ? std::vector<Term>() : Listed(stored->encoded_terms);
    const std::string sort_key = SortKey(version.name);
    for (const Term& term : old_terms) {
      if (std::find(new_terms.begin(), new_terms.end(), term) != new_terms.end()) continue;
      work.ended_terms.push_back({stored, term, sort_key, revision, {}});
    }
    for (const Term& term : new_terms) {
      if (std::find(old_terms.begin(), old_terms.end(), term) != old_terms.end()) continue;
      work.new_terms.push_back({stored, term, sort_key, revision, {}});
    }
    return absl::OkStatus();
  }

  // Takes what is staged into the batch.
  void Merge() {
    for (TransactionRow& row : staged_.transactions) batch_.transactions.push_back(std::move(row));
    for (ChangeRow& row : staged_.changes) {
      latest_[row.stored->version.name] = row.stored;
      batch_.changes.push_back(std::move(row));
    }
    for (ResourceRow& row : staged_.resources) {
      if (row.numbered) {
        int64_t& last = numbers_[std::string(row.numbered->prefix)];
        last = std::max(last, row.numbered->number);
      }
      batch_.resources.push_back(std::move(row));
    }
    const auto key_of = [](const TermRow& row) {
      return KeyOf({row.stored->version.name, row.term.term, row.term.value});
    };
    for (TermRow& row : staged_.ended_terms) {
      const auto open = open_terms_.find(key_of(row));
      if (open == open_terms_.end()) {
        batch_.ended_terms.push_back(std::move(row));
      } else {
        batch_.new_terms[open->second].ended = row.revision;
        open_terms_.erase(open);
      }
    }
    for (TermRow& row : staged_.new_terms) {
      open_terms_[key_of(row)] = batch_.new_terms.size();
      batch_.new_terms.push_back(std::move(row));
    }
    for (auto [from, to] : {std::pair(&staged_.requests, &batch_.requests),
                            std::pair(&staged_.replaced_requests, &batch_.replaced_requests)}) {
      for (RequestRecord& record : *from) {
        requests_[KeyOf({record.request_id, record.actor})] = record;
        to->push_back(std::move(record));
      }
    }
    for (Redacted& redacted : staged_.redacted) {
      RedactAnswers(redacted, batch_.requests);
      RedactAnswers(redacted, batch_.replaced_requests);
      batch_.redacted.push_back(std::move(redacted));
    }
    staged_ = {};
  }

  void RedactAnswers(const Redacted& redacted, std::vector<RequestRecord>& records) {
    for (RequestRecord& record : records) {
      if (record.revision < redacted.id.revision || record.revision >= redacted.next) continue;
      if (record.response.find(redacted.name_in_answers) == std::string::npos) continue;
      record.response.clear();
      record.redacted = true;
      requests_[KeyOf({record.request_id, record.actor})] = record;
    }
  }

  std::vector<PgConnection::Step> CommitSteps() const {
    std::vector<PgConnection::Step> steps;
    if (!locked_) steps.push_back({&kBegin, {}});
    steps.push_back({&kMoveHead, PgParams().Int(base_).Int(End())});
    if (!batch_.transactions.empty()) AddTransactions(steps);
    if (!batch_.resources.empty()) AddResources(steps);
    // First what ends: an interval that begins must not be taken for the one that ends.
    if (!batch_.ended_terms.empty()) AddTerms(kEndTerms, batch_.ended_terms, steps);
    if (!batch_.new_terms.empty()) AddTerms(kPutTerms, batch_.new_terms, steps);
    if (!batch_.requests.empty()) AddRequests(kPutRequests, batch_.requests, steps);
    if (!batch_.replaced_requests.empty()) AddRequests(kReplaceRequests, batch_.replaced_requests, steps);
    // After what the batch itself writes.
    if (!batch_.redacted.empty()) AddRedacted(steps);
    if (!batch_.transactions.empty() && !channel_.empty()) {
      steps.push_back({&kNotify, PgParams().Text(channel_).Text(absl::StrCat(End()))});
    }
    steps.push_back({&kCommit, {}});
    return steps;
  }

  void AddTransactions(std::vector<PgConnection::Step>& steps) const {
    {
      std::vector<int64_t> revisions, times, counts, bytes;
      std::vector<std::string_view> actors, verbs, reasons, requests, traces, leaves;
      for (const TransactionRow& row : batch_.transactions) {
        revisions.push_back(row.revision);
        times.push_back(row.recorded_us);
        actors.push_back(row.audit.actor);
        verbs.push_back(row.audit.verb);
        reasons.push_back(row.audit.reason);
        requests.push_back(row.audit.request_id);
        traces.push_back(row.audit.trace_id);
        counts.push_back(row.change_count);
        bytes.push_back(row.payload_bytes);
        leaves.push_back(row.leaf_hash);
      }
      PgParams params;
      params.Ints(revisions).Ints(times).BytesEach(actors).BytesEach(verbs).BytesEach(reasons);
      params.BytesEach(requests).BytesEach(traces).Ints(counts).Ints(bytes).BytesEach(leaves);
      steps.push_back({&kPutTransactions, std::move(params)});
    }
    std::vector<int64_t> revisions, ordinals, operations, create_revisions, create_times, times, versions;
    std::vector<std::string_view> names, kinds, hashes, terms;
    std::vector<std::optional<std::string_view>> payloads;
    for (const ChangeRow& row : batch_.changes) {
      const Version& version = row.stored->version;
      revisions.push_back(version.revision);
      ordinals.push_back(row.ordinal);
      operations.push_back(
          static_cast<int64_t>(version.deleted ? Change::Operation::kDelete : Change::Operation::kPut));
      names.push_back(version.name);
      kinds.push_back(version.kind);
      create_revisions.push_back(version.create_revision);
      create_times.push_back(absl::ToUnixMicros(version.create_time));
      times.push_back(absl::ToUnixMicros(version.update_time));
      versions.push_back(version.version);
      hashes.push_back(row.payload_hash);
      terms.push_back(row.stored->encoded_terms);
      payloads.push_back(version.redacted ? std::nullopt : std::optional<std::string_view>(version.payload));
    }
    PgParams params;
    params.Ints(revisions).Ints(ordinals).Ints(operations).BytesEach(names).BytesEach(kinds);
    params.Ints(create_revisions).Ints(create_times).Ints(times).Ints(versions);
    params.BytesEach(hashes).BytesEach(terms).MaybeBytesEach(payloads);
    steps.push_back({&kPutChanges, std::move(params)});
  }

  void AddResources(std::vector<PgConnection::Step>& steps) const {
    std::vector<int64_t> revisions;
    std::vector<std::string_view> names, kinds;
    std::vector<std::optional<std::string_view>> prefixes;
    std::vector<std::optional<int64_t>> numbers;
    for (const ResourceRow& row : batch_.resources) {
      names.push_back(row.stored->version.name);
      kinds.push_back(row.stored->version.kind);
      revisions.push_back(row.stored->version.revision);
      prefixes.push_back(row.numbered ? std::optional(row.numbered->prefix) : std::nullopt);
      numbers.push_back(row.numbered ? std::optional(row.numbered->number) : std::nullopt);
    }
    PgParams params;
    params.BytesEach(names).BytesEach(kinds).Ints(revisions).MaybeBytesEach(prefixes).MaybeInts(numbers);
    steps.push_back({&kPutResources, std::move(params)});
  }

  static void AddTerms(const PgStatement& statement, const std::vector<TermRow>& rows,
                       std::vector<PgConnection::Step>& steps) {
    std::vector<int64_t> revisions;
    std::vector<std::optional<int64_t>> ended;
    std::vector<std::string_view> kinds, terms, values, sort_keys, names;
    for (const TermRow& row : rows) {
      revisions.push_back(row.revision);
      ended.push_back(row.ended);
      kinds.push_back(row.stored->version.kind);
      terms.push_back(row.term.term);
      values.push_back(row.term.value);
      sort_keys.push_back(row.sort_key);
      names.push_back(row.stored->version.name);
    }
    PgParams params;
    const bool ends = &statement == &kEndTerms;
    if (ends) params.Ints(revisions);
    params.BytesEach(kinds).BytesEach(terms).BytesEach(values).BytesEach(sort_keys).BytesEach(names);
    if (!ends) params.Ints(revisions).MaybeInts(ended);
    steps.push_back({&statement, std::move(params)});
  }

  static void AddRequests(const PgStatement& statement, const std::vector<RequestRecord>& records,
                          std::vector<PgConnection::Step>& steps) {
    std::vector<int64_t> revisions;
    std::vector<std::optional<int64_t>> times;
    std::vector<std::string_view> ids, actors, methods, hashes, responses;
    for (const RequestRecord& record : records) {
      ids.push_back(record.request_id);
      actors.push_back(record.actor);
      methods.push_back(record.method);
      hashes.push_back(record.request_hash);
      revisions.push_back(record.revision);
      times.push_back(record.recorded_time == absl::InfinitePast()
                          ? std::nullopt
                          : std::optional(absl::ToUnixMicros(record.recorded_time)));
      responses.push_back(record.redacted ? kRedactedAnswer : record.response);
    }
    PgParams params;
    params.BytesEach(ids).BytesEach(actors).BytesEach(methods).BytesEach(hashes);
    params.Ints(revisions).MaybeInts(times).BytesEach(responses);
    steps.push_back({&statement, std::move(params)});
  }

  void AddRedacted(std::vector<PgConnection::Step>& steps) const {
    std::vector<std::string_view> names, ids, actors;
    std::vector<int64_t> revisions;
    for (const Redacted& redacted : batch_.redacted) {
      names.push_back(redacted.id.name);
      revisions.push_back(redacted.id.revision);
      for (const auto& [request_id, actor] : redacted.stored_answers) {
        ids.push_back(request_id);
        actors.push_back(actor);
      }
    }
    PgParams params;
    params.BytesEach(names).Ints(revisions);
    steps.push_back({&kRedact, std::move(params)});
    if (ids.empty()) return;
    PgParams answers;
    answers.BytesEach(ids).BytesEach(actors).Bytes(kRedactedAnswer);
    steps.push_back({&kRedactAnswers, std::move(answers)});
  }

  const PgAddress address_;
  const std::string channel_;
  std::unique_ptr<PgConnection> connection_;
  std::optional<PostgresReads> reads_;

  // What is known of the state at base_.
  Revision base_ = -1;  // -1: not begun yet
  VersionMemory memory_{kMemoryBytes};
  absl::flat_hash_map<std::string, int64_t> known_numbers_;  // by prefix

  // Of the next batches.
  int lock_first_ = 0;
  bool look_up_requests_ = false;

  // Of this batch.
  Work batch_;
  Work staged_;                                                    // of the command under way
  absl::flat_hash_map<std::string, VersionMemory::Entry> latest_;  // what the batch changed
  absl::flat_hash_map<std::string, int64_t> numbers_;              // by prefix: the highest it made
  absl::flat_hash_map<std::string, RequestRecord> requests_;
  absl::flat_hash_map<std::string, size_t> open_terms_;  // into batch_.new_terms: those not ended
  Asked asked_;
  bool locked_ = false;  // a database transaction is open and holds the head
  bool in_savepoint_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> OpenPostgresWriter(const PgAddress& address, const std::string& channel,
                                                           bool confirm) {
  auto writer = std::make_unique<PostgresWriter>(address, channel);
  OVERSIGHT_RETURN_IF_ERROR(writer->Connect());
  if (confirm) OVERSIGHT_RETURN_IF_ERROR(writer->Confirm());
  return writer;
}

}  // namespace oversight::ledger
