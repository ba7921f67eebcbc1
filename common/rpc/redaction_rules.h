// What may be redacted by law, and what the record of it says. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/types.h"
#include "oversight/ledger/v1/ledger_service.pb.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::rpc {

// By what records are found.
std::vector<ledger::Term> TermsOfRedaction(const ledger::v1::Redaction& redaction);

// The record, called `name`, of the redaction that is asked for. `version` is the one it is about, not redacted yet;
// `current` says whether it is what the resource is now.
//
// NOT_FOUND when there is no such version. FAILED_PRECONDITION RECORD_OF_REDACTION, since a payload that is missing
// without a record is damage; VERSION_CURRENT, since a record that holds nothing cannot be worked with: it is corrected
// first, and what was corrected is redacted.
absl::StatusOr<ledger::v1::Redaction> RecordRedaction(const ledger::v1::RedactVersionRequest& request,
                                                      const std::optional<ledger::StoredVersion>& version, bool current,
                                                      const std::string& name);

}  // namespace oversight::rpc
