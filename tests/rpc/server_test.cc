#include "common/rpc/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/awaited.h"
#include "tests/support/health_check.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_server.h"

extern char** environ;

namespace oversight::rpc {
namespace {

using oversight::testing::Eventually;
using oversight::testing::HealthOf;
using oversight::testing::kPatience;
using oversight::testing::TempDir;
using oversight::testing::TestServer;
using oversight::testing::TestServerOptions;
using ::testing::HasSubstr;

TEST(Server, HealthFollowsReadiness) {
  std::atomic<bool> ready{true};
  auto hooks = std::make_shared<ToyHooks>();
  hooks->ready = [&] { return ready ? absl::OkStatus() : absl::UnavailableError("the copy is not there yet"); };
  TestServerOptions options;
  options.health_names = {"oversight.forces.v1.ForcesService"};
  auto server = TestServer::Start(ToyForces::Builder(hooks), options);
  const auto channel = server->ChannelAs("");
  for (const char* name : {"", "oversight.forces.v1.ForcesService", "liveness"}) {
    EXPECT_EQ(HealthOf(channel, name), "SERVING") << name;
  }
  EXPECT_EQ(HealthOf(channel, "no.such.Service"), "NOT_FOUND");
  ready = false;
  EXPECT_TRUE(Eventually([&] { return HealthOf(channel, "") == "NOT_SERVING"; }));
  EXPECT_EQ(HealthOf(channel, "oversight.forces.v1.ForcesService"), "NOT_SERVING");
  EXPECT_EQ(HealthOf(channel, "liveness"), "SERVING");
  EXPECT_EQ(server->server().Ready().message(), "the copy is not there yet");
  ready = true;
  EXPECT_TRUE(Eventually([&] { return HealthOf(channel, "") == "SERVING"; }));
}

TEST(Server, SaysPlainlyThatAnAddressIsTaken) {
  auto first = TestServer::Start(ToyForces::Builder());
  observe::Metrics metrics("second");
  struct Nobody final : auth::Authenticator {
    absl::StatusOr<auth::Principal> Authenticate(const auth::Credentials&) const override { return auth::Principal(); }
    std::string Description() const override { return "nobody"; }
  } authenticator;
  const SystemClock clock;
  ServerOptions options;
  options.listen = first->address();
  const auto second = Server::Start(options, authenticator, clock, metrics, nullptr, ToyForces::Builder());
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(absl::StrCat("Cannot listen at ", first->address())));
}

TEST(Server, ServesReflection) {
  auto server = TestServer::Start(ToyForces::Builder());
  grpc::GenericStub stub(server->ChannelAs(""));
  // That the service is there at all is enough here; what it answers is gRPC's. It is a stream, so a unary call of it
  // is answered with something else than UNIMPLEMENTED.
  grpc::ClientContext context;
  grpc::ByteBuffer request, response;
  std::mutex mu;
  std::condition_variable told;
  std::optional<grpc::Status> status;
  const grpc::Slice slice("\x3a\x01*", 3);  // list_services: "*"
  request = grpc::ByteBuffer(&slice, 1);
  stub.UnaryCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", grpc::StubOptions(),
                 &request, &response, [&](const grpc::Status& s) {
                   std::lock_guard lock(mu);
                   status = s;
                   told.notify_one();
                 });
  std::unique_lock lock(mu);
  told.wait(lock, [&] { return status.has_value(); });
  EXPECT_NE(status->error_code(), grpc::StatusCode::UNIMPLEMENTED) << status->error_message();
}

