#include "forces-service/service/forces_service.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forces-service/domain/force.h"
#include "forces-service/domain/import.h"
#include "forces-service/domain/register_csv.h"

namespace oversight::forces {
namespace {

// By what forces can be listed. A term's value is the enum's name, so that the store reads well and outlives
// renumbering.
ledger::Term KindTerm(v1::ForceKind kind) { return {"kind", v1::ForceKind_Name(kind)}; }
ledger::Term ServiceTerm(v1::ServiceType service) { return {"service", v1::ServiceType_Name(service)}; }
ledger::Term RegionTerm(const std::string& region) { return {"region", region}; }

std::vector<ledger::Term> TermsOf(const v1::Force& force) {
  return {KindTerm(force.kind()), ServiceTerm(force.service()), RegionTerm(force.region())};
}

// The filters that the index knows narrow the list by their terms; the text is looked for in what is left.
rpc::Selection<v1::Force> SelectionOf(const v1::ListForcesRequest& request) {
  rpc::Selection<v1::Force> selection;
  if (request.kind() != v1::FORCE_KIND_UNSPECIFIED) selection.all_of.push_back(KindTerm(request.kind()));
  if (request.service() != v1::SERVICE_TYPE_UNSPECIFIED) selection.all_of.push_back(ServiceTerm(request.service()));
  if (!request.region().empty()) selection.all_of.push_back(RegionTerm(request.region()));
  if (!request.query().empty()) {
    selection.filter = [query = TextQuery(request.query())](const v1::Force& force) { return query.Matches(force); };
  }
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
      watch_options_{.ledger = runtime.ledger, .clock = &runtime.clock} {
  resources_.Register<v1::Force>(TermsOf);
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

}  // namespace oversight::forces
