// A real forces-service on a store that goes wrong, whichever it is, as its callers and its operators see it: what
// calls answer, gRPC health, /readyz and /livez. Calls block, with a deadline. Everything acknowledged is remembered,
// so that each test can ask in the end whether it is all there, once. No refusal may be without a type or tell what a
// driver said. For the test's thread; Create and Get by any.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/support/awaited.h"
#include "tests/support/health_check.h"
#include "tests/support/http_client.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {

// A refusal by code and reason, with words for a person.
MATCHER_P2(Refuses, code, reason, "") {
  const absl::Status& status = arg;
  *result_listener << status.ToString() << " reason " << ReasonOf(status);
  return status.code() == code && ReasonOf(status) == reason && !status.message().empty();
}

MATCHER_P(StatusIs, code, "") {
  const absl::Status& status = arg;
  *result_listener << status.ToString();
  return status.code() == code;
}

// A driver's words: the names of its parts and the phrases it uses.
MATCHER(HasNoWordsOfADriver, "") {
  const std::string text = absl::AsciiStrToLower(std::string(arg));
  for (const char* word : {"sqlite", "postgres", "libpq", "sqlstate", "fatal", "error:", "server closed", "backend",
                           "connection to", "relation", "socket", "/tmp/", "syntax", "ssl"}) {
    if (text.find(word) == std::string::npos) continue;
    *result_listener << "says \"" << word << '"';
    return false;
  }
  return true;
}

inline bool TellsWhenToRetry(const absl::Status& status) {
  return status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value();
}

class ServiceFixture : public ::testing::Test {
 protected:
  // Starts it, or starts it again on the same store, and waits until it serves.
  void StartService(const std::string& store, const std::vector<std::string>& environment = {},
                    const std::vector<std::string>& flags = {}) {
    service_ = std::make_unique<ServerProcess>(CommandFor(store, flags), folder_ / "ready.json",
                                               folder_ / "service.log", environment);
    const absl::Status serving = service_->WaitUntilServing();
    ASSERT_TRUE(serving.ok()) << serving;
    channel_ = rpc::MakeChannel({.target = service_->address(), .principal = "records-manager"});
    stub_ = forces::v1::ForcesService::NewStub(channel_);
  }
  static std::vector<std::string> CommandFor(const std::string& store, const std::vector<std::string>& flags) {
    std::vector<std::string> command = {ServerProcess::Binary("forces-service"),
                                        "--listen=127.0.0.1:0",
                                        "--admin-listen=127.0.0.1:0",
                                        "--insecure",
                                        "--drain-delay=0s",
                                        "--store=" + store};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }
  // As a crash would end it: what the store has then is what was durable, as far as the system knows.
  void KillService() { service_->process().Kill(); }

