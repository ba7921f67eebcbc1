// Policies, which are data: files of protobuf text in data/policies, read at start, checked as a whole, then never
// changed while the process runs. Which of them is in force on a day follows from their dates. Thread safety: immutable
// after loading.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "oversight/monitoring/v1/policy.pb.h"

namespace oversight::monitoring {

class Policies {
 public:
  // None at all: then none is ever in force.
  Policies() = default;

  // From the texts of files by their names. INVALID_ARGUMENT POLICY_INVALID with everything that is wrong, by file and
  // line: what is not a policy in protobuf text, an unknown field or number, a threshold out of range, a rule that can
  // never fire, always fires, adds nothing to another or goes against the direction of its advice, a bar that no weight
  // reaches for, a name or an id twice, two policies from one day on.
  static absl::StatusOr<Policies> Parse(const std::map<std::string, std::string>& texts);
  // From every *.txtpb of a folder; NOT_FOUND when it cannot be read. "": none.
  static absl::StatusOr<Policies> Load(const std::string& folder);

  // From texts that are to be tried and not loaded, each by itself, by the same keys. INVALID_ARGUMENT POLICY_INVALID
  // as Parse, and for one that has the name of a policy with a date here and says something else.
  absl::StatusOr<std::map<std::string, v1::Policy>> ParseToTry(const std::map<std::string, std::string>& texts) const;

  // Those with a date by date, then the candidates by name.
  const std::vector<v1::Policy>& all() const { return policies_; }
  const v1::Policy* Find(const std::string& name) const;
  // Null: none.
  const v1::Policy* InForceOn(absl::CivilDay day) const;

 private:
  std::vector<v1::Policy> policies_;
};

// A policy as it was recorded against the one that is to be recorded in its place; null: a new one. `today`: a policy
// that was in force before it is not changed, and none begins before a day that was another's. FAILED_PRECONDITION
// POLICY_INVALID.
absl::Status CheckFollows(const std::vector<v1::Policy>& recorded, const Policies& wanted, absl::CivilDay today);

// The condition in words: "open causes of concern handled as responding or worse: at least 2".
std::string InWords(const v1::Condition& condition);

}  // namespace oversight::monitoring
