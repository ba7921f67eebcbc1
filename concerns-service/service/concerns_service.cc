#include "concerns-service/service/concerns_service.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resource_pattern.h"
#include "concerns-service/domain/concern_commands.h"
#include "concerns-service/domain/recommendation_commands.h"
#include "concerns-service/domain/visibility.h"
#include "concerns-service/service/concern_watch.h"
#include "concerns-service/service/names.h"

namespace oversight::concerns {
namespace {

// By what concerns and recommendations can be listed. A term's value is a name, never a number, so that the store reads
// well and outlives renumbering.
ledger::Term ForceTerm(const std::string& force) { return {"force", force}; }
ledger::Term ConcernTerm(const std::string& concern) { return {"concern", concern}; }
ledger::Term KindTerm(v1::ConcernKind kind) { return {"kind", v1::ConcernKind_Name(kind)}; }
ledger::Term StateTerm(v1::ConcernState state) { return {"state", v1::ConcernState_Name(state)}; }
ledger::Term StateTerm(v1::RecommendationState state) { return {"state", v1::RecommendationState_Name(state)}; }
ledger::Term ThemeTerm(const std::string& theme) { return {"theme", theme}; }

std::vector<ledger::Term> TermsOfConcern(const v1::Concern& concern) {
  return {ForceTerm(ForceOf(concern.name())), KindTerm(concern.kind()), StateTerm(concern.state()),
          ThemeTerm(concern.theme())};
}

std::vector<ledger::Term> TermsOfRecommendation(const v1::Recommendation& recommendation) {
  return {ForceTerm(ForceOf(recommendation.name())), ConcernTerm(ConcernOf(recommendation.name())),
          StateTerm(recommendation.state())};
}

absl::StatusOr<std::vector<v1::Recommendation>> RecommendationsOf(rpc::Facts& facts, const std::string& concern) {
  const ledger::Term term = ConcernTerm(concern);
  return facts.List<v1::Recommendation>(term.term, term.value, kMaxRecommendations + 1);
}

absl::StatusOr<Record> RecordOf(rpc::Facts& facts, const std::string& concern) {
  Record record;
  OVERSIGHT_ASSIGN_OR_RETURN(record.concern, facts.Require<v1::Concern>(concern));
  OVERSIGHT_ASSIGN_OR_RETURN(record.recommendations, RecommendationsOf(facts, concern));
  return record;
}

Acting ActingOf(const rpc::Facts& facts) { return {facts.actor().name(), facts.now()}; }

template <class T>
bool Same(const T& a, const T& b) {
  return rpc::ToPayload(a) == rpc::ToPayload(b);
}

// The outcome of a command on a concern alone.
template <class Response>
absl::StatusOr<rpc::Outcome<Response>> Stored(absl::StatusOr<v1::Concern> concern) {
  if (!concern.ok()) return concern.status();
  rpc::Outcome<Response> outcome;
  outcome.Put(*concern);
  *outcome.response.mutable_concern() = *std::move(concern);
  return outcome;
}

// The outcome of a command on a recommendation alone.
template <class Response>
absl::StatusOr<rpc::Outcome<Response>> Stored(absl::StatusOr<v1::Recommendation> recommendation) {
  if (!recommendation.ok()) return recommendation.status();
  rpc::Outcome<Response> outcome;
  outcome.Put(*recommendation);
  *outcome.response.mutable_recommendation() = *std::move(recommendation);
  return outcome;
}

// The outcome of a command on a concern and its recommendations; of these, only what changed is stored.
template <class Response>
absl::StatusOr<rpc::Outcome<Response>> StoredRecord(const Record& before, absl::StatusOr<Record> after) {
  if (!after.ok()) return after.status();
  rpc::Outcome<Response> outcome;
  outcome.Put(after->concern);
  *outcome.response.mutable_concern() = after->concern;
  for (size_t i = 0; i < after->recommendations.size(); ++i) {
    if (!Same(before.recommendations[i], after->recommendations[i])) outcome.Put(after->recommendations[i]);
    *outcome.response.add_recommendations() = after->recommendations[i];
  }
  return outcome;
}

const rpc::ResourcePattern& ConcernPattern() {
  static const auto* const pattern = new rpc::ResourcePattern("forces/{force}/concerns/{concern}");
  return *pattern;
}
const rpc::ResourcePattern& RecommendationPattern() {
  static const auto* const pattern =
      new rpc::ResourcePattern("forces/{force}/concerns/{concern}/recommendations/{recommendation}");
  return *pattern;
}

template <class T>
std::function<bool(const T&)> FilterOf(const Viewer& viewer) {
  if (viewer.sees_everything()) return nullptr;
  return [viewer](const T& resource) { return viewer.Sees(resource); };
}

}  // namespace

ConcernsServiceImpl::ConcernsServiceImpl(rpc::Runtime& runtime, ForceDirectory& forces, const Themes& themes)
    : host_(runtime.host),
      resources_(*runtime.ledger, runtime.clock),
      forces_(forces),
      themes_(themes),
      scopes_(ScopeTable()),
      region_([&forces](const std::string& force) { return forces.RegionOf(force); }) {
  resources_.Register<v1::Concern>(TermsOfConcern);
  resources_.Register<v1::Recommendation>(TermsOfRecommendation);
}

// ---- Steps that handlers share ----

void ConcernsServiceImpl::InScope(rpc::Call& call, const std::string& name, const rpc::Done& done, Next next) {
  const std::string force = ForceOf(name);
  const auto check = [this, &call, force, done, next = std::move(next)](const absl::Status& unknown) {
    if (!unknown.ok()) return next(unknown);
    const absl::Status status = auth::Check(scopes_, call.verb(), call.principal(), force, region_);
    if (!status.ok()) return done(status);
    next(absl::OkStatus());
  };
  // Only a scope by region needs to know the force.
  if (call.principal().Covers(force, "") || call.principal().proto().regions().empty()) return check(absl::OkStatus());
  WithForce(call, force, done, check);
}

void ConcernsServiceImpl::WithForce(rpc::Call& call, const std::string& force, const rpc::Done& done, Next next) {
  forces_.Find(force, call.deadline(), [done, next = std::move(next)](const auto& found) {
    if (absl::IsNotFound(found.status())) return done(found.status());
    next(found.status());
  });
}

template <class Request, class Response, class Decide>
void ConcernsServiceImpl::Write(rpc::Call& call, const Request& request, const std::string& name,
                                const std::string& reason, Response* response, rpc::Done done, Decide decide) {
  InScope(call, name, done,
          [this, &call, &request, reason, response, done, decide = std::move(decide)](const absl::Status& unknown) {
            resources_.Mutate(
                call, request, response, reason,
                [unknown, decide](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
                  OVERSIGHT_RETURN_IF_ERROR(unknown);
                  return decide(facts);
                },
                done);
          });
}

// ---- Writing concerns ----

grpc::ServerUnaryReactor* ConcernsServiceImpl::CreateConcern(grpc::CallbackServerContext* context,
                                                             const v1::CreateConcernRequest* request,
                                                             v1::CreateConcernResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateConcernRequest& request, v1::CreateConcernResponse* response,
             rpc::Done done) {
        const auto decide = [this,
                             &request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::CreateConcernResponse>> {
          const std::string prefix = absl::StrCat(request.parent(), "/concerns/");
          OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(prefix));
          return Stored<v1::CreateConcernResponse>(
              DraftConcern(request, absl::StrCat(prefix, number), themes_, ActingOf(facts)));
        };
        const auto write = [this, &call, &request, response, done, decide](const absl::Status& unknown) {
          resources_.Mutate(
              call, request, response, /*reason=*/"",
              [unknown, decide](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::CreateConcernResponse>> {
                OVERSIGHT_RETURN_IF_ERROR(unknown);
                return decide(facts);
              },
              done);
        };
        InScope(call, request.parent(), done, [this, &call, &request, done, write](const absl::Status& unknown) {
          // A scope that could not be checked stays so, even if the force could be found by now.
          if (!unknown.ok()) return write(unknown);
          // Unlike other writes, this one needs the force to exist whatever the caller's scope.
          WithForce(call, request.parent(), done, write);
        });
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::UpdateConcern(grpc::CallbackServerContext* context,
                                                             const v1::UpdateConcernRequest* request,
                                                             v1::UpdateConcernResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::UpdateConcernRequest& request, v1::UpdateConcernResponse* response,
             rpc::Done done) {
        const auto decide = [this,
                             &request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::UpdateConcernResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.concern().name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(record.concern, request.concern().etag()));
          OVERSIGHT_ASSIGN_OR_RETURN(v1::Concern concern,
                                     concerns::UpdateConcern(record, request, themes_, ActingOf(facts)));
          rpc::Outcome<v1::UpdateConcernResponse> outcome;
          if (!Same(concern, record.concern)) outcome.Put(concern);
          *outcome.response.mutable_concern() = std::move(concern);
          return outcome;
        };
        Write(call, request, request.concern().name(), /*reason=*/"", response, std::move(done), decide);
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::IssueConcern(grpc::CallbackServerContext* context,
                                                            const v1::IssueConcernRequest* request,
                                                            v1::IssueConcernResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::IssueConcernRequest& request, v1::IssueConcernResponse* response,
             rpc::Done done) {
        const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::IssueConcernResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(record.concern, request.etag()));
          return StoredRecord<v1::IssueConcernResponse>(record,
                                                        concerns::IssueConcern(record, request, ActingOf(facts)));
        };
        Write(call, request, request.name(), /*reason=*/"", response, std::move(done), decide);
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::AssessHandling(grpc::CallbackServerContext* context,
                                                              const v1::AssessHandlingRequest* request,
                                                              v1::AssessHandlingResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::AssessHandlingRequest& request, v1::AssessHandlingResponse* response,
             rpc::Done done) {
        const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::AssessHandlingResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(record.concern, request.etag()));
          return Stored<v1::AssessHandlingResponse>(concerns::AssessHandling(record, request, ActingOf(facts)));
        };
        Write(call, request, request.name(), request.rationale(), response, std::move(done), decide);
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::DischargeConcern(grpc::CallbackServerContext* context,
                                                                const v1::DischargeConcernRequest* request,
                                                                v1::DischargeConcernResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::DischargeConcernRequest& request, v1::DischargeConcernResponse* response,
             rpc::Done done) {
        const auto decide =
            [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::DischargeConcernResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(record.concern, request.etag()));
          return Stored<v1::DischargeConcernResponse>(concerns::DischargeConcern(record, request, ActingOf(facts)));
        };
        Write(call, request, request.name(), request.reason(), response, std::move(done), decide);
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::WithdrawConcern(grpc::CallbackServerContext* context,
                                                               const v1::WithdrawConcernRequest* request,
                                                               v1::WithdrawConcernResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::WithdrawConcernRequest& request, v1::WithdrawConcernResponse* response,
             rpc::Done done) {
        const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::WithdrawConcernResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(record.concern, request.etag()));
          return StoredRecord<v1::WithdrawConcernResponse>(record,
                                                           concerns::WithdrawConcern(record, request, ActingOf(facts)));
        };
        Write(call, request, request.name(), request.reason(), response, std::move(done), decide);
      });
}