TEST(Server, DrainWaitsForCallsUnderWay) {
  auto hooks = std::make_shared<ToyHooks>();
  std::mutex mu;
  std::optional<Done> waiting;
  hooks->get = [&](Call&, const auto&, auto*, Done done) {
    std::lock_guard lock(mu);
    waiting = std::move(done);
  };
  auto server = TestServer::Start(ToyForces::Builder(hooks));
  const auto channel = server->ChannelAs("liaison-lead");
  const auto stub = fv1::ForcesService::NewStub(channel);
  grpc::Status answer(grpc::StatusCode::UNKNOWN, "not answered");
  std::thread caller([&] {
    grpc::ClientContext context;
    fv1::GetForceRequest request;
    request.set_name("forces/kent");
    fv1::GetForceResponse response;
    answer = stub->GetForce(&context, request, &response);
  });
  ASSERT_TRUE(Eventually([&] {
    std::lock_guard lock(mu);
    return waiting.has_value();
  }));
  std::atomic<bool> drained{false};
  std::thread drain([&] {
    server->server().Drain();
    drained = true;
  });
  ASSERT_TRUE(Eventually([&] { return server->server().host().draining(); }));
  EXPECT_FALSE(server->server().Ready().ok());
  EXPECT_FALSE(drained);
  (*waiting)(absl::OkStatus());
  waiting.reset();
  drain.join();
  caller.join();
  EXPECT_TRUE(answer.ok()) << answer.error_message();
}

// ---- The process ----

class ProcessTest : public ::testing::Test {
 protected:
  ~ProcessTest() override {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  std::string ReadyFile() const { return folder_ / "ready.json"; }
  std::string Output() const {
    std::ifstream in(folder_ / "output");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void Run(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    const char* binary = std::getenv("RPC_TOY_SERVER");
    ASSERT_NE(binary, nullptr) << "run by ctest, which says where the toy server is";
    arguments.insert(arguments.begin(), binary);
    std::vector<char*> argv, envp;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    for (char** e = environ; *e != nullptr; ++e) envp.push_back(*e);
    for (std::string& e : environment) envp.push_back(e.data());
    envp.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string output = folder_ / "output";
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    ASSERT_EQ(posix_spawn(&pid_, binary, &actions, nullptr, argv.data(), envp.data()), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  std::vector<std::string> Ordinary() const {
    return {"--insecure", "--store=sqlite:" + (folder_ / "store.db"), "--drain-delay=0s",
            "--ready-file=" + ReadyFile()};
  }
  // The gRPC address once it serves.
  std::string AwaitAddress() {
    std::string address;
    EXPECT_TRUE(Eventually([&] {
      std::ifstream in(ReadyFile());
      std::stringstream text;
      text << in.rdbuf();
      const std::string json = text.str();
      const size_t at = json.find("\"grpc\":\"");
      if (at == std::string::npos) return Exited();
      address = json.substr(at + 8, json.find('"', at + 8) - at - 8);
      return true;
    }));
    EXPECT_NE(address, "") << Output();
    return address;
  }
  // Never to process 0, which would be the test's own group.
  void Signal(int signal_number) {
    ASSERT_GT(pid_, 0) << "it is not running";
    kill(pid_, signal_number);
  }
  bool Exited() {
    if (pid_ == 0) return true;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
    pid_ = 0;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return true;
  }
  int AwaitExit() {
    EXPECT_TRUE(Eventually([&] { return Exited(); })) << Output();
    return exit_code_;
  }

  const TempDir folder_;
  pid_t pid_ = 0;
  int exit_code_ = -1000;
};

TEST_F(ProcessTest, ServesUntilToldToStopAndExitsWithZero) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    Run(Ordinary());
    const std::string address = AwaitAddress();
    const auto channel = MakeChannel({.target = address, .principal = "principals/chief-inspector"});
    grpc::ClientContext context;
    fv1::GetForceRequest request;
    request.set_name("forces/kent");
    fv1::GetForceResponse response;
    EXPECT_TRUE(fv1::ForcesService::NewStub(channel)->GetForce(&context, request, &response).ok());
    Signal(signal_number);
    EXPECT_EQ(AwaitExit(), 0) << Output();
    EXPECT_THAT(Output(), HasSubstr("\"msg\":\"stopped\""));
    EXPECT_NE(access(ReadyFile().c_str(), F_OK), 0) << "the ready file is left behind";
  }
}

TEST_F(ProcessTest, ASecondSignalEndsItAtOnce) {
  Run(Ordinary());
  const auto channel = MakeChannel({.target = AwaitAddress(), .principal = "principals/chief-inspector"});
  const auto stub = fv1::ForcesService::NewStub(channel);
  grpc::ClientContext context;
  fv1::GetForceRequest request;
  request.set_name("forces/slow");  // Never answered, so the stop would wait for it.
  fv1::GetForceResponse response;
  std::mutex mu;
  std::condition_variable told;
  bool answered = false;
  stub->async()->GetForce(&context, &request, &response, [&](const grpc::Status&) {
    std::lock_guard lock(mu);
    answered = true;
    told.notify_one();
  });
  // Calls are answered in order of arrival enough for this: once another got its answer, the slow one is there.
  for (int i = 0; i < 3; ++i) {
    grpc::ClientContext other;
    request.set_name("forces/kent");
    ASSERT_TRUE(stub->GetForce(&other, request, &response).ok());
  }
  Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(Output(), "\"msg\":\"draining\""); })) << Output();
  EXPECT_FALSE(Exited());
  Signal(SIGTERM);
  EXPECT_EQ(AwaitExit(), 1) << Output();
  std::unique_lock lock(mu);
  told.wait(lock, [&] { return answered; });
}

