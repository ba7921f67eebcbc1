#include "monitoring-service/domain/moves.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

using common::v1::PartialDate;

absl::StatusOr<const v1::Stage*> StageOf(const Ladders& ladders, const std::string& id) {
  if (const auto* stage = ladders.FindStage(id)) return stage;
  const std::string known = absl::StrJoin(ladders.in_force().stages(), ", ",
                                          [](std::string* out, const v1::Stage& stage) { out->append(stage.id()); });
  return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_STAGE_NOT_FOUND,
               absl::StrCat("There is no stage \"", id, "\" in ", ladders.in_force().name(), "; it has ", known, "."))
      .With("stage", id)
      .With("ladder", ladders.in_force().name())
      .Violation("proposal.to_stage", absl::StrCat("must be one of ", known));
}

// The ground must suit the direction, and be told in words when it is another one.
absl::Status CheckGround(const v1::Proposal& wanted, const v1::Stage& target) {
  bool known = true, fits = true;
  switch (wanted.ground()) {
    case v1::GROUND_NOT_RESPONDING:
    case v1::GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING:
    case v1::GROUND_SIGNIFICANT_SERVICE_FAILURE:
      fits = target.enhanced();
      break;
    case v1::GROUND_IMPROVEMENT:
      fits = !target.enhanced();
      break;
    case v1::GROUND_OTHER:
      break;
    default:
      known = false;
  }
  if (!known) {
    Violations violations;
    violations.Add("proposal.ground", "must be a known ground");
    return violations.status();
  }
  if (!fits) {
    const std::string& ground = v1::Ground_Name(wanted.ground());
    return Error(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_GROUND_DOES_NOT_FIT,
                 absl::StrCat(ground, " is no ground for a move to ", target.display_name(), ", which is ",
                              target.enhanced() ? "an enhanced stage." : "not an enhanced stage."))
        .With("ground", ground)
        .With("stage", target.id())
        .Violation("proposal.ground", target.enhanced() ? "must be a ground for a move into an enhanced stage"
                                                        : "must be GROUND_IMPROVEMENT or GROUND_OTHER");
  }
  if (wanted.ground() == v1::GROUND_OTHER && wanted.ground_text().empty()) {
    Violations violations;
    violations.Add("proposal.ground_text", "is required with GROUND_OTHER");
    return violations.status();
  }
  return absl::OkStatus();
}

absl::Status NotThereYet(const v1::Monitoring& monitoring, const v1::Stage& target) {
  if (monitoring.stage() != target.id()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ALREADY_IN_STAGE,
               absl::StrCat(ForceOf(monitoring.name()), " is in ", target.display_name(), " already."))
      .With("stage", target.id())
      .Precondition("ALREADY_IN_STAGE", monitoring.name(), absl::StrCat("must not be in ", target.id()));
}

// What is wrong with resting on this concern, as (type, description); nothing when it will do. A move into an enhanced
// stage needs a concern that is open; a return may name one that is closed by now.
std::optional<std::pair<std::string, std::string>> Fault(const std::string& name,
                                                         const std::optional<concerns::v1::Concern>& concern,
                                                         const std::string& force, bool entry) {
  using concerns::v1::ConcernState;
  if (name.empty()) {
    if (!entry) return std::nullopt;
    return {{"CONCERN_MISSING", "names no concern; a move into an enhanced stage must rest on one"}};
  }
  if (ForceOf(name) != force) return {{"CONCERN_OF_ANOTHER_FORCE", absl::StrCat(name, " belongs to another force")}};
  if (!concern) return {{"CONCERN_NOT_FOUND", absl::StrCat("there is no concern ", name)}};
  const ConcernState state = concern->state();
  if (state == concerns::v1::CONCERN_STATE_ISSUED) return std::nullopt;
  if (!entry && state == concerns::v1::CONCERN_STATE_DISCHARGED) return std::nullopt;
  return {{"CONCERN_NOT_OPEN",
           absl::StrCat(name, " is in ", concerns::v1::ConcernState_Name(state), ", not issued and open")}};
}

absl::Status CheckConcerns(
    const std::vector<std::pair<const v1::Reason*, std::optional<concerns::v1::Concern>>>& reasons,
    const std::string& force, bool entry) {
  int count = 0;
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_CONCERN_NOT_USABLE,
              "A reason rests on a concern that cannot be used. Every reason needs an issued concern of the same force "
              "that is still open; see the violations.");
  for (size_t i = 0; i < reasons.size(); ++i) {
    const std::string& name = reasons[i].first->concern();
    const auto fault = Fault(name, reasons[i].second, force, entry);
    if (!fault) continue;
    error.Precondition(fault->first, name.empty() ? absl::StrCat("reasons[", i, "]") : name,
                       absl::StrCat("reasons[", i, "] ", fault->second));
    ++count;
  }
  if (count == 0) return absl::OkStatus();
  return error.With("count", absl::StrCat(count));
}