// ---- Writing recommendations ----

grpc::ServerUnaryReactor* ConcernsServiceImpl::CreateRecommendation(grpc::CallbackServerContext* context,
                                                                    const v1::CreateRecommendationRequest* request,
                                                                    v1::CreateRecommendationResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateRecommendationRequest& request,
             v1::CreateRecommendationResponse* response, rpc::Done done) {
        const auto decide =
            [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::CreateRecommendationResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.parent()));
          const std::string prefix = absl::StrCat(request.parent(), "/recommendations/");
          OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(prefix));
          return Stored<v1::CreateRecommendationResponse>(
              AddRecommendation(record, request, absl::StrCat(prefix, number), ActingOf(facts)));
        };
        Write(call, request, request.parent(), /*reason=*/"", response, std::move(done), decide);
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::UpdateRecommendation(grpc::CallbackServerContext* context,
                                                                    const v1::UpdateRecommendationRequest* request,
                                                                    v1::UpdateRecommendationResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::UpdateRecommendationRequest& request,
             v1::UpdateRecommendationResponse* response, rpc::Done done) {
        const auto decide =
            [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::UpdateRecommendationResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const v1::Recommendation current,
                                     facts.Require<v1::Recommendation>(request.recommendation().name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.recommendation().etag()));
          OVERSIGHT_ASSIGN_OR_RETURN(v1::Recommendation updated, concerns::UpdateRecommendation(current, request));
          rpc::Outcome<v1::UpdateRecommendationResponse> outcome;
          if (!Same(updated, current)) outcome.Put(updated);
          *outcome.response.mutable_recommendation() = std::move(updated);
          return outcome;
        };
        Write(call, request, request.recommendation().name(), /*reason=*/"", response, std::move(done), decide);
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ClaimRecommendation(grpc::CallbackServerContext* context,
                                                                   const v1::ClaimRecommendationRequest* request,
                                                                   v1::ClaimRecommendationResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ClaimRecommendationRequest& request, v1::ClaimRecommendationResponse* response,
             rpc::Done done) {
        const auto decide = [&request, viewer = ViewerOf(call)](
                                rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::ClaimRecommendationResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const v1::Recommendation current,
                                     facts.Require<v1::Recommendation>(request.name()));
          // A claim is made from outside: it must not show that there is a draft.
          if (!viewer.Sees(current)) return NotFound("Recommendation", request.name());
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.etag()));
          return Stored<v1::ClaimRecommendationResponse>(
              concerns::ClaimRecommendation(current, request, ActingOf(facts)));
        };
        Write(call, request, request.name(), /*reason=*/"", response, std::move(done), decide);
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::VerifyRecommendation(grpc::CallbackServerContext* context,
                                                                    const v1::VerifyRecommendationRequest* request,
                                                                    v1::VerifyRecommendationResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::VerifyRecommendationRequest& request,
             v1::VerifyRecommendationResponse* response, rpc::Done done) {
        const auto decide =
            [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::VerifyRecommendationResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const v1::Recommendation current,
                                     facts.Require<v1::Recommendation>(request.name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.etag()));
          return Stored<v1::VerifyRecommendationResponse>(
              concerns::VerifyRecommendation(current, request, ActingOf(facts)));
        };
        Write(call, request, request.name(), request.rationale(), response, std::move(done), decide);
      });
}

