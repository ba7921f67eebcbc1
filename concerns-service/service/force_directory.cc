#include "concerns-service/service/force_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/informer.h"
#include "common/rpc/informer_grpc.h"
#include "common/rpc/status_mapping.h"
#include "oversight/concerns/v1/error_reason.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"

namespace oversight::concerns {
namespace {

using forces::v1::Force;
using forces::v1::ForcesService;
using forces::v1::Inspection;

// A caller waits no longer than this to learn whether something exists, however long its own deadline.
constexpr absl::Duration kLongestWait = absl::Seconds(5);

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address,
                                         std::shared_ptr<grpc::ChannelCredentials> credentials,
                                         const auth::OwnToken* token) {
  rpc::ChannelOptions options;
  options.service = "forces-service";
  options.credentials = std::move(credentials);
  options.target = address;
  options.principal = "principals/concerns-service";
  options.token = token;
  options.retry = rpc::ReadMethods("oversight.forces.v1.ForcesService");
  return rpc::MakeChannel(options);
}

rpc::AskHead AskForHead(std::shared_ptr<ForcesService::Stub> stub) {
  return [stub](absl::Time deadline, std::function<void(absl::StatusOr<rpc::OwnerHead>)> done) {
    struct Ask {
      grpc::ClientContext context;
      forces::v1::ListForcesRequest request;
      forces::v1::ListForcesResponse response;
    };
    auto ask = std::make_shared<Ask>();
    ask->context.set_deadline(absl::ToChronoTime(deadline));
    ask->request.set_page_size(1);
    ask->request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
    stub->async()->ListForces(&ask->context, &ask->request, &ask->response, [ask, done](const grpc::Status& status) {
      if (!status.ok()) return done(rpc::FromGrpc(status));
      done(rpc::OwnerHead{ask->response.header().revision(), ask->response.header().consistency_token()});
    });
  };
}

class InformedDirectory final : public ForceDirectory {
 public:
  InformedDirectory(const std::string& address, observe::Metrics& metrics,
                    std::shared_ptr<grpc::ChannelCredentials> credentials, const auth::OwnToken* token)
      : channel_(ChannelTo(address, std::move(credentials), token)),
        stub_(ForcesService::NewStub(channel_)),
        informer_(Options(metrics), Open()) {
    informer_.Start();
  }
  ~InformedDirectory() override { Stop(); }

  void Find(const std::string& force, absl::Time deadline,
            std::function<void(absl::StatusOr<std::shared_ptr<const Force>>)> done) override {
    FindKind<Force>(force, deadline, std::move(done), ForceNotFound);
  }

  void FindInspection(const std::string& inspection, absl::Time deadline,
                      std::function<void(absl::StatusOr<std::shared_ptr<const Inspection>>)> done) override {
    FindKind<Inspection>(inspection, deadline, std::move(done), InspectionNotFound);
  }

  void All(absl::Time deadline, std::function<void(absl::StatusOr<std::vector<Force>>)> done) override {
    informer_.WaitForHead(std::min(deadline, absl::Now() + kLongestWait),
                          [this, done = std::move(done)](absl::Status status) {
                            if (!status.ok()) return done(NotTold(std::move(status), "Which forces there are"));
                            std::vector<Force> forces;
                            informer_.Read()->ForEach<Force>("", [&](const Force& force) {
                              forces.push_back(force);
                              return true;
                            });
                            done(std::move(forces));
                          });
  }

  std::string RegionOf(const std::string& force) const override {
    const auto found = informer_.Get<Force>(force);
    return found == nullptr ? std::string() : found->region();
  }

  std::shared_ptr<const rpc::InformerCopy> Copy() const override {
    return informer_.Status().state == rpc::InformerState::kNeverSynced ? nullptr : informer_.Read();
  }

  void Stop() override { informer_.Stop(); }

 private:
  template <class T>
  void FindKind(const std::string& name, absl::Time deadline,
                std::function<void(absl::StatusOr<std::shared_ptr<const T>>)> done,
                absl::Status (*not_found)(const std::string&)) {
    if (auto found = informer_.Get<T>(name)) return done(std::move(found));
    deadline = std::min(deadline, absl::Now() + kLongestWait);
    informer_.WaitForHead(deadline, [this, name, not_found, done = std::move(done)](absl::Status status) {
      if (auto found = informer_.Get<T>(name)) return done(std::move(found));
      if (status.ok()) return done(not_found(name));
      done(NotTold(std::move(status), absl::StrCat("Whether there is ", name)));
    });
  }

  // For a question that forces-service has not answered.
  static absl::Status NotTold(absl::Status status, const std::string& question) {
    if (status.code() == absl::StatusCode::kCancelled) return status;
    return Error(
               absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
               absl::StrCat(question,
                            " cannot be told now: forces-service does not answer. Try again with the same request id."))
        .With("service", "forces-service")
        .RetryAfter(absl::Seconds(1));
  }

  rpc::InformerOptions Options(observe::Metrics& metrics) {
    rpc::InformerOptions options;
    options.owner = "forces";
    options.metrics = &metrics;
    options.ask_head = AskForHead(stub_);
    return options;
  }

  rpc::OpenWatch Open() {
    return rpc::GrpcWatch<forces::v1::WatchForcesRequest, forces::v1::WatchForcesResponse>(
        [stub = stub_](auto* context, auto* request, auto* reactor) {
          stub->async()->WatchForces(context, request, reactor);
        });
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::shared_ptr<ForcesService::Stub> stub_;
  rpc::Informer<Force, Inspection> informer_;
};

}  // namespace

std::unique_ptr<ForceDirectory> WatchForces(const std::string& address, observe::Metrics& metrics,
                                            std::shared_ptr<grpc::ChannelCredentials> credentials,
                                            const auth::OwnToken* token) {
  return std::make_unique<InformedDirectory>(address, metrics, std::move(credentials), token);
}

absl::Status ForceNotFound(const std::string& force) {
  return Error(
             absl::StatusCode::kNotFound, v1::ERROR_REASON_FORCE_NOT_FOUND,
             absl::StrCat("There is no force named \"", force, "\". ListForces of forces-service has those there are."))
      .With("force", force)
      .Resource("Force", force);
}

absl::Status InspectionNotFound(const std::string& inspection) {
  return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_INSPECTION_NOT_FOUND,
               absl::StrCat("There is no inspection named \"", inspection,
                            "\". ListInspections of forces-service has those there are."))
      .With("inspection", inspection)
      .Resource("Inspection", inspection);
}

}  // namespace oversight::concerns
