#include "monitoring-service/domain/effects.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/dossier.h"
#include "monitoring-service/domain/episodes.h"
#include "monitoring-service/domain/moments.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

v1::FactChange Change(const std::string& name, const google::protobuf::Descriptor* kind, const std::string& field,
                      const std::string& before, const std::string& after, int64_t revision) {
  v1::FactChange change;
  change.set_name(name);
  change.set_kind(kind->full_name());
  change.set_field(field);
  change.set_before(before);
  change.set_after(after);
  change.set_before_revision(revision);
  change.set_after_revision(revision);
  return change;
}

// Everything that stands in the way of the effect now: facts of the dossier, and this service's own record, which only
// an import of the past or another ladder could have changed meanwhile.
std::vector<v1::FactChange> WhatChanged(const Ladders& ladders, const ForceRecord& record, const v1::Decision& decision,
                                        const v1::Proposal& proposal, const KnownFacts& facts, absl::Time now) {
  auto changes =
      ChangesBetween(proposal.dossier(), Freeze(proposal, record.episode, facts, proposal.dossier().version(), now));
  const auto& monitoring = record.monitoring;
  if (monitoring.stage() != decision.from_stage()) {
    changes.push_back(Change(monitoring.name(), v1::Monitoring::descriptor(), "stage", decision.from_stage(),
                             monitoring.stage(), monitoring.revision()));
  }
  for (const auto* episode : Overlapped(record, decision.effective_date())) {
    changes.push_back(Change(episode->name(), v1::Episode::descriptor(), "until_date", "",
                             episode->has_until_date() ? FormatIso(episode->until_date()) : "still to come",
                             episode->revision()));
  }
  if (ladders.FindStage(decision.to_stage()) == nullptr) {
    changes.push_back(
        Change(decision.ladder(), v1::Ladder::descriptor(), "stages", decision.to_stage(), "", /*revision=*/0));
  }
  return changes;
}

}  // namespace

absl::Time EffectiveMoment(const v1::Decision& decision) {
  if (decision.has_effective_time()) return ToTime(decision.effective_time());
  const auto day = ToCivilDay(decision.effective_date());
  return day ? LondonTime(absl::CivilMinute(*day)) : absl::InfinitePast();
}

std::optional<absl::Time> WaitsFor(const v1::Decision& decision) {
  if (decision.state() != v1::DECISION_STATE_PENDING_EFFECT) return std::nullopt;
  return EffectiveMoment(decision);
}

void MakeMove(const ForceRecord& record, const v1::Stage& target, const KnownFacts& facts, absl::Time now,
              Decided& decided) {
  auto& decision = decided.decision;
  decision.set_state(v1::DECISION_STATE_IN_EFFECT);
  *decision.mutable_take_effect_time() = ToTimestamp(now);
  auto& monitoring = decided.monitoring;
  monitoring.set_ladder(decision.ladder());
  monitoring.set_stage(target.id());
  monitoring.set_stage_display_name(target.display_name());
  monitoring.set_enhanced(target.enhanced());
  *monitoring.mutable_since_date() = decision.effective_date();
  monitoring.set_decision(decision.name());
  monitoring.clear_episode();
  decided.moved = true;
  if (record.episode) decided.episodes.push_back(End(*record.episode, decision, facts));
  if (target.enhanced()) {
    decided.episodes.push_back(Begin(record, decision));
    monitoring.set_episode(decided.episodes.back().name());
  }
}

absl::StatusOr<std::optional<Decided>> TakeEffect(const Ladders& ladders, const ForceRecord& record,
                                                  const v1::Decision& decision, const v1::Proposal& proposal,
                                                  const KnownFacts& facts, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(CheckWaits(decision));
  Decided decided{.decision = decision, .proposal = proposal, .monitoring = record.monitoring};
  const auto changes = WhatChanged(ladders, record, decision, proposal, facts, now);
  if (!changes.empty()) {
    decided.decision.set_state(v1::DECISION_STATE_LAPSED);
    auto* lapse = decided.decision.mutable_lapse();
    lapse->mutable_changes()->Assign(changes.begin(), changes.end());
    lapse->set_text(
        absl::StrJoin(changes, " ", [](std::string* out, const auto& change) { out->append(InWords(change)); }));
    *lapse->mutable_lapse_time() = ToTimestamp(now);
    decided.proposal.set_state(v1::PROPOSAL_STATE_LAPSED);
    return std::optional(std::move(decided));
  }
  if (now < EffectiveMoment(decision)) return std::optional<Decided>();
  MakeMove(record, *ladders.FindStage(decision.to_stage()), facts, now, decided);
  return std::optional(std::move(decided));
}

absl::StatusOr<Decided> Revoke(const ForceRecord& record, const v1::Decision& decision, const v1::Proposal& proposal,
                               const v1::RevokeDecisionRequest& request, const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kRevokeDecision, {.record = record, .decision = &decision, .actor = actor}));
  Decided decided{.decision = decision, .proposal = proposal, .monitoring = record.monitoring};
  decided.decision.set_state(v1::DECISION_STATE_REVOKED);
  auto* revocation = decided.decision.mutable_revocation();
  revocation->set_reason(request.reason());
  revocation->set_revoker(actor);
  *revocation->mutable_revoke_time() = ToTimestamp(now);
  decided.proposal.set_state(v1::PROPOSAL_STATE_REVOKED);
  return decided;
}

}  // namespace oversight::monitoring