// ---- Reading ----

grpc::ServerUnaryReactor* ConcernsServiceImpl::GetConcern(grpc::CallbackServerContext* context,
                                                          const v1::GetConcernRequest* request,
                                                          v1::GetConcernResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetConcernRequest& request, v1::GetConcernResponse* response, rpc::Done done) {
        const Viewer viewer = ViewerOf(call);
        if (auto status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok()) return done(status);
        resources_.GetResource<v1::Concern>(call, request, response, &v1::GetConcernResponse::mutable_concern,
                                            std::move(done), FilterOf<v1::Concern>(viewer));
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListConcerns(grpc::CallbackServerContext* context,
                                                            const v1::ListConcernsRequest* request,
                                                            v1::ListConcernsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListConcernsRequest& request, v1::ListConcernsResponse* response,
                            rpc::Done done) {
                       const Viewer viewer = ViewerOf(call);
                       if (auto status = viewer.MayAskAbout(request.parent(), call.verb()); !status.ok())
                         return done(status);
                       rpc::Selection<v1::Concern> selection;
                       const bool every_force = request.parent() == kAnyForce;
                       if (!every_force) selection.all_of.push_back(ForceTerm(request.parent()));
                       if (request.kind() != v1::CONCERN_KIND_UNSPECIFIED)
                         selection.all_of.push_back(KindTerm(request.kind()));
                       if (request.state() != v1::CONCERN_STATE_UNSPECIFIED)
                         selection.all_of.push_back(StateTerm(request.state()));
                       if (!request.theme().empty()) selection.all_of.push_back(ThemeTerm(request.theme()));
                       selection.filter = FilterOf<v1::Concern>(viewer);
                       selection.visibility = viewer.sees_everything() ? "" : call.principal().name();
                       const auto list = [this, &call, &request, response, selection = std::move(selection), done] {
                         resources_.ListResources<v1::Concern>(
                             call, request, response, &v1::ListConcernsResponse::mutable_concerns, selection, done);
                       };
                       if (every_force) return list();
                       // An unknown force is an error and not an empty list; what is stored is listed also while
                       // forces-service is down.
                       WithForce(call, request.parent(), done, [list](const absl::Status&) { list(); });
                     });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListConcernVersions(grpc::CallbackServerContext* context,
                                                                   const v1::ListConcernVersionsRequest* request,
                                                                   v1::ListConcernVersionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListConcernVersionsRequest& request,
                            v1::ListConcernVersionsResponse* response, rpc::Done done) {
                       const Viewer viewer = ViewerOf(call);
                       if (auto status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok())
                         return done(status);
                       resources_.Read<v1::Concern>(
                           call, request.name(), {},
                           [this, &call, &request, response, viewer, done](const auto& found) {
                             if (!found.ok()) return done(found.status());
                             if (!viewer.Sees(found->resource)) return done(NotFound("Concern", request.name()));
                             resources_.ListVersions<v1::Concern>(
                                 call, request, response, &v1::ListConcernVersionsResponse::mutable_versions,
                                 &v1::ConcernVersion::mutable_concern, done, FilterOf<v1::Concern>(viewer));
                           });
                     });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::GetRecommendation(grpc::CallbackServerContext* context,
                                                                 const v1::GetRecommendationRequest* request,
                                                                 v1::GetRecommendationResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetRecommendationRequest& request,
                            v1::GetRecommendationResponse* response, rpc::Done done) {
                       const Viewer viewer = ViewerOf(call);
                       if (auto status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok())
                         return done(status);
                       resources_.GetResource<v1::Recommendation>(
                           call, request, response, &v1::GetRecommendationResponse::mutable_recommendation,
                           std::move(done), FilterOf<v1::Recommendation>(viewer));
                     });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListRecommendations(grpc::CallbackServerContext* context,
                                                                   const v1::ListRecommendationsRequest* request,
                                                                   v1::ListRecommendationsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListRecommendationsRequest& request,
                            v1::ListRecommendationsResponse* response, rpc::Done done) {
                       const Viewer viewer = ViewerOf(call);
                       const std::string force = ForceOf(request.parent());
                       if (auto status = viewer.MayAskAbout(force, call.verb()); !status.ok()) return done(status);
                       rpc::Selection<v1::Recommendation> selection;
                       if (!ConcernPattern().Matches(request.parent(), /*wildcard=*/false)) {
                         // forces/kent/concerns/- or forces/-/concerns/-; a numbered concern of any force means
                         // nothing.
                         if (request.parent() != absl::StrCat(force, "/concerns/-")) {
                           Violations violations;
                           violations.Add("parent", "names a concern without its force; give the force, or - for both");
                           return done(violations.status());
                         }
                         if (force != kAnyForce) selection.all_of.push_back(ForceTerm(force));
                       } else {
                         selection.all_of.push_back(ConcernTerm(request.parent()));
                       }
                       if (request.state() != v1::RECOMMENDATION_STATE_UNSPECIFIED) {
                         selection.all_of.push_back(StateTerm(request.state()));
                       }
                       selection.filter = FilterOf<v1::Recommendation>(viewer);
                       selection.visibility = viewer.sees_everything() ? "" : call.principal().name();
                       resources_.ListResources<v1::Recommendation>(
                           call, request, response, &v1::ListRecommendationsResponse::mutable_recommendations,
                           std::move(selection), std::move(done));
                     });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListRecommendationVersions(
    grpc::CallbackServerContext* context, const v1::ListRecommendationVersionsRequest* request,
    v1::ListRecommendationVersionsResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListRecommendationVersionsRequest& request,
             v1::ListRecommendationVersionsResponse* response, rpc::Done done) {
        const Viewer viewer = ViewerOf(call);
        if (auto status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok()) return done(status);
        resources_.Read<v1::Recommendation>(
            call, request.name(), {}, [this, &call, &request, response, viewer, done](const auto& found) {
              if (!found.ok()) return done(found.status());
              if (!viewer.Sees(found->resource)) return done(NotFound("Recommendation", request.name()));
              resources_.ListVersions<v1::Recommendation>(
                  call, request, response, &v1::ListRecommendationVersionsResponse::mutable_versions,
                  &v1::RecommendationVersion::mutable_recommendation, done, FilterOf<v1::Recommendation>(viewer));
            });
      });
}

