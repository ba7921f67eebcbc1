#include "common/rpc/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "oversight/concerns/v1/bulk_service.pb.h"
#include "tests/rpc/secrets.grpc.pb.h"
#include "tests/support/test_server.h"
#include "tests/support/toy_table.h"

namespace oversight::rpc {
namespace {

using oversight::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::v1::KeepRequest;
using testing::v1::KeepResponse;
using testing::v1::VaultService;

constexpr char kPassword[] = "open sesame";

KeepRequest Full() {
  KeepRequest request;
  request.set_owner("Ali");
  request.set_password(kPassword);
  request.mutable_drawer()->set_label("top");
  request.mutable_drawer()->set_key("\x01key");
  request.mutable_drawer()->set_number(7);
  request.mutable_drawer()->mutable_inner()->add_codes("1234");
  request.add_drawers()->add_codes("5678");
  return request;
}

TEST(SecretsTest, AreFoundAtAnyDepth) {
  EXPECT_THAT(SecretsIn(Full()), ElementsAre(kPassword, "\x01key", "1234", "5678"));
  EXPECT_THAT(SecretsIn(KeepRequest()), IsEmpty());
  EXPECT_TRUE(HoldsSecrets(*KeepRequest::descriptor()));
  EXPECT_TRUE(HoldsSecrets(*testing::v1::Drawer::descriptor()));  // It holds itself, too.
  EXPECT_FALSE(HoldsSecrets(*concerns::v1::RunCommandsRequest::descriptor()));
}

TEST(SecretsTest, AreMaskedAndNothingElseIs) {
  KeepRequest request = Full();
  MaskSecrets(&request);
  EXPECT_EQ(request.owner(), "Ali");
  EXPECT_EQ(request.password(), "(secret)");
  EXPECT_EQ(request.drawer().label(), "top");
  EXPECT_EQ(request.drawer().key(), "(secret)");
  EXPECT_EQ(request.drawer().number(), 0);
  EXPECT_THAT(request.drawer().inner().codes(), ElementsAre("(secret)"));
  EXPECT_THAT(request.drawers(0).codes(), ElementsAre("(secret)"));
}

TEST(SecretsTest, AnErrorThatRepeatsOneSaysNoMoreThanItsReason) {
  const absl::Status harmless =
      Error(absl::StatusCode::kNotFound, std::string("X"), "There is no owner.").With("owner", "Ali");
  EXPECT_EQ(WithoutSecrets(harmless, {kPassword}), harmless);
  EXPECT_EQ(WithoutSecrets(absl::OkStatus(), {kPassword}), absl::OkStatus());
  for (const absl::Status& status :
       {Error(absl::StatusCode::kInvalidArgument, std::string("WEAK"), "\"open sesame\" is weak.").status(),
        Error(absl::StatusCode::kInvalidArgument, std::string("WEAK"), "Weak.").With("given", kPassword).status(),
        Error(absl::StatusCode::kInvalidArgument, std::string("WEAK"), "Weak.")
            .Violation("password", "open sesame!")
            .status()}) {
    const absl::Status told = WithoutSecrets(status, {kPassword});
    EXPECT_EQ(told.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(told), "WEAK");
    EXPECT_THAT(told.ToString(), Not(HasSubstr(kPassword)));
  }
}

// What a handler may do wrong: repeat what it was given.
class Vault final : public Application, public VaultService::CallbackService {
 public:
  explicit Vault(Runtime& runtime) : host_(runtime.host) {}
  std::vector<grpc::Service*> services() override { return {this}; }
  grpc::ServerUnaryReactor* Keep(grpc::CallbackServerContext* context, const KeepRequest* request,
                                 KeepResponse* response) override {
    return host_.Unary(context, request, response, [](Call&, const KeepRequest& q, KeepResponse*, Done done) {
      if (q.owner() == "throws") throw std::runtime_error("cannot keep " + q.password());
      if (q.owner() == "internal") return done(absl::InternalError("cannot keep " + q.password()));
      done(Error(absl::StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_INVALID_FIELDS,
                 "There is one already: " + q.password())
               .With("password", q.password()));
    });
  }

 private:
  Host& host_;
};

TEST(SecretsTest, NoAnswerAndNoLogLineOfAServerRepeatsOne) {
  std::mutex mu;
  std::string log;
  {
    observe::LogOptions options{.service = "test", .level = observe::LogLevel::kDebug};
    options.sink = [&](std::string_view line) {
      std::lock_guard lock(mu);
      log += line;
    };
    const observe::Logging logging(std::move(options));
    oversight::testing::TestServerOptions server_options;
    server_options.has_store = false;
    const auto server = TestServer::Start(
        [](Runtime& runtime) -> absl::StatusOr<std::unique_ptr<Application>> {
          OVERSIGHT_RETURN_IF_ERROR(
              runtime.host.AddService(oversight::testing::ToyTable(*KeepRequest::descriptor()->file()->service(0))));
          return std::make_unique<Vault>(runtime);
        },
        server_options);
    const auto stub = server->StubAs<VaultService>("liaison-lead");
    const auto keep = [&](const std::string& owner, const std::string& password) {
      KeepRequest request = Full();
      request.set_owner(owner);
      request.set_password(password);
      grpc::ClientContext context;
      KeepResponse response;
      const grpc::Status status = stub->Keep(&context, request, &response);
      EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr(password)));
      return FromGrpc(status);
    };
    EXPECT_EQ(ReasonOf(keep("repeats", kPassword)), "INVALID_FIELDS");
    EXPECT_EQ(ReasonOf(keep("internal", kPassword)), "INTERNAL");
    EXPECT_EQ(ReasonOf(keep("throws", kPassword)), "INTERNAL");
    const absl::Status too_long = keep("Ali", "far too long for a password");
    EXPECT_THAT(std::string(too_long.message()), HasSubstr("password has 27 characters"));
  }
  EXPECT_THAT(log, HasSubstr("exception in a handler"));
  EXPECT_THAT(log, HasSubstr("VaultService/Keep"));
  EXPECT_THAT(log, Not(HasSubstr(kPassword)));
  EXPECT_THAT(log, Not(HasSubstr("far too long")));
}

}  // namespace
}  // namespace oversight::rpc