TEST_F(ProcessTest, AnIdleConnectionDoesNotHoldUpTheStop) {
  Run(Ordinary());
  const std::string address = AwaitAddress();
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  inet_pton(AF_INET, "127.0.0.1", &peer.sin_addr);
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(connect(connection, reinterpret_cast<sockaddr*>(&peer), sizeof(peer)), 0);
  // The opening of HTTP/2 with empty settings, and then nothing more: not even the answer to a ping.
  static constexpr char kOpening[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
  ASSERT_EQ(send(connection, kOpening, sizeof(kOpening) - 1, 0), static_cast<ssize_t>(sizeof(kOpening) - 1));
  char settings[9];
  ASSERT_EQ(recv(connection, settings, sizeof(settings), MSG_WAITALL), 9);
  const auto before = std::chrono::steady_clock::now();
  kill(pid_, SIGTERM);
  EXPECT_EQ(AwaitExit(), 0) << Output();
  // gRPC alone would wait 20 s for it.
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  close(connection);
}

TEST_F(ProcessTest, RefusesToStartWithoutInsecure) {
  Run({"--store=sqlite:" + (folder_ / "store.db")});
  EXPECT_EQ(AwaitExit(), 2);
  EXPECT_THAT(Output(), HasSubstr("--insecure"));
}

TEST_F(ProcessTest, TellsEveryProblemOfItsFlags) {
  Run({"--listen=nowhere", "--drain-delay=soon", "--storre=sqlite:x"});
  EXPECT_EQ(AwaitExit(), 2);
  EXPECT_THAT(Output(), ::testing::AllOf(HasSubstr("listen"), HasSubstr("drain-delay"), HasSubstr("storre")));
}

TEST_F(ProcessTest, TakesFlagsFromTheEnvironment) {
  Run({"--ready-file=" + ReadyFile()},
      {"TOY_INSECURE=true", "TOY_STORE=sqlite:" + (folder_ / "store.db"), "TOY_DRAIN_DELAY=0s"});
  EXPECT_NE(AwaitAddress(), "");
}

TEST_F(ProcessTest, ExitsWithOneWhenItCannotStart) {
  auto taken = TestServer::Start(ToyForces::Builder());
  auto arguments = Ordinary();
  arguments.push_back("--listen=" + taken->address());
  Run(arguments);
  EXPECT_EQ(AwaitExit(), 1);
  EXPECT_THAT(Output(), HasSubstr("Cannot listen at"));

  Run({"--insecure", "--store=nonsense:x"});
  EXPECT_EQ(AwaitExit(), 1);
  Run({"--insecure", "--store=sqlite:" + (folder_ / "store.db"), "--principals=" + (folder_ / "none.json")});
  EXPECT_EQ(AwaitExit(), 1);
}

}  // namespace
}  // namespace oversight::rpc
