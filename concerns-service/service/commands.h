// The commands of this program, each made from its request; see command.h. Thread-safe.
#pragma once

#include "concerns-service/service/command.h"
#include "concerns-service/service/service_context.h"
#include "concerns-service/service/viewer.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/evidence_service.pb.h"
#include "oversight/concerns/v1/national_recommendations_service.pb.h"
#include "oversight/concerns/v1/responses_service.pb.h"
#include "oversight/concerns/v1/revisits_service.pb.h"

namespace oversight::concerns {

// concerns.cc
Command<v1::CreateConcernResponse> CommandOf(const v1::CreateConcernRequest& request, ServiceContext& shared,
                                             const Viewer& viewer);
Command<v1::UpdateConcernResponse> CommandOf(const v1::UpdateConcernRequest& request, ServiceContext& shared,
                                             const Viewer& viewer);
Command<v1::IssueConcernResponse> CommandOf(const v1::IssueConcernRequest& request, ServiceContext& shared,
                                            const Viewer& viewer);
Command<v1::AssessHandlingResponse> CommandOf(const v1::AssessHandlingRequest& request, ServiceContext& shared,
                                              const Viewer& viewer);
Command<v1::DischargeConcernResponse> CommandOf(const v1::DischargeConcernRequest& request, ServiceContext& shared,
                                                const Viewer& viewer);
Command<v1::WithdrawConcernResponse> CommandOf(const v1::WithdrawConcernRequest& request, ServiceContext& shared,
                                               const Viewer& viewer);
Command<v1::RecordConcernPublicationResponse> CommandOf(const v1::RecordConcernPublicationRequest& request,
                                                        ServiceContext& shared, const Viewer& viewer);
Command<v1::SupersedeConcernResponse> CommandOf(const v1::SupersedeConcernRequest& request, ServiceContext& shared,
                                                const Viewer& viewer);

// recommendations.cc
Command<v1::CreateRecommendationResponse> CommandOf(const v1::CreateRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer);
Command<v1::UpdateRecommendationResponse> CommandOf(const v1::UpdateRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer);
Command<v1::ClaimRecommendationResponse> CommandOf(const v1::ClaimRecommendationRequest& request,
                                                   ServiceContext& shared, const Viewer& viewer);
Command<v1::VerifyRecommendationResponse> CommandOf(const v1::VerifyRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer);
Command<v1::WithdrawRecommendationResponse> CommandOf(const v1::WithdrawRecommendationRequest& request,
                                                      ServiceContext& shared, const Viewer& viewer);
Command<v1::ExtendRecommendationResponse> CommandOf(const v1::ExtendRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer);
Command<v1::AddProgressNoteResponse> CommandOf(const v1::AddProgressNoteRequest& request, ServiceContext& shared,
                                               const Viewer& viewer);

// responses.cc
Command<v1::CreateResponseResponse> CommandOf(const v1::CreateResponseRequest& request, ServiceContext& shared,
                                              const Viewer& viewer);
Command<v1::JudgeResponseResponse> CommandOf(const v1::JudgeResponseRequest& request, ServiceContext& shared,
                                             const Viewer& viewer);

// revisits.cc
Command<v1::PlanRevisitResponse> CommandOf(const v1::PlanRevisitRequest& request, ServiceContext& shared,
                                           const Viewer& viewer);
Command<v1::UpdateRevisitResponse> CommandOf(const v1::UpdateRevisitRequest& request, ServiceContext& shared,
                                             const Viewer& viewer);
Command<v1::CarryOutRevisitResponse> CommandOf(const v1::CarryOutRevisitRequest& request, ServiceContext& shared,
                                               const Viewer& viewer);
Command<v1::RecordFindingsResponse> CommandOf(const v1::RecordFindingsRequest& request, ServiceContext& shared,
                                              const Viewer& viewer);
Command<v1::RecordLetterResponse> CommandOf(const v1::RecordLetterRequest& request, ServiceContext& shared,
                                            const Viewer& viewer);
Command<v1::PublishLetterResponse> CommandOf(const v1::PublishLetterRequest& request, ServiceContext& shared,
                                             const Viewer& viewer);
Command<v1::CancelRevisitResponse> CommandOf(const v1::CancelRevisitRequest& request, ServiceContext& shared,
                                             const Viewer& viewer);

// evidence.cc
Command<v1::AddEvidenceResponse> CommandOf(const v1::AddEvidenceRequest& request, ServiceContext& shared,
                                           const Viewer& viewer);
Command<v1::AddEvidenceVersionResponse> CommandOf(const v1::AddEvidenceVersionRequest& request, ServiceContext& shared,
                                                  const Viewer& viewer);
Command<v1::LinkEvidenceResponse> CommandOf(const v1::LinkEvidenceRequest& request, ServiceContext& shared,
                                            const Viewer& viewer);
Command<v1::ShareEvidenceResponse> CommandOf(const v1::ShareEvidenceRequest& request, ServiceContext& shared,
                                             const Viewer& viewer);

// nationals.cc
Command<v1::CreateNationalRecommendationResponse> CommandOf(const v1::CreateNationalRecommendationRequest& request,
                                                            ServiceContext& shared, const Viewer& viewer);
Command<v1::UpdateNationalRecommendationResponse> CommandOf(const v1::UpdateNationalRecommendationRequest& request,
                                                            ServiceContext& shared, const Viewer& viewer);
Command<v1::IssueNationalRecommendationResponse> CommandOf(const v1::IssueNationalRecommendationRequest& request,
                                                           ServiceContext& shared, const Viewer& viewer);
Command<v1::WithdrawNationalRecommendationResponse> CommandOf(const v1::WithdrawNationalRecommendationRequest& request,
                                                              ServiceContext& shared, const Viewer& viewer);
Command<v1::ClaimNationalItemResponse> CommandOf(const v1::ClaimNationalItemRequest& request, ServiceContext& shared,
                                                 const Viewer& viewer);
Command<v1::VerifyNationalItemResponse> CommandOf(const v1::VerifyNationalItemRequest& request, ServiceContext& shared,
                                                  const Viewer& viewer);
Command<v1::ExtendNationalItemResponse> CommandOf(const v1::ExtendNationalItemRequest& request, ServiceContext& shared,
                                                  const Viewer& viewer);
Command<v1::MarkNationalItemNotApplicableResponse> CommandOf(const v1::MarkNationalItemNotApplicableRequest& request,
                                                             ServiceContext& shared, const Viewer& viewer);

}  // namespace oversight::concerns