  // Records a force; its revision. The name makes the request id, so that the same again is a retry.
  absl::StatusOr<int64_t> Create(const std::string& id, std::chrono::milliseconds in = kPatience) {
    forces::v1::CreateForceRequest request;
    request.set_force_id(id);
    request.set_request_id("create-" + id);
    forces::v1::Force& force = *request.mutable_force();
    force.set_display_name("Force " + id);
    force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
    force.set_service(forces::v1::SERVICE_TYPE_POLICE);
    force.set_region("South West");
    force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
    force.mutable_oversight_body()->set_display_name("Commissioner");
    forces::v1::CreateForceResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + in);
    const grpc::Status status = stub_->CreateForce(&context, request, &response);
    if (!status.ok()) return Plain(rpc::FromGrpc(status));
    std::lock_guard lock(mu_);
    const auto [first, is_new] = acknowledged_.emplace(id, response.header().revision());
    EXPECT_EQ(first->second, response.header().revision()) << id << " was acknowledged twice";
    EXPECT_TRUE(is_new || response.header().replayed()) << id << " was done twice";
    return response.header().revision();
  }
  void CreateSome(int from, int to) {
    for (int i = from; i <= to; ++i) {
      const auto revision = Create(absl::StrCat("f", i));
      ASSERT_TRUE(revision.ok()) << revision.status();
    }
  }
  // What a read gives, from the store itself when `revision` is given: a read in the past is in no memory.
  absl::StatusOr<forces::v1::Force> Get(const std::string& id, int64_t revision = 0,
                                        std::chrono::milliseconds in = kPatience) {
    forces::v1::GetForceRequest request;
    request.set_name("forces/" + id);
    if (revision > 0) request.mutable_read()->mutable_as_of()->set_revision(revision);
    forces::v1::GetForceResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + in);
    const grpc::Status status = stub_->GetForce(&context, request, &response);
    if (!status.ok()) return Plain(rpc::FromGrpc(status));
    return response.force();
  }
  // How many forces a list gives, from the store.
  absl::StatusOr<int> Count() {
    int count = 0;
    forces::v1::ListForcesRequest request;
    request.set_page_size(1000);
    do {
      forces::v1::ListForcesResponse response;
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + kPatience);
      const grpc::Status status = stub_->ListForces(&context, request, &response);
      if (!status.ok()) return Plain(rpc::FromGrpc(status));
      count += response.forces_size();
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return count;
  }

  HttpAnswer Admin(const std::string& path) { return HttpCall(service_->addresses().at("admin"), "GET", path, {}, ""); }
  // The present value of a gauge or counter without labels; -1 when there is none.
  double Metric(const std::string& name) {
    std::istringstream text(Admin("/metrics").body);
    for (std::string line; std::getline(text, line);) {
      if (line.rfind(name, 0) == 0) return std::stod(line.substr(line.rfind(' ')));
    }
    return -1;
  }
  // Waits until load balancers and operators are told the same: ready, or not and why. Whatever holds, it is alive.
  void ExpectReady() {
    EXPECT_TRUE(Eventually([&] {
      LookLater();
      return HealthOf(channel_) == "SERVING" && Admin("/readyz").status == 200 &&
             HealthOf(channel_, "oversight.forces.v1.ForcesService") == "SERVING";
    })) << Admin("/readyz").body;
    ExpectAlive();
  }
  void ExpectNotReady(const std::string& why) {
    EXPECT_TRUE(Eventually([&] {
      LookLater();
      const HttpAnswer ready = Admin("/readyz");
      return ready.status == 503 && ready.body.find(why) != std::string::npos && HealthOf(channel_) == "NOT_SERVING" &&
             HealthOf(channel_, "oversight.forces.v1.ForcesService") == "NOT_SERVING";
    })) << Admin("/readyz").body;
    EXPECT_THAT(Admin("/readyz").body, HasNoWordsOfADriver());
    EXPECT_THAT(Admin("/metrics").body, HasNoWordsOfADriver());
    ExpectAlive();
  }
  // Between two looks that cost more than a glance.
  static void LookLater() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }
  void ExpectAlive() {
    EXPECT_EQ(HealthOf(channel_, "liveness"), "SERVING");
    EXPECT_EQ(Admin("/livez").status, 200);
  }
  // Reads of what is in memory, in the past and in lists.
  void ExpectReadsGoOn() {
    const auto [id, revision] = AnyAcknowledged();
    EXPECT_TRUE(Get(id).ok()) << Get(id).status();
    EXPECT_TRUE(Get(id, revision).ok()) << Get(id, revision).status();
    EXPECT_TRUE(Count().ok()) << Count().status();
  }
  // All that was acknowledged stands, at the revision that was told, and nothing else does: no write of ours is without
  // its acknowledgement by now, and each made one revision.
  void ExpectNothingLost() {
    std::map<std::string, int64_t> acknowledged;
    {
      std::lock_guard lock(mu_);
      acknowledged = acknowledged_;
    }
    for (const auto& [id, revision] : acknowledged) {
      const auto force = Get(id);
      ASSERT_TRUE(force.ok()) << id << " was acknowledged: " << force.status();
      EXPECT_EQ(force->revision(), revision) << id;
    }
    EXPECT_EQ(Count().value_or(-1), static_cast<int>(acknowledged.size()));
    EXPECT_EQ(Metric("oversight_ledger_revision"), static_cast<double>(acknowledged.size()));
  }
  std::pair<std::string, int64_t> AnyAcknowledged() {
    std::lock_guard lock(mu_);
    return *acknowledged_.begin();
  }
  int Acknowledged() {
    std::lock_guard lock(mu_);
    return static_cast<int>(acknowledged_.size());
  }

  // Clients that write all the time: each records force after force, and what is refused again with the same request
  // id until it is acknowledged.
  class Traffic {
   public:
    explicit Traffic(ServiceFixture& fixture, const std::string& name = "t", int clients = 4) {
      for (int c = 0; c < clients; ++c) {
        clients_.emplace_back([this, &fixture, id = absl::StrCat(name, c, "-")] {
          for (int i = 0; !stop_; ++i) Record(fixture, absl::StrCat(id, i));
        });
      }
    }
    ~Traffic() { Stop(); }
    // Once the store is whole again: what is under way is acknowledged first.
    void Stop() {
      stop_ = true;
      for (auto& client : clients_) client.join();
      clients_.clear();
    }
    int refused() const { return refused_; }

   private:
    void Record(ServiceFixture& fixture, const std::string& id) {
      const auto limit = std::chrono::steady_clock::now() + 4 * kPatience;
      for (auto revision = fixture.Create(id); !revision.ok(); revision = fixture.Create(id)) {
        ++refused_;
        if (std::chrono::steady_clock::now() > limit) {
          ADD_FAILURE() << id << " was never acknowledged: " << revision.status();
          stop_ = true;
          return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));  // Between two tries.
      }
    }
    std::atomic<bool> stop_{false};
    std::atomic<int> refused_{0};
    std::vector<std::thread> clients_;
  };

  // Passes a refusal on and looks at its words, those of its details too.
  static absl::Status Plain(absl::Status status) {
    std::string all(status.message());
    status.ForEachPayload([&all](absl::string_view, const absl::Cord& payload) { all += std::string(payload); });
    EXPECT_THAT(all, HasNoWordsOfADriver());
    // What gRPC itself refuses, such as a call that is out of time, has no reason.
    if (!absl::IsDeadlineExceeded(status)) {
      EXPECT_NE(ReasonOf(status), "") << status;
      EXPECT_NE(status.message(), "") << status;
    }
    return status;
  }

  const TempDir folder_;
  std::unique_ptr<ServerProcess> service_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<forces::v1::ForcesService::Stub> stub_;
  std::mutex mu_;
  std::map<std::string, int64_t> acknowledged_;
};

}  // namespace oversight::testing
