#include "monitoring-service/service/monitoring_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ledger/natural_order.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/tokens.h"
#include "common/rpc/watch_stream.h"
#include "common/time/london.h"
#include "common/time/timestamp.h"
#include "monitoring-service/announcement/announcements.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/advice.h"
#include "monitoring-service/domain/dossier.h"
#include "monitoring-service/domain/episodes.h"
#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/moves.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/reasons.h"
#include "monitoring-service/domain/record.h"
#include "monitoring-service/domain/sessions.h"
#include "monitoring-service/policy/counterfactual.h"
#include "monitoring-service/policy/departure.h"
#include "monitoring-service/service/force_command.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/owner_view.h"
#include "monitoring-service/service/policy_reading.h"
#include "monitoring-service/service/records.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"

namespace oversight::monitoring {
namespace {

bool InThePast(const common::v1::ReadOptions& read) {
  return read.as_of().moment_case() != common::v1::AsOf::MOMENT_NOT_SET;
}

// The recorded time at which the owners are asked for what goes with these stages.
absl::Time MomentOf(const common::v1::ReadOptions& read, const Stages& stages) {
  return read.as_of().has_recorded_time() ? GetTime(read.as_of().recorded_time()) : stages.time;
}

// That a force was in the default stage may only be said of a time at which somebody kept a record of stages.
absl::Status NothingKnownYet(const std::string& name) {
  return Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_RESOURCE_NOT_FOUND,
               absl::StrCat("Nothing was known of ", name, " at that moment: the records of stages begin later."))
      .Resource("Monitoring", name);
}

// Both copies, unless the facts show that forces-service need not answer.
absl::Status NeedFacts(const OwnerFacts& facts, const v1::Dossier& dossier) {
  OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
  return HoldsInspections(dossier) ? facts.NeedInspections() : absl::OkStatus();
}

// Whether a force and its oversight body see resources of this kind, those of their own force.
bool IsSharedKind(const std::string& kind) {
  static const auto* const kinds = new std::set<std::string>{
      v1::Monitoring::descriptor()->full_name(), v1::Episode::descriptor()->full_name(),
      v1::Plan::descriptor()->full_name(),       v1::ProgressReview::descriptor()->full_name(),
      v1::Meeting::descriptor()->full_name(),    v1::Action::descriptor()->full_name(),
      v1::Support::descriptor()->full_name(),
  };
  return kinds->count(kind) > 0;
}

// What a force, its oversight body and the public are told of by a watch. Who sees the stage is told of it and of what
// follows from it; the public only of announcements as they go out, since even an event that shows nothing would tell
// of a move at its time.
bool MaySee(const Viewer& viewer, const ledger::Version& version) {
  if (version.kind == v1::Announcement::descriptor()->full_name()) {
    const auto announcement = rpc::FromVersion<v1::Announcement>(version);
    return announcement.ok() && IsPublic(*announcement);
  }
  return IsSharedKind(version.kind) && viewer.SeesStageOf(ForceOf(version.name));
}

// What tells of proposals and decisions is for the inspectorate.
absl::Status OnlyInside(const rpc::Call& call, const Viewer& viewer) {
  if (viewer.sees_everything()) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_ROLE_NOT_ALLOWED,
               absl::StrCat(call.principal().name(), " may ask this of plans, actions and support only."))
      .With("principal", call.principal().name())
      .With("method", call.verb());
}

}  // namespace

MonitoringServiceImpl::MonitoringServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, const Policies& policies,
                                             Owners& owners, rpc::Resources& resources)
    : host_(runtime.host),
      clock_(runtime.clock),
      ladders_(ladders),
      policies_(policies),
      owners_(owners),
      resources_(resources),
      gate_(owners, v1::MonitoringService::service_full_name()) {}

// ---- Commands. ----

