// The RPCs of PlansService, in the same way as those of MonitoringService. What the constructor takes must
// outlive it. Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/service/follow_up.h"
#include "oversight/monitoring/v1/plans_service.grpc.pb.h"

namespace oversight::monitoring {

class PlansServiceImpl final : public v1::PlansService::CallbackService {
 public:
  PlansServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* CreatePlan(grpc::CallbackServerContext* context, const v1::CreatePlanRequest* request,
                                       v1::CreatePlanResponse* response) override;
  grpc::ServerUnaryReactor* SubmitPlanVersion(grpc::CallbackServerContext* context,
                                              const v1::SubmitPlanVersionRequest* request,
                                              v1::SubmitPlanVersionResponse* response) override;
  grpc::ServerUnaryReactor* ReturnPlan(grpc::CallbackServerContext* context, const v1::ReturnPlanRequest* request,
                                       v1::ReturnPlanResponse* response) override;
  grpc::ServerUnaryReactor* AcceptPlan(grpc::CallbackServerContext* context, const v1::AcceptPlanRequest* request,
                                       v1::AcceptPlanResponse* response) override;
  grpc::ServerUnaryReactor* ReportPlanProgress(grpc::CallbackServerContext* context,
                                               const v1::ReportPlanProgressRequest* request,
                                               v1::ReportPlanProgressResponse* response) override;
  grpc::ServerUnaryReactor* GetPlan(grpc::CallbackServerContext* context, const v1::GetPlanRequest* request,
                                    v1::GetPlanResponse* response) override;
  grpc::ServerUnaryReactor* ListPlans(grpc::CallbackServerContext* context, const v1::ListPlansRequest* request,
                                      v1::ListPlansResponse* response) override;
  grpc::ServerUnaryReactor* ListPlanVersions(grpc::CallbackServerContext* context,
                                             const v1::ListPlanVersionsRequest* request,
                                             v1::ListPlanVersionsResponse* response) override;
  grpc::ServerUnaryReactor* GetPlanProgress(grpc::CallbackServerContext* context,
                                            const v1::GetPlanProgressRequest* request,
                                            v1::GetPlanProgressResponse* response) override;
  grpc::ServerUnaryReactor* CreateProgressReview(grpc::CallbackServerContext* context,
                                                 const v1::CreateProgressReviewRequest* request,
                                                 v1::CreateProgressReviewResponse* response) override;
  grpc::ServerUnaryReactor* GetProgressReview(grpc::CallbackServerContext* context,
                                              const v1::GetProgressReviewRequest* request,
                                              v1::GetProgressReviewResponse* response) override;
  grpc::ServerUnaryReactor* ListProgressReviews(grpc::CallbackServerContext* context,
                                                const v1::ListProgressReviewsRequest* request,
                                                v1::ListProgressReviewsResponse* response) override;

 private:
  rpc::Host& host_;
  const Clock& clock_;
  const FollowUpCalls calls_;
};

}  // namespace oversight::monitoring
