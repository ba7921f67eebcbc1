#include "monitoring-service/domain/reasons.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

struct Fault {
  const char* type;
  std::string subject, description;
};

bool RestsOnSomething(const v1::Reason& reason) {
  return !reason.concern().empty() || reason.evidence_size() > 0 || reason.has_outside_evidence();
}

// A move into an enhanced stage needs a concern that is open; a return may name one that is closed by now.
std::optional<Fault> ConcernFault(const std::string& name, const std::string& force, bool entry,
                                  const KnownFacts& facts) {
  // A concern of another force is refused by its name alone and not looked at.
  if (ForceOf(name) != force) return Fault{"CONCERN_OF_ANOTHER_FORCE", name, "belongs to another force"};
  const auto concern = facts.Concern(name);
  if (concern == nullptr) return Fault{"CONCERN_NOT_FOUND", name, "does not exist"};
  const auto state = concern->state();
  if (state == concerns::v1::CONCERN_STATE_ISSUED) return std::nullopt;
  if (!entry && state == concerns::v1::CONCERN_STATE_DISCHARGED) return std::nullopt;
  return Fault{"CONCERN_NOT_OPEN", name,
               absl::StrCat("is in ", concerns::v1::ConcernState_Name(state), ", not issued and open")};
}

std::vector<Fault> FaultsOf(const v1::Reason& reason, const std::string& where, const std::string& force, bool entry,
                            const KnownFacts& facts) {
  std::vector<Fault> faults;
  if (entry && !RestsOnSomething(reason)) {
    faults.push_back({"CONCERN_MISSING", where,
                      "rests on nothing; a reason of an enhanced stage must name a concern, evidence of the record, or "
                      "outside evidence"});
  }
  if (!reason.concern().empty()) {
    if (auto fault = ConcernFault(reason.concern(), force, entry, facts)) faults.push_back(*std::move(fault));
  }
  std::set<std::string> named;
  for (const auto& evidence : reason.evidence()) {
    if (!named.insert(evidence).second) {
      faults.push_back({"EVIDENCE_TWICE", evidence, "is named twice"});
    } else if (ForceOf(evidence) != force) {
      faults.push_back({"EVIDENCE_OF_ANOTHER_FORCE", evidence, "belongs to another force"});
    } else if (facts.Evidence(evidence) == nullptr) {
      faults.push_back({"EVIDENCE_NOT_FOUND", evidence, "does not exist"});
    }
  }
  return faults;
}

}  // namespace

std::string ReasonId(int number) { return absl::StrCat("r", number); }

std::vector<v1::Reason> ReasonsOf(const v1::Episode& episode) {
  std::vector<v1::Reason> reasons(episode.entry_reasons().begin(), episode.entry_reasons().end());
  for (const auto& added : episode.added_reasons()) reasons.push_back(added.reason());
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (reasons[i].id().empty()) reasons[i].set_id(ReasonId(static_cast<int>(i) + 1));
  }
  return reasons;
}

std::vector<const v1::Reason*> Pointers(const ReasonList& reasons) {
  std::vector<const v1::Reason*> pointers;
  for (const auto& reason : reasons) pointers.push_back(&reason);
  return pointers;
}

absl::Status CheckWhatTheyRestOn(const std::vector<const v1::Reason*>& reasons, const std::string& force, bool entry,
                                 const KnownFacts& facts) {
  int count = 0;
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_CONCERN_NOT_USABLE,
              "A reason rests on what cannot be used. A concern must be of the same force, issued and still open, and "
              "evidence must be there; see the violations.");
  for (size_t i = 0; i < reasons.size(); ++i) {
    const std::string where = absl::StrCat("reasons[", i, "]");
    for (const auto& fault : FaultsOf(*reasons[i], where, force, entry, facts)) {
      error.Precondition(
          fault.type, fault.subject,
          absl::StrCat(where, fault.subject == where ? " " : absl::StrCat(" names ", fault.subject, ", which "),
                       fault.description));
      ++count;
    }
  }
  if (count == 0) return absl::OkStatus();
  return error.With("count", absl::StrCat(count));
}