absl::StatusOr<bool> MonitoringServiceImpl::FreezeAdvice(bool new_dossier, const OwnerFacts& facts, rpc::Facts& log,
                                                         v1::Proposal& proposal) const {
  const absl::CivilDay today = LondonDay(log.now());
  const v1::Policy* policy = policies_.InForceOn(today);
  if (policy == nullptr || !facts.NeedConcerns().ok()) return new_dossier;
  OVERSIGHT_ASSIGN_OR_RETURN(const ForceFacts known, LoggedForceFacts(log, facts, ForceOf(proposal.name())));
  return FreezeAssessment(AssessFully({*policy, ladders_, today}, known), new_dossier, log.now(), proposal);
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::CreateProposal(grpc::CallbackServerContext* context,
                                                                const v1::CreateProposalRequest* request,
                                                                v1::CreateProposalResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateProposalRequest& request, v1::CreateProposalResponse* response,
             rpc::Done done) {
        DecideOnForce(gate_, resources_, call, request, response,
                      {.force = request.parent(), .known = false, .need = Owners::Need::kBoth}, done,
                      [this, &request](const OwnerFacts& facts,
                                       rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::CreateProposalResponse>> {
                        OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, request.parent()));
                        if (record.episode || NeedsConcerns(request.proposal().reasons())) {
                          OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
                        }
                        OVERSIGHT_ASSIGN_OR_RETURN(v1::Proposal proposal,
                                                   Propose(ladders_, record, request.proposal(), OwnerView(facts),
                                                           log.actor().name(), log.now()));
                        if (HoldsInspections(proposal.dossier())) OVERSIGHT_RETURN_IF_ERROR(facts.NeedInspections());
                        OVERSIGHT_RETURN_IF_ERROR(FreezeAdvice(/*new_dossier=*/true, facts, log, proposal).status());
                        rpc::Outcome<v1::CreateProposalResponse> outcome;
                        outcome.Put(proposal);
                        *outcome.response.mutable_proposal() = proposal;
                        return outcome;
                      });
      });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::WithdrawProposal(grpc::CallbackServerContext* context,
                                                                  const v1::WithdrawProposalRequest* request,
                                                                  v1::WithdrawProposalResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::WithdrawProposalRequest& request, v1::WithdrawProposalResponse* response,
             rpc::Done done) {
        DecideOnForce(
            gate_, resources_, call, request, response, {.force = ForceOf(request.name()), .reason = request.reason()},
            done,
            [this, &request](const OwnerFacts&,
                             rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::WithdrawProposalResponse>> {
              OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(request.name()));
              OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(proposal, request.etag()));
              OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, ForceOf(request.name())));
              OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal withdrawn,
                                         Withdraw(record, proposal, request, log.actor().name()));
              rpc::Outcome<v1::WithdrawProposalResponse> outcome;
              outcome.Put(withdrawn);
              *outcome.response.mutable_proposal() = withdrawn;
              return outcome;
            });
      });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::RefreshProposal(grpc::CallbackServerContext* context,
                                                                 const v1::RefreshProposalRequest* request,
                                                                 v1::RefreshProposalResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::RefreshProposalRequest& request, v1::RefreshProposalResponse* response,
             rpc::Done done) {
        DecideOnForce(
            gate_, resources_, call, request, response, {.force = ForceOf(request.name()), .need = Owners::Need::kBoth},
            done,
            [this, &request](const OwnerFacts& facts,
                             rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::RefreshProposalResponse>> {
              OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(request.name()));
              OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(proposal, request.etag()));
              OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
              OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, ForceOf(request.name())));
              OVERSIGHT_ASSIGN_OR_RETURN(Refreshed refreshed, Refresh(ladders_, record, proposal, request,
                                                                      OwnerView(facts), log.actor().name(), log.now()));
              OVERSIGHT_RETURN_IF_ERROR(NeedFacts(facts, refreshed.proposal.dossier()));
              OVERSIGHT_ASSIGN_OR_RETURN(refreshed.different,
                                         FreezeAdvice(refreshed.different, facts, log, refreshed.proposal));
              rpc::Outcome<v1::RefreshProposalResponse> outcome;
              *outcome.response.mutable_proposal() = refreshed.proposal;
              outcome.response.mutable_changes()->Assign(refreshed.changes.begin(), refreshed.changes.end());
              if (!refreshed.different) return outcome;
              outcome.Put(refreshed.proposal);
              OVERSIGHT_ASSIGN_OR_RETURN(const auto advice, log.List<v1::Advice>(kProposalTerm, request.name()));
              for (const auto& marked : GivenOnEarlier(advice, refreshed.proposal)) outcome.Put(marked);
              return outcome;
            });
      });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::DecideProposal(grpc::CallbackServerContext* context,
                                                                const v1::DecideProposalRequest* request,
                                                                v1::DecideProposalResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::DecideProposalRequest& request, v1::DecideProposalResponse* response,
             rpc::Done done) {
        const bool approval = request.outcome() == v1::DECISION_OUTCOME_APPROVED;
        // What the proposal is as the call comes in: of two who decide at once, the second is told that someone else
        // came first, whether or not it sent an etag.
        resources_.ledger().Get(
            request.name(), {},
            [this, &call, &request, response, approval, done](const absl::StatusOr<ledger::GetResult>& found) {
              if (!found.ok()) return done(found.status());
              const int64_t seen = found->version.has_value() ? found->version->revision : 0;
              DecideOnForce(gate_, resources_, call, request, response,
                            {.force = ForceOf(request.name()),
                             .need = approval ? std::optional(Owners::Need::kBoth) : std::nullopt,
                             .reason = request.rationale()},
                            done, [this, &request, approval, seen](const OwnerFacts& facts, rpc::Facts& log) {
                              return DecideNow(request, approval, seen, facts, log);
                            });
            });
      });
}