std::vector<std::pair<const v1::Reason*, std::optional<concerns::v1::Concern>>> LookUp(
    const google::protobuf::RepeatedPtrField<v1::Reason>& reasons, const std::string& force,
    const ConcernLookup& concerns) {
  std::vector<std::pair<const v1::Reason*, std::optional<concerns::v1::Concern>>> found;
  for (const auto& reason : reasons) {
    // A concern of another force is refused by its name alone and not looked at.
    const bool look = !reason.concern().empty() && ForceOf(reason.concern()) == force;
    found.emplace_back(&reason, look ? concerns(reason.concern()) : std::nullopt);
  }
  return found;
}

struct Dates {
  PartialDate decided, effective;
};

absl::StatusOr<Dates> DatesOf(const v1::DecideProposalRequest& request, bool approved, const v1::Monitoring& monitoring,
                              absl::CivilDay today) {
  Dates dates;
  dates.decided = request.has_decided_date() ? request.decided_date() : ToPartialDate(today);
  dates.effective = request.has_effective_date() ? request.effective_date() : dates.decided;
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
              "The dates of the decision contradict others; see the violations.");
  error.With("today", FormatIso(today)).With("decided_date", FormatIso(dates.decided));
  bool wrong = false;
  const auto contradict = [&](const char* subject, const std::string& description) {
    error.Precondition("DATES_CONTRADICT", subject, description);
    wrong = true;
  };
  if (MustBeAfter(dates.decided, today)) contradict("decided_date", absl::StrCat("is after today, ", FormatIso(today)));
  if (approved) {
    error.With("effective_date", FormatIso(dates.effective));
    if (MustBeAfter(dates.effective, today)) {
      contradict("effective_date", absl::StrCat("is after today, ", FormatIso(today)));
    }
    if (MustBeBefore(dates.effective, dates.decided)) {
      contradict("effective_date", absl::StrCat("is before the decision, ", FormatIso(dates.decided)));
    }
    if (monitoring.has_since_date() && MustBeBefore(dates.effective, monitoring.since_date())) {
      error.With("since_date", FormatIso(monitoring.since_date()));
      contradict("effective_date",
                 absl::StrCat("is before the force's last move, ", FormatIso(monitoring.since_date())));
    }
  } else if (monitoring.has_since_date() && MustBeBefore(dates.decided, monitoring.since_date())) {
    error.With("since_date", FormatIso(monitoring.since_date()));
    contradict("decided_date", absl::StrCat("is before the force's last move, ", FormatIso(monitoring.since_date())));
  }
  if (wrong) return error;
  return dates;
}

v1::Decision MakeDecision(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                          const v1::DecideProposalRequest& request, const std::string& actor, const Dates& dates) {
  v1::Decision decision;
  decision.set_name(absl::StrCat(DecisionPrefix(ForceOf(proposal.name())), record.last_decision + 1));
  decision.set_outcome(request.outcome());
  decision.set_proposal(proposal.name());
  decision.set_from_stage(proposal.from_stage());
  decision.set_to_stage(proposal.to_stage());
  decision.set_ladder(ladders.in_force().name());
  decision.set_ground(proposal.ground());
  decision.set_ground_text(proposal.ground_text());
  *decision.mutable_reasons() = proposal.reasons();
  decision.set_rationale(request.rationale());
  decision.set_decider(actor);
  decision.set_proposer(proposal.proposer());
  *decision.mutable_decided_date() = dates.decided;
  if (request.outcome() == v1::DECISION_OUTCOME_APPROVED) *decision.mutable_effective_date() = dates.effective;
  if (proposal.has_next_report()) *decision.mutable_next_report() = proposal.next_report();
  return decision;
}

