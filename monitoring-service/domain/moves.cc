#include "monitoring-service/domain/moves.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/dossier.h"
#include "monitoring-service/domain/episodes.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/reasons.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

using common::v1::PartialDate;

// A date of effect further away than this is taken for a slip of the pen.
constexpr int kFurthestEffectDays = 366;

absl::Status CheckKnown(const Ladders& ladders, const std::string& name) {
  if (ladders.Find(name) != nullptr) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_LADDER_NOT_FOUND,
               absl::StrCat("There is no ladder \"", name, "\"; ", ladders.in_force().name(),
                            " is in force. ListLadders has those there are."))
      .With("ladder", name)
      .With("in_force", ladders.in_force().name())
      .Violation("proposal.ladder", absl::StrCat("must be ", ladders.in_force().name(), " or empty"));
}

// Moves are made under the ladder in force, whichever a client may have had in mind.
absl::Status CheckLadder(const Ladders& ladders, const std::string& name) {
  if (name.empty() || name == ladders.in_force().name()) return absl::OkStatus();
  OVERSIGHT_RETURN_IF_ERROR(CheckKnown(ladders, name));
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LADDER_NOT_IN_FORCE,
               absl::StrCat(name, " is not in force; ", ladders.in_force().name(), " is. Propose under that one."))
      .With("ladder", name)
      .With("in_force", ladders.in_force().name())
      .Precondition("LADDER_NOT_IN_FORCE", name, "is not in force");
}

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
               absl::StrCat(ForceOf(monitoring.name()), " is in ", target.display_name(),
                            " already. Propose a move to another stage."))
      .With("stage", target.id())
      .Precondition("ALREADY_IN_STAGE", monitoring.name(), absl::StrCat("must not be in ", target.id()));
}

// What the proposal says itself, before anything is looked up.
absl::Status CheckSaid(const v1::Proposal& proposal, const v1::Stage& target, const ForceRecord& record,
                       const std::string& prefix) {
  Violations violations;
  if (target.enhanced()) NeedExitCriteria(proposal.reasons(), "proposal.reasons", violations);
  const std::string field = prefix + "reason_outcomes";
  CheckOutcomes(proposal.reason_outcomes(), field, violations);
  if (!record.episode && proposal.reason_outcomes_size() > 0) {
    violations.Add(field, absl::StrCat("goes with a move that ends an episode, and ", ForceOf(record.monitoring.name()),
                                       " is in none"));
  }
  return violations.status();
}

// What it says about the world: its reasons rest on what is there, and those of the episode it ends are accounted for.
absl::Status CheckGrounded(const v1::Proposal& proposal, const v1::Stage& target, const ForceRecord& record,
                           const KnownFacts& facts) {
  OVERSIGHT_RETURN_IF_ERROR(
      CheckWhatTheyRestOn(Pointers(proposal.reasons()), ForceOf(record.monitoring.name()), target.enhanced(), facts));
  return record.episode ? CheckAccounted(*record.episode, proposal.reason_outcomes()) : absl::OkStatus();
}

void RestReasons(const KnownFacts& facts, v1::Proposal& proposal) {
  int number = 0;
  for (auto& reason : *proposal.mutable_reasons()) reason = Kept(reason, ReasonId(++number), facts);
}

// ---- When it takes effect. ----

struct Dates {
  PartialDate decided, effective;
};

absl::Status CheckMinute(const v1::DecideProposalRequest& request) {
  if (!request.has_effective_time()) return absl::OkStatus();
  const auto& time = request.effective_time();
  Violations violations;
  if (time.seconds() % 60 != 0 || time.nanos() != 0) {
    violations.Add("effective_time", "must be a whole minute, without seconds");
  }
  const absl::CivilDay day = LondonDay(ToTime(time));
  if (request.has_effective_date() && !MustBeSameDay(request.effective_date(), day)) {
    violations.Add("effective_time",
                   absl::StrCat("must be on the effective date, ", FormatIso(request.effective_date()),
                                ", in London; it is on ", FormatIso(day)));
  }
  return violations.status();
}