absl::StatusOr<rpc::Outcome<v1::DecideProposalResponse>> MonitoringServiceImpl::DecideNow(
    const v1::DecideProposalRequest& request, bool approval, int64_t seen, const OwnerFacts& facts,
    rpc::Facts& log) const {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(request.name()));
  OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(proposal, request.etag()));
  if (seen > 0 && proposal.revision() != seen) return EtagMismatch(proposal.name(), proposal.etag());
  OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, ForceOf(request.name())));
  // Declining moves nothing, and goes on whoever is down.
  if (approval && (record.episode || NeedsConcerns(proposal.reasons()))) {
    OVERSIGHT_RETURN_IF_ERROR(NeedFacts(facts, proposal.dossier()));
  }
  OVERSIGHT_ASSIGN_OR_RETURN(
      Decided decided, Decide(ladders_, record, proposal, request, OwnerView(facts), log.actor().name(), log.now()));
  OVERSIGHT_RETURN_IF_ERROR(CheckDeparture(policies_, proposal, decided.decision, request.departure_reason()));
  decided.decision.set_departure_reason(request.departure_reason());
  rpc::Outcome<v1::DecideProposalResponse> outcome;
  static_cast<rpc::Changes&>(outcome) = StoredBy(decided);
  *outcome.response.mutable_decision() = decided.decision;
  *outcome.response.mutable_proposal() = decided.proposal;
  *outcome.response.mutable_monitoring() = decided.monitoring;
  if (!decided.episodes.empty()) *outcome.response.mutable_episode() = decided.episodes.back();
  return outcome;
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::RevokeDecision(grpc::CallbackServerContext* context,
                                                                const v1::RevokeDecisionRequest* request,
                                                                v1::RevokeDecisionResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::RevokeDecisionRequest& request, v1::RevokeDecisionResponse* response,
             rpc::Done done) {
        DecideOnForce(
            gate_, resources_, call, request, response, {.force = ForceOf(request.name()), .reason = request.reason()},
            done,
            [this, &request](const OwnerFacts&,
                             rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::RevokeDecisionResponse>> {
              OVERSIGHT_ASSIGN_OR_RETURN(const v1::Decision decision, log.Require<v1::Decision>(request.name()));
              OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(decision, request.etag()));
              OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(decision.proposal()));
              OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, ForceOf(request.name())));
              OVERSIGHT_ASSIGN_OR_RETURN(const Decided revoked,
                                         Revoke(record, decision, proposal, request, log.actor().name(), log.now()));
              rpc::Outcome<v1::RevokeDecisionResponse> outcome;
              static_cast<rpc::Changes&>(outcome) = StoredBy(revoked);
              *outcome.response.mutable_decision() = revoked.decision;
              *outcome.response.mutable_proposal() = revoked.proposal;
              return outcome;
            });
      });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::AddEpisodeReason(grpc::CallbackServerContext* context,
                                                                  const v1::AddEpisodeReasonRequest* request,
                                                                  v1::AddEpisodeReasonResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::AddEpisodeReasonRequest& request, v1::AddEpisodeReasonResponse* response,
             rpc::Done done) {
        DecideOnForce(
            gate_, resources_, call, request, response,
            {.force = ForceOf(request.name()), .need = Owners::Need::kConcerns, .reason = request.rationale()}, done,
            [this, &request](const OwnerFacts& facts,
                             rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::AddEpisodeReasonResponse>> {
              OVERSIGHT_ASSIGN_OR_RETURN(const v1::Episode episode, log.Require<v1::Episode>(request.name()));
              OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(episode, request.etag()));
              OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
              OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, ForceOf(request.name())));
              OVERSIGHT_ASSIGN_OR_RETURN(
                  const v1::Episode changed,
                  AddReason(record, episode, request, OwnerView(facts), log.actor().name(), log.now()));
              rpc::Outcome<v1::AddEpisodeReasonResponse> outcome;
              outcome.Put(changed);
              *outcome.response.mutable_episode() = changed;
              return outcome;
            });
      });
}

