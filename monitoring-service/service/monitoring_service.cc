#include "monitoring-service/service/monitoring_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/ledger/natural_order.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/tokens.h"
#include "common/rpc/watch_stream.h"
#include "common/time/london.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/moves.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/record.h"

namespace oversight::monitoring {
namespace {

// What the log holds on a force, as the domain wants it. Runs on the writer thread.
absl::StatusOr<ForceRecord> Load(rpc::Facts& log, const Ladders& ladders, const std::string& force) {
  ForceRecord record;
  OVERSIGHT_ASSIGN_OR_RETURN(const auto monitoring, log.Get<v1::Monitoring>(MonitoringName(force)));
  record.monitoring = monitoring ? *monitoring : VirtualMonitoring(ladders, force);
  OVERSIGHT_ASSIGN_OR_RETURN(auto open, log.List<v1::Proposal>(kOpenTerm, force, 1));
  if (!open.empty()) record.open_proposal = std::move(open.front());
  if (!record.monitoring.episode().empty()) {
    OVERSIGHT_ASSIGN_OR_RETURN(record.episode, log.Require<v1::Episode>(record.monitoring.episode()));
  }
  const auto last = [&log](const std::string& prefix, int64_t* number) -> absl::Status {
    OVERSIGHT_ASSIGN_OR_RETURN(const int64_t next, log.NextNumber(prefix));
    *number = next - 1;
    return absl::OkStatus();
  };
  OVERSIGHT_RETURN_IF_ERROR(last(ProposalPrefix(force), &record.last_proposal));
  OVERSIGHT_RETURN_IF_ERROR(last(DecisionPrefix(force), &record.last_decision));
  OVERSIGHT_RETURN_IF_ERROR(last(EpisodePrefix(force), &record.last_episode));
  return record;
}

ConcernLookup LookupIn(const OwnerFacts& facts) {
  return [facts](const std::string& name) { return facts.Concern(name); };
}

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

// The list's items of one force, or of all.
template <class T>
rpc::Selection<T> Of(const std::string& parent) {
  rpc::Selection<T> selection;
  if (parent != kAnyForce) selection.all_of.push_back(ForceTerm(parent));
  return selection;
}

}  // namespace

MonitoringServiceImpl::MonitoringServiceImpl(rpc::Runtime& runtime, Ladders ladders, Owners& owners)
    : host_(runtime.host),
      clock_(runtime.clock),
      ladders_(std::move(ladders)),
      owners_(owners),
      resources_(*runtime.ledger, runtime.clock),
      scopes_(ScopeTable()) {
  resources_.Register<v1::Monitoring>([](const v1::Monitoring& monitoring) { return TermsOf(monitoring); });
  resources_.Register<v1::Proposal>([](const v1::Proposal& proposal) { return TermsOf(proposal); });
  resources_.Register<v1::Decision>([](const v1::Decision& decision) { return TermsOf(decision); });
  resources_.Register<v1::Episode>([](const v1::Episode& episode) { return TermsOf(episode); });
}

// ---- Who may ask about which force. ----

auth::RegionLookup MonitoringServiceImpl::Regions() const {
  return [facts = owners_.Read()](const std::string& force) {
    const auto found = facts.Force(force);
    return found == nullptr ? std::string() : found->region();
  };
}

absl::Status MonitoringServiceImpl::CheckScope(const rpc::Call& call, const std::string& force,
                                               const OwnerFacts& facts) const {
  return auth::Check(scopes_, call.verb(), call.principal(), force, [&facts](const std::string& name) {
    const auto found = facts.Force(name);
    return found == nullptr ? std::string() : found->region();
  });
}

void MonitoringServiceImpl::WithForce(rpc::Call& call, const std::string& force, bool known,
                                      std::optional<Owners::Need> need, const rpc::Done& done, WithFacts then) {
  // A scope that names the force, or all, needs no register; one by region does.
  const auto suffices = [this, &call, force, known](const OwnerFacts& facts) {
    return facts.Force(force) != nullptr || (known && CheckScope(call, force, facts).ok());
  };
  auto go_on = [this, &call, force, suffices, done, then = std::move(then)](const OwnerFacts& facts) {
    const absl::Status unknown = suffices(facts) ? absl::OkStatus() : facts.NeedForce(force);
    if (absl::IsNotFound(unknown)) return done(unknown);
    // A scope by region cannot be checked for a force that is not known; every other can.
    if (unknown.ok() || call.principal().proto().regions().empty()) {
      if (absl::Status status = CheckScope(call, force, facts); !status.ok()) return done(status);
    }
    then(facts, unknown);
  };
  const OwnerFacts here = owners_.Read();
  const bool enough = suffices(here);
  if (!need.has_value() && enough) return go_on(here);
  if (need == Owners::Need::kConcerns && !enough) need = Owners::Need::kBoth;
  owners_.Refresh(need.value_or(Owners::Need::kForces), rpc::DeadlineFor(call), std::move(go_on));
}

void MonitoringServiceImpl::IfForceExists(rpc::Call& call, const std::string& force, const rpc::Done& done,
                                          std::function<void()> then) {
  if (force == kAnyForce || owners_.Read().Force(force) != nullptr) return then();
  owners_.Refresh(Owners::Need::kForces, rpc::DeadlineFor(call),
                  [force, done, then = std::move(then)](const OwnerFacts& facts) {
                    if (absl::Status status = facts.NeedForce(force); absl::IsNotFound(status)) return done(status);
                    then();
                  });
}

// ---- Commands. ----

grpc::ServerUnaryReactor* MonitoringServiceImpl::CreateProposal(grpc::CallbackServerContext* context,
                                                                const v1::CreateProposalRequest* request,
                                                                v1::CreateProposalResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateProposalRequest& request, v1::CreateProposalResponse* response,
             rpc::Done done) {
        const bool rests_on_concerns = NamesConcerns(request.proposal());
        const auto decide = [this, &call, &request, response, rests_on_concerns, done](const OwnerFacts& facts,
                                                                                       const absl::Status& unknown) {
          resources_.Mutate(
              call, request, response, /*reason=*/"",
              [this, &request, facts, unknown,
               rests_on_concerns](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::CreateProposalResponse>> {
                OVERSIGHT_RETURN_IF_ERROR(unknown);
                if (rests_on_concerns) OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
                OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, request.parent()));
                OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, Propose(ladders_, record, request.proposal(),
                                                                                LookupIn(facts), log.actor().name()));
                rpc::Outcome<v1::CreateProposalResponse> outcome;
                outcome.Put(proposal);
                *outcome.response.mutable_proposal() = proposal;
                return outcome;
              },
              done);
        };
        WithForce(call, request.parent(), /*known=*/false,
                  rests_on_concerns ? Owners::Need::kBoth : Owners::Need::kForces, done, decide);
      });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::WithdrawProposal(grpc::CallbackServerContext* context,
                                                                  const v1::WithdrawProposalRequest* request,
                                                                  v1::WithdrawProposalResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::WithdrawProposalRequest& request, v1::WithdrawProposalResponse* response,
             rpc::Done done) {
        const auto decide = [this, &call, &request, response, done](const OwnerFacts&, const absl::Status& unknown) {
          resources_.Mutate(
              call, request, response, request.reason(),
              [this, &request, unknown](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::WithdrawProposalResponse>> {
                OVERSIGHT_RETURN_IF_ERROR(unknown);
                OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(request.name()));
                OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(proposal, request.etag()));
                OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, ForceOf(request.name())));
                OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal withdrawn,
                                           Withdraw(record, proposal, request, log.actor().name()));
                rpc::Outcome<v1::WithdrawProposalResponse> outcome;
                outcome.Put(withdrawn);
                *outcome.response.mutable_proposal() = withdrawn;
                return outcome;
              },
              done);
        };
        WithForce(call, ForceOf(request.name()), /*known=*/true, std::nullopt, done, decide);
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
        const auto decide = [this, &call, &request, response, approval, done](const OwnerFacts& facts,
                                                                              const absl::Status& unknown) {
          resources_.Mutate(
              call, request, response, request.rationale(),
              [this, &request, facts, unknown,
               approval](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::DecideProposalResponse>> {
                OVERSIGHT_RETURN_IF_ERROR(unknown);
                OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(request.name()));
                OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(proposal, request.etag()));
                if (approval && NamesConcerns(proposal)) OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
                OVERSIGHT_ASSIGN_OR_RETURN(const ForceRecord record, Load(log, ladders_, ForceOf(request.name())));
                OVERSIGHT_ASSIGN_OR_RETURN(const Decided decided,
                                           Decide(ladders_, record, proposal, request, LookupIn(facts),
                                                  log.actor().name(), LondonDay(log.now())));
                rpc::Outcome<v1::DecideProposalResponse> outcome;
                outcome.Put(decided.decision);
                outcome.Put(decided.proposal);
                if (decided.moved) outcome.Put(decided.monitoring);
                for (const auto& episode : decided.episodes) outcome.Put(episode);
                *outcome.response.mutable_decision() = decided.decision;
                *outcome.response.mutable_proposal() = decided.proposal;
                *outcome.response.mutable_monitoring() = decided.monitoring;
                if (!decided.episodes.empty()) *outcome.response.mutable_episode() = decided.episodes.back();
                return outcome;
              },
              done);
        };
        WithForce(call, ForceOf(request.name()), /*known=*/true,
                  approval ? std::optional(Owners::Need::kConcerns) : std::nullopt, done, decide);
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
    const Viewer viewer = ViewerOf(call);
    if (absl::Status status = viewer.MayAskAbout(force, call.verb()); !status.ok()) return done(status);
    if (const auto gone = stages.redacted.find(force); gone != stages.redacted.end()) {
      return done(rpc::NotReadable(gone->second));
    }
    v1::Monitoring monitoring = stages.Of(ladders_, force);
    *response->mutable_monitoring() =
        viewer.sees_everything() ? std::move(monitoring) : WithoutUnpublished(std::move(monitoring));
    resources_.SetHeader(stages.revision, stages.time, response->mutable_header());
    done(absl::OkStatus());
  };
  if (stages.revision == 0) return done(NothingKnownYet(request.name()));
  // What was moved is a force, whether or not the register can be asked.
  if (stages.Knows(force)) return answer(stages);
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
              rpc::HashParameters(call.method(), request, ViewerOf(call).visibility()), request.page_token());
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
  const Viewer viewer = ViewerOf(call);
  const int limit = request.page_size() <= 0 ? 50 : std::min(request.page_size(), 1000);
  const std::string after_key = ledger::SortKey(after);
  std::string last;
  bool more = false;
  for (const std::string& force : forces) {
    if (!after.empty() && ledger::SortKey(force) <= after_key) continue;
    if (!viewer.SeesStageOf(force)) continue;
    if (const auto gone = stages.redacted.find(force); gone != stages.redacted.end()) {
      if (!viewer.sees_everything()) continue;
      response->mutable_header()->add_redactions(gone->second.redaction);
      last = force;  // So that the next page does not tell of it again.
      continue;
    }
    v1::Monitoring monitoring = stages.Of(ladders_, force);
    if (!request.stage().empty() && monitoring.stage() != request.stage()) continue;
    if (response->monitoring_size() == limit) {
      more = true;
      break;
    }
    last = force;
    *response->add_monitoring() =
        viewer.sees_everything() ? std::move(monitoring) : WithoutUnpublished(std::move(monitoring));
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
                       IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
                         auto selection = Of<v1::Proposal>(request.parent());
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
                       IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
                         resources_.ListResources<v1::Decision>(call, request, response,
                                                                &v1::ListDecisionsResponse::mutable_decisions,
                                                                Of<v1::Decision>(request.parent()), done);
                       });
                     });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::GetEpisode(grpc::CallbackServerContext* context,
                                                            const v1::GetEpisodeRequest* request,
                                                            v1::GetEpisodeResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetEpisodeRequest& request, v1::GetEpisodeResponse* response, rpc::Done done) {
        const Viewer viewer = ViewerOf(call);
        if (absl::Status status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok()) {
          return done(status);
        }
        resources_.Read<v1::Episode>(call, request.name(), request.read(),
                                     [this, response, viewer, done](absl::StatusOr<rpc::Found<v1::Episode>> found) {
                                       if (!found.ok()) return done(found.status());
                                       *response->mutable_episode() =
                                           viewer.sees_everything() ? std::move(found->resource)
                                                                    : WithoutUnpublished(std::move(found->resource));
                                       resources_.SetHeader(found->revision, found->time, response->mutable_header());
                                       done(absl::OkStatus());
                                     });
      });
}

