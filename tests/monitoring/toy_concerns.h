// A stand-in for concerns-service: it keeps whatever a test puts there, in any state, and answers the two calls
// that monitoring-service makes. Built of the kit, so that lists and watches are the real ones. Used by the test's
// thread.
#pragma once

#include <memory>
#include <string>

#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "common/rpc/watch_stream.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/test_server.h"
#include "tests/support/toy_table.h"

namespace oversight::monitoring {

class ToyConcerns final : public rpc::Application, public concerns::v1::ConcernsService::CallbackService {
 public:
  static absl::StatusOr<std::unique_ptr<rpc::Application>> Build(rpc::Runtime& runtime) {
    const auto* service = concerns::v1::ListConcernsRequest::descriptor()->file()->service(0);
    OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(testing::ToyTable(*service, {}, {auth::Role::ROLE_SERVICE})));
    return std::make_unique<ToyConcerns>(runtime);
  }

  explicit ToyConcerns(rpc::Runtime& runtime)
      : host_(runtime.host),
        resources_(*runtime.ledger, runtime.clock),
        watch_options_{.ledger = runtime.ledger, .clock = &runtime.clock} {
    resources_.Register<concerns::v1::Concern>();
  }

  std::vector<grpc::Service*> services() override { return {this}; }

  grpc::ServerUnaryReactor* ListConcerns(grpc::CallbackServerContext* context,
                                         const concerns::v1::ListConcernsRequest* request,
                                         concerns::v1::ListConcernsResponse* response) override {
    return host_.Unary(context, request, response,
                       [this](rpc::Call& call, const concerns::v1::ListConcernsRequest& request,
                              concerns::v1::ListConcernsResponse* response, rpc::Done done) {
                         resources_.ListResources<concerns::v1::Concern>(
                             call, request, response, &concerns::v1::ListConcernsResponse::mutable_concerns, {},
                             std::move(done));
                       });
  }

  grpc::ServerWriteReactor<concerns::v1::WatchConcernsResponse>* WatchConcerns(
      grpc::CallbackServerContext* context, const concerns::v1::WatchConcernsRequest* request) override {
    return host_.Stream<concerns::v1::WatchConcernsResponse>(
        context, request,
        [this](std::shared_ptr<rpc::StreamCall<concerns::v1::WatchConcernsResponse>> call,
               const concerns::v1::WatchConcernsRequest& request) {
          rpc::ServeWatch(std::move(call), request.start(), watch_options_);
        });
  }

  // Puts a concern, or what belongs to one, there, or changes it; gives the revision.
  template <class T>
  static int64_t Keep(testing::TestServer& server, const T& resource) {
    const auto committed = testing::CommitNow(
        server.ledger(),
        testing::Storing({testing::Put(resource.name(), rpc::ToPayload(resource), {}, T::descriptor()->full_name())}));
    EXPECT_TRUE(committed.ok()) << committed.status();
    return committed.ok() ? committed->revision : 0;
  }

 private:
  rpc::Host& host_;
  rpc::Resources resources_;
  const rpc::WatchOptions watch_options_;
};

}  // namespace oversight::monitoring