// ---- Stages. ----

grpc::ServerUnaryReactor* MonitoringServiceImpl::GetMonitoring(grpc::CallbackServerContext* context,
                                                               const v1::GetMonitoringRequest* request,
                                                               v1::GetMonitoringResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetMonitoringRequest& request,
                            v1::GetMonitoringResponse* response, rpc::Done done) {
                       resources_.Settle(
                           call, request.read(),
                           [this, &call, &request, response, done](const absl::StatusOr<ledger::AsOf>& as_of) {
                             if (!as_of.ok()) return done(as_of.status());
                             ReadStages(resources_.ledger(), *as_of, ForceOf(request.name()),
                                        [this, &call, &request, response, done](absl::StatusOr<Stages> stages) {
                                          if (!stages.ok()) return done(stages.status());
                                          AnswerMonitoring(call, request, response, *std::move(stages), done);
                                        });
                           });
                     });
}

void MonitoringServiceImpl::AnswerMonitoring(rpc::Call& call, const v1::GetMonitoringRequest& request,
                                             v1::GetMonitoringResponse* response, Stages stages, rpc::Done done) {
  const std::string force = ForceOf(request.name());
  auto answer = [this, &call, response, force, done](const Stages& stages) {
    const Viewer viewer = gate_.ViewerOf(call);
    if (absl::Status status = viewer.MayAskAbout(force, call.verb()); !status.ok()) return done(status);
    if (const auto gone = stages.redacted.find(force); gone != stages.redacted.end()) {
      // What was removed may never have been public.
      return done(viewer.sees_everything() ? rpc::NotReadable(gone->second) : NothingKnownYet(MonitoringName(force)));
    }
    if (auto shown = viewer.Shown(stages.Of(ladders_, force))) *response->mutable_monitoring() = *std::move(shown);
    resources_.SetHeader(stages.revision, stages.time, response->mutable_header());
    done(absl::OkStatus());
  };
  if (stages.revision == 0) return done(NothingKnownYet(request.name()));
  // What was moved is a force, whether or not the register can be asked. Who may not know of it must not see that from
  // an answer that needs no register.
  const Viewer viewer = gate_.ViewerOf(call);
  const auto moved = stages.moved.find(force);
  if (viewer.sees_everything() ? stages.Knows(force) : moved != stages.moved.end() && viewer.MayKnowOf(moved->second)) {
    return answer(stages);
  }
  if (InThePast(request.read())) {
    return owners_.ForcesAsOf(MomentOf(request.read(), stages), rpc::DeadlineFor(call),
                              [force, stages = std::move(stages), answer = std::move(answer),
                               done](const absl::StatusOr<std::vector<std::string>>& forces) {
                                if (!forces.ok()) return done(forces.status());
                                if (std::find(forces->begin(), forces->end(), force) == forces->end()) {
                                  return done(ForceNotFound(force, " at that moment"));
                                }
                                answer(stages);
                              });
  }
  if (owners_.Read().Force(force) != nullptr) return answer(stages);
  owners_.Refresh(Owners::Need::kForces, rpc::DeadlineFor(call),
                  [force, stages = std::move(stages), answer = std::move(answer), done](const OwnerFacts& facts) {
                    if (absl::Status status = facts.NeedForce(force); !status.ok()) return done(status);
                    answer(stages);
                  });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListMonitoring(grpc::CallbackServerContext* context,
                                                                const v1::ListMonitoringRequest* request,
                                                                v1::ListMonitoringResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListMonitoringRequest& request, v1::ListMonitoringResponse* response,
             rpc::Done done) {
        const auto with_forces = [this, &call, &request, response, done](const std::string& after,
                                                                         const ledger::AsOf& as_of) {
          if (InThePast(request.read())) return AnswerPastPage(call, request, response, after, as_of, done);
          const auto with_facts = [this, &call, &request, response, after, as_of, done](const OwnerFacts& facts) {
            if (absl::Status status = facts.NeedForces(); !status.ok()) return done(status);
            ReadStages(resources_.ledger(), as_of, "",
                       [this, &call, &request, response, after, facts, done](const absl::StatusOr<Stages>& stages) {
                         if (!stages.ok()) return done(stages.status());
                         AnswerPage(call, request, response, after, *stages, facts.ForceNames(), done);
                       });
          };
          const OwnerFacts here = owners_.Read();
          if (here.forces != nullptr && !request.read().consistency().fully_consistent()) return with_facts(here);
          owners_.Refresh(Owners::Need::kForces, rpc::DeadlineFor(call), with_facts);
        };
        if (!request.page_token().empty()) {
          const auto page = rpc::DecodePageToken(
              resources_.ledger().incarnation(),
              rpc::HashParameters(call.method(), request, gate_.ViewerOf(call).visibility()), request.page_token());
          if (!page.ok()) return done(page.status());
          return with_forces(page->after, {.revision = page->revision});
        }
        resources_.Settle(call, request.read(), [with_forces, done](const absl::StatusOr<ledger::AsOf>& as_of) {
          if (!as_of.ok()) return done(as_of.status());
          with_forces("", *as_of);
        });
      });
}

