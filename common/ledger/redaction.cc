#include "common/ledger/redaction.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::ledger {

Term RedactionTerm(const VersionId& version) { return {absl::StrCat("version ", version.revision), version.name}; }

std::optional<VersionId> RedactedBy(const std::string& kind, const std::string& payload) {
  if (kind != kRedactionKind) return std::nullopt;
  v1::Redaction redaction;
  if (!redaction.ParseFromString(payload)) return std::nullopt;
  return VersionId{redaction.resource(), redaction.resource_revision()};
}

std::string NameInAnswers(const std::string& name) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream(&stream).WriteVarint32(static_cast<uint32_t>(name.size()));
  }
  return bytes + name;
}

namespace {

// What a transaction says of one redaction.
struct Record {
  const std::string& name;
  Change::Operation operation;
  std::optional<VersionId> redacts;
  bool found_by_term;
};

absl::Status FaultOf(const Record& record, const char* what) {
  return Fault(absl::StrCat("The record ", record.name, " ", what, "."));
}

// Takes the records of a transaction in order, and gives the versions that they redact as they are now.
class Records {
 public:
  explicit Records(View& view) : view_(view) {}

  absl::StatusOr<Version> Take(const Record& record) {
    if (!record.redacts) return FaultOf(record, "cannot be read");
    if (record.operation != Change::Operation::kPut) return FaultOf(record, "would be deleted");
    if (!record.found_by_term) return FaultOf(record, "cannot be found by what it redacts");
    const VersionId& id = *record.redacts;
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<Version> before, view_.Get(record.name));
    if (before) return FaultOf(record, "would be changed");
    OVERSIGHT_ASSIGN_OR_RETURN(std::optional<StoredVersion> stored, view_.GetVersion(id));
    if (!stored) return FaultOf(record, "redacts what is not there");
    OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<Version> others, view_.List(kRedactionKind, RedactionTerm(id), 1));
    if (!others.empty() || !seen_.insert({id.name, id.revision}).second) return FaultOf(record, "redacts twice");
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<Version> current, view_.Get(id.name));
    if (current && current->revision == id.revision) return FaultOf(record, "redacts what is current");
    return std::move(stored->version);
  }

 private:
  View& view_;
  std::set<std::pair<std::string, Revision>> seen_;
};

bool HasTerm(const std::vector<Term>& terms, const std::optional<VersionId>& id) {
  return id && std::find(terms.begin(), terms.end(), RedactionTerm(*id)) != terms.end();
}

}  // namespace

absl::Status CheckRedactions(View& view, const Decision& decision) {
  Records records(view);
  for (const Change& change : decision.changes) {
    if (change.kind != kRedactionKind) continue;
    const std::optional<VersionId> id = RedactedBy(change.kind, change.payload);
    const Record record{change.name, change.operation, id, HasTerm(change.terms, id)};
    OVERSIGHT_ASSIGN_OR_RETURN(const Version version, records.Take(record));
    if (version.redacted) return FaultOf(record, "redacts what is gone");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<VersionId>> LateRedactions(View& view, const LoggedTransaction& transaction) {
  Records records(view);
  std::vector<VersionId> late;
  for (const LoggedChange& change : transaction.changes) {
    if (change.kind != kRedactionKind) continue;
    const std::optional<VersionId> id = change.redacted ? std::nullopt : RedactedBy(change.kind, change.payload);
    const Record record{change.name, change.operation, id, HasTerm(DecodeTerms(change.encoded_terms), id)};
    OVERSIGHT_ASSIGN_OR_RETURN(const Version version, records.Take(record));
    if (!version.redacted) late.push_back(*id);
  }
  return late;
}

}  // namespace oversight::ledger
