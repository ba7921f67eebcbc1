#include "common/ledger/redaction.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
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

absl::Status CheckRedactions(View& view, const Decision& decision) {
  std::set<std::pair<std::string, Revision>> seen;
  for (const Change& change : decision.changes) {
    if (change.kind != kRedactionKind) continue;
    const auto fault = [&](const char* what) {
      return Fault(absl::StrCat("The record ", change.name, " ", what, "."));
    };
    const std::optional<VersionId> id = RedactedBy(change.kind, change.payload);
    if (!id) return fault("cannot be read");
    if (change.operation != Change::Operation::kPut) return fault("would be deleted");
    if (std::find(change.terms.begin(), change.terms.end(), RedactionTerm(*id)) == change.terms.end()) {
      return fault("cannot be found by what it redacts");
    }
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<Version> record, view.Get(change.name));
    if (record) return fault("would be changed");
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<StoredVersion> stored, view.GetVersion(*id));
    if (!stored) return fault("redacts what is not there");
    if (stored->version.redacted || !seen.insert({id->name, id->revision}).second) return fault("redacts twice");
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<Version> current, view.Get(id->name));
    if (current && current->revision == id->revision) return fault("redacts what is current");
  }
  return absl::OkStatus();
}

}  // namespace oversight::ledger