grpc::ServerUnaryReactor* MonitoringServiceImpl::ListEpisodes(grpc::CallbackServerContext* context,
                                                              const v1::ListEpisodesRequest* request,
                                                              v1::ListEpisodesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListEpisodesRequest& request, v1::ListEpisodesResponse* response,
             rpc::Done done) {
        IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
          const Viewer viewer = ViewerOf(call);
          if (absl::Status status = viewer.MayAskAbout(request.parent(), call.verb()); !status.ok()) {
            return done(status);
          }
          auto selection = Of<v1::Episode>(request.parent());
          if (!viewer.sees_everything()) {
            selection.visibility = viewer.visibility();
            selection.filter = [viewer](const v1::Episode& episode) {
              return viewer.SeesStageOf(ForceOf(episode.name()));
            };
            selection.present = [](v1::Episode* episode) { *episode = WithoutUnpublished(std::move(*episode)); };
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
        const bool of_proposal = IsProposalName(request.name());
        if (!of_proposal && !IsMonitoringName(request.name())) {
          Violations violations;
          violations.Add("name", "must be forces/{force}/monitoring or forces/{force}/proposals/{proposal}");
          return done(violations.status());
        }
        IfForceExists(call, ForceOf(request.name()), done, [this, &call, &request, response, of_proposal, done] {
          ReadStages(resources_.ledger(), {}, ForceOf(request.name()),
                     [this, &call, &request, response, of_proposal, done](const absl::StatusOr<Stages>& stages) {
                       if (!stages.ok()) return done(stages.status());
                       if (!of_proposal) return AnswerActions(call, request, response, *stages, nullptr, done);
                       common::v1::ReadOptions at;
                       at.mutable_as_of()->set_revision(stages->revision);
                       resources_.Read<v1::Proposal>(call, request.name(), at,
                                                     [this, &call, &request, response, stages = *stages,
                                                      done](const absl::StatusOr<rpc::Found<v1::Proposal>>& found) {
                                                       if (!found.ok()) return done(found.status());
                                                       AnswerActions(call, request, response, stages, &found->resource,
                                                                     done);
                                                     });
                     });
        });
      });
}