absl::StatusOr<Dates> DatesOf(const v1::DecideProposalRequest& request, bool approved, const ForceRecord& record,
                              const v1::Proposal& proposal, const KnownFacts& facts, absl::CivilDay today) {
  const v1::Monitoring& monitoring = record.monitoring;
  Dates dates;
  dates.decided = request.has_decided_date() ? request.decided_date() : ToPartialDate(today);
  if (request.has_effective_date()) {
    dates.effective = request.effective_date();
  } else if (request.has_effective_time()) {
    dates.effective = ToPartialDate(LondonDay(ToTime(request.effective_time())));
  } else {
    dates.effective = dates.decided;
  }
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
              "The dates of the decision contradict others; see the violations.");
  error.With("today", FormatIso(today)).With("decided_date", FormatIso(dates.decided));
  bool wrong = false;
  const auto contradict = [&](const char* type, const std::string& subject, const std::string& description) {
    error.Precondition(type, subject, description);
    wrong = true;
  };
  const auto of_dates = [&](const char* subject, const std::string& description) {
    contradict("DATES_CONTRADICT", subject, description);
  };
  if (MustBeAfter(dates.decided, today)) of_dates("decided_date", absl::StrCat("is after today, ", FormatIso(today)));
  if (approved) {
    error.With("effective_date", FormatIso(dates.effective));
    if (MustBeAfter(dates.effective, today + kFurthestEffectDays)) {
      of_dates("effective_date", absl::StrCat("is more than a year after today, ", FormatIso(today)));
    }
    if (MustBeBefore(dates.effective, dates.decided)) {
      of_dates("effective_date", absl::StrCat("is before the decision, ", FormatIso(dates.decided)));
    }
    if (monitoring.has_since_date() && MustBeBefore(dates.effective, monitoring.since_date())) {
      error.With("since_date", FormatIso(monitoring.since_date()));
      of_dates("effective_date", absl::StrCat("is before the force's last move, ", FormatIso(monitoring.since_date())));
    }
    for (const auto& [name, issue_date] : IssuedAfter(dates.decided, Pointers(proposal.reasons()), facts)) {
      contradict("ISSUED_LATER", name,
                 absl::StrCat("was issued on ", FormatIso(issue_date), ", after the decision, ",
                              FormatIso(dates.decided), ", which rests on it; the decision must not be dated before"));
    }
    for (const auto* episode : Overlapped(record, dates.effective)) {
      contradict("EPISODE_OVERLAPS", episode->name(),
                 absl::StrCat("lasted from ", FormatIso(episode->from_date()), " until ",
                              episode->has_until_date() ? FormatIso(episode->until_date()) : "now",
                              "; the effective date must not be before its end"));
    }
  } else if (monitoring.has_since_date() && MustBeBefore(dates.decided, monitoring.since_date())) {
    error.With("since_date", FormatIso(monitoring.since_date()));
    of_dates("decided_date", absl::StrCat("is before the force's last move, ", FormatIso(monitoring.since_date())));
  }
  const auto& from = approved ? dates.effective : dates.decided;
  if (request.has_review_by_date() && MustBeBefore(request.review_by_date(), from)) {
    of_dates("review_by_date", absl::StrCat("is before ", FormatIso(from), ", when the decision takes effect"));
  }
  if (wrong) return error;
  return dates;
}

v1::Decision MakeDecision(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                          const v1::DecideProposalRequest& request, const std::string& actor, const Dates& dates) {
  const bool approved = request.outcome() == v1::DECISION_OUTCOME_APPROVED;
  v1::Decision decision;
  decision.set_name(absl::StrCat(DecisionPrefix(ForceOf(proposal.name())), record.last_decision + 1));
  decision.set_outcome(request.outcome());
  decision.set_state(approved ? v1::DECISION_STATE_PENDING_EFFECT : v1::DECISION_STATE_DECLINED);
  decision.set_proposal(proposal.name());
  decision.set_from_stage(proposal.from_stage());
  decision.set_to_stage(proposal.to_stage());
  decision.set_ladder(ladders.in_force().name());
  decision.set_ground(proposal.ground());
  decision.set_ground_text(proposal.ground_text());
  *decision.mutable_reasons() = proposal.reasons();
  *decision.mutable_reason_outcomes() = proposal.reason_outcomes();
  decision.set_dossier_digest(proposal.dossier().digest());
  decision.set_rationale(request.rationale());
  *decision.mutable_conditions() = request.conditions();
  decision.set_decider(actor);
  decision.set_proposer(proposal.proposer());
  *decision.mutable_decided_date() = dates.decided;
  if (approved) {
    *decision.mutable_effective_date() = dates.effective;
    if (request.has_effective_time()) *decision.mutable_effective_time() = request.effective_time();
    decision.mutable_publication()->set_state(v1::PUBLICATION_STATE_AWAITED);
  }
  if (request.has_review_by_date()) *decision.mutable_review_by_date() = request.review_by_date();
  if (proposal.has_next_report()) *decision.mutable_next_report() = proposal.next_report();
  return decision;
}

}  // namespace

