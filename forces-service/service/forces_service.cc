#include "forces-service/service/forces_service.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "forces-service/domain/dated_facts.h"
#include "forces-service/domain/force.h"
#include "forces-service/domain/import.h"
#include "forces-service/domain/register_csv.h"
#include "forces-service/service/authorization.h"
#include "forces-service/service/names.h"
#include "forces-service/service/terms.h"

namespace oversight::forces {
namespace {

// The filters that the index knows narrow the list by their terms; text and state are looked for in what is left.
rpc::Selection<v1::Force> SelectionOf(const v1::ListForcesRequest& request) {
  rpc::Selection<v1::Force> selection;
  if (request.kind() != v1::FORCE_KIND_UNSPECIFIED) selection.all_of.push_back(KindTerm(request.kind()));
  if (request.service() != v1::SERVICE_TYPE_UNSPECIFIED) selection.all_of.push_back(ServiceTerm(request.service()));
  if (!request.region().empty()) selection.all_of.push_back(RegionTerm(request.region()));
  if (!request.query().empty() || request.state() != v1::FORCE_STATE_UNSPECIFIED) {
    selection.filter = [query = TextQuery(request.query()), state = request.state()](const v1::Force& force) {
      // Recorded before there were states: ACTIVE.
      const auto of_force = force.state() == v1::FORCE_STATE_UNSPECIFIED ? v1::FORCE_STATE_ACTIVE : force.state();
      return query.Matches(force) && (state == v1::FORCE_STATE_UNSPECIFIED || state == of_force);
    };
  }
  return selection;
}

std::function<bool(const v1::OfficeHolder&)> VisibleTo(const auth::Principal& principal) {
  if (IsInside(principal)) return nullptr;
  return [](const v1::OfficeHolder& holder) { return IsPublicOffice(holder.office()); };
}

rpc::Selection<v1::OfficeHolder> HoldersOf(const std::string& force, const auth::Principal& principal) {
  rpc::Selection<v1::OfficeHolder> selection;
  if (force != kAnyForce) selection.all_of.push_back({"force", force});
  selection.filter = VisibleTo(principal);
  selection.visibility = selection.filter ? "public" : "";
  return selection;
}

// The forces of the register that the file speaks of, by name.
absl::StatusOr<std::map<std::string, v1::Force>> CurrentOf(const Register& incoming, rpc::Facts& facts) {
  std::map<std::string, v1::Force> current;
  for (const v1::Force& row : incoming.forces) {
    OVERSIGHT_ASSIGN_OR_RETURN(std::optional<v1::Force> force, facts.Get<v1::Force>(row.name()));
    if (force) current.emplace(row.name(), *std::move(force));
  }
  return current;
}

}  // namespace

ForcesServiceImpl::ForcesServiceImpl(rpc::Runtime& runtime)
    : host_(runtime.host),
      resources_(*runtime.ledger, runtime.clock),
      scopes_(MakeScopeTable()),
      watch_options_{.ledger = runtime.ledger, .clock = &runtime.clock} {
  resources_.Register<v1::Force>([](const v1::Force& force) { return TermsOf(force); });
  resources_.Register<v1::OfficeHolder>([](const v1::OfficeHolder& holder) { return TermsOf(holder); });
  RegisterInspections();
}

void ForcesServiceImpl::WithForce(rpc::Call& call, const std::string& parent, const common::v1::ReadOptions& read,
                                  rpc::Done done, std::function<void(rpc::Done)> list) {
  const std::string force = ForceOf(parent);
  if (force.empty() || force == kAnyForce) return list(std::move(done));
  resources_.Read<v1::Force>(call, force, read, [done, list = std::move(list)](const auto& found) {
    if (!found.ok()) return done(found.status());
    list(done);
  });
}

template <class Request, class Response, class Change>
grpc::ServerUnaryReactor* ForcesServiceImpl::ChangeForce(grpc::CallbackServerContext* context, const Request* request,
                                                         Response* response, Change change) {
  return host_.Unary(context, request, response,
                     [this, change](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
                       const auto decide = [&request,
                                            change](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
                         OVERSIGHT_ASSIGN_OR_RETURN(const v1::Force current, facts.Require<v1::Force>(request.name()));
                         OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.etag()));
                         OVERSIGHT_ASSIGN_OR_RETURN(const v1::Force changed, change(current, request, facts));
                         OVERSIGHT_ASSIGN_OR_RETURN(v1::Force force, Checked(changed));
                         rpc::Outcome<Response> outcome;
                         outcome.Put(force);
                         *outcome.response.mutable_force() = std::move(force);
                         return outcome;
                       };
                       resources_.Mutate(call, request, response, request.reason(), decide, std::move(done));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::CreateForce(grpc::CallbackServerContext* context,
                                                         const v1::CreateForceRequest* request,
                                                         v1::CreateForceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateForceRequest& request, v1::CreateForceResponse* response,
             rpc::Done done) {
        const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::CreateForceResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const auto existing, facts.Get<v1::Force>(ForceName(request.force_id())));
          OVERSIGHT_ASSIGN_OR_RETURN(v1::Force force, Create(existing, request));
          rpc::Outcome<v1::CreateForceResponse> outcome;
          outcome.Put(force);
          *outcome.response.mutable_force() = std::move(force);
          return outcome;
        };
        resources_.Mutate(call, request, response, /*reason=*/"", decide, std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::GetForce(grpc::CallbackServerContext* context,
                                                      const v1::GetForceRequest* request,
                                                      v1::GetForceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetForceRequest& request, v1::GetForceResponse* response, rpc::Done done) {
        resources_.GetResource<v1::Force>(call, request, response, &v1::GetForceResponse::mutable_force,
                                          std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ListForces(grpc::CallbackServerContext* context,
                                                        const v1::ListForcesRequest* request,
                                                        v1::ListForcesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListForcesRequest& request, v1::ListForcesResponse* response, rpc::Done done) {
        resources_.ListResources<v1::Force>(call, request, response, &v1::ListForcesResponse::mutable_forces,
                                            SelectionOf(request), std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::UpdateForce(grpc::CallbackServerContext* context,
                                                         const v1::UpdateForceRequest* request,
                                                         v1::UpdateForceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::UpdateForceRequest& request, v1::UpdateForceResponse* response,
             rpc::Done done) {
        const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::UpdateForceResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const v1::Force current, facts.Require<v1::Force>(request.force().name()));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.force().etag()));
          OVERSIGHT_ASSIGN_OR_RETURN(v1::Force updated, Update(current, request));
          rpc::Outcome<v1::UpdateForceResponse> outcome;
          if (SameForce(updated, current)) {
            *outcome.response.mutable_force() = current;
            return outcome;
          }
          outcome.Put(updated);
          *outcome.response.mutable_force() = std::move(updated);
          return outcome;
        };
        resources_.Mutate(call, request, response, /*reason=*/"", decide, std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ImportForces(grpc::CallbackServerContext* context,
                                                          const v1::ImportForcesRequest* request,
                                                          v1::ImportForcesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ImportForcesRequest& request, v1::ImportForcesResponse* response,
             rpc::Done done) {
        // Read here and not in `decide`: what the file says does not depend on the register, and the writer thread is
        // one.
        absl::StatusOr<Register> incoming = ReadRegister(request.csv());
        if (!incoming.ok()) return done(incoming.status());
        const auto decide = [incoming = std::make_shared<const Register>(*std::move(incoming)),
                             &request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::ImportForcesResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(const auto current, CurrentOf(*incoming, facts));
          const ImportPlan plan = PlanImport(current, *incoming);
          rpc::Outcome<v1::ImportForcesResponse> outcome;
          outcome.response.set_created_count(static_cast<int>(plan.created.size()));
          outcome.response.set_updated_count(static_cast<int>(plan.updated.size()));
          outcome.response.set_unchanged_count(plan.unchanged_count);
          if (request.validate_only()) return outcome;
          for (const v1::Force& force : plan.created) outcome.Put(force);
          for (const v1::Force& force : plan.updated) outcome.Put(force);
          return outcome;
        };
        resources_.Mutate(call, request, response, /*reason=*/"", decide, std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ListForceVersions(grpc::CallbackServerContext* context,
                                                               const v1::ListForceVersionsRequest* request,
                                                               v1::ListForceVersionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListForceVersionsRequest& request,
                            v1::ListForceVersionsResponse* response, rpc::Done done) {
                       resources_.ListVersions<v1::Force>(call, request, response,
                                                          &v1::ListForceVersionsResponse::mutable_versions,
                                                          &v1::ForceVersion::mutable_force, std::move(done));
                     });
}

grpc::ServerWriteReactor<v1::WatchForcesResponse>* ForcesServiceImpl::WatchForces(
    grpc::CallbackServerContext* context, const v1::WatchForcesRequest* request) {
  return host_.Stream<v1::WatchForcesResponse>(
      context, request,
      [this](std::shared_ptr<rpc::StreamCall<v1::WatchForcesResponse>> call, const v1::WatchForcesRequest& request) {
        rpc::ServeWatch(std::move(call), request.start(), watch_options_);
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::RenameForce(grpc::CallbackServerContext* context,
                                                         const v1::RenameForceRequest* request,
                                                         v1::RenameForceResponse* response) {
  return ChangeForce(context, request, response,
                     [](const v1::Force& current, const v1::RenameForceRequest& request, rpc::Facts& facts) {
                       return Rename(current, request, LondonDay(facts.now()));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ReplaceOversightBody(grpc::CallbackServerContext* context,
                                                                  const v1::ReplaceOversightBodyRequest* request,
                                                                  v1::ReplaceOversightBodyResponse* response) {
  return ChangeForce(context, request, response,
                     [](const v1::Force& current, const v1::ReplaceOversightBodyRequest& request, rpc::Facts& facts) {
                       return ReplaceBody(current, request, LondonDay(facts.now()));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::MergeForce(grpc::CallbackServerContext* context,
                                                        const v1::MergeForceRequest* request,
                                                        v1::MergeForceResponse* response) {
  return ChangeForce(context, request, response,
                     [](const v1::Force& current, const v1::MergeForceRequest& request,
                        rpc::Facts& facts) -> absl::StatusOr<v1::Force> {
                       OVERSIGHT_ASSIGN_OR_RETURN(const v1::Force successor,
                                                  facts.Require<v1::Force>(request.successor()));
                       return Merge(current, successor, request, LondonDay(facts.now()));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::AbolishForce(grpc::CallbackServerContext* context,
                                                          const v1::AbolishForceRequest* request,
                                                          v1::AbolishForceResponse* response) {
  return ChangeForce(context, request, response,
                     [](const v1::Force& current, const v1::AbolishForceRequest& request,
                        rpc::Facts& facts) -> absl::StatusOr<v1::Force> {
                       std::optional<v1::Force> successor;
                       if (!request.successor().empty()) {
                         OVERSIGHT_ASSIGN_OR_RETURN(successor, facts.Require<v1::Force>(request.successor()));
                       }
                       return Abolish(current, successor ? &*successor : nullptr, request, LondonDay(facts.now()));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::CreateOfficeHolder(grpc::CallbackServerContext* context,
                                                                const v1::CreateOfficeHolderRequest* request,
                                                                v1::CreateOfficeHolderResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateOfficeHolderRequest& request, v1::CreateOfficeHolderResponse* response,
             rpc::Done done) {
        const auto decide =
            [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::CreateOfficeHolderResponse>> {
          OVERSIGHT_RETURN_IF_ERROR(facts.Require<v1::Force>(request.parent()).status());
          OVERSIGHT_ASSIGN_OR_RETURN(const auto others, facts.List<v1::OfficeHolder>("force", request.parent()));
          const std::string prefix = request.parent() + "/officeHolders/";
          OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(prefix));
          OVERSIGHT_ASSIGN_OR_RETURN(v1::OfficeHolder holder,
                                     Appoint(request.office_holder(), prefix + std::to_string(number), others));
          rpc::Outcome<v1::CreateOfficeHolderResponse> outcome;
          outcome.Put(holder);
          *outcome.response.mutable_office_holder() = std::move(holder);
          return outcome;
        };
        resources_.Mutate(call, request, response, /*reason=*/"", decide, std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::UpdateOfficeHolder(grpc::CallbackServerContext* context,
                                                                const v1::UpdateOfficeHolderRequest* request,
                                                                v1::UpdateOfficeHolderResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::UpdateOfficeHolderRequest& request, v1::UpdateOfficeHolderResponse* response,
             rpc::Done done) {
        const auto decide =
            [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<v1::UpdateOfficeHolderResponse>> {
          const std::string& name = request.office_holder().name();
          OVERSIGHT_ASSIGN_OR_RETURN(const auto current, facts.Require<v1::OfficeHolder>(name));
          OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.office_holder().etag()));
          OVERSIGHT_ASSIGN_OR_RETURN(const auto others, facts.List<v1::OfficeHolder>("force", ForceOf(name)));
          OVERSIGHT_ASSIGN_OR_RETURN(v1::OfficeHolder holder, UpdateHolder(current, request, others));
          rpc::Outcome<v1::UpdateOfficeHolderResponse> outcome;
          if (SameHolder(holder, current)) {
            *outcome.response.mutable_office_holder() = current;
            return outcome;
          }
          outcome.Put(holder);
          *outcome.response.mutable_office_holder() = std::move(holder);
          return outcome;
        };
        resources_.Mutate(call, request, response, request.reason(), decide, std::move(done));
      });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::GetOfficeHolder(grpc::CallbackServerContext* context,
                                                             const v1::GetOfficeHolderRequest* request,
                                                             v1::GetOfficeHolderResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetOfficeHolderRequest& request,
                            v1::GetOfficeHolderResponse* response, rpc::Done done) {
                       resources_.GetResource<v1::OfficeHolder>(call, request, response,
                                                                &v1::GetOfficeHolderResponse::mutable_office_holder,
                                                                std::move(done), VisibleTo(call.principal()));
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::ListOfficeHolders(grpc::CallbackServerContext* context,
                                                               const v1::ListOfficeHoldersRequest* request,
                                                               v1::ListOfficeHoldersResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListOfficeHoldersRequest& request,
                            v1::ListOfficeHoldersResponse* response, rpc::Done done) {
                       auto selection = HoldersOf(request.parent(), call.principal());
                       if (request.office() != v1::OFFICE_UNSPECIFIED) {
                         selection.all_of.push_back({"office", v1::Office_Name(request.office())});
                       }
                       WithForce(call, request.parent(), request.read(), std::move(done),
                                 [this, &call, &request, response, selection = std::move(selection)](rpc::Done done) {
                                   resources_.ListResources<v1::OfficeHolder>(
                                       call, request, response, &v1::ListOfficeHoldersResponse::mutable_office_holders,
                                       selection, std::move(done));
                                 });
                     });
}

grpc::ServerUnaryReactor* ForcesServiceImpl::GetForceOnDate(grpc::CallbackServerContext* context,
                                                            const v1::GetForceOnDateRequest* request,
                                                            v1::GetForceOnDateResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetForceOnDateRequest& request,
                            v1::GetForceOnDateResponse* response, rpc::Done done) {
                       resources_.Read<v1::Force>(
                           call, request.name(), request.read(),
                           [this, &call, &request, response, done](const absl::StatusOr<rpc::Found<v1::Force>>& force) {
                             if (!force.ok()) return done(force.status());
                             // Both parts from one state of the record.
                             common::v1::ReadOptions same;
                             same.mutable_as_of()->set_revision(force->revision);
                             resources_.ReadAll<v1::OfficeHolder>(
                                 call, same, HoldersOf(request.name(), call.principal()),
                                 [this, force = *force, &request, response, done](const auto& holders) {
                                   if (!holders.ok()) return done(holders.status());
                                   const absl::CivilDay day = *ToCivilDay(request.date());
                                   *response->mutable_force() = OnDate(force.resource, holders->resource, day);
                                   for (const std::string& redaction : holders->redactions) {
                                     response->mutable_header()->add_redactions(redaction);
                                   }
                                   resources_.SetHeader(force.revision, force.time, response->mutable_header());
                                   done(absl::OkStatus());
                                 });
                           });
                     });
}

}  // namespace oversight::forces
