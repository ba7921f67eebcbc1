// The reads of ConcernsService: gets, lists, histories, the watch, and what may happen next.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resource_pattern.h"
#include "common/time/london.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/service/concern_watch.h"
#include "concerns-service/service/concerns_service.h"
#include "concerns-service/service/read_path.h"
#include "concerns-service/service/terms.h"

namespace oversight::concerns {
namespace {

const rpc::ResourcePattern& ConcernPattern() {
  static const auto* const pattern = new rpc::ResourcePattern("forces/{force}/concerns/{concern}");
  return *pattern;
}
const rpc::ResourcePattern& RecommendationPattern() {
  static const auto* const pattern =
      new rpc::ResourcePattern("forces/{force}/concerns/{concern}/recommendations/{recommendation}");
  return *pattern;
}

absl::StatusOr<rpc::Selection<v1::Concern>> Select(const v1::ListConcernsRequest& request) {
  rpc::Selection<v1::Concern> selection;
  if (request.parent() != kAnyForce) selection.all_of.push_back(ForceTerm(request.parent()));
  if (request.kind() != v1::CONCERN_KIND_UNSPECIFIED) selection.all_of.push_back(KindTerm(request.kind()));
  if (request.state() != v1::CONCERN_STATE_UNSPECIFIED) selection.all_of.push_back(StateTerm(request.state()));
  if (!request.theme().empty()) selection.all_of.push_back(ThemeTerm(request.theme()));
  return selection;
}

absl::StatusOr<rpc::Selection<v1::Recommendation>> Select(const v1::ListRecommendationsRequest& request) {
  rpc::Selection<v1::Recommendation> selection;
  if (ConcernPattern().Matches(request.parent(), /*wildcard=*/false)) {
    selection.all_of.push_back(ConcernTerm(request.parent()));
  } else {
    // forces/kent/concerns/- or forces/-/concerns/-; a numbered concern of any force means nothing.
    const std::string force = ForceOf(request.parent());
    if (request.parent() != absl::StrCat(force, "/concerns/-")) {
      Violations violations;
      violations.Add("parent", "names a concern without its force; give the force, or - for both");
      return violations.status();
    }
    if (force != kAnyForce) selection.all_of.push_back(ForceTerm(force));
  }
  if (request.state() != v1::RECOMMENDATION_STATE_UNSPECIFIED) selection.all_of.push_back(StateTerm(request.state()));
  return selection;
}

// What may be done next with the concern.
void AnswerConcernActions(ServiceContext& shared, rpc::Call& call, const std::string& name,
                          v1::ListAllowedActionsResponse* response, rpc::Done done) {
  shared.resources().Read<v1::Concern>(call, name, {}, [&shared, &call, name, response, done](const auto& found) {
    if (!found.ok()) return done(found.status());
    if (!shared.kinds().Sees(shared.ViewerOf(call), found->resource)) return done(NotFound("Concern", name));
    // At the revision at which the concern was read, so that the two belong together.
    common::v1::ReadOptions read;
    read.mutable_as_of()->set_revision(found->revision);
    rpc::Selection<v1::Recommendation> selection;
    selection.all_of.push_back(ConcernTerm(name));
    shared.resources().ReadAll<v1::Recommendation>(
        call, read, std::move(selection),
        [&shared, &call, name, response, done, concern = found->resource, revision = found->revision,
         time = found->time](const auto& recommendations) {
          if (!recommendations.ok()) return done(recommendations.status());
          const Record record{concern, recommendations->resource};
          const absl::CivilDay today = LondonDay(shared.resources().clock().Now());
          for (auto& action : AllowedActions(record, today, shared.PermissionOf(call, name))) {
            *response->add_actions() = std::move(action);
          }
          shared.resources().SetHeader(revision, time, response->mutable_header());
          done(absl::OkStatus());
        });
  });
}

// The same for one of its recommendations.
void AnswerRecommendationActions(ServiceContext& shared, rpc::Call& call, const std::string& name,
                                 v1::ListAllowedActionsResponse* response, rpc::Done done) {
  shared.resources().Read<v1::Recommendation>(
      call, name, {}, [&shared, &call, name, response, done](const auto& found) {
        if (!found.ok()) return done(found.status());
        if (!shared.kinds().Sees(shared.ViewerOf(call), found->resource)) return done(NotFound("Recommendation", name));
        for (auto& action : AllowedActions(found->resource, shared.PermissionOf(call, name))) {
          *response->add_actions() = std::move(action);
        }
        shared.resources().SetHeader(found->revision, found->time, response->mutable_header());
        done(absl::OkStatus());
      });
}

}  // namespace

grpc::ServerUnaryReactor* ConcernsServiceImpl::GetConcern(grpc::CallbackServerContext* context,
                                                          const v1::GetConcernRequest* request,
                                                          v1::GetConcernResponse* response) {
  return ServeGet<v1::Concern>(shared_, context, request, response, &v1::GetConcernResponse::mutable_concern);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListConcerns(grpc::CallbackServerContext* context,
                                                            const v1::ListConcernsRequest* request,
                                                            v1::ListConcernsResponse* response) {
  return ServeList<v1::Concern>(shared_, context, request, response, &v1::ListConcernsResponse::mutable_concerns,
                                [](const auto& request) { return Select(request); });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListConcernVersions(grpc::CallbackServerContext* context,
                                                                   const v1::ListConcernVersionsRequest* request,
                                                                   v1::ListConcernVersionsResponse* response) {
  return ServeVersions<v1::Concern>(shared_, context, request, response,
                                    &v1::ListConcernVersionsResponse::mutable_versions,
                                    &v1::ConcernVersion::mutable_concern);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::GetRecommendation(grpc::CallbackServerContext* context,
                                                                 const v1::GetRecommendationRequest* request,
                                                                 v1::GetRecommendationResponse* response) {
  return ServeGet<v1::Recommendation>(shared_, context, request, response,
                                      &v1::GetRecommendationResponse::mutable_recommendation);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListRecommendations(grpc::CallbackServerContext* context,
                                                                   const v1::ListRecommendationsRequest* request,
                                                                   v1::ListRecommendationsResponse* response) {
  return ServeList<v1::Recommendation>(shared_, context, request, response,
                                       &v1::ListRecommendationsResponse::mutable_recommendations,
                                       [](const auto& request) { return Select(request); });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListRecommendationVersions(
    grpc::CallbackServerContext* context, const v1::ListRecommendationVersionsRequest* request,
    v1::ListRecommendationVersionsResponse* response) {
  return ServeVersions<v1::Recommendation>(shared_, context, request, response,
                                           &v1::ListRecommendationVersionsResponse::mutable_versions,
                                           &v1::RecommendationVersion::mutable_recommendation);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListAllowedActions(grpc::CallbackServerContext* context,
                                                                  const v1::ListAllowedActionsRequest* request,
                                                                  v1::ListAllowedActionsResponse* response) {
  return shared_.host().Unary(context, request, response,
                              [this](rpc::Call& call, const v1::ListAllowedActionsRequest& request,
                                     v1::ListAllowedActionsResponse* response, rpc::Done done) {
                                const std::string& name = request.name();
                                const bool is_concern = ConcernPattern().Matches(name, /*wildcard=*/false);
                                if (!is_concern && !RecommendationPattern().Matches(name, /*wildcard=*/false)) {
                                  Violations violations;
                                  violations.Add("name",
                                                 "must name a concern or a recommendation, such as "
                                                 "forces/kent/concerns/1 or forces/kent/concerns/1/recommendations/2");
                                  return done(violations.status());
                                }
                                const absl::Status status =
                                    shared_.ViewerOf(call).MayAskAbout(ForceOf(name), call.verb());
                                if (!status.ok()) return done(status);
                                if (is_concern)
                                  return AnswerConcernActions(shared_, call, name, response, std::move(done));
                                AnswerRecommendationActions(shared_, call, name, response, std::move(done));
                              });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListThemes(grpc::CallbackServerContext* context,
                                                          const v1::ListThemesRequest* request,
                                                          v1::ListThemesResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListThemesRequest& request, v1::ListThemesResponse* response, rpc::Done done) {
        *response->mutable_theme_list() = shared_.themes().list();
        done(absl::OkStatus());
      });
}

grpc::ServerWriteReactor<v1::WatchConcernsResponse>* ConcernsServiceImpl::WatchConcerns(
    grpc::CallbackServerContext* context, const v1::WatchConcernsRequest* request) {
  return shared_.host().Stream<v1::WatchConcernsResponse>(
      context, request,
      [this](std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call,
             const v1::WatchConcernsRequest& request) {
        ServeConcernWatch(shared_, std::move(call), request.start());
      });
}

}  // namespace oversight::concerns
