// Removing a payload by law, as the store knows it. A resource of the kind oversight.ledger.v1.Redaction is the record
// of it, and putting the record is what removes the payload that it names, in the same transaction: so no payload goes
// without a record, and no record tells of one that is still there. Pure, but for the view; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

// The kind of the records.
inline constexpr char kRedactionKind[] = "oversight.ledger.v1.Redaction";

// The index entry that a record must have: by it engines find the record of a version, and say its name wherever they
// give out the version. Engines write the same in SQL.
Term RedactionTerm(const VersionId& version);

// Which version's payload goes with a change or version of this kind and payload; nullopt when it is no record.
std::optional<VersionId> RedactedBy(const std::string& kind, const std::string& payload);

// What stands in every remembered answer that repeats a version of the resource, as in whatever message holds it: its
// name, as a field is encoded.
std::string NameInAnswers(const std::string& name);
// What engines keep in the place of an answer that was removed: one byte that no message consists of, so that it takes
// no more room than the answer did and is taken for none.
inline constexpr std::string_view kRedactedAnswer = "\xff";

// Refuses, with kInternal, a decision that would remove what must not be removed: of a version that is not there, is
// redacted already or is its resource's current one. Other errors are those of the view.
absl::Status CheckRedactions(View& view, const Decision& decision);

// The same for a transaction from the log of another store, where the payload has gone already as a rule. Gives the
// versions of which it has not: who wrote the log down had read them before it went.
absl::StatusOr<std::vector<VersionId>> LateRedactions(View& view, const LoggedTransaction& transaction);

}  // namespace oversight::ledger