void MonitoringServiceImpl::AnswerPastPage(rpc::Call& call, const v1::ListMonitoringRequest& request,
                                           v1::ListMonitoringResponse* response, const std::string& after,
                                           const ledger::AsOf& as_of, const rpc::Done& done) {
  ReadStages(resources_.ledger(), as_of, "",
             [this, &call, &request, response, after, done](const absl::StatusOr<Stages>& stages) {
               if (!stages.ok()) return done(stages.status());
               // Before the records begin nothing was known of any force, in the register or not.
               if (stages->revision == 0) return AnswerPage(call, request, response, after, *stages, {}, done);
               owners_.ForcesAsOf(MomentOf(request.read(), *stages), rpc::DeadlineFor(call),
                                  [this, &call, &request, response, after, stages = *stages,
                                   done](const absl::StatusOr<std::vector<std::string>>& forces) {
                                    if (!forces.ok()) return done(forces.status());
                                    AnswerPage(call, request, response, after, stages, *forces, done);
                                  });
             });
}

void MonitoringServiceImpl::AnswerPage(rpc::Call& call, const v1::ListMonitoringRequest& request,
                                       v1::ListMonitoringResponse* response, const std::string& after,
                                       const Stages& stages, const std::vector<std::string>& forces,
                                       const rpc::Done& done) {
  const Viewer viewer = gate_.ViewerOf(call);
  const int limit = request.page_size() <= 0 ? 50 : std::min(request.page_size(), 1000);
  const std::string after_key = ledger::SortKey(after);
  std::string last;
  bool more = false;
  for (const std::string& force : forces) {
    if (!after.empty() && ledger::SortKey(force) <= after_key) continue;
    if (const auto gone = stages.redacted.find(force); gone != stages.redacted.end()) {
      if (!viewer.sees_everything()) continue;
      response->mutable_header()->add_redactions(gone->second.redaction);
      last = force;  // So that the next page does not tell of it again.
      continue;
    }
    auto monitoring = viewer.Shown(stages.Of(ladders_, force));
    if (!monitoring || (!request.stage().empty() && monitoring->stage() != request.stage())) continue;
    if (response->monitoring_size() == limit) {
      more = true;
      break;
    }
    last = force;
    *response->add_monitoring() = *std::move(monitoring);
  }
  if (more) {
    response->set_next_page_token(rpc::EncodePageToken(resources_.ledger().incarnation(),
                                                       rpc::HashParameters(call.method(), request, viewer.visibility()),
                                                       {last, stages.revision}));
  }
  resources_.SetHeader(stages.revision, stages.time, response->mutable_header());
  done(absl::OkStatus());
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListMonitoringVersions(
    grpc::CallbackServerContext* context, const v1::ListMonitoringVersionsRequest* request,
    v1::ListMonitoringVersionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListMonitoringVersionsRequest& request,
                            v1::ListMonitoringVersionsResponse* response, rpc::Done done) {
                       resources_.ListVersions<v1::Monitoring>(
                           call, request, response, &v1::ListMonitoringVersionsResponse::mutable_versions,
                           &v1::MonitoringVersion::mutable_monitoring, std::move(done));
                     });
}

