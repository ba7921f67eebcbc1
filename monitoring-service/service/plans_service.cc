#include "monitoring-service/service/plans_service.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/plan_progress.h"
#include "monitoring-service/domain/plans.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/owner_view.h"

namespace oversight::monitoring {
namespace {

absl::StatusOr<rpc::Outcome<v1::CreatePlanResponse>> CreateFirst(const v1::CreatePlanRequest& request,
                                                                 const OwnerFacts& facts, rpc::Facts& log) {
  OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(PlanPrefix(request.parent())));
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Plan plan, Submit(request.parent(), request.content(), number, OwnerView(facts),
                                                         log.actor().name(), log.now()));
  rpc::Outcome<v1::CreatePlanResponse> outcome;
  outcome.Put(plan);
  *outcome.response.mutable_plan() = plan;
  return outcome;
}

absl::StatusOr<rpc::Outcome<v1::CreateProgressReviewResponse>> CreateReview(
    const v1::CreateProgressReviewRequest& request, const OwnerFacts&, rpc::Facts& log) {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Plan plan, log.Require<v1::Plan>(request.parent()));
  std::optional<v1::ProgressReview> corrects;
  if (const std::string& earlier = request.progress_review().corrects(); PlanOf(earlier) == request.parent()) {
    OVERSIGHT_ASSIGN_OR_RETURN(corrects, log.Require<v1::ProgressReview>(earlier));
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(ReviewPrefix(request.parent())));
  OVERSIGHT_ASSIGN_OR_RETURN(const Reviewed reviewed,
                             Review(plan, request.progress_review(), corrects, number, log.actor().name(), log.now()));
  rpc::Outcome<v1::CreateProgressReviewResponse> outcome;
  outcome.Put(reviewed.review);
  if (reviewed.corrected) outcome.Put(*reviewed.corrected);
  *outcome.response.mutable_progress_review() = reviewed.review;
  return outcome;
}

}  // namespace

PlansServiceImpl::PlansServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources)
    : host_(runtime.host), clock_(runtime.clock), calls_(resources, owners, v1::PlansService::service_full_name()) {}

grpc::ServerUnaryReactor* PlansServiceImpl::CreatePlan(grpc::CallbackServerContext* context,
                                                       const v1::CreatePlanRequest* request,
                                                       v1::CreatePlanResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreatePlanRequest& request, v1::CreatePlanResponse* response, rpc::Done done) {
        calls_.Command(call, request, response, request.parent(), /*known=*/false, /*reason=*/"",
                       Owners::Need::kConcerns, done, CreateFirst);
      });
}

grpc::ServerUnaryReactor* PlansServiceImpl::SubmitPlanVersion(grpc::CallbackServerContext* context,
                                                              const v1::SubmitPlanVersionRequest* request,
                                                              v1::SubmitPlanVersionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::SubmitPlanVersionRequest& request,
                            v1::SubmitPlanVersionResponse* response, rpc::Done done) {
                       calls_.Change<v1::Plan>(
                           call, request, response, &v1::SubmitPlanVersionResponse::mutable_plan,
                           request.change_reason(), Owners::Need::kConcerns, done,
                           [](const v1::Plan& plan, const v1::SubmitPlanVersionRequest& request,
                              const OwnerFacts& facts, rpc::Facts& log) -> absl::StatusOr<v1::Plan> {
                             OVERSIGHT_RETURN_IF_ERROR(facts.NeedConcerns());
                             return SubmitNext(plan, request, OwnerView(facts), log.actor().name(), log.now());
                           });
                     });
}

grpc::ServerUnaryReactor* PlansServiceImpl::ReturnPlan(grpc::CallbackServerContext* context,
                                                       const v1::ReturnPlanRequest* request,
                                                       v1::ReturnPlanResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ReturnPlanRequest& request, v1::ReturnPlanResponse* response, rpc::Done done) {
        calls_.Change<v1::Plan>(call, request, response, &v1::ReturnPlanResponse::mutable_plan,
                                absl::StrJoin(request.reasons(), "; "), std::nullopt, done,
                                [](const v1::Plan& plan, const v1::ReturnPlanRequest& request, const OwnerFacts&,
                                   rpc::Facts& log) -> absl::StatusOr<v1::Plan> {
                                  return Return(plan, request, log.actor().name(), log.now());
                                });
      });
}

grpc::ServerUnaryReactor* PlansServiceImpl::AcceptPlan(grpc::CallbackServerContext* context,
                                                       const v1::AcceptPlanRequest* request,
                                                       v1::AcceptPlanResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::AcceptPlanRequest& request, v1::AcceptPlanResponse* response, rpc::Done done) {
        calls_.Change<v1::Plan>(call, request, response, &v1::AcceptPlanResponse::mutable_plan, request.note(),
                                std::nullopt, done,
                                [](const v1::Plan& plan, const v1::AcceptPlanRequest& request, const OwnerFacts&,
                                   rpc::Facts& log) -> absl::StatusOr<v1::Plan> {
                                  return Accept(plan, request, log.actor().name(), log.now());
                                });
      });
}

grpc::ServerUnaryReactor* PlansServiceImpl::ReportPlanProgress(grpc::CallbackServerContext* context,
                                                               const v1::ReportPlanProgressRequest* request,
                                                               v1::ReportPlanProgressResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ReportPlanProgressRequest& request, v1::ReportPlanProgressResponse* response,
             rpc::Done done) {
        calls_.Change<v1::Plan>(
            call, request, response, &v1::ReportPlanProgressResponse::mutable_plan, /*reason=*/"", std::nullopt, done,
            [](const v1::Plan& plan, const v1::ReportPlanProgressRequest& request, const OwnerFacts&,
               rpc::Facts& log) -> absl::StatusOr<v1::Plan> { return Report(plan, request, log.now()); });
      });
}

