// The RPCs of NationalRecommendationsService, in the shape of concerns_service.h; the matrix is read from the overview,
// as overview_service.h does. `shared` and `overviews` must outlive it. Thread-safe.
#pragma once

#include "concerns-service/service/overviews.h"
#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/national_recommendations_service.grpc.pb.h"

namespace oversight::concerns {

ServiceRules NationalRules();

class NationalRecommendationsServiceImpl final : public v1::NationalRecommendationsService::CallbackService {
 public:
  NationalRecommendationsServiceImpl(ServiceContext& shared, Overviews& overviews);

  grpc::ServerUnaryReactor* CreateNationalRecommendation(grpc::CallbackServerContext* context,
                                                         const v1::CreateNationalRecommendationRequest* request,
                                                         v1::CreateNationalRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* UpdateNationalRecommendation(grpc::CallbackServerContext* context,
                                                         const v1::UpdateNationalRecommendationRequest* request,
                                                         v1::UpdateNationalRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* IssueNationalRecommendation(grpc::CallbackServerContext* context,
                                                        const v1::IssueNationalRecommendationRequest* request,
                                                        v1::IssueNationalRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawNationalRecommendation(
      grpc::CallbackServerContext* context, const v1::WithdrawNationalRecommendationRequest* request,
      v1::WithdrawNationalRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* ClaimNationalItem(grpc::CallbackServerContext* context,
                                              const v1::ClaimNationalItemRequest* request,
                                              v1::ClaimNationalItemResponse* response) override;
  grpc::ServerUnaryReactor* VerifyNationalItem(grpc::CallbackServerContext* context,
                                               const v1::VerifyNationalItemRequest* request,
                                               v1::VerifyNationalItemResponse* response) override;
  grpc::ServerUnaryReactor* ExtendNationalItem(grpc::CallbackServerContext* context,
                                               const v1::ExtendNationalItemRequest* request,
                                               v1::ExtendNationalItemResponse* response) override;
  grpc::ServerUnaryReactor* MarkNationalItemNotApplicable(grpc::CallbackServerContext* context,
                                                          const v1::MarkNationalItemNotApplicableRequest* request,
                                                          v1::MarkNationalItemNotApplicableResponse* response) override;
  grpc::ServerUnaryReactor* GetNationalRecommendation(grpc::CallbackServerContext* context,
                                                      const v1::GetNationalRecommendationRequest* request,
                                                      v1::GetNationalRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* ListNationalRecommendations(grpc::CallbackServerContext* context,
                                                        const v1::ListNationalRecommendationsRequest* request,
                                                        v1::ListNationalRecommendationsResponse* response) override;
  grpc::ServerUnaryReactor* ListNationalRecommendationVersions(
      grpc::CallbackServerContext* context, const v1::ListNationalRecommendationVersionsRequest* request,
      v1::ListNationalRecommendationVersionsResponse* response) override;
  grpc::ServerUnaryReactor* GetNationalItem(grpc::CallbackServerContext* context,
                                            const v1::GetNationalItemRequest* request,
                                            v1::GetNationalItemResponse* response) override;
  grpc::ServerUnaryReactor* ListNationalItems(grpc::CallbackServerContext* context,
                                              const v1::ListNationalItemsRequest* request,
                                              v1::ListNationalItemsResponse* response) override;
  grpc::ServerUnaryReactor* ListNationalItemVersions(grpc::CallbackServerContext* context,
                                                     const v1::ListNationalItemVersionsRequest* request,
                                                     v1::ListNationalItemVersionsResponse* response) override;
  grpc::ServerUnaryReactor* GetNationalRecommendationMatrix(
      grpc::CallbackServerContext* context, const v1::GetNationalRecommendationMatrixRequest* request,
      v1::GetNationalRecommendationMatrixResponse* response) override;

 private:
  ServiceContext& shared_;
  Overviews& overviews_;
};

}  // namespace oversight::concerns