// ---- Proposals, decisions, episodes. ----

grpc::ServerUnaryReactor* MonitoringServiceImpl::GetProposal(grpc::CallbackServerContext* context,
                                                             const v1::GetProposalRequest* request,
                                                             v1::GetProposalResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetProposalRequest& request, v1::GetProposalResponse* response,
                            rpc::Done done) {
                       resources_.GetResource<v1::Proposal>(
                           call, request, response, &v1::GetProposalResponse::mutable_proposal, std::move(done));
                     });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListProposals(grpc::CallbackServerContext* context,
                                                               const v1::ListProposalsRequest* request,
                                                               v1::ListProposalsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListProposalsRequest& request,
                            v1::ListProposalsResponse* response, rpc::Done done) {
                       gate_.IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
                         auto selection = OfForce<v1::Proposal>(request.parent());
                         if (request.state() != v1::PROPOSAL_STATE_UNSPECIFIED)
                           selection.all_of.push_back(StateTerm(request.state()));
                         resources_.ListResources<v1::Proposal>(call, request, response,
                                                                &v1::ListProposalsResponse::mutable_proposals,
                                                                std::move(selection), done);
                       });
                     });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::GetDecision(grpc::CallbackServerContext* context,
                                                             const v1::GetDecisionRequest* request,
                                                             v1::GetDecisionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetDecisionRequest& request, v1::GetDecisionResponse* response,
                            rpc::Done done) {
                       resources_.GetResource<v1::Decision>(
                           call, request, response, &v1::GetDecisionResponse::mutable_decision, std::move(done));
                     });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListDecisions(grpc::CallbackServerContext* context,
                                                               const v1::ListDecisionsRequest* request,
                                                               v1::ListDecisionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListDecisionsRequest& request,
                            v1::ListDecisionsResponse* response, rpc::Done done) {
                       gate_.IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
                         resources_.ListResources<v1::Decision>(call, request, response,
                                                                &v1::ListDecisionsResponse::mutable_decisions,
                                                                OfForce<v1::Decision>(request.parent()), done);
                       });
                     });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::GetEpisode(grpc::CallbackServerContext* context,
                                                            const v1::GetEpisodeRequest* request,
                                                            v1::GetEpisodeResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetEpisodeRequest& request, v1::GetEpisodeResponse* response, rpc::Done done) {
        const Viewer viewer = gate_.ViewerOf(call);
        if (absl::Status status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok()) {
          return done(status);
        }
        resources_.Read<v1::Episode>(
            call, request.name(), request.read(),
            [this, response, viewer, done](absl::StatusOr<rpc::Found<v1::Episode>> found) {
              if (!found.ok()) return done(found.status());
              *response->mutable_episode() = *viewer.Shown(std::move(found->resource));
              resources_.SetHeader(found->revision, found->time, response->mutable_header());
              done(absl::OkStatus());
            },
            viewer.Sees<v1::Episode>());
      });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListEpisodes(grpc::CallbackServerContext* context,
                                                              const v1::ListEpisodesRequest* request,
                                                              v1::ListEpisodesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListEpisodesRequest& request, v1::ListEpisodesResponse* response,
             rpc::Done done) {
        gate_.IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
          const Viewer viewer = gate_.ViewerOf(call);
          if (absl::Status status = viewer.MayAskAbout(request.parent(), call.verb()); !status.ok()) {
            return done(status);
          }
          auto selection = OfForce<v1::Episode>(request.parent());
          if (!viewer.sees_everything()) {
            selection.visibility = viewer.visibility();
            selection.filter = [viewer](const v1::Episode& episode) { return viewer.Shown(episode).has_value(); };
            selection.present = [viewer](v1::Episode* episode) { *episode = *viewer.Shown(std::move(*episode)); };
          }
          resources_.ListResources<v1::Episode>(call, request, response, &v1::ListEpisodesResponse::mutable_episodes,
                                                std::move(selection), done);
        });
      });
}

