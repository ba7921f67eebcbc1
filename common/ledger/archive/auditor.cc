#include "common/ledger/archive/auditor.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/rpc/errors.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::ledger {
namespace {

std::string Name(const LoggedChange& change) {
  // A name that was tampered with may hold anything, and findings are shown on terminals.
  return absl::Utf8SafeCHexEscape(change.name.substr(0, 200));
}

std::string Utc(absl::Time time) { return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()); }

std::string ProblemOfRequest(const LoggedTransaction& transaction) {
  if (transaction.audit.request_id.empty()) {
    return transaction.request ? "an answer is remembered, but it has no request id" : "";
  }
  if (!transaction.request) return "no answer is remembered for its request id";
  if (transaction.request->revision != transaction.revision ||
      transaction.request->recorded_time != transaction.recorded_time) {
    return absl::StrCat("the answer remembered for its request id is that of revision ", transaction.request->revision);
  }
  return "";
}

}  // namespace

std::string Finding::ToString() const {
  if (first == 0) return absl::StrCat("The log: ", what, ".");
  if (last <= first) return absl::StrCat("Revision ", first, ": ", what, ".");
  return absl::StrCat("Revisions ", first, " to ", last, ": ", what, ".");
}

Auditor::Auditor(std::vector<KnownHead> heads) {
  for (KnownHead& head : heads) Know(std::move(head));
}

void Auditor::Know(KnownHead head) {
  const auto place = std::upper_bound(heads_.begin() + static_cast<std::ptrdiff_t>(next_head_), heads_.end(), head.size,
                                      [](int64_t size, const KnownHead& h) { return size < h.size; });
  heads_.insert(place, std::move(head));
  CompareHeads();
}

bool Auditor::Add(const LoggedTransaction& transaction) {
  if (finding_) return false;
  if (end_) return Fail(absl::StrCat("it stands behind the end of the log that ", *end_, " gives"));
  if (const std::string problem = Problem(transaction); !problem.empty()) return Fail(problem);
  for (const LoggedChange& change : transaction.changes) {
    if (change.redacted) unexplained_.emplace(Place(transaction.revision, change.name), change.payload_hash);
  }
  for (const LoggedChange& change : transaction.changes) {
    if (const std::string problem = TakeRedaction(change); !problem.empty()) return Fail(problem);
  }
  tree_.Append(*HashFromBytes(transaction.leaf_hash));
  changes_ += static_cast<int64_t>(transaction.changes.size());
  recorded_time_ = transaction.recorded_time;
  CompareHeads();
  return !finding_;
}

bool Auditor::Finish() {
  if (finding_) return false;
  if (next_head_ < heads_.size()) {
    const KnownHead& head = heads_[next_head_];
    finding_ = {size() + 1, 0,
                absl::StrCat("it is missing. The log ends before it, but ", head.source, " covers ", head.size,
                             " transactions")};
  } else if (!unexplained_.empty()) {
    const auto& [revision, name] = unexplained_.begin()->first;
    finding_ = {revision, 0,
                absl::StrCat("the payload of ", absl::Utf8SafeCHexEscape(name),
                             " was removed, but the log has no record of its redaction that says why")};
  }
  return !finding_;
}

bool Auditor::Fail(const std::string& what) {
  if (!finding_) finding_ = {size() + 1, 0, what};
  return false;
}

bool Auditor::FailWhole(const std::string& what) {
  if (!finding_) finding_ = {0, 0, what};
  return false;
}

