// A small application over the register's contract, for tests of the server kit: what a service is made of, with places
// where a test can put a handler of its own. Thread-safe as any service; set the hooks before calls are made.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/support/toy_table.h"

namespace oversight::rpc {

namespace fv1 = forces::v1;

struct ToyHooks {
  std::function<void(Call&, const fv1::GetForceRequest&, fv1::GetForceResponse*, Done)> get;
  std::function<void(Call&, const fv1::ListForcesRequest&, fv1::ListForcesResponse*, Done)>
      list;  // May be called by anyone.
  std::function<void(std::shared_ptr<StreamCall<fv1::WatchForcesResponse>>, const fv1::WatchForcesRequest&)> watch;
  // Which versions ListForceVersions shows.
  std::function<bool(const fv1::Force&)> visible_version;
  // Runs inside the decide function of CreateForce.
  std::function<void()> decide;
  std::function<absl::Status()> ready;
};

class ToyForces final : public Application, public fv1::ForcesService::CallbackService {
 public:
  ToyForces(Runtime& runtime, std::shared_ptr<ToyHooks> hooks) : host_(runtime.host), hooks_(std::move(hooks)) {
    if (runtime.ledger == nullptr) return;
    resources_ = std::make_unique<Resources>(*runtime.ledger, runtime.clock);
    resources_->Register<fv1::Force>([](const fv1::Force& force) {
      return std::vector<ledger::Term>{{"region", force.region()}};
    });
  }

  static auth::AuthorizationTable Table() {
    using auth::Access, auth::Scope;
    using common::v1::ROLE_CHIEF_INSPECTOR, common::v1::ROLE_FORCE, common::v1::ROLE_LIAISON_LEAD,
        common::v1::ROLE_PUBLIC;
    return testing::ToyTable(
        *fv1::GetForceRequest::descriptor()->file()->service(0),
        {{"CreateForce", Access::kWrite, {ROLE_LIAISON_LEAD, ROLE_CHIEF_INSPECTOR}},
         {"GetForce", Access::kRead, {ROLE_FORCE, ROLE_LIAISON_LEAD, ROLE_CHIEF_INSPECTOR}, Scope::kForce, "name"},
         {"ListForces", Access::kRead, {ROLE_PUBLIC}},
         {"UpdateForce", Access::kWrite, {ROLE_LIAISON_LEAD, ROLE_CHIEF_INSPECTOR}},
         {"ListForceVersions", Access::kRead, {ROLE_PUBLIC}},
         {"WatchForces", Access::kRead, {ROLE_LIAISON_LEAD, ROLE_CHIEF_INSPECTOR}}},
        {ROLE_LIAISON_LEAD});
  }

  static BuildApplication Builder(std::shared_ptr<ToyHooks> hooks = std::make_shared<ToyHooks>()) {
    return [hooks](Runtime& runtime) -> absl::StatusOr<std::unique_ptr<Application>> {
      OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(Table()));
      return std::make_unique<ToyForces>(runtime, hooks);
    };
  }

  std::vector<grpc::Service*> services() override { return {this}; }
  absl::Status Ready() override { return hooks_->ready ? hooks_->ready() : absl::OkStatus(); }

  grpc::ServerUnaryReactor* CreateForce(grpc::CallbackServerContext* context, const fv1::CreateForceRequest* request,
                                        fv1::CreateForceResponse* response) override {
    return host_.Unary(context, request, response,
                       [this](Call& call, const fv1::CreateForceRequest& q, fv1::CreateForceResponse* r, Done done) {
                         resources_->Mutate(
                             call, q, r, "because",
                             [this, &q](Facts& facts) -> absl::StatusOr<Outcome<fv1::CreateForceResponse>> {
                               if (hooks_->decide) hooks_->decide();
                               OVERSIGHT_ASSIGN_OR_RETURN(const auto existing,
                                                          facts.Get<fv1::Force>("forces/" + q.force_id()));
                               if (existing.has_value()) {
                                 return Error(absl::StatusCode::kAlreadyExists,
                                              common::v1::ERROR_REASON_RESOURCE_EXISTS, "It exists.");
                               }
                               Outcome<fv1::CreateForceResponse> outcome;
                               fv1::Force force = q.force();
                               force.set_name("forces/" + q.force_id());
                               outcome.Put(force);
                               *outcome.response.mutable_force() = force;
                               return outcome;
                             },
                             std::move(done));
                       });
  }

  grpc::ServerUnaryReactor* GetForce(grpc::CallbackServerContext* context, const fv1::GetForceRequest* request,
                                     fv1::GetForceResponse* response) override {
    return host_.Unary(context, request, response,
                       [this](Call& call, const fv1::GetForceRequest& q, fv1::GetForceResponse* r, Done done) {
                         if (hooks_->get) return hooks_->get(call, q, r, std::move(done));
                         resources_->GetResource<fv1::Force>(call, q, r, &fv1::GetForceResponse::mutable_force,
                                                             std::move(done));
                       });
  }