// ---- What may happen next, and what stages there are. ----

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListAllowedActions(grpc::CallbackServerContext* context,
                                                                    const v1::ListAllowedActionsRequest* request,
                                                                    v1::ListAllowedActionsResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListAllowedActionsRequest& request, v1::ListAllowedActionsResponse* response,
             rpc::Done done) {
        const std::string& name = request.name();
        if (IsPlanName(name)) return AnswerFollowUps<v1::Plan>(call, request, response, done);
        if (IsActionName(name)) return AnswerFollowUps<v1::Action>(call, request, response, done);
        if (IsSupportName(name)) return AnswerFollowUps<v1::Support>(call, request, response, done);
        if (absl::Status status = OnlyInside(call, gate_.ViewerOf(call)); !status.ok()) return done(status);
        if (IsSessionName(name)) return AnswerFollowUps<v1::OversightSession>(call, request, response, done);
        if (IsAnnouncementName(name)) return AnswerAnnouncing(call, request, response, done);
        if (!IsMonitoringName(name) && !IsProposalName(name) && !IsDecisionName(name) && !IsEpisodeName(name)) {
          Violations violations;
          violations.Add("name",
                         "must be forces/{force}/monitoring, or the name of a proposal, a decision, an episode, an "
                         "announcement, a plan, an action, a session or support");
          return done(violations.status());
        }
        gate_.IfForceExists(call, ForceOf(name), done, [this, &call, &request, response, done] {
          ReadStages(resources_.ledger(), {}, ForceOf(request.name()),
                     [this, &call, &request, response, done](const absl::StatusOr<Stages>& stages) {
                       if (!stages.ok()) return done(stages.status());
                       const std::string& name = request.name();
                       if (IsProposalName(name)) {
                         ReadSubject<v1::Proposal>(call, request, response, *stages, &Situation::proposal, done);
                       } else if (IsDecisionName(name)) {
                         ReadSubject<v1::Decision>(call, request, response, *stages, &Situation::decision, done);
                       } else if (IsEpisodeName(name)) {
                         ReadSubject<v1::Episode>(call, request, response, *stages, &Situation::episode, done);
                       } else {
                         AnswerActions(
                             call, request, response, *stages, [](Situation&) {}, done);
                       }
                     });
        });
      });
}

template <class T>
void MonitoringServiceImpl::AnswerFollowUps(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                                            v1::ListAllowedActionsResponse* response, const rpc::Done& done) {
  const std::string force = ForceOf(request.name());
  if (absl::Status status = gate_.ViewerOf(call).MayAskAbout(force, call.verb(), Sight::kStage); !status.ok())
    return done(status);
  resources_.Read<T>(call, request.name(), {},
                     [this, &call, response, force, done](const absl::StatusOr<rpc::Found<T>>& found) {
                       if (!found.ok()) return done(found.status());
                       for (auto& follow_up : AllowedFollowUps(&found->resource)) {
                         auto& action = follow_up.action;
                         const absl::Status may = Gate(owners_, follow_up.service).May(action.verb(), call, force);
                         *response->add_actions() = may.ok() ? std::move(action) : ToAction(action.verb(), may);
                       }
                       resources_.SetHeader(found->revision, found->time, response->mutable_header());
                       done(absl::OkStatus());
                     });
}

void MonitoringServiceImpl::AnswerAnnouncing(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                                             v1::ListAllowedActionsResponse* response, const rpc::Done& done) {
  resources_.Read<v1::Announcement>(
      call, request.name(), {},
      [this, &call, &request, response, done](const absl::StatusOr<rpc::Found<v1::Announcement>>& found) {
        if (!found.ok()) return done(found.status());
        const Gate announcements(owners_, v1::AnnouncementsService::service_full_name());
        for (auto& action : AllowedAnnouncing(found->resource, call.principal().name())) {
          const absl::Status may = announcements.May(action.verb(), call, ForceOf(request.name()));
          *response->add_actions() = may.ok() ? std::move(action) : ToAction(action.verb(), may);
        }
        resources_.SetHeader(found->revision, found->time, response->mutable_header());
        done(absl::OkStatus());
      });
}

void MonitoringServiceImpl::AnswerDrafting(rpc::Call& call, const v1::Decision& decision,
                                           v1::ListAllowedActionsResponse* response, const rpc::Done& done) {
  common::v1::ReadOptions at;
  at.mutable_as_of()->set_revision(response->header().revision());
  rpc::Selection<v1::Announcement> selection;
  selection.all_of.push_back({kDecisionTerm, decision.name()});
  resources_.ReadAll<v1::Announcement>(
      call, at, std::move(selection),
      [this, &call, decision, response, done](const absl::StatusOr<rpc::Found<std::vector<v1::Announcement>>>& others) {
        if (!others.ok()) return done(others.status());
        constexpr char kVerb[] = "CreateAnnouncement";
        const Gate announcements(owners_, v1::AnnouncementsService::service_full_name());
        absl::Status may = announcements.May(kVerb, call, ForceOf(decision.name()));
        if (may.ok()) may = MayDraft(decision, others->resource);
        *response->add_actions() = ToAction(kVerb, may);
        done(absl::OkStatus());
      });
}

