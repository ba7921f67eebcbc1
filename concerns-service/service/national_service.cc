#include "concerns-service/service/national_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/auth/roles.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/national_commands.h"
#include "concerns-service/domain/visibility.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/kinds_of_forces.h"
#include "concerns-service/service/overview_path.h"
#include "concerns-service/service/read_path.h"
#include "concerns-service/service/selections.h"
#include "concerns-service/service/write_path.h"

namespace oversight::concerns {
namespace {

// A row has a cell for each force, so that pages are shorter than elsewhere.
constexpr int kMostRows = 200;

absl::StatusOr<rpc::Selection<v1::NationalRecommendation>> Select(
    const v1::ListNationalRecommendationsRequest& request) {
  rpc::Selection<v1::NationalRecommendation> selection;
  if (!request.force().empty()) selection.all_of.push_back(ForceTerm(request.force()));
  if (!request.theme().empty()) selection.all_of.push_back(ThemeTerm(request.theme()));
  SelectStates(v1::NATIONAL_RECOMMENDATION_STATE_UNSPECIFIED, ToVector(request.states()), selection);
  return selection;
}

absl::StatusOr<rpc::Selection<v1::NationalItem>> Select(const v1::ListNationalItemsRequest& request,
                                                        absl::CivilDay today) {
  rpc::Selection<v1::NationalItem> selection;
  if (request.parent() != kAnyNational) selection.all_of.push_back(NationalTerm(request.parent()));
  if (!request.force().empty()) selection.all_of.push_back(ForceTerm(request.force()));
  SelectStates(v1::NATIONAL_ITEM_STATE_UNSPECIFIED, ToVector(request.states()), selection);
  if (request.has_due_before_date()) {
    AlsoRequire<v1::NationalItem>(
        [day = request.due_before_date()](const v1::NationalItem& item) { return MustBeBefore(item.due_date(), day); },
        selection);
  }
  if (request.overdue()) {
    AlsoRequire<v1::NationalItem>([today](const v1::NationalItem& item) { return IsOverdue(item, today); }, selection);
  }
  return selection;
}

}  // namespace

using auth::Access;
using auth::Role;
using auth::Scope;

ServiceRules NationalRules() {
  const auto& writers = Writers();
  const auto& readers = auth::InsidersAndForces();
  // What is for no force in particular is for writers whose scope is every force: see ServiceContext::InScope.
  return {v1::NationalRecommendationsService::service_full_name(),
          {
              {"CreateNationalRecommendation", Access::kWrite, writers, Scope::kForce, "national_recommendation.name"},
              {"UpdateNationalRecommendation", Access::kWrite, writers, Scope::kForce, "national_recommendation.name"},
              {"IssueNationalRecommendation", Access::kWrite, writers, Scope::kForce, "name"},
              {"WithdrawNationalRecommendation", Access::kWrite, writers, Scope::kForce, "name"},
              {"ClaimNationalItem", Access::kWrite, {Role::ROLE_FORCE}, Scope::kForce, "name"},
              {"VerifyNationalItem", Access::kWrite, writers, Scope::kForce, "name"},
              {"ExtendNationalItem", Access::kWrite, writers, Scope::kForce, "name"},
              {"MarkNationalItemNotApplicable", Access::kWrite, writers, Scope::kForce, "name"},
              {"GetNationalRecommendation", Access::kRead, readers},
              {"ListNationalRecommendations", Access::kRead, readers},
              {"ListNationalRecommendationVersions", Access::kRead, readers},
              {"GetNationalItem", Access::kRead, readers},
              {"ListNationalItems", Access::kRead, readers},
              {"ListNationalItemVersions", Access::kRead, readers},
              {"GetNationalRecommendationMatrix", Access::kRead, readers},
          }};
}

NationalRecommendationsServiceImpl::NationalRecommendationsServiceImpl(ServiceContext& shared, Overviews& overviews)
    : shared_(shared), overviews_(overviews) {
  shared_.kinds().Add<v1::NationalRecommendation>(
      {.terms = [](const v1::NationalRecommendation& national) { return TermsOf(national); },
       // It is of no force in particular: those that it was issued to know of it, and of nobody's item but their own.
       .visible =
           [](const Viewer& viewer, const v1::NationalRecommendation& national) {
             return WasIssued(national) && std::any_of(national.issued_to().begin(), national.issued_to().end(),
                                                       [&](const std::string& force) { return viewer.Covers(force); });
           },
       .first_shown = [](const v1::NationalRecommendation& national) { return IsFirstIssued(national); }});
  // There is no item before issue.
  shared_.kinds().Add(KindOfForces<v1::NationalItem>());
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::CreateNationalRecommendation(
    grpc::CallbackServerContext* context, const v1::CreateNationalRecommendationRequest* request,
    v1::CreateNationalRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::UpdateNationalRecommendation(
    grpc::CallbackServerContext* context, const v1::UpdateNationalRecommendationRequest* request,
    v1::UpdateNationalRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::IssueNationalRecommendation(
    grpc::CallbackServerContext* context, const v1::IssueNationalRecommendationRequest* request,
    v1::IssueNationalRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::WithdrawNationalRecommendation(
    grpc::CallbackServerContext* context, const v1::WithdrawNationalRecommendationRequest* request,
    v1::WithdrawNationalRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::ClaimNationalItem(
    grpc::CallbackServerContext* context, const v1::ClaimNationalItemRequest* request,
    v1::ClaimNationalItemResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::VerifyNationalItem(
    grpc::CallbackServerContext* context, const v1::VerifyNationalItemRequest* request,
    v1::VerifyNationalItemResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::ExtendNationalItem(
    grpc::CallbackServerContext* context, const v1::ExtendNationalItemRequest* request,
    v1::ExtendNationalItemResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::MarkNationalItemNotApplicable(
    grpc::CallbackServerContext* context, const v1::MarkNationalItemNotApplicableRequest* request,
    v1::MarkNationalItemNotApplicableResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::GetNationalRecommendation(
    grpc::CallbackServerContext* context, const v1::GetNationalRecommendationRequest* request,
    v1::GetNationalRecommendationResponse* response) {
  return ServeGet<v1::NationalRecommendation>(shared_, context, request, response,
                                              &v1::GetNationalRecommendationResponse::mutable_national_recommendation);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::ListNationalRecommendations(
    grpc::CallbackServerContext* context, const v1::ListNationalRecommendationsRequest* request,
    v1::ListNationalRecommendationsResponse* response) {
  return ServeList<v1::NationalRecommendation>(
      shared_, context, request, response, &v1::ListNationalRecommendationsResponse::mutable_national_recommendations,
      [](const auto& request) { return Select(request); });
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::ListNationalRecommendationVersions(
    grpc::CallbackServerContext* context, const v1::ListNationalRecommendationVersionsRequest* request,
    v1::ListNationalRecommendationVersionsResponse* response) {
  return ServeVersions<v1::NationalRecommendation>(shared_, context, request, response,
                                                   &v1::ListNationalRecommendationVersionsResponse::mutable_versions,
                                                   &v1::NationalRecommendationVersion::mutable_national_recommendation);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::GetNationalItem(grpc::CallbackServerContext* context,
                                                                              const v1::GetNationalItemRequest* request,
                                                                              v1::GetNationalItemResponse* response) {
  return ServeGet<v1::NationalItem>(shared_, context, request, response,
                                    &v1::GetNationalItemResponse::mutable_national_item);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::ListNationalItems(
    grpc::CallbackServerContext* context, const v1::ListNationalItemsRequest* request,
    v1::ListNationalItemsResponse* response) {
  return ServeList<v1::NationalItem>(
      shared_, context, request, response, &v1::ListNationalItemsResponse::mutable_national_items,
      [this](const auto& request) { return Select(request, LondonDay(shared_.resources().clock().Now())); });
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::ListNationalItemVersions(
    grpc::CallbackServerContext* context, const v1::ListNationalItemVersionsRequest* request,
    v1::ListNationalItemVersionsResponse* response) {
  return ServeVersions<v1::NationalItem>(shared_, context, request, response,
                                         &v1::ListNationalItemVersionsResponse::mutable_versions,
                                         &v1::NationalItemVersion::mutable_national_item);
}

grpc::ServerUnaryReactor* NationalRecommendationsServiceImpl::GetNationalRecommendationMatrix(
    grpc::CallbackServerContext* context, const v1::GetNationalRecommendationMatrixRequest* request,
    v1::GetNationalRecommendationMatrixResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetNationalRecommendationMatrixRequest& request,
             v1::GetNationalRecommendationMatrixResponse* response, rpc::Done done) {
        ServePage(
            shared_, overviews_, call, request, response, request.force(), Limit(request.page_size(), 50, kMostRows),
            std::move(done),
            [&request](const Overview& overview, const OverviewMoment& moment, const Viewer& viewer,
                       const std::string& after, int limit, v1::GetNationalRecommendationMatrixResponse* response) {
              *response->mutable_date() = ToPartialDate(moment.today);
              const MatrixSelection selection{ForcesOf(viewer, request.force()), request.theme()};
              auto columns = overview.national().ColumnsOf(selection, moment.today);
              Page page(limit);
              overview.national().EachRow(selection, columns, moment.today, after, [&](v1::NationalRow row) {
                if (!page.Add(row.national_recommendation())) return false;
                *response->add_rows() = std::move(row);
                return true;
              });
              for (auto& column : columns.columns) *response->add_columns() = std::move(column);
              *response->mutable_counts() = columns.counts;
              return page.next();
            });
      });
}

}  // namespace oversight::concerns