void MonitoringServiceImpl::AnswerActions(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                                          v1::ListAllowedActionsResponse* response, const Stages& stages,
                                          const v1::Proposal* proposal, const rpc::Done& done) {
  const std::string force = ForceOf(request.name());
  ForceRecord record;
  record.monitoring = stages.Of(ladders_, force);
  if (const auto open = stages.open.find(force); open != stages.open.end()) record.open_proposal = open->second;
  for (auto& action : AllowedActions({record, proposal, call.principal().name()})) {
    // Who may not call at all is told that first, as the call itself would.
    const absl::Status may = auth::Check(scopes_, action.verb(), call.principal(), force, Regions());
    *response->add_actions() = may.ok() ? std::move(action) : ToAction(action.verb(), may);
  }
  resources_.SetHeader(stages.revision, stages.time, response->mutable_header());
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
        const Viewer viewer = ViewerOf(*call);
        if (!viewer.sees_everything()) {
          options.visible = [viewer](const ledger::Version& version) {
            const bool of_stage = version.kind == v1::Monitoring::descriptor()->full_name() ||
                                  version.kind == v1::Episode::descriptor()->full_name();
            return of_stage && viewer.SeesStageOf(ForceOf(version.name));
          };
          options.present = [](google::protobuf::Message* resource) {
            if (auto* monitoring = dynamic_cast<v1::Monitoring*>(resource)) {
              *monitoring = WithoutUnpublished(std::move(*monitoring));
            } else if (auto* episode = dynamic_cast<v1::Episode*>(resource)) {
              *episode = WithoutUnpublished(std::move(*episode));
            }
          };
        }
        rpc::ServeWatch(std::move(call), request.start(), options);
      });
}

}  // namespace oversight::monitoring
