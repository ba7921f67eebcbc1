// Server-sent events over a watch that the test writes: what a reader is told, how it resumes, and what a slow one
// costs.
#include "gateway/http/events_face.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/http/state_id.h"
#include "gmock/gmock.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "oversight/gateway/v1/gateway_service.grpc.pb.h"
#include "tests/support/awaited.h"

namespace oversight::gateway {
namespace {

using testing::Eventually;
using ::testing::HasSubstr;

// Writes what the test gives it.
class Watch final : public v1::GatewayService::Service {
 public:
  grpc::Status WatchDashboard(grpc::ServerContext* context, const v1::WatchDashboardRequest* request,
                              grpc::ServerWriter<v1::WatchDashboardResponse>* writer) override {
    {
      std::lock_guard lock(mu_);
      force = request->force();
      principal.clear();
      const auto it = context->client_metadata().find("oversight-principal");
      if (it != context->client_metadata().end()) principal.assign(it->second.data(), it->second.size());
    }
    if (principal.empty() || principal == "public") return {grpc::StatusCode::PERMISSION_DENIED, "Not for everyone."};
    ++open;
    for (;;) {
      std::unique_lock lock(mu_);
      while (queue_.empty() && !context->IsCancelled() && !ending_) wake_.wait_for(lock, std::chrono::milliseconds(20));
      if (queue_.empty()) break;
      const auto response = queue_.front();
      queue_.pop_front();
      lock.unlock();
      writer->Write(response);
      ++written;
    }
    --open;
    return grpc::Status::OK;
  }

  // The state of the national dashboard with so many open proposals.
  static v1::WatchDashboardResponse State(int proposals, int64_t revision = 1) {
    v1::WatchDashboardResponse response;
    auto& section = *response.mutable_national()->add_sections();
    section.set_service("forces-service");
    section.set_state(v1::SECTION_STATE_COMPLETE);
    section.set_revision(revision);
    response.mutable_national()->set_open_proposals(proposals);
    return response;
  }
  void Give(v1::WatchDashboardResponse response) {
    std::lock_guard lock(mu_);
    queue_.push_back(std::move(response));
    wake_.notify_all();
  }
  void End() {
    std::lock_guard lock(mu_);
    ending_ = true;
    wake_.notify_all();
  }

  std::atomic<int> written{0}, open{0};
  std::string force, principal;

 private:
  std::mutex mu_;
  std::condition_variable wake_;
  std::deque<v1::WatchDashboardResponse> queue_;
  bool ending_ = false;
};

class EventsFaceTest : public ::testing::Test {
 protected:
  EventsFaceTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&watch_);
    server_ = builder.BuildAndStart();
    routes_.AddService<v1::GetForceDashboardRequest>("gateway", server_->InProcessChannel({}));
  }
  ~EventsFaceTest() override {
    if (answer_.stream != nullptr) answer_.stream->Cancel();
    watch_.End();
    server_->Shutdown();
  }

  // Blocks until there is an answer.
  const HttpAnswer& Open(const std::string& target = "/v1/events",
                         std::multimap<std::string, std::string> headers = {{"oversight-principal", "hm-inspector"}}) {
    auto got = std::make_shared<std::promise<HttpAnswer>>();
    auto future = got->get_future();
    call_ = face_.Answer({"GET", target, std::move(headers), ""}, absl::InfiniteFuture(),
                         [got](HttpAnswer answer) { got->set_value(std::move(answer)); });
    if (future.wait_for(testing::kPatience) == std::future_status::ready) answer_ = future.get();
    return answer_;
  }
  // The next piece; "none" at the end, "late" when it does not come.
  std::string Next() {
    auto got = std::make_shared<std::promise<HttpBody::Piece>>();
    auto future = got->get_future();
    answer_.stream->Next([got](HttpBody::Piece piece) { got->set_value(std::move(piece)); });
    if (future.wait_for(testing::kPatience) != std::future_status::ready) return "late";
    const HttpBody::Piece piece = future.get();
    return !piece.ok() ? piece.status().ToString() : piece->value_or("none");
  }
  static std::string Id(int proposals) { return StateIdOf(Watch::State(proposals)); }
  static std::string Event(const std::string& kind, int proposals, int64_t revision = 1) {
    return absl::StrCat("id: ", Id(proposals), "\nevent: ", kind,
                        "\ndata: {\"dashboard\":\"nationalDashboard\",\"sections\":[{\"service\":\"forces-service\","
                        "\"state\":\"SECTION_STATE_COMPLETE\",\"revision\":\"",
                        revision, "\"}]}\n\n");
  }

