// The vocabulary of the ledger: plain values, no behaviour. A transaction has a revision and holds changes; a change
// leaves a version of a resource. Thread safety: values; share const.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace oversight::ledger {

// Position of a transaction in the log: dense, from 1, in commit order. 0 means "before everything".
using Revision = int64_t;

// An index entry by which a resource can be listed, such as {"region", "Wales"}. Every resource also has the entry
// {"", ""}, so that a whole kind can be listed. Term and value are at most 512 bytes.
struct Term {
  std::string term;
  std::string value;
  friend bool operator==(const Term&, const Term&) = default;
};

// What one transaction does to one resource. `payload` is the whole resource afterwards (serialised proto); for kDelete
// it is the last state, kept for watchers. `kind` is the full name of the proto message.
struct Change {
  enum class Operation { kPut = 1, kDelete = 2 };
  Operation operation = Operation::kPut;
  std::string name;
  std::string kind;
  std::string payload;
  std::vector<Term> terms;
};

// A version of a resource, with where it stands in the log. `version` counts the changes of this resource from 1.
struct Version {
  std::string name;
  std::string kind;
  std::string payload;
  Revision create_revision = 0;
  Revision revision = 0;
  int64_t version = 0;
  absl::Time create_time;
  absl::Time update_time;
  bool deleted = false;
  // The payload was removed by law and is empty. Never so of a current version.
  bool redacted = false;
  // The record of redaction that says why, of a redacted version. Empty when the log has none: then the store is
  // damaged.
  std::string redaction;
};

// Names a version: what the transaction at `revision` left of `name`.
struct VersionId {
  std::string name;
  Revision revision = 0;
  friend bool operator==(const VersionId&, const VersionId&) = default;
};

// A version with the hash of its payload, which stays when the payload is redacted: 32 bytes.
struct StoredVersion {
  Version version;
  std::string payload_hash;
};

// Who did what, why. Kept with each transaction for good and covered by its leaf hash.
struct Audit {
  std::string actor;       // principals/...; required
  std::string verb;        // short method name, such as IssueConcern; required
  std::string reason;      // may be empty
  std::string request_id;  // may be empty: then the call cannot be replayed
  std::string trace_id;    // 32 hex digits or empty
};

// One committed transaction as History and Watch tell it.
struct Transaction {
  Revision revision = 0;
  absl::Time recorded_time;
  Audit audit;
  std::vector<Version> versions;  // in the order of the changes
  std::string leaf_hash;          // 32 bytes; see hashing.h
};

// One version of one resource with the transaction that made it.
struct HistoryEntry {
  Version version;
  Audit audit;
};

// One change as the log holds it, with all that the leaf hash covers.
struct LoggedChange {
  Change::Operation operation = Change::Operation::kPut;
  std::string name;
  std::string kind;
  std::string payload;        // empty when redacted
  std::string payload_hash;   // 32 bytes
  std::string encoded_terms;  // see hashing.h
  bool redacted = false;
};

// A remembered request.
struct RequestRecord {
  std::string actor;
  std::string request_id;
  std::string method;
  std::string request_hash;
  Revision revision = 0;
  absl::Time recorded_time;
  std::string response;   // empty when redacted
  bool redacted = false;  // it repeated a payload that was removed by law
};

// One transaction as the log holds it, whole: what export, restore and verification work on.
struct LoggedTransaction {
  Revision revision = 0;
  absl::Time recorded_time;
  Audit audit;
  std::vector<LoggedChange> changes;
  std::string leaf_hash;                 // 32 bytes
  std::optional<RequestRecord> request;  // what its request was answered; none without a request id
};

// The tree over the first `size` transactions; see merkle.h.
struct TreeState {
  Revision size = 0;
  std::string root;                                 // 32 bytes
  absl::Time recorded_time = absl::InfinitePast();  // of the last transaction; InfinitePast for the empty tree
};

