// The RPCs of ConcernOverviewService: each decodes what is asked for, asks the overview at the moment asked for
// (overviews.h), and answers with what the caller may see. GetConcernHistory reads the log (history_reader.h). Nothing
// here blocks or keeps state of its own, but for what was last made of the register.
//
// `shared` and `overviews` must outlive it. Thread-safe.
#pragma once

#include <memory>
#include <mutex>

#include "concerns-service/service/overviews.h"
#include "concerns-service/service/register_facts.h"
#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"

namespace oversight::concerns {

class OverviewServiceImpl final : public v1::ConcernOverviewService::CallbackService {
 public:
  OverviewServiceImpl(ServiceContext& shared, Overviews& overviews) : shared_(shared), overviews_(overviews) {}

  grpc::ServerUnaryReactor* GetForceSummary(grpc::CallbackServerContext* context,
                                            const v1::GetForceSummaryRequest* request,
                                            v1::GetForceSummaryResponse* response) override;
  grpc::ServerUnaryReactor* ListForceSummaries(grpc::CallbackServerContext* context,
                                               const v1::ListForceSummariesRequest* request,
                                               v1::ListForceSummariesResponse* response) override;
  grpc::ServerUnaryReactor* ListDue(grpc::CallbackServerContext* context, const v1::ListDueRequest* request,
                                    v1::ListDueResponse* response) override;
  grpc::ServerUnaryReactor* ListInconsistencies(grpc::CallbackServerContext* context,
                                                const v1::ListInconsistenciesRequest* request,
                                                v1::ListInconsistenciesResponse* response) override;
  grpc::ServerUnaryReactor* SearchConcerns(grpc::CallbackServerContext* context,
                                           const v1::SearchConcernsRequest* request,
                                           v1::SearchConcernsResponse* response) override;
  grpc::ServerUnaryReactor* GetConcernHistory(grpc::CallbackServerContext* context,
                                              const v1::GetConcernHistoryRequest* request,
                                              v1::GetConcernHistoryResponse* response) override;

 private:
  // Null while there is no copy of the register.
  std::shared_ptr<const RegisterFacts> Facts();

  ServiceContext& shared_;
  Overviews& overviews_;
  std::mutex mu_;
  std::shared_ptr<const rpc::InformerCopy> facts_of_;  // Guarded by mu_, like the next.
  std::shared_ptr<const RegisterFacts> facts_;
};

}  // namespace oversight::concerns