template <class T>
void MonitoringServiceImpl::ReadSubject(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                                        v1::ListAllowedActionsResponse* response, const Stages& stages,
                                        const T* Situation::*subject, const rpc::Done& done) {
  common::v1::ReadOptions at;
  at.mutable_as_of()->set_revision(stages.revision);
  resources_.Read<T>(
      call, request.name(), at,
      [this, &call, &request, response, stages, subject, done](const absl::StatusOr<rpc::Found<T>>& found) {
        if (!found.ok()) return done(found.status());
        AnswerActions(
            call, request, response, stages, [&](Situation& situation) { situation.*subject = &found->resource; },
            done);
      });
}

void MonitoringServiceImpl::AnswerActions(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                                          v1::ListAllowedActionsResponse* response, const Stages& stages,
                                          const std::function<void(Situation&)>& set_subject, const rpc::Done& done) {
  const std::string force = ForceOf(request.name());
  ForceRecord record;
  record.monitoring = stages.Of(ladders_, force);
  if (const auto open = stages.open.find(force); open != stages.open.end()) record.open_proposal = open->second;
  if (const auto pending = stages.pending.find(force); pending != stages.pending.end()) {
    record.pending_decision = pending->second;
  }
  if (record.open_proposal) response->set_open_proposal(record.open_proposal->name());
  if (record.pending_decision) response->set_pending_decision(record.pending_decision->name());
  Situation situation{.record = record, .actor = call.principal().name()};
  set_subject(situation);
  for (auto& action : AllowedActions(situation)) {
    // Who may not call at all is told that first, as the call itself would.
    const absl::Status may = gate_.May(action.verb(), call, force);
    *response->add_actions() = may.ok() ? std::move(action) : ToAction(action.verb(), may);
  }
  resources_.SetHeader(stages.revision, stages.time, response->mutable_header());
  if (situation.decision != nullptr) return AnswerDrafting(call, *situation.decision, response, done);
  done(absl::OkStatus());
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListLadders(grpc::CallbackServerContext* context,
                                                             const v1::ListLaddersRequest* request,
                                                             v1::ListLaddersResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call&, const v1::ListLaddersRequest&, v1::ListLaddersResponse* response, rpc::Done done) {
        *response->mutable_ladder_list() = ladders_.list();
        done(absl::OkStatus());
      });
}

grpc::ServerWriteReactor<v1::WatchMonitoringResponse>* MonitoringServiceImpl::WatchMonitoring(
    grpc::CallbackServerContext* context, const v1::WatchMonitoringRequest* request) {
  return host_.Stream<v1::WatchMonitoringResponse>(
      context, request,
      [this](std::shared_ptr<rpc::StreamCall<v1::WatchMonitoringResponse>> call,
             const v1::WatchMonitoringRequest& request) {
        rpc::WatchOptions options{.ledger = &resources_.ledger(), .clock = &clock_};
        const Viewer viewer = gate_.ViewerOf(*call);
        if (!viewer.sees_everything()) {
          options.visible = [viewer](const ledger::Version& version) { return MaySee(viewer, version); };
          options.present = [viewer](google::protobuf::Message* resource) {
            if (auto* monitoring = dynamic_cast<v1::Monitoring*>(resource)) {
              *monitoring = *viewer.Shown(std::move(*monitoring));
            } else if (auto* episode = dynamic_cast<v1::Episode*>(resource)) {
              *episode = *viewer.Shown(std::move(*episode));
            } else if (auto* announcement = dynamic_cast<v1::Announcement*>(resource)) {
              *announcement = *viewer.Shown(std::move(*announcement));
            } else if (auto* action = dynamic_cast<v1::Action*>(resource)) {
              HideSession(*action);
            } else if (auto* support = dynamic_cast<v1::Support*>(resource)) {
              HideSession(*support);
            }
          };
        }
        rpc::ServeWatch(std::move(call), request.start(), options);
      });
}

}  // namespace oversight::monitoring