std::string Auditor::Problem(const LoggedTransaction& transaction) const {
  if (transaction.revision != size() + 1) {
    return transaction.revision > size() + 1
               ? absl::StrCat("it is missing. Revision ", transaction.revision, " stands in its place")
               : absl::StrCat("revision ", transaction.revision, " stands in its place");
  }
  if (transaction.recorded_time < recorded_time_) {
    return absl::StrCat("it was recorded before the revision before it: ", Utc(transaction.recorded_time), " after ",
                        Utc(recorded_time_));
  }
  if (transaction.audit.actor.empty()) return "it does not say who acted";
  if (transaction.audit.verb.empty()) return "it does not say what was done";
  if (transaction.changes.empty()) return "it changes nothing";
  absl::flat_hash_set<std::string_view> names;
  std::vector<HashedChange> hashed;
  for (const LoggedChange& change : transaction.changes) {
    if (change.name.empty()) return "a change does not say of which resource";
    if (change.kind.empty()) return absl::StrCat("the change of ", Name(change), " does not say of which kind it is");
    if (change.operation != Change::Operation::kPut && change.operation != Change::Operation::kDelete) {
      return absl::StrCat("the change of ", Name(change), " is neither a put nor a delete");
    }
    if (!names.insert(change.name).second) return absl::StrCat(Name(change), " is changed twice");
    if (change.redacted ? !change.payload.empty() : Sha256(change.payload) != change.payload_hash) {
      return absl::StrCat("the payload of ", Name(change), " and its hash do not agree");
    }
    if (change.payload_hash.size() != kHashBytes) {
      return absl::StrCat("the payload hash of ", Name(change), " has not 32 bytes");
    }
    if (EncodeTerms(DecodeTerms(change.encoded_terms)) != change.encoded_terms) {
      return absl::StrCat("the index terms of ", Name(change), " are not encoded as they must be");
    }
    hashed.push_back({change.operation, change.name, change.kind, change.payload_hash, change.encoded_terms});
  }
  const std::string leaf_hash =
      LeafHash(transaction.revision, absl::ToUnixMicros(transaction.recorded_time), transaction.audit, hashed);
  if (leaf_hash != transaction.leaf_hash) {
    return "its content and its leaf hash do not agree: who acted, when, why, what was changed or the hash was altered";
  }
  return ProblemOfRequest(transaction);
}

// Remembers which missing payload a record of redaction explains. What is wrong with the record, or "".
std::string Auditor::TakeRedaction(const LoggedChange& change) {
  static const std::string kKind = v1::Redaction::descriptor()->full_name();
  if (change.kind != kKind || change.redacted) return "";
  v1::Redaction redaction;
  if (!redaction.ParseFromString(change.payload)) return "the record of a redaction cannot be read";
  const Place place(redaction.resource_revision(), redaction.resource());
  const auto told = [&] { return absl::StrCat(absl::Utf8SafeCHexEscape(place.second), " in revision ", place.first); };
  auto found = unexplained_.find(place);
  if (found == unexplained_.end()) {
    found = explained_.find(place);
    if (found == explained_.end() && began_at_ && size() >= *began_at_) return "";
    if (found == explained_.end()) {
      return absl::StrCat("it records a redaction of ", told(), ", but nothing was removed there");
    }
  }
  if (found->second != redaction.payload_hash()) {
    return absl::StrCat("it records a redaction of ", told(), ", but of another payload than was there");
  }
  explained_.insert(unexplained_.extract(place));
  return "";
}

void Auditor::CompareHeads() {
  for (; !finding_ && next_head_ < heads_.size() && heads_[next_head_].size <= size(); ++next_head_) {
    const KnownHead& head = heads_[next_head_];
    if (head.size < size()) {
      finding_ = {head.size + 1, 0, absl::StrCat("it stands behind the end of the log that ", head.source, " gives")};
    } else if (tree_.Root() != head.root) {
      finding_ = {std::min(confirmed_ + 1, size()), size(),
                  absl::StrCat("something is not what it was: the tree over the first ", size(),
                               " transactions does not have the root that ", head.source, " gives")};
    } else {
      if (head.is_kept) confirmed_ = size();
      if (head.is_end) end_ = head.source;
    }
  }
}

absl::Status ReadOnForRedactions(const Auditor& auditor, const std::function<absl::Status()>& read_on) {
  while (!auditor.finding() && auditor.awaits_redactions()) {
    const int64_t before = auditor.size();
    OVERSIGHT_RETURN_IF_ERROR(read_on());
    if (auditor.size() == before) break;
  }
  return absl::OkStatus();
}

}  // namespace oversight::ledger
