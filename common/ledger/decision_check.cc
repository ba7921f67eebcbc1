#include "common/ledger/decision_check.h"

#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/status.h"

namespace oversight::ledger {
namespace {

constexpr size_t kMaxName = 512, kMaxKind = 256, kMaxTerm = 512;

}  // namespace

absl::Status CheckDecision(const Audit& audit, const Decision& decision) {
  if (decision.changes.empty()) return absl::OkStatus();
  if (audit.actor.empty() || audit.verb.empty()) return Fault("A transaction needs an actor and a verb.");
  absl::flat_hash_set<std::string> names;
  for (const Change& change : decision.changes) {
    if (change.name.empty() || change.name.size() > kMaxName) {
      return Fault(absl::StrCat("The name of a change is empty or too long: \"", change.name.substr(0, 80), "\"."));
    }
    if (change.kind.empty() || change.kind.size() > kMaxKind) {
      return Fault(absl::StrCat("The kind of ", change.name, " is empty or too long."));
    }
    for (const Term& term : change.terms) {
      if (term.term.empty() || term.term.size() > kMaxTerm || term.value.size() > kMaxTerm) {
        return Fault(absl::StrCat("An index term of ", change.name, " is empty or too long."));
      }
    }
    if (decision.changes.size() > 1 && !names.insert(change.name).second) {
      return Fault(absl::StrCat(change.name, " is changed twice in one transaction."));
    }
  }
  return absl::OkStatus();
}

}  // namespace oversight::ledger