grpc::ServerUnaryReactor* PlansServiceImpl::GetPlan(grpc::CallbackServerContext* context,
                                                    const v1::GetPlanRequest* request, v1::GetPlanResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetPlanRequest& request, v1::GetPlanResponse* response, rpc::Done done) {
        calls_.Get<v1::Plan>(call, request, response, &v1::GetPlanResponse::mutable_plan, done);
      });
}

grpc::ServerUnaryReactor* PlansServiceImpl::ListPlans(grpc::CallbackServerContext* context,
                                                      const v1::ListPlansRequest* request,
                                                      v1::ListPlansResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListPlansRequest& request, v1::ListPlansResponse* response, rpc::Done done) {
        auto selection = OfForce<v1::Plan>(request.parent());
        if (request.state() != v1::PLAN_STATE_UNSPECIFIED) selection.all_of.push_back(StateTerm(request.state()));
        calls_.List<v1::Plan>(call, request, response, &v1::ListPlansResponse::mutable_plans, std::move(selection),
                              done);
      });
}

grpc::ServerUnaryReactor* PlansServiceImpl::ListPlanVersions(grpc::CallbackServerContext* context,
                                                             const v1::ListPlanVersionsRequest* request,
                                                             v1::ListPlanVersionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListPlanVersionsRequest& request,
                            v1::ListPlanVersionsResponse* response, rpc::Done done) {
                       const absl::Status may = calls_.gate().ViewerOf(call).MayAskAbout(ForceOf(request.name()),
                                                                                         call.verb(), Sight::kStage);
                       if (!may.ok()) return done(may);
                       calls_.resources().ListVersions<v1::Plan>(call, request, response,
                                                                 &v1::ListPlanVersionsResponse::mutable_versions,
                                                                 &v1::PlanVersion::mutable_plan, done);
                     });
}

grpc::ServerUnaryReactor* PlansServiceImpl::GetPlanProgress(grpc::CallbackServerContext* context,
                                                            const v1::GetPlanProgressRequest* request,
                                                            v1::GetPlanProgressResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetPlanProgressRequest& request,
                            v1::GetPlanProgressResponse* response, rpc::Done done) {
                       const Viewer viewer = calls_.gate().ViewerOf(call);
                       const absl::Status may = viewer.MayAskAbout(ForceOf(request.name()), call.verb(), Sight::kStage);
                       if (!may.ok()) return done(may);
                       std::function<bool(const v1::Plan&)> visible;
                       if (!viewer.sees_everything()) visible = [](const v1::Plan&) { return true; };
                       const absl::CivilDay on_date =
                           request.has_on_date() ? *ToCivilDay(request.on_date()) : Today(clock_);
                       calls_.resources().Read<v1::Plan>(
                           call, request.name(), request.read(),
                           [this, response, on_date, done](const absl::StatusOr<rpc::Found<v1::Plan>>& found) {
                             if (!found.ok()) return done(found.status());
                             *response->mutable_progress() = ProgressOf(found->resource, on_date);
                             calls_.resources().SetHeader(found->revision, found->time, response->mutable_header());
                             done(absl::OkStatus());
                           },
                           std::move(visible));
                     });
}

grpc::ServerUnaryReactor* PlansServiceImpl::CreateProgressReview(grpc::CallbackServerContext* context,
                                                                 const v1::CreateProgressReviewRequest* request,
                                                                 v1::CreateProgressReviewResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::CreateProgressReviewRequest& request,
                            v1::CreateProgressReviewResponse* response, rpc::Done done) {
                       calls_.Command(call, request, response, ForceOf(request.parent()), /*known=*/true,
                                      request.progress_review().correction_reason(), std::nullopt, done, CreateReview);
                     });
}

grpc::ServerUnaryReactor* PlansServiceImpl::GetProgressReview(grpc::CallbackServerContext* context,
                                                              const v1::GetProgressReviewRequest* request,
                                                              v1::GetProgressReviewResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetProgressReviewRequest& request,
                            v1::GetProgressReviewResponse* response, rpc::Done done) {
                       calls_.Get<v1::ProgressReview>(call, request, response,
                                                      &v1::GetProgressReviewResponse::mutable_progress_review, done);
                     });
}

grpc::ServerUnaryReactor* PlansServiceImpl::ListProgressReviews(grpc::CallbackServerContext* context,
                                                                const v1::ListProgressReviewsRequest* request,
                                                                v1::ListProgressReviewsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListProgressReviewsRequest& request,
                            v1::ListProgressReviewsResponse* response, rpc::Done done) {
                       // "forces/kent/plans/-" is every plan of a force, "forces/-/plans/-" every one there is.
                       const std::string force = ForceOf(request.parent());
                       auto selection = OfForce<v1::ProgressReview>(force);
                       if (request.parent() != PlanPrefix(force) + "-")
                         selection.all_of = {{kPlanTerm, request.parent()}};
                       calls_.List<v1::ProgressReview>(call, request, response,
                                                       &v1::ListProgressReviewsResponse::mutable_progress_reviews,
                                                       std::move(selection), done);
                     });
}

}  // namespace oversight::monitoring
