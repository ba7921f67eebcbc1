#include "common/rpc/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/awaited.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

using oversight::testing::Eventually;
using oversight::testing::MountedCertificates;
using oversight::testing::TempDir;
using oversight::testing::TestAuthority;
using oversight::testing::TestServer;
using oversight::testing::TestServerOptions;
using oversight::testing::Together;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Of a client that is not one of the suite's.
std::shared_ptr<grpc::ChannelCredentials> Credentials(const TlsFiles& files) {
  return grpc::SslCredentials({Read(files.ca), Read(files.key), Read(files.cert)});
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    auto tls = Tls::Load(mounted_.files(), metrics_);
    if (!tls.ok()) ADD_FAILURE() << tls.status();
    tls_ = *std::move(tls);
  }

  void Serve(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    hooks_->get = [this](Call&, const fv1::GetForceRequest& q, fv1::GetForceResponse* r, Done done) {
      ++calls_;
      r->mutable_force()->set_name(q.name());
      done(absl::OkStatus());
    };
    TestServerOptions options;
    options.server_credentials = credentials;
    server_ = TestServer::Start(ToyForces::Builder(hooks_), options);
  }

  std::shared_ptr<grpc::Channel> ChannelWith(std::shared_ptr<grpc::ChannelCredentials> credentials,
                                             const std::string& service = "forces-service") {
    ChannelOptions options;
    options.target = server_->address();
    options.principal = "principals/chief-inspector";
    options.credentials = std::move(credentials);
    options.service = service;
    return MakeChannel(options);
  }

  // `shown` takes the certificate that the server has shown.
  static grpc::Status Get(const std::shared_ptr<grpc::Channel>& channel, std::string* shown = nullptr) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    fv1::GetForceRequest request;
    request.set_name("forces/kent");
    fv1::GetForceResponse response;
    const grpc::Status status = fv1::ForcesService::NewStub(channel)->GetForce(&context, request, &response);
    if (shown != nullptr && context.auth_context() != nullptr) {
      const auto values = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
      if (!values.empty()) shown->assign(values[0].data(), values[0].size());
    }
    return status;
  }
  grpc::Status GetWith(std::shared_ptr<grpc::ChannelCredentials> credentials,
                       const std::string& service = "forces-service") {
    return Get(ChannelWith(std::move(credentials), service));
  }

  // All names that the toy suite's one process goes by.
  static constexpr char kNames[] = "DNS:forces-service,DNS:localhost";
  const TempDir folder_;
  TestAuthority authority_{folder_ / ".", "authority"};
  MountedCertificates mounted_{folder_ / "mounted", authority_.Issue({.names = kNames})};
  observe::Metrics metrics_{"test"};
  std::unique_ptr<Tls> tls_;
  std::shared_ptr<ToyHooks> hooks_ = std::make_shared<ToyHooks>();
  std::unique_ptr<TestServer> server_;
  std::atomic<int> calls_{0};
};

TEST_F(TlsTest, LoadsNothingThatWillNotDo) {
  observe::Metrics metrics("other");
  const auto tls = Tls::Load(authority_.Issue({.days = -1}), metrics);
  ASSERT_FALSE(tls.ok());
  EXPECT_THAT(std::string(tls.status().message()), HasSubstr("expired at"));
}

TEST_F(TlsTest, TellsWhenItsCertificateEnds) {
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("\noversight_tls_files_usable 1"));
  const size_t at = text.find("\noversight_tls_expiry_seconds ");
  ASSERT_NE(at, std::string::npos) << text;
  const double expires = std::stod(text.substr(text.find(' ', at)));
  EXPECT_NEAR(expires, absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()) + 2 * 86400, 3600);
}

