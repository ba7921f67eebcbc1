#include "monitoring-service/service/take_effect.h"

#include <optional>
#include <set>
#include <utility>

#include "common/rpc/errors.h"
#include "monitoring-service/domain/dossier.h"
#include "monitoring-service/domain/effects.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/owner_view.h"
#include "monitoring-service/service/records.h"

namespace oversight::monitoring {
namespace {

constexpr char kVerb[] = "TakeEffect";

absl::StatusOr<std::optional<rpc::Changes>> Decide(rpc::Facts& log, const Ladders& ladders, const OwnerFacts& facts,
                                                   const std::string& name) {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Decision decision, log.Require<v1::Decision>(name));
  // Revoked, lapsed or in effect by now: another process, or another call, came first.
  if (!WaitsFor(decision)) return std::optional<rpc::Changes>();
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(decision.proposal()));
  // What cannot be checked does not take effect.
  OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
  if (HoldsInspections(proposal.dossier())) OVERSIGHT_RETURN_IF_ERROR(facts.NeedInspections());
  OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders, ForceOf(name)));
  OVERSIGHT_ASSIGN_OR_RETURN(const auto decided,
                             TakeEffect(ladders, record, decision, proposal, OwnerView(facts), log.now()));
  if (!decided) return std::optional<rpc::Changes>();
  return StoredBy(*decided);
}

}  // namespace

Scheduler::DueAct TakingEffect(const Ladders& ladders, Owners& owners) {
  Scheduler::DueAct act;
  act.verb = kVerb;
  act.resource = v1::Decision::descriptor();
  act.due = [](const google::protobuf::Message& resource) {
    return WaitsFor(static_cast<const v1::Decision&>(resource));
  };
  act.prepare = [&ladders, &owners](std::function<void(absl::StatusOr<Scheduler::Decide>)> then) {
    owners.Refresh(Owners::Need::kBoth, absl::InfiniteFuture(), [&ladders, then](const OwnerFacts& facts) {
      then(Scheduler::Decide(
          [&ladders, facts](rpc::Facts& log, const std::string& name) { return Decide(log, ladders, facts, name); }));
    });
  };
  act.look_at_once = true;
  // A reason that is added, an import: the approval was given without them.
  act.rests_on = {v1::Monitoring::descriptor(), v1::Episode::descriptor()};
  return act;
}

void LookAgainAtDecisions(Scheduler& scheduler, const std::vector<std::string>& changed) {
  if (scheduler.waiting() == 0) return;
  std::set<std::string> forces;
  for (const auto& name : changed) forces.insert(ForceOf(name));  // "" of what is national: it may matter to any.
  scheduler.LookAgain(
      kVerb, [&forces](const std::string& name) { return forces.count(ForceOf(name)) > 0 || forces.count("") > 0; });
}

}  // namespace oversight::monitoring