// ---- What may happen next ----

Permission ConcernsServiceImpl::PermissionOf(const rpc::Call& call, const std::string& name) const {
  return [this, principal = call.principal(), force = ForceOf(name)](const std::string& verb) {
    return auth::Check(scopes_, verb, principal, force, region_);
  };
}

void ConcernsServiceImpl::AnswerConcernActions(rpc::Call& call, const std::string& name,
                                               v1::ListAllowedActionsResponse* response, rpc::Done done) {
  resources_.Read<v1::Concern>(call, name, {}, [this, &call, name, response, done](const auto& found) {
    if (!found.ok()) return done(found.status());
    if (!ViewerOf(call).Sees(found->resource)) return done(NotFound("Concern", name));
    // At the revision at which the concern was read, so that the two belong together.
    common::v1::ReadOptions read;
    read.mutable_as_of()->set_revision(found->revision);
    rpc::Selection<v1::Recommendation> selection;
    selection.all_of.push_back(ConcernTerm(name));
    resources_.ReadAll<v1::Recommendation>(
        call, read, std::move(selection),
        [this, &call, name, response, done, concern = found->resource, revision = found->revision,
         time = found->time](const auto& recommendations) {
          if (!recommendations.ok()) return done(recommendations.status());
          const Record record{concern, recommendations->resource};
          for (auto& action : AllowedActions(record, LondonDay(resources_.clock().Now()), PermissionOf(call, name))) {
            *response->add_actions() = std::move(action);
          }
          resources_.SetHeader(revision, time, response->mutable_header());
          done(absl::OkStatus());
        });
  });
}