TEST_F(TlsTest, ServicesKnowEachOtherByTheirCertificates) {
  Serve(tls_->ForServices());
  const grpc::Status status = GetWith(tls_->ForCalls());
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(TlsTest, APortForServicesTakesOnlyThoseWithAGoodCertificate) {
  Serve(tls_->ForServices());
  TestAuthority other(folder_ / ".", "other");
  TlsFiles stranger = other.Issue({.names = kNames});
  stranger.ca = authority_.certificate();  // It trusts the server; the server does not trust it.
  const std::vector<std::pair<const char*, std::shared_ptr<grpc::ChannelCredentials>>> refused = {
      {"in the clear", nullptr},
      {"no certificate", Credentials({.ca = authority_.certificate()})},
      {"another authority's", Credentials(stranger)},
      {"an expired one", Credentials(authority_.Issue({.names = kNames, .days = -1}))},
      {"one for servers only", Credentials(authority_.Issue({.names = kNames, .usage = "serverAuth"}))},
  };
  for (const auto& [what, credentials] : refused) {
    const grpc::Status status = GetWith(credentials);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << what;
  }
  EXPECT_EQ(calls_, 0);
  EXPECT_TRUE(GetWith(Credentials(authority_.Issue({.usage = "clientAuth"}))).ok());
}

TEST_F(TlsTest, APortForEveryoneTakesThoseWithout) {
  Serve(tls_->ForEveryone());
  EXPECT_TRUE(GetWith(Credentials({.ca = authority_.certificate()})).ok());
  EXPECT_TRUE(GetWith(tls_->ForCalls()).ok());
  EXPECT_EQ(calls_, 2);
  TestAuthority other(folder_ / ".", "other");
  TlsFiles stranger = other.Issue();
  stranger.ca = authority_.certificate();
  EXPECT_EQ(GetWith(Credentials(stranger)).error_code(), grpc::StatusCode::UNAVAILABLE) << "shown, and not good";
  EXPECT_EQ(GetWith(nullptr).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(calls_, 2);
}

TEST_F(TlsTest, ACallerTakesOnlyTheServiceThatItMeans) {
  Serve(tls_->ForServices());
  const grpc::Status status = GetWith(tls_->ForCalls(), "monitoring-service");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("Hostname Verification"));
  TestAuthority other(folder_ / ".", "other");
  TlsFiles trusting_another = authority_.Issue({.names = kNames});
  trusting_another.ca = other.certificate();
  const grpc::Status untrusted = GetWith(Credentials(trusting_another));
  EXPECT_EQ(untrusted.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(untrusted.error_message(), HasSubstr("certificate verify failed"));
  EXPECT_EQ(calls_, 0);
}

// Remembers who called, by the certificates.
class PeerRecorder final : public auth::Authenticator {
 public:
  absl::StatusOr<auth::Principal> Authenticate(const auth::Credentials& credentials) const override {
    std::lock_guard lock(mu_);
    peers_.push_back(credentials.peer_identity);
    return absl::UnauthenticatedError("nobody");
  }
  std::string Description() const override { return "a test's"; }
  std::vector<std::string> peers() const {
    std::lock_guard lock(mu_);
    return peers_;
  }

 private:
  mutable std::mutex mu_;
  mutable std::vector<std::string> peers_;
};

TEST_F(TlsTest, TheProvenNameReachesTheAuthenticator) {
  const PeerRecorder recorder;
  const SystemClock clock;
  observe::Metrics metrics("peers");
  ServerOptions options;
  options.server_credentials = tls_->ForEveryone();
  const auto server = Server::Start(std::move(options), recorder, clock, metrics, nullptr, ToyForces::Builder(hooks_));
  ASSERT_TRUE(server.ok()) << server.status();
  for (const auto& credentials :
       {Credentials({.ca = authority_.certificate()}),
        Credentials(authority_.Issue({.names = "DNS:gateway,DNS:other"})),
        Credentials(authority_.Issue({.names = "DNS:gateway,URI:spiffe://oversight/gateway"})),
        Credentials(authority_.Issue({.names = "IP:127.0.0.1,email:a@example.org"}))}) {
    ChannelOptions channel;
    channel.target = (*server)->address();
    channel.credentials = credentials;
    channel.service = "forces-service";
    EXPECT_EQ(Get(MakeChannel(channel)).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  EXPECT_THAT(recorder.peers(), ElementsAre("", "gateway", "spiffe://oversight/gateway", ""));
}

// A new key, then a new authority with the usual overlap: both are trusted, then certificates of the new one are used,
// then the old one is forgotten. Some callers keep their connection, some make one for each call; none loses a call.
TEST_F(TlsTest, CertificatesAreReplacedUnderLoadWithoutALostCall) {
  Serve(tls_->ForServices());
  std::atomic<bool> stop{false};
  std::atomic<int> done{0}, fresh{0};
  std::mutex mu;
  std::vector<std::string> failures;
  const auto note = [&](const grpc::Status& status) {
    if (status.ok()) return;
    std::lock_guard lock(mu);
    failures.push_back(status.error_message());
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      const auto channel = ChannelWith(tls_->ForCalls());
      for (; !stop; ++done) note(Get(channel));
    });
    callers.emplace_back([&] {
      for (; !stop; ++fresh) note(GetWith(tls_->ForCalls()));
    });
  }
  const auto until = [&](const std::function<bool()>& holds) {
    const bool held = Eventually([&] { return holds(); });
    const int before = done, before_fresh = fresh;
    return held && Eventually([&] { return done > before + 10 && fresh > before_fresh + 10; });
  };
  const auto serves = [&](const std::string& certificate) {
    std::string shown;
    note(Get(ChannelWith(tls_->ForCalls()), &shown));
    return shown == Read(certificate);
  };

  const TlsFiles same_authority = authority_.Issue({.names = kNames});
  mounted_.Replace(same_authority);
  EXPECT_TRUE(until([&] { return serves(same_authority.cert); })) << "a new key";

  TestAuthority next(folder_ / ".", "next");
  TlsFiles overlap = same_authority;
  overlap.ca = Together(authority_.certificate(), next.certificate(), folder_ / "both");
  mounted_.Replace(overlap);
  TlsFiles of_next = next.Issue({.names = kNames});
  of_next.ca = authority_.certificate();
  EXPECT_TRUE(until([&] { return GetWith(Credentials(of_next)).ok(); })) << "both are trusted";

  TlsFiles issued = next.Issue({.names = kNames});
  const TlsFiles last = issued;
  issued.ca = overlap.ca;
  mounted_.Replace(issued);
  EXPECT_TRUE(until([&] { return serves(issued.cert); })) << "of the new authority";

  mounted_.Replace(last);
  TlsFiles of_the_old = same_authority;
  of_the_old.ca = next.certificate();
  EXPECT_TRUE(until([&] { return !GetWith(Credentials(of_the_old)).ok(); })) << "the old one is not trusted any more";

  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(failures, ElementsAre()) << done << " and " << fresh << " calls";
}

TEST_F(TlsTest, SaysThatNewFilesWillNotDoAndTakesThemWhenTheyDo) {
  const auto usable = [&] { return metrics_.Render().find("\noversight_tls_files_usable 1") != std::string::npos; };
  TlsFiles mixed = authority_.Issue({.names = kNames});
  const TlsFiles good = mixed;
  mixed.key = authority_.Issue().key;
  mounted_.Replace(mixed);
  EXPECT_TRUE(Eventually([&] { return !usable(); }));
  mounted_.Replace(good);
  EXPECT_TRUE(Eventually(usable));
  Serve(tls_->ForServices());
  EXPECT_TRUE(Eventually([&] { return GetWith(tls_->ForCalls()).ok(); }));
}

}  // namespace
}  // namespace oversight::rpc
