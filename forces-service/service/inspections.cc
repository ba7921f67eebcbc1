// Inspections and the duties to respond to their reports: the handlers of ForcesServiceImpl for them.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/validator.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "forces-service/domain/grades.h"
#include "forces-service/domain/inspection.h"
#include "forces-service/domain/response_duty.h"
#include "forces-service/service/authorization.h"
#include "forces-service/service/forces_service.h"
#include "forces-service/service/names.h"
#include "forces-service/service/terms.h"
#include "oversight/forces/v1/error_reason.pb.h"

namespace oversight::forces {
namespace {

// How many forces a national inspection is looked for among; the register has under a hundred.
constexpr int kMostForces = 1000;

std::function<bool(const v1::Inspection&)> VisibleTo(const auth::Principal& principal) {
  if (IsInside(principal)) return nullptr;
  return IsPublic;
}

absl::StatusOr<std::vector<v1::Force>> ForcesOf(const v1::Inspection& inspection, rpc::Facts& facts) {
  std::vector<v1::Force> forces;
  for (const std::string& name : ForcesNamed(inspection)) {
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Force force, facts.Require<v1::Force>(name));
    forces.push_back(std::move(force));
  }
  return forces;
}

// Stores the inspection alone.
template <class Response>
absl::StatusOr<rpc::Outcome<Response>> Stored(absl::StatusOr<v1::Inspection> inspection) {
  if (!inspection.ok()) return inspection.status();
  rpc::Outcome<Response> outcome;
  outcome.Put(*inspection);
  *outcome.response.mutable_inspection() = *std::move(inspection);
  return outcome;
}

// Makes the duty that the report of `inspection` makes for the force, or says why it makes none.
absl::Status AddDuty(const v1::Inspection& inspection, const v1::Force& force, rpc::Facts& facts,
                     rpc::Outcome<v1::PublishReportResponse>& outcome) {
  if (!inspection.report().has_recommendations()) return absl::OkStatus();
  const absl::CivilDay published = DayInterval(inspection.report().publication_date()).first;
  if (std::string why_not = WhyNoDuty(force, published); !why_not.empty()) {
    auto& without = *outcome.response.add_forces_without_duty();
    without.set_force(force.name());
    without.set_reason(std::move(why_not));
    return absl::OkStatus();
  }
  const std::string prefix = absl::StrCat(inspection.name(), "/responseDuties/");
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(prefix));
  v1::ResponseDuty duty = MakeDuty(inspection, force, absl::StrCat(prefix, number));
  outcome.Put(duty);
  Derive(LondonDay(facts.now()), &duty);
  *outcome.response.add_response_duties() = std::move(duty);
  return absl::OkStatus();
}

// Records the published national inspection for every force it concerns.
absl::Status AddParts(const v1::Inspection& national, rpc::Facts& facts,
                      rpc::Outcome<v1::PublishReportResponse>& outcome) {
  OVERSIGHT_ASSIGN_OR_RETURN(const auto forces, facts.List<v1::Force>("", "", kMostForces));
  for (const v1::Force& force : forces) {
    if (!Concerns(national, force)) continue;
    const std::string prefix = absl::StrCat(force.name(), "/inspections/");
    OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(prefix));
    const v1::Inspection part = PartOf(national, absl::StrCat(prefix, number));
    outcome.Put(part);
    *outcome.response.add_force_inspections() = part;
    OVERSIGHT_RETURN_IF_ERROR(AddDuty(part, force, facts, outcome));
  }
  if (!outcome.response.force_inspections().empty()) return absl::OkStatus();
  const std::string day = FormatForPeople(national.report().publication_date());
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NO_FORCE_CONCERNED,
               absl::StrCat(national.name(), " concerns no force of the register on ", day,
                            ". Record the forces first (CreateForce, ImportForces), or list those concerned "
                            "(UpdateInspection)."))
      .With("publication_date", FormatIso(national.report().publication_date()));
}

absl::CivilDay DayAsked(bool given, const common::v1::PartialDate& date, const Clock& clock) {
  return given ? DayInterval(date).first : Today(clock);
}

}  // namespace