void ConcernsServiceImpl::AnswerRecommendationActions(rpc::Call& call, const std::string& name,
                                                      v1::ListAllowedActionsResponse* response, rpc::Done done) {
  resources_.Read<v1::Recommendation>(call, name, {}, [this, &call, name, response, done](const auto& found) {
    if (!found.ok()) return done(found.status());
    if (!ViewerOf(call).Sees(found->resource)) return done(NotFound("Recommendation", name));
    for (auto& action : AllowedActions(found->resource, PermissionOf(call, name))) {
      *response->add_actions() = std::move(action);
    }
    resources_.SetHeader(found->revision, found->time, response->mutable_header());
    done(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListAllowedActions(grpc::CallbackServerContext* context,
                                                                  const v1::ListAllowedActionsRequest* request,
                                                                  v1::ListAllowedActionsResponse* response) {
  return host_.Unary(context, request, response,
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
                       const Viewer viewer = ViewerOf(call);
                       if (auto status = viewer.MayAskAbout(ForceOf(name), call.verb()); !status.ok()) {
                         return done(status);
                       }
                       if (is_concern) return AnswerConcernActions(call, name, response, std::move(done));
                       AnswerRecommendationActions(call, name, response, std::move(done));
                     });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListThemes(grpc::CallbackServerContext* context,
                                                          const v1::ListThemesRequest* request,
                                                          v1::ListThemesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListThemesRequest& request, v1::ListThemesResponse* response, rpc::Done done) {
        *response->mutable_theme_list() = themes_.list();
        done(absl::OkStatus());
      });
}

grpc::ServerWriteReactor<v1::WatchConcernsResponse>* ConcernsServiceImpl::WatchConcerns(
    grpc::CallbackServerContext* context, const v1::WatchConcernsRequest* request) {
  return host_.Stream<v1::WatchConcernsResponse>(
      context, request,
      [this](std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call,
             const v1::WatchConcernsRequest& request) {
        const Viewer viewer = ViewerOf(*call);
        ServeConcernWatch(std::move(call), request.start(), viewer, resources_.ledger(), resources_.clock());
      });
}

}  // namespace oversight::concerns