  grpc::ServerUnaryReactor* ListForces(grpc::CallbackServerContext* context, const fv1::ListForcesRequest* request,
                                       fv1::ListForcesResponse* response) override {
    return host_.Unary(context, request, response,
                       [this](Call& call, const fv1::ListForcesRequest& q, fv1::ListForcesResponse* r, Done done) {
                         if (hooks_->list) return hooks_->list(call, q, r, std::move(done));
                         Selection<fv1::Force> selection;
                         if (!q.region().empty()) selection.all_of.push_back({"region", q.region()});
                         if (!q.query().empty()) {
                           selection.filter = [text = q.query()](const fv1::Force& force) {
                             return force.display_name().find(text) != std::string::npos;
                           };
                         }
                         resources_->ListResources<fv1::Force>(call, q, r, &fv1::ListForcesResponse::mutable_forces,
                                                               std::move(selection), std::move(done));
                       });
  }

  grpc::ServerUnaryReactor* UpdateForce(grpc::CallbackServerContext* context, const fv1::UpdateForceRequest* request,
                                        fv1::UpdateForceResponse* response) override {
    return host_.Unary(context, request, response,
                       [this](Call& call, const fv1::UpdateForceRequest& q, fv1::UpdateForceResponse* r, Done done) {
                         Update(call, q, r, std::move(done));
                       });
  }

  // Two updates within one call: the name, then the region, each an act of its own.
  grpc::ServerUnaryReactor* RenameForce(grpc::CallbackServerContext* context, const fv1::RenameForceRequest* request,
                                        fv1::RenameForceResponse* response) override {
    struct Parts {
      fv1::UpdateForceRequest name, region;
      fv1::UpdateForceResponse named, moved;
    };
    return host_.Unary(context, request, response,
                       [this](Call& call, const fv1::RenameForceRequest& q, fv1::RenameForceResponse* r, Done done) {
                         auto parts = std::make_shared<Parts>();
                         parts->name.mutable_force()->set_name(q.name());
                         parts->name.mutable_force()->set_display_name(q.display_name());
                         parts->name.set_request_id(q.request_id());
                         parts->region.mutable_force()->set_name(q.name());
                         parts->region.mutable_force()->set_region(q.reason());
                         Update(call, parts->name, &parts->named, [=, this, &call](const absl::Status& status) {
                           if (!status.ok()) return done(status);
                           Update(call, parts->region, &parts->moved, [=](const absl::Status& status) {
                             *r->mutable_force() = parts->moved.force();
                             done(status);
                           });
                         });
                       });
  }

  grpc::ServerUnaryReactor* ListForceVersions(grpc::CallbackServerContext* context,
                                              const fv1::ListForceVersionsRequest* request,
                                              fv1::ListForceVersionsResponse* response) override {
    return host_.Unary(
        context, request, response,
        [this](Call& call, const fv1::ListForceVersionsRequest& q, fv1::ListForceVersionsResponse* r, Done done) {
          resources_->ListVersions<fv1::Force>(call, q, r, &fv1::ListForceVersionsResponse::mutable_versions,
                                               &fv1::ForceVersion::mutable_force, std::move(done),
                                               hooks_->visible_version);
        });
  }

  grpc::ServerWriteReactor<fv1::WatchForcesResponse>* WatchForces(grpc::CallbackServerContext* context,
                                                                  const fv1::WatchForcesRequest* request) override {
    return host_.Stream<fv1::WatchForcesResponse>(context, request, [this](auto stream, const auto& q) {
      if (hooks_->watch) return hooks_->watch(std::move(stream), q);
      stream->Finish(absl::OkStatus());
    });
  }

 private:
  void Update(Call& call, const fv1::UpdateForceRequest& q, fv1::UpdateForceResponse* r, Resources::Finished done) {
    resources_->Mutate(
        call, q, r, "",
        [&q](Facts& facts) -> absl::StatusOr<Outcome<fv1::UpdateForceResponse>> {
          OVERSIGHT_ASSIGN_OR_RETURN(fv1::Force force, facts.Require<fv1::Force>(q.force().name()));
          OVERSIGHT_RETURN_IF_ERROR(CheckEtag(force, q.force().etag()));
          OVERSIGHT_RETURN_IF_ERROR(ApplyMask(q.force(), MaskOf(q), &force));
          Outcome<fv1::UpdateForceResponse> outcome;
          outcome.Put(force);
          *outcome.response.mutable_force() = force;
          return outcome;
        },
        std::move(done));
  }

  Host& host_;
  const std::shared_ptr<ToyHooks> hooks_;
  std::unique_ptr<Resources> resources_;
};

// A force that breaks no rule.
inline fv1::Force SomeForce(const std::string& display_name = "Kent Police", const std::string& region = "South East") {
  fv1::Force force;
  force.set_display_name(display_name);
  force.set_kind(fv1::FORCE_KIND_TERRITORIAL);
  force.set_service(fv1::SERVICE_TYPE_POLICE);
  force.set_region(region);
  force.mutable_oversight_body()->set_kind(fv1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
  force.mutable_oversight_body()->set_display_name("Its commissioner");
  return force;
}

}  // namespace oversight::rpc