absl::StatusOr<v1::Proposal> Propose(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& wanted,
                                     const KnownFacts& facts, const std::string& actor, absl::Time now) {
  const std::string force = ForceOf(record.monitoring.name());
  OVERSIGHT_RETURN_IF_ERROR(CheckLadder(ladders, wanted.ladder()));
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Stage* target, StageOf(ladders, wanted.to_stage()));
  OVERSIGHT_RETURN_IF_ERROR(CheckGround(wanted, *target));
  OVERSIGHT_RETURN_IF_ERROR(NotThereYet(record.monitoring, *target));
  OVERSIGHT_RETURN_IF_ERROR(CheckSaid(wanted, *target, record, "proposal."));
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kCreateProposal, {.record = record, .actor = actor}));
  OVERSIGHT_RETURN_IF_ERROR(CheckGrounded(wanted, *target, record, facts));

  v1::Proposal proposal;
  proposal.set_name(absl::StrCat(ProposalPrefix(force), record.last_proposal + 1));
  proposal.set_state(v1::PROPOSAL_STATE_OPEN);
  proposal.set_to_stage(target->id());
  proposal.set_from_stage(record.monitoring.stage());
  proposal.set_ladder(ladders.in_force().name());
  proposal.set_ground(wanted.ground());
  proposal.set_ground_text(wanted.ground_text());
  *proposal.mutable_reasons() = wanted.reasons();
  RestReasons(facts, proposal);
  *proposal.mutable_reason_outcomes() = wanted.reason_outcomes();
  if (wanted.has_next_report()) *proposal.mutable_next_report() = wanted.next_report();
  proposal.set_proposer(actor);
  *proposal.mutable_dossier() = Freeze(proposal, record.episode, facts, /*version=*/1, now);
  return proposal;
}

absl::StatusOr<v1::Proposal> Withdraw(const ForceRecord& record, const v1::Proposal& proposal,
                                      const v1::WithdrawProposalRequest& request, const std::string& actor) {
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kWithdrawProposal, {.record = record, .proposal = &proposal, .actor = actor}));
  v1::Proposal withdrawn = proposal;
  withdrawn.set_state(v1::PROPOSAL_STATE_WITHDRAWN);
  withdrawn.set_withdrawal_reason(request.reason());
  return withdrawn;
}

absl::StatusOr<Refreshed> Refresh(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                                  const v1::RefreshProposalRequest& request, const KnownFacts& facts,
                                  const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kRefreshProposal, {.record = record, .proposal = &proposal, .actor = actor}));
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Stage* target, StageOf(ladders, proposal.to_stage()));
  v1::Proposal fresh = proposal;
  if (request.reason_outcomes_size() > 0) *fresh.mutable_reason_outcomes() = request.reason_outcomes();
  OVERSIGHT_RETURN_IF_ERROR(CheckSaid(fresh, *target, record, ""));
  OVERSIGHT_RETURN_IF_ERROR(CheckGrounded(fresh, *target, record, facts));
  RestReasons(facts, fresh);
  *fresh.mutable_dossier() = Freeze(fresh, record.episode, facts, proposal.dossier().version() + 1, now);

  Refreshed refreshed;
  // Advice is not to be put aside for nothing.
  refreshed.different = fresh.dossier().digest() != proposal.dossier().digest() || request.reason_outcomes_size() > 0;
  if (proposal.has_dossier()) refreshed.changes = ChangesBetween(proposal.dossier(), fresh.dossier());
  refreshed.proposal = refreshed.different ? std::move(fresh) : proposal;
  return refreshed;
}

absl::StatusOr<Decided> Decide(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                               const v1::DecideProposalRequest& request, const KnownFacts& facts,
                               const std::string& actor, absl::Time now) {
  const bool approved = request.outcome() == v1::DECISION_OUTCOME_APPROVED;
  if (!approved && request.outcome() != v1::DECISION_OUTCOME_DECLINED) {
    Violations violations;
    violations.Add("outcome", "must be a known outcome");
    return violations.status();
  }
  if (approved) OVERSIGHT_RETURN_IF_ERROR(CheckMinute(request));
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kDecideProposal, {.record = record, .proposal = &proposal, .actor = actor}));
  OVERSIGHT_ASSIGN_OR_RETURN(const Dates dates, DatesOf(request, approved, record, proposal, facts, LondonDay(now)));

  Decided decided;
  decided.decision = MakeDecision(ladders, record, proposal, request, actor, dates);
  decided.proposal = proposal;
  decided.proposal.set_state(approved ? v1::PROPOSAL_STATE_APPROVED : v1::PROPOSAL_STATE_DECLINED);
  decided.proposal.set_decision(decided.decision.name());
  decided.monitoring = record.monitoring;
  if (!approved) return decided;

  // The ladder may have changed since the proposal was made: it must be known, and the stage must still exist.
  OVERSIGHT_RETURN_IF_ERROR(CheckKnown(ladders, proposal.ladder()));
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Stage* target, StageOf(ladders, proposal.to_stage()));
  OVERSIGHT_RETURN_IF_ERROR(NotThereYet(record.monitoring, *target));
  if (target->enhanced()) {
    OVERSIGHT_RETURN_IF_ERROR(CheckWhatTheyRestOn(Pointers(proposal.reasons()), ForceOf(proposal.name()), true, facts));
  }
  OVERSIGHT_RETURN_IF_ERROR(
      CheckFresh(proposal, ChangesBetween(proposal.dossier(), Freeze(proposal, record.episode, facts, 0, now))));
  if (record.episode) OVERSIGHT_RETURN_IF_ERROR(CheckAccounted(*record.episode, proposal.reason_outcomes()));
  if (EffectiveMoment(decided.decision) <= now) MakeMove(record, *target, facts, now, decided);
  return decided;
}

}  // namespace oversight::monitoring