void ForcesServiceImpl::RegisterInspections() {
  resources_.Register<v1::Inspection>([](const v1::Inspection& inspection) { return TermsOf(inspection); });
  resources_.Register<v1::ResponseDuty>([](const v1::ResponseDuty& duty) { return TermsOf(duty); });
}

absl::Status ForcesServiceImpl::InScope(const rpc::Call& call, const std::string& force, rpc::Facts& facts) const {
  return auth::Check(scopes_, call.verb(), call.principal(), force, [&facts](const std::string& name) {
    const auto found = facts.Get<v1::Force>(name);
    return found.ok() && found->has_value() ? (*found)->region() : std::string();
  });
}

template <class Request, class Response, class Change>
grpc::ServerUnaryReactor* ForcesServiceImpl::ChangeInspection(grpc::CallbackServerContext* context,
                                                              const Request* request, Response* response,
                                                              Change change) {
  return host_.Unary(context, request, response,
                     [this, change](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
                       const auto decide = [this, &call, &request,
                                            change](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
                         OVERSIGHT_RETURN_IF_ERROR(InScope(call, ForceOf(request.name()), facts));
                         OVERSIGHT_ASSIGN_OR_RETURN(const auto current, facts.Require<v1::Inspection>(request.name()));
                         OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.etag()));
                         return change(current, request, facts);
                       };
                       std::string reason;
                       if constexpr (std::is_same_v<Request, v1::CancelInspectionRequest>) reason = request.reason();
                       resources_.Mutate(call, request, response, std::move(reason), decide, std::move(done));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::CreateInspection(grpc::CallbackServerContext* context,
                                                              const v1::CreateInspectionRequest* request,
                                                              v1::CreateInspectionResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateInspectionRequest& request, v1::CreateInspectionResponse* response,
             rpc::Done done) {
        const auto decide =
            [this, &call, &request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::CreateInspectionResponse>> {
          OVERSIGHT_RETURN_IF_ERROR(InScope(call, request.parent(), facts));
          const std::string prefix =
              request.parent().empty() ? "nationalInspections/" : absl::StrCat(request.parent(), "/inspections/");
          OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(prefix));
          OVERSIGHT_ASSIGN_OR_RETURN(v1::Inspection inspection, Plan(request, absl::StrCat(prefix, number)));
          OVERSIGHT_ASSIGN_OR_RETURN(const auto forces, ForcesOf(inspection, facts));
          return Stored<v1::CreateInspectionResponse>(CheckPlan(std::move(inspection), forces));
        };
        resources_.Mutate(call, request, response, /*reason=*/"", decide, std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::UpdateInspection(grpc::CallbackServerContext* context,
                                                              const v1::UpdateInspectionRequest* request,
                                                              v1::UpdateInspectionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::UpdateInspectionRequest& request,
                            v1::UpdateInspectionResponse* response, rpc::Done done) {
                       const auto decide =
                           [this, &call,
                            &request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::UpdateInspectionResponse>> {
                         const std::string& name = request.inspection().name();
                         OVERSIGHT_RETURN_IF_ERROR(InScope(call, ForceOf(name), facts));
                         OVERSIGHT_ASSIGN_OR_RETURN(const auto current, facts.Require<v1::Inspection>(name));
                         OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.inspection().etag()));
                         OVERSIGHT_ASSIGN_OR_RETURN(v1::Inspection inspection, Revise(current, request));
                         OVERSIGHT_ASSIGN_OR_RETURN(const auto forces, ForcesOf(inspection, facts));
                         OVERSIGHT_ASSIGN_OR_RETURN(inspection, CheckPlan(std::move(inspection), forces));
                         rpc::Outcome<v1::UpdateInspectionResponse> outcome;
                         if (rpc::ToPayload(inspection) != rpc::ToPayload(current)) outcome.Put(inspection);
                         *outcome.response.mutable_inspection() = std::move(inspection);
                         return outcome;
                       };
                       resources_.Mutate(call, request, response, /*reason=*/"", decide, std::move(done));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::StartFieldwork(grpc::CallbackServerContext* context,
                                                            const v1::StartFieldworkRequest* request,
                                                            v1::StartFieldworkResponse* response) {
  return ChangeInspection(
      context, request, response, [](const v1::Inspection& current, const auto& request, rpc::Facts& facts) {
        return Stored<v1::StartFieldworkResponse>(forces::StartFieldwork(current, request, LondonDay(facts.now())));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::AwaitReport(grpc::CallbackServerContext* context,
                                                         const v1::AwaitReportRequest* request,
                                                         v1::AwaitReportResponse* response) {
  return ChangeInspection(
      context, request, response, [](const v1::Inspection& current, const auto& request, rpc::Facts& facts) {
        return Stored<v1::AwaitReportResponse>(forces::AwaitReport(current, request, LondonDay(facts.now())));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::PublishReport(grpc::CallbackServerContext* context,
                                                           const v1::PublishReportRequest* request,
                                                           v1::PublishReportResponse* response) {
  return ChangeInspection(
      context, request, response,
      [](const v1::Inspection& current, const auto& request,
         rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::PublishReportResponse>> {
        OVERSIGHT_ASSIGN_OR_RETURN(const auto inspection, Publish(current, request, LondonDay(facts.now())));
        rpc::Outcome<v1::PublishReportResponse> outcome;
        outcome.Put(inspection);
        *outcome.response.mutable_inspection() = inspection;
        if (IsNational(inspection)) {
          OVERSIGHT_RETURN_IF_ERROR(AddParts(inspection, facts, outcome));
        } else {
          OVERSIGHT_ASSIGN_OR_RETURN(const auto force, facts.Require<v1::Force>(ForceOf(inspection.name())));
          OVERSIGHT_RETURN_IF_ERROR(AddDuty(inspection, force, facts, outcome));
        }
        return outcome;
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::CancelInspection(grpc::CallbackServerContext* context,
                                                              const v1::CancelInspectionRequest* request,
                                                              v1::CancelInspectionResponse* response) {
  return ChangeInspection(
      context, request, response, [](const v1::Inspection& current, const auto& request, rpc::Facts& facts) {
        return Stored<v1::CancelInspectionResponse>(Cancel(current, request, LondonDay(facts.now())));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::GetInspection(grpc::CallbackServerContext* context,
                                                           const v1::GetInspectionRequest* request,
                                                           v1::GetInspectionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetInspectionRequest& request,
                            v1::GetInspectionResponse* response, rpc::Done done) {
                       resources_.Read<v1::Inspection>(
                           call, request.name(), request.read(),
                           [this, inside = IsInside(call.principal()), response, done](const auto& found) {
                             if (!found.ok()) return done(found.status());
                             *response->mutable_inspection() = found->resource;
                             if (!inside) rpc::ClearInternal(response->mutable_inspection());
                             resources_.SetHeader(found->revision, found->time, response->mutable_header());
                             done(absl::OkStatus());
                           },
                           VisibleTo(call.principal()));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ListInspections(grpc::CallbackServerContext* context,
                                                             const v1::ListInspectionsRequest* request,
                                                             v1::ListInspectionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListInspectionsRequest& request,
                            v1::ListInspectionsResponse* response, rpc::Done done) {
                       const bool inside = IsInside(call.principal());
                       rpc::Selection<v1::Inspection> selection;
                       selection.visibility = inside ? "" : "public";
                       selection.filter = VisibleTo(call.principal());
                       if (!inside) selection.present = rpc::ClearInternal;
                       if (request.parent() == kAnyForce) {
                         selection.filter = [visible = std::move(selection.filter)](const v1::Inspection& inspection) {
                           return !IsNational(inspection) && (!visible || visible(inspection));
                         };
                       } else {
                         selection.all_of.push_back(ForceTerm(request.parent()));
                       }
                       if (request.programme() != v1::PROGRAMME_UNSPECIFIED) {
                         selection.all_of.push_back(ProgrammeTerm(request.programme()));
                       }
                       if (request.state() != v1::INSPECTION_STATE_UNSPECIFIED)
                         selection.all_of.push_back(StateTerm(request.state()));
                       WithForce(call, request.parent(), request.read(), std::move(done),
                                 [this, &call, &request, response, selection = std::move(selection)](rpc::Done done) {
                                   resources_.ListResources<v1::Inspection>(
                                       call, request, response, &v1::ListInspectionsResponse::mutable_inspections,
                                       selection, std::move(done));
                                 });
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ListInspectionVersions(grpc::CallbackServerContext* context,
                                                                    const v1::ListInspectionVersionsRequest* request,
                                                                    v1::ListInspectionVersionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListInspectionVersionsRequest& request,
                            v1::ListInspectionVersionsResponse* response, rpc::Done done) {
                       resources_.ListVersions<v1::Inspection>(
                           call, request, response, &v1::ListInspectionVersionsResponse::mutable_versions,
                           &v1::InspectionVersion::mutable_inspection, std::move(done));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::CompareGrades(grpc::CallbackServerContext* context,
                                                           const v1::CompareGradesRequest* request,
                                                           v1::CompareGradesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CompareGradesRequest& request, v1::CompareGradesResponse* response,
             rpc::Done done) {
        using Found = rpc::Found<v1::Inspection>;
        const auto usable = [verb = call.verb()](const absl::StatusOr<Found>& found) -> absl::Status {
          return found.ok() ? RequirePublished(found->resource, verb) : found.status();
        };
        const auto visible = VisibleTo(call.principal());
        resources_.Read<v1::Inspection>(
            call, request.first(), request.read(),
            [this, usable, visible, &call, &request, response, done](const absl::StatusOr<Found>& first) {
              if (auto status = usable(first); !status.ok()) return done(status);
              // Both from one state of the record.
              common::v1::ReadOptions same;
              same.mutable_as_of()->set_revision(first->revision);
              resources_.Read<v1::Inspection>(
                  call, request.second(), same,
                  [this, usable, first = *first, response, done](const absl::StatusOr<Found>& second) {
                    if (auto status = usable(second); !status.ok()) return done(status);
                    *response->mutable_comparison() = forces::CompareGrades(first.resource, second->resource);
                    resources_.SetHeader(first.revision, first.time, response->mutable_header());
                    done(absl::OkStatus());
                  },
                  visible);
            },
            visible);
      });
}

// ---- Duties to respond ----

template <class Request, class Response, class Change>
grpc::ServerUnaryReactor* ForcesServiceImpl::ChangeDuty(grpc::CallbackServerContext* context, const Request* request,
                                                        Response* response, Change change) {
  return host_.Unary(context, request, response,
                     [this, change](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
                       const auto decide = [this, &call, &request,
                                            change](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
                         OVERSIGHT_RETURN_IF_ERROR(InScope(call, ForceOf(request.name()), facts));
                         OVERSIGHT_ASSIGN_OR_RETURN(const auto current,
                                                    facts.Require<v1::ResponseDuty>(request.name()));
                         OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.etag()));
                         rpc::Outcome<Response> outcome;
                         OVERSIGHT_ASSIGN_OR_RETURN(v1::ResponseDuty duty, change(current, request, facts, outcome));
                         outcome.Put(duty);
                         Derive(LondonDay(facts.now()), &duty);
                         *outcome.response.mutable_response_duty() = std::move(duty);
                         return outcome;
                       };
                       resources_.Mutate(call, request, response, /*reason=*/"", decide, std::move(done));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::RecordChiefCommentsDate(grpc::CallbackServerContext* context,
                                                                     const v1::RecordChiefCommentsDateRequest* request,
                                                                     v1::RecordChiefCommentsDateResponse* response) {
  return ChangeDuty(context, request, response,
                    [](const v1::ResponseDuty& current, const auto& request, rpc::Facts&, auto&) {
                      return SetCommentsDate(current, request);
                    });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::RecordResponse(grpc::CallbackServerContext* context,
                                                            const v1::RecordResponseRequest* request,
                                                            v1::RecordResponseResponse* response) {
  return ChangeDuty(context, request, response,
                    [](const v1::ResponseDuty& current, const auto& request, rpc::Facts& facts,
                       auto& outcome) -> absl::StatusOr<v1::ResponseDuty> {
                      const absl::CivilDay today = LondonDay(facts.now());
                      std::optional<v1::ResponseDuty> other;
                      if (!request.also_serves().empty()) {
                        OVERSIGHT_ASSIGN_OR_RETURN(other, facts.Require<v1::ResponseDuty>(request.also_serves()));
                      }
                      OVERSIGHT_ASSIGN_OR_RETURN(Responded responded, Respond(current, other, request, today));
                      if (responded.other) {
                        outcome.Put(*responded.other);
                        Derive(today, &*responded.other);
                        *outcome.response.mutable_also_served() = *std::move(responded.other);
                      }
                      return std::move(responded.duty);
                    });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::MarkResponseSent(grpc::CallbackServerContext* context,
                                                              const v1::MarkResponseSentRequest* request,
                                                              v1::MarkResponseSentResponse* response) {
  return ChangeDuty(context, request, response,
                    [](const v1::ResponseDuty& current, const auto& request, rpc::Facts& facts, auto&) {
                      return MarkSent(current, request, LondonDay(facts.now()));
                    });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::GetResponseDuty(grpc::CallbackServerContext* context,
                                                             const v1::GetResponseDutyRequest* request,
                                                             v1::GetResponseDutyResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetResponseDutyRequest& request,
                            v1::GetResponseDutyResponse* response, rpc::Done done) {
                       resources_.Read<v1::ResponseDuty>(
                           call, request.name(), request.read(), [this, &request, response, done](const auto& found) {
                             if (!found.ok()) return done(found.status());
                             const absl::CivilDay day =
                                 DayAsked(request.has_on_date(), request.on_date(), resources_.clock());
                             *response->mutable_response_duty() = found->resource;
                             Derive(day, response->mutable_response_duty());
                             *response->mutable_on_date() = ToPartialDate(day);
                             resources_.SetHeader(found->revision, found->time, response->mutable_header());
                             done(absl::OkStatus());
                           });
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ListResponseDuties(grpc::CallbackServerContext* context,
                                                                const v1::ListResponseDutiesRequest* request,
                                                                v1::ListResponseDutiesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListResponseDutiesRequest& request, v1::ListResponseDutiesResponse* response,
             rpc::Done done) {
        const absl::CivilDay today = Today(resources_.clock());
        const absl::CivilDay day = DayAsked(request.has_on_date(), request.on_date(), resources_.clock());
        rpc::Selection<v1::ResponseDuty> selection;
        const std::string force = ForceOf(request.parent());
        const bool any_inspection = request.parent().back() == '-';
        if (force == kAnyForce && !any_inspection) {
          Violations violations;
          violations.Add("parent", "names an inspection of no force; write forces/-/inspections/- for all");
          return done(violations.status());
        }
        if (force != kAnyForce) selection.all_of.push_back(ForceTerm(force));
        if (!any_inspection) selection.all_of.push_back(InspectionTerm(request.parent()));
        if (!request.national_inspection().empty()) {
          selection.all_of.push_back(NationalTerm(request.national_inspection()));
        }
        // A response is never published in the future, so from today on what has none is what is not MET: the index
        // narrows the list to those.
        const bool unmet = request.state() == v1::DUTY_STATE_DUE || request.state() == v1::DUTY_STATE_OVERDUE;
        if (unmet && day >= today) selection.all_of.push_back(ResponseTerm(false));
        selection.filter = [day, state = request.state(), has_before = request.has_due_before(),
                            before = DayInterval(request.due_before()).first](const v1::ResponseDuty& duty) {
          return (state == v1::DUTY_STATE_UNSPECIFIED || StateOn(duty, day) == state) &&
                 (!has_before || DayInterval(duty.due_date()).first < before);
        };
        selection.present = [day](v1::ResponseDuty* duty) { Derive(day, duty); };
        *response->mutable_on_date() = ToPartialDate(day);
        WithForce(call, request.parent(), request.read(), std::move(done),
                  [this, &call, &request, response, selection = std::move(selection)](rpc::Done done) {
                    resources_.ListResources<v1::ResponseDuty>(call, request, response,
                                                               &v1::ListResponseDutiesResponse::mutable_response_duties,
                                                               selection, std::move(done));
                  });
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ListResponseDutyVersions(
    grpc::CallbackServerContext* context, const v1::ListResponseDutyVersionsRequest* request,
    v1::ListResponseDutyVersionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListResponseDutyVersionsRequest& request,
                            v1::ListResponseDutyVersionsResponse* response, rpc::Done done) {
                       resources_.ListVersions<v1::ResponseDuty>(
                           call, request, response, &v1::ListResponseDutyVersionsResponse::mutable_versions,
                           &v1::ResponseDutyVersion::mutable_response_duty, std::move(done));
                     });
}

}  // namespace oversight::forces