  Watch watch_;
  std::unique_ptr<grpc::Server> server_;
  Routes routes_;
  const Callers callers_{{}};
  EventsFace face_{routes_, callers_};
  std::shared_ptr<Cancellable> call_;
  HttpAnswer answer_;
};

TEST_F(EventsFaceTest, TellsTheStateThenEachChange) {
  watch_.Give(Watch::State(1));
  const HttpAnswer& answer = Open();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.front().second, "text/event-stream; charset=utf-8");
  ASSERT_NE(answer.stream, nullptr);
  EXPECT_TRUE(answer.stream->endless());
  EXPECT_EQ(Next(), "retry: 2000\n\n");
  EXPECT_EQ(Next(), Event("state", 1));
  watch_.Give(Watch::State(2, 5));
  EXPECT_EQ(Next(), Event("change", 2, 5));
  EXPECT_EQ(watch_.principal, "hm-inspector") << "in the caller's name";
}

TEST_F(EventsFaceTest, WhatShowsTheSameIsAHeartbeat) {
  watch_.Give(Watch::State(1));
  Open();
  Next();
  EXPECT_EQ(Next(), Event("state", 1));
  watch_.Give(Watch::State(1, 99));
  EXPECT_EQ(Next(), ": still here\n\n") << "another revision and nothing else to see";
}

TEST_F(EventsFaceTest, OneWhoComesAgainIsToldToReadAgainOnlyWhenTheyMissedSomething) {
  for (const char* how : {"header", "query"}) {
    const bool header = how == std::string("header");
    for (const int had : {1, 7}) {
      watch_.Give(Watch::State(1));
      std::multimap<std::string, std::string> headers = {{"oversight-principal", "hm-inspector"}};
      if (header) headers.emplace("last-event-id", Id(had));
      Open(header ? "/v1/events?since=something-older" : "/v1/events?since=" + Id(had), headers);
      Next();
      EXPECT_EQ(Next(), had == 1 ? ": still here\n\n" : Event("resync", 1)) << how << had;
      watch_.Give(Watch::State(2));
      EXPECT_EQ(Next(), Event("change", 2));
      answer_.stream->Cancel();
      EXPECT_TRUE(Eventually([&] { return watch_.open == 0; }));
    }
  }
}

TEST_F(EventsFaceTest, ASlowReaderCostsOneEventAndIsToldToReadAgain) {
  watch_.Give(Watch::State(0));
  Open();
  Next();
  Next();
  for (int i = 1; i <= 1000; ++i) watch_.Give(Watch::State(i, i));
  // The watch is not held up: all of it is taken while the reader takes nothing.
  ASSERT_TRUE(Eventually([&] { return watch_.written == 1001; }));
  watch_.Give(Watch::State(1001, 1001));
  std::string piece;
  // The last may be on its way still, and then comes by itself.
  for (int i = 0; i < 3 && !absl::StrContains(piece, Id(1001)); ++i) {
    piece = Next();
    EXPECT_THAT(piece, HasSubstr(i == 0 ? "event: resync\n" : "event: "));
  }
  EXPECT_THAT(piece, HasSubstr(Id(1001)));
}

TEST_F(EventsFaceTest, IsOfOneForceWhenAskedSo) {
  v1::WatchDashboardResponse response;
  response.mutable_force()->mutable_force()->set_name("forces/kent");
  watch_.Give(response);
  Open("/v1/events?force=forces/kent");
  Next();
  EXPECT_THAT(Next(), HasSubstr("{\"dashboard\":\"forces/kent:dashboard\",\"sections\":[]}"));
  EXPECT_EQ(watch_.force, "forces/kent");
}

TEST_F(EventsFaceTest, WhoMayNotWatchIsRefusedAtOnce) {
  const HttpAnswer& answer = Open("/v1/events", {});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.stream, nullptr);
  EXPECT_THAT(answer.body, HasSubstr("Not for everyone."));
  answer_ = {};
  EXPECT_EQ(Open("/v1/events?nonsense=1").status, 400);
}

TEST_F(EventsFaceTest, EndsWithTheWatchAndWhenGivenUp) {
  watch_.Give(Watch::State(1));
  Open();
  Next();
  Next();
  watch_.End();
  EXPECT_EQ(Next(), "none") << "the watch ended";
  EXPECT_EQ(Next(), "none");
}

TEST_F(EventsFaceTest, GivenUpItEndsItsWatch) {
  watch_.Give(Watch::State(1));
  Open();
  Next();
  Next();
  call_->Cancel();
  EXPECT_EQ(Next(), "none");
  EXPECT_TRUE(Eventually([&] { return watch_.open == 0; }));
}

}  // namespace
}  // namespace oversight::gateway
