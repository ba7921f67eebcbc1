// What a database must do for the ledger: the only place where SQL lives is behind this interface, one folder per
// engine. Everything blocks and is called by the ledger's own threads only, never by a gRPC thread. A Reader or Writer
// belongs to one thread at a time.
//
// Errors are absl::Status made by the helpers of status.h: kUnavailable (retry; or read-only), kResourceExhausted (disk
// full),
// kDataLoss (corrupt), kAborted (another process changed what was read). Driver texts go to the log, never to the
// status message.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/ledger/cache.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

// Reads at a fixed revision or the present. Every read names the revision it is at; the reader never sees half a
// transaction.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual absl::StatusOr<Head> GetHead() = 0;
  // Whether it reads where writes go: what does not, such as a standby, may not have all that was acknowledged.
  virtual bool current() const { return true; }
  // The last revision recorded at or before `time`; revision 0 when there is none.
  virtual absl::StatusOr<Head> HeadAt(absl::Time time) = 0;
  // The recorded time of a revision.
  virtual absl::StatusOr<absl::Time> TimeOf(Revision revision) = 0;
  // The version of `name` at `revision`; nullopt when it did not exist then or was deleted.
  virtual absl::StatusOr<std::optional<Version>> Get(const std::string& name, Revision revision) = 0;
  // `query.as_of.revision` is always set. At most limit items; `filter` applied. A version that `cache` has need not be
  // fetched; null: there is no cache.
  virtual absl::StatusOr<ListResult> List(const ListQuery& query, VersionCache* cache) = 0;
  virtual absl::StatusOr<HistoryResult> History(const HistoryQuery& query) = 0;
  // Whole transactions with revision > after, in order: at most `limit`, and no more once about 1 MiB is gathered.
  virtual absl::StatusOr<std::vector<Transaction>> Log(Revision after, int limit) = 0;
  // The same with everything that the log holds of them.
  virtual absl::StatusOr<std::vector<LoggedTransaction>> LogWhole(Revision after, int limit) = 0;
  // The leaf hashes of the transactions with revision > after, in order, 32 bytes each, one behind the other; at most
  // `limit` of them.
  virtual absl::StatusOr<std::string> LeafHashes(Revision after, int limit) = 0;
};

// One batch at a time: Begin, then for each command FindRequest, Savepoint, reads, then puts, Release or Rollback; then
// Commit or Abandon. Any step may give kAborted: then Abandon, and the batch may begin again on the same writer. After
// any other error the writer must be reopened.
class Writer : public View {
 public:
  // Begins a batch for a process that knows the log up to `head`. Gives the revision the batch builds on: when another
  // process has moved on, the caller takes in the transactions between before it decides.
  virtual absl::StatusOr<Revision> Begin(Revision head) = 0;
  virtual absl::Status Savepoint() = 0;
  virtual absl::Status RollbackToSavepoint() = 0;
  virtual absl::Status ReleaseSavepoint() = 0;
  virtual absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& actor,
                                                                   const std::string& request_id) = 0;
  virtual absl::Status PutRequest(const RequestRecord& record) = 0;
  // Appends a transaction with the next revision and fills in revision, recorded time, versions and leaf hash.
  // kInternal: the changes are at fault, and nothing of them was written.
  virtual absl::StatusOr<Transaction> Append(const Audit& audit, const std::vector<Change>& changes,
                                             absl::Time recorded_time) = 0;
  // Removes the payload of a version for good, and the remembered answers that may repeat it: those given from its
  // revision on until the resource's next one in which the name of the resource stands. It was looked at with
  // GetVersion in this batch, and is not redacted and not current. After the Append of the record.
  virtual absl::Status Redact(const VersionId& id) = 0;
  // Appends transactions as the log of another store holds them, with their requests: revisions, times, hashes and
  // redactions stay what they were. A payload that is still there where a record of its redaction comes is removed, as
  // by Redact. kInternal, with the revision as metadata: that one cannot follow on what is here. After any error the
  // batch must be abandoned.
  virtual absl::Status AppendLogged(std::vector<LoggedTransaction> transactions) = 0;
  // Makes the batch durable. On any error nothing of the batch is acknowledged.
  virtual absl::Status Commit() = 0;
  virtual void Abandon() = 0;
};

// How long a store may take over one step of writing until it is held to be out of order.
inline constexpr absl::Duration kStorePatience = absl::Seconds(10);

// What a store is called. `id` was given to it when it was made and names its log for good, in heads and exports; a
// restored store has it again. `incarnation` is what the tokens of clients are bound to: the id, until a restore gives
// a new one. A restore may bring back less than clients were told, and then the same revisions come to mean other
// things.
struct StoreIdentity {
  std::string id;
  std::string incarnation;
};

// The schema a store had and has: the number of its last migration, 0 for none.
struct SchemaChange {
  int from = 0;
  int to = 0;
};

// A database. Thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;
  // The schema the store has now; 0: there is no store. Changes nothing.
  virtual absl::StatusOr<int> Schema() = 0;
  // Creates or migrates the schema; refuses a schema newer than this binary knows, and a store with a restore that was
  // not finished.
  virtual absl::StatusOr<SchemaChange> Migrate() = 0;
  virtual absl::StatusOr<StoreIdentity> Identity() = 0;
  virtual absl::StatusOr<std::unique_ptr<Reader>> OpenReader() = 0;
  virtual absl::StatusOr<std::unique_ptr<Writer>> OpenWriter() = 0;
  // A whole log is taken in (archive/restore.h) between these two, by AppendLogged on a writer. BeginRestore gives the
  // store its id and marks it as unfinished; from then on Migrate refuses it, until FinishRestore. It refuses a store
  // that is not empty, but clears what an unfinished restore left. No other process may have the store open.
  virtual absl::Status BeginRestore(const std::string& store_id) = 0;
  virtual absl::Status FinishRestore() = 0;
  // Whether other processes may have the store open too.
  virtual bool shared() const { return false; }
  // From now on until Close, `heard` is told from a thread of the engine where the log ends, soon after another process
  // wrote, or that the store cannot be reached. At most once, after Migrate.
  virtual void Listen(std::function<void(absl::StatusOr<Revision>)> /*heard*/) {}
  // Called on an orderly stop, after the last write.
  virtual void Close() = 0;
};

}  // namespace oversight::ledger