// Makes the move: the stage with its date, the episode that ends and the one that begins.
void Move(const ForceRecord& record, const v1::Stage& target, Decided& decided) {
  const auto& decision = decided.decision;
  const std::string force = ForceOf(decision.name());
  auto& monitoring = decided.monitoring;
  monitoring.set_ladder(decision.ladder());
  monitoring.set_stage(target.id());
  monitoring.set_stage_display_name(target.display_name());
  monitoring.set_enhanced(target.enhanced());
  *monitoring.mutable_since_date() = decision.effective_date();
  monitoring.set_decision(decision.name());
  monitoring.clear_episode();
  decided.moved = true;

  if (record.episode) {
    v1::Episode ended = *record.episode;
    *ended.mutable_until_date() = decision.effective_date();
    ended.set_exit_decision(decision.name());
    *ended.mutable_exit_reasons() = decision.reasons();
    decided.episodes.push_back(std::move(ended));
  }
  if (target.enhanced()) {
    v1::Episode begun;
    begun.set_name(absl::StrCat(EpisodePrefix(force), record.last_episode + 1));
    begun.set_stage(target.id());
    begun.set_ladder(decision.ladder());
    *begun.mutable_from_date() = decision.effective_date();
    begun.set_entry_decision(decision.name());
    *begun.mutable_entry_reasons() = decision.reasons();
    monitoring.set_episode(begun.name());
    decided.episodes.push_back(std::move(begun));
  }
}

}  // namespace

bool NamesConcerns(const v1::Proposal& proposal) {
  for (const auto& reason : proposal.reasons()) {
    if (!reason.concern().empty()) return true;
  }
  return false;
}

absl::StatusOr<v1::Proposal> Propose(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& wanted,
                                     const ConcernLookup& concerns, const std::string& actor) {
  const std::string force = ForceOf(record.monitoring.name());
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Stage* target, StageOf(ladders, wanted.to_stage()));
  OVERSIGHT_RETURN_IF_ERROR(CheckGround(wanted, *target));
  OVERSIGHT_RETURN_IF_ERROR(NotThereYet(record.monitoring, *target));
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kCreateProposal, {record, nullptr, actor}));
  const auto found = LookUp(wanted.reasons(), force, concerns);
  OVERSIGHT_RETURN_IF_ERROR(CheckConcerns(found, force, target->enhanced()));

  v1::Proposal proposal;
  proposal.set_name(absl::StrCat(ProposalPrefix(force), record.last_proposal + 1));
  proposal.set_state(v1::PROPOSAL_STATE_OPEN);
  proposal.set_to_stage(target->id());
  proposal.set_from_stage(record.monitoring.stage());
  proposal.set_ladder(ladders.in_force().name());
  proposal.set_ground(wanted.ground());
  proposal.set_ground_text(wanted.ground_text());
  for (const auto& [reason, concern] : found) {
    auto* kept = proposal.add_reasons();
    kept->set_text(reason->text());
    kept->set_concern(reason->concern());
    if (concern) {
      kept->set_concern_revision(concern->revision());
      kept->set_concern_title(concern->title());
    }
  }
  if (wanted.has_next_report()) *proposal.mutable_next_report() = wanted.next_report();
  proposal.set_proposer(actor);
  return proposal;
}

absl::StatusOr<v1::Proposal> Withdraw(const ForceRecord& record, const v1::Proposal& proposal,
                                      const v1::WithdrawProposalRequest& request, const std::string& actor) {
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kWithdrawProposal, {record, &proposal, actor}));
  v1::Proposal withdrawn = proposal;
  withdrawn.set_state(v1::PROPOSAL_STATE_WITHDRAWN);
  withdrawn.set_withdrawal_reason(request.reason());
  return withdrawn;
}

absl::StatusOr<Decided> Decide(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                               const v1::DecideProposalRequest& request, const ConcernLookup& concerns,
                               const std::string& actor, absl::CivilDay today) {
  const bool approved = request.outcome() == v1::DECISION_OUTCOME_APPROVED;
  if (!approved && request.outcome() != v1::DECISION_OUTCOME_DECLINED) {
    Violations violations;
    violations.Add("outcome", "must be a known outcome");
    return violations.status();
  }
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kDecideProposal, {record, &proposal, actor}));
  OVERSIGHT_ASSIGN_OR_RETURN(const Dates dates, DatesOf(request, approved, record.monitoring, today));

  Decided decided;
  decided.decision = MakeDecision(ladders, record, proposal, request, actor, dates);
  decided.proposal = proposal;
  decided.proposal.set_state(approved ? v1::PROPOSAL_STATE_APPROVED : v1::PROPOSAL_STATE_DECLINED);
  decided.proposal.set_decision(decided.decision.name());
  decided.monitoring = record.monitoring;
  if (!approved) return decided;

  // The ladder may have changed since the proposal was made: the stage must still exist.
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Stage* target, StageOf(ladders, proposal.to_stage()));
  OVERSIGHT_RETURN_IF_ERROR(NotThereYet(record.monitoring, *target));
  if (target->enhanced()) {
    const std::string force = ForceOf(proposal.name());
    OVERSIGHT_RETURN_IF_ERROR(CheckConcerns(LookUp(proposal.reasons(), force, concerns), force, true));
  }
  Move(record, *target, decided);
  return decided;
}

}  // namespace oversight::monitoring
