// The RPCs of MonitoringService. The call wrapper (common/rpc/call.h) has authenticated, checked the role and
// validated the request before a handler runs. A command then goes one way: bring the copies of what it rests on up to
// date (owners.h), check the scope (gate.h), load the force's record on the ledger's writer thread, let the domain
// decide, store all of it in one transaction. Nothing here blocks, and nothing is kept here.
//
// What the constructor takes must outlive it. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/policy/policy_data.h"
#include "monitoring-service/service/gate.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/stages.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"

namespace oversight::monitoring {

class MonitoringServiceImpl final : public v1::MonitoringService::CallbackService {
 public:
  MonitoringServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, const Policies& policies, Owners& owners,
                        rpc::Resources& resources);

  grpc::ServerUnaryReactor* GetMonitoring(grpc::CallbackServerContext* context, const v1::GetMonitoringRequest* request,
                                          v1::GetMonitoringResponse* response) override;
  grpc::ServerUnaryReactor* ListMonitoring(grpc::CallbackServerContext* context,
                                           const v1::ListMonitoringRequest* request,
                                           v1::ListMonitoringResponse* response) override;
  grpc::ServerUnaryReactor* CreateProposal(grpc::CallbackServerContext* context,
                                           const v1::CreateProposalRequest* request,
                                           v1::CreateProposalResponse* response) override;
  grpc::ServerUnaryReactor* GetProposal(grpc::CallbackServerContext* context, const v1::GetProposalRequest* request,
                                        v1::GetProposalResponse* response) override;
  grpc::ServerUnaryReactor* ListProposals(grpc::CallbackServerContext* context, const v1::ListProposalsRequest* request,
                                          v1::ListProposalsResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawProposal(grpc::CallbackServerContext* context,
                                             const v1::WithdrawProposalRequest* request,
                                             v1::WithdrawProposalResponse* response) override;
  grpc::ServerUnaryReactor* DecideProposal(grpc::CallbackServerContext* context,
                                           const v1::DecideProposalRequest* request,
                                           v1::DecideProposalResponse* response) override;
  grpc::ServerUnaryReactor* RefreshProposal(grpc::CallbackServerContext* context,
                                            const v1::RefreshProposalRequest* request,
                                            v1::RefreshProposalResponse* response) override;
  grpc::ServerUnaryReactor* RevokeDecision(grpc::CallbackServerContext* context,
                                           const v1::RevokeDecisionRequest* request,
                                           v1::RevokeDecisionResponse* response) override;
  grpc::ServerUnaryReactor* AddEpisodeReason(grpc::CallbackServerContext* context,
                                             const v1::AddEpisodeReasonRequest* request,
                                             v1::AddEpisodeReasonResponse* response) override;
  grpc::ServerUnaryReactor* GetDecision(grpc::CallbackServerContext* context, const v1::GetDecisionRequest* request,
                                        v1::GetDecisionResponse* response) override;
  grpc::ServerUnaryReactor* ListDecisions(grpc::CallbackServerContext* context, const v1::ListDecisionsRequest* request,
                                          v1::ListDecisionsResponse* response) override;
  grpc::ServerUnaryReactor* GetEpisode(grpc::CallbackServerContext* context, const v1::GetEpisodeRequest* request,
                                       v1::GetEpisodeResponse* response) override;
  grpc::ServerUnaryReactor* ListEpisodes(grpc::CallbackServerContext* context, const v1::ListEpisodesRequest* request,
                                         v1::ListEpisodesResponse* response) override;
  grpc::ServerUnaryReactor* ListAllowedActions(grpc::CallbackServerContext* context,
                                               const v1::ListAllowedActionsRequest* request,
                                               v1::ListAllowedActionsResponse* response) override;
  grpc::ServerUnaryReactor* ListLadders(grpc::CallbackServerContext* context, const v1::ListLaddersRequest* request,
                                        v1::ListLaddersResponse* response) override;
  grpc::ServerUnaryReactor* ListMonitoringVersions(grpc::CallbackServerContext* context,
                                                   const v1::ListMonitoringVersionsRequest* request,
                                                   v1::ListMonitoringVersionsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchMonitoringResponse>* WatchMonitoring(
      grpc::CallbackServerContext* context, const v1::WatchMonitoringRequest* request) override;

 private:
  // What the policy in force advises for the proposal's force goes into its dossier. True: the proposal is a different
  // one now. Nothing while no policy is in force, or the concerns are not known as they are now.
  absl::StatusOr<bool> FreezeAdvice(bool new_dossier, const OwnerFacts& facts, rpc::Facts& log,
                                    v1::Proposal& proposal) const;
  // `seen` is the revision of the proposal as the call came in.
  absl::StatusOr<rpc::Outcome<v1::DecideProposalResponse>> DecideNow(const v1::DecideProposalRequest& request,
                                                                     bool approval, int64_t seen,
                                                                     const OwnerFacts& facts, rpc::Facts& log) const;
  void AnswerMonitoring(rpc::Call& call, const v1::GetMonitoringRequest& request, v1::GetMonitoringResponse* response,
                        Stages stages, rpc::Done done);
  void AnswerPastPage(rpc::Call& call, const v1::ListMonitoringRequest& request, v1::ListMonitoringResponse* response,
                      const std::string& after, const ledger::AsOf& as_of, const rpc::Done& done);
  // `forces`: those there were when the stages were as they are given here.
  void AnswerPage(rpc::Call& call, const v1::ListMonitoringRequest& request, v1::ListMonitoringResponse* response,
                  const std::string& after, const Stages& stages, const std::vector<std::string>& forces,
                  const rpc::Done& done);
  // What may be done with a plan, an action, a session or support.
  template <class T>
  void AnswerFollowUps(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                       v1::ListAllowedActionsResponse* response, const rpc::Done& done);
  // What may be done with an announcement.
  void AnswerAnnouncing(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                        v1::ListAllowedActionsResponse* response, const rpc::Done& done);
  // Adds whether the decision may be announced by a new announcement, as of the revision of the answer so far.
  void AnswerDrafting(rpc::Call& call, const v1::Decision& decision, v1::ListAllowedActionsResponse* response,
                      const rpc::Done& done);
  // Reads what the situation is about, then answers.
  template <class T>
  void ReadSubject(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                   v1::ListAllowedActionsResponse* response, const Stages& stages, const T* Situation::*subject,
                   const rpc::Done& done);
  void AnswerActions(rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                     v1::ListAllowedActionsResponse* response, const Stages& stages,
                     const std::function<void(Situation&)>& set_subject, const rpc::Done& done);

  rpc::Host& host_;
  const Clock& clock_;
  const Ladders& ladders_;
  const Policies& policies_;
  Owners& owners_;
  rpc::Resources& resources_;
  const Gate gate_;
};

}  // namespace oversight::monitoring