std::vector<IssuedLater> IssuedAfter(const common::v1::PartialDate& date, const std::vector<const v1::Reason*>& reasons,
                                     const KnownFacts& facts) {
  std::vector<IssuedLater> later;
  std::set<std::string> told;
  for (const auto* reason : reasons) {
    const auto concern = reason->concern().empty() ? nullptr : facts.Concern(reason->concern());
    if (concern == nullptr || !concern->has_issue_date() || !MustBeBefore(date, concern->issue_date())) continue;
    if (told.insert(concern->name()).second) later.push_back({concern->name(), concern->issue_date()});
  }
  return later;
}

void NeedExitCriteria(const ReasonList& reasons, const std::string& field, Violations& violations) {
  for (int i = 0; i < reasons.size(); ++i) {
    if (!reasons[i].exit_criterion().empty()) continue;
    violations.Add(absl::StrCat(field, "[", i, "].exit_criterion"),
                   "is required for a move into an enhanced stage: say what will show that the reason is gone");
  }
}

v1::Reason Kept(const v1::Reason& reason, const std::string& id, const KnownFacts& facts) {
  v1::Reason kept = reason;
  kept.set_id(id);
  kept.clear_concern_revision();
  kept.clear_concern_title();
  if (const auto concern = reason.concern().empty() ? nullptr : facts.Concern(reason.concern())) {
    kept.set_concern_revision(concern->revision());
    kept.set_concern_title(concern->title());
  }
  return kept;
}

void CheckOutcomes(const OutcomeList& outcomes, const std::string& field, Violations& violations) {
  for (int i = 0; i < outcomes.size(); ++i) {
    const auto& outcome = outcomes[i];
    // A field that goes with one end only.
    const auto goes_with = [&](const char* name, const std::string& value, v1::ReasonEnd end, const char* what) {
      const std::string path = absl::StrCat(field, "[", i, "].", name);
      const std::string& end_name = v1::ReasonEnd_Name(end);
      if (outcome.end() == end && value.empty()) {
        violations.Add(path, absl::StrCat("is required with ", end_name, ": say ", what));
      } else if (outcome.end() != end && !value.empty()) {
        violations.Add(path, absl::StrCat("goes with ", end_name, " only"));
      }
    };
    if (!v1::ReasonEnd_IsValid(outcome.end())) {
      violations.Add(absl::StrCat(field, "[", i, "].end"), "must be a known end");
      continue;
    }
    goes_with("superseded_by", outcome.superseded_by(), v1::REASON_END_SUPERSEDED, "by what");
    goes_with("followed_by", outcome.followed_by(), v1::REASON_END_CARRIED_FORWARD, "who follows it");
    goes_with("follow_up", outcome.follow_up(), v1::REASON_END_CARRIED_FORWARD, "how it is followed");
  }
}

absl::Status CheckAccounted(const v1::Episode& episode, const OutcomeList& outcomes) {
  std::map<std::string, int> ends;
  for (const auto& outcome : outcomes) ++ends[outcome.reason()];
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_REASON_UNACCOUNTED,
              absl::StrCat("The move ends ", episode.name(),
                           ", and how its reasons end is not told in full. Give `reason_outcomes` one entry for each "
                           "reason: MET, SUPERSEDED or CARRIED_FORWARD; see the violations."));
  error.With("episode", episode.name());
  bool wrong = false;
  const auto refuse = [&](const char* type, const std::string& id, const std::string& description) {
    error.Precondition(type, id, description);
    wrong = true;
  };
  for (const auto& reason : ReasonsOf(episode)) {
    const int count = ends[reason.id()];
    if (count == 0)
      refuse("REASON_UNACCOUNTED", reason.id(), absl::StrCat("how \"", reason.text(), "\" ends is missing"));
    if (count > 1) refuse("REASON_TWICE", reason.id(), absl::StrCat("\"", reason.text(), "\" ends ", count, " times"));
    ends.erase(reason.id());
  }
  for (const auto& [id, count] : ends) {
    refuse("REASON_UNKNOWN", id, absl::StrCat(episode.name(), " has no reason \"", id, "\""));
  }
  if (!wrong) return absl::OkStatus();
  return error;
}

bool NeedsConcerns(const ReasonList& reasons) {
  for (const auto& reason : reasons) {
    if (!reason.concern().empty() || reason.evidence_size() > 0) return true;
  }
  return false;
}

}  // namespace oversight::monitoring