// A proof about the log, as RFC 6962 makes it, and the tree that it leads to.
struct TreeProof {
  TreeState tree;
  std::vector<std::string> hashes;  // 32 bytes each
  std::string subject;              // what is proved: the leaf hash, or the root of the older tree
};

// The state a decide function may read: what all earlier transactions left, including earlier ones of the same batch.
// Every read is remembered, and the commit fails with a conflict when another process changed what was read. Valid only
// during the call; used by one thread.
class View {
 public:
  virtual ~View() = default;
  // The current version, or nullopt when there is none or it is deleted.
  virtual absl::StatusOr<std::optional<Version>> Get(const std::string& name) = 0;
  // A version of now or the past, perhaps a deletion, perhaps redacted; nullopt when there never was one.
  virtual absl::StatusOr<std::optional<StoredVersion>> GetVersion(const VersionId& id) = 0;
  // Current resources of `kind` having the term, in sort order of name; at most `limit`.
  virtual absl::StatusOr<std::vector<Version>> List(const std::string& kind, const Term& term, int limit) = 0;
  // The highest number n for which `prefix` + n ("forces/kent/concerns/" + 12) was ever a resource; 0 when none was.
  // Numbers are never reused, also not after deletion.
  virtual absl::StatusOr<int64_t> LastNumber(const std::string& prefix) = 0;
};

// What a decide function wants stored. An empty `changes` stores no transaction; the reply is still remembered for the
// request id. `response` is the reply to give, and to give again on replay (serialised proto, before stamping).
struct Decision {
  std::vector<Change> changes;
  std::string response;
};

// A write: who asks, and the pure function that decides on it. `decide` runs on the writer thread, perhaps more than
// once; it must be quick, must not block and must not keep the view. A Status it returns is passed to the caller and
// stores nothing.
struct Command {
  Audit audit;
  // Full method name and a hash of the request body: a replay must match both, and the actor.
  std::string method;
  std::string request_hash;
  // A command still queued at its deadline, or cancelled, is dropped before it is decided.
  absl::Time deadline = absl::InfiniteFuture();
  std::function<bool()> cancelled;
  std::function<absl::StatusOr<Decision>(View&)> decide;
};

// The outcome of a command. After a replay, `revision` and `recorded_time` are those of the first time.
struct Committed {
  Revision revision = 0;
  absl::Time recorded_time;
  std::string response;
  bool replayed = false;
};

// A moment on the recorded clock. Neither set: now.
struct AsOf {
  std::optional<Revision> revision;
  std::optional<absl::Time> time;
};

// A read of one resource, with the revision it was read at and when that was recorded.
struct GetResult {
  std::optional<Version> version;
  Revision read_revision = 0;
  absl::Time read_time;
};

// A page of a list, in natural order of name: digit runs compare as numbers, so concerns/2 comes before concerns/10.
struct ListQuery {
  std::string kind;
  std::vector<Term> all_of;                    // every term must match; empty lists the whole kind
  std::string after;                           // name of the last item of the page before; empty for the first page
  int limit = 50;                              // 1..1000
  AsOf as_of;                                  // pages of one list must share one revision
  std::function<bool(const Version&)> filter;  // optional; runs on a reader thread
};
struct ListResult {
  std::vector<Version> items;
  bool more = false;  // continue with after = items.back().name, as_of = read_revision
  Revision read_revision = 0;
  absl::Time read_time;
};

// Versions of one resource, newest first, recorded below `before` (0: from the newest).
struct HistoryQuery {
  std::string name;
  Revision before = 0;
  int limit = 50;  // of transactions, each of which is given whole; 1..1000
  // Also of every resource below it, whose name begins with `name` and a slash. What one transaction did stands
  // together, in the order of its changes.
  bool below = false;
};
struct HistoryResult {
  std::vector<HistoryEntry> entries;
  bool more = false;
  Revision read_revision = 0;
  absl::Time read_time;
};

// The end of the log.
struct Head {
  Revision revision = 0;
  absl::Time recorded_time = absl::InfinitePast();  // InfinitePast while the log is empty
};

}  // namespace oversight::ledger
