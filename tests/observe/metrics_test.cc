#include "common/observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/observe/version.h"

namespace oversight::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, ShowWhatWasBuiltAndTheProcess) {
  Metrics metrics("forces-service");
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("oversight_build_info{commit=\"" + GitCommit() +
                              "\",service=\"forces-service\",version=\"" + Version() + "\"} 1\n"));
  for (const char* name : {"process_start_time_seconds ", "process_resident_memory_bytes ",
                           "process_cpu_seconds_total ", "process_open_fds ", "oversight_log_lines_dropped_total 0"}) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string(name)));
  }
}

TEST(Metrics, TheSameNameAndLabelsAreOneCounter) {
  Metrics metrics("test");
  metrics.Counter("jobs_total", "Jobs.", {{"kind", "a"}}).Increment();
  metrics.Counter("jobs_total", "Jobs.", {{"kind", "a"}}).Increment();
  metrics.Counter("jobs_total", "Jobs.", {{"kind", "b"}}).Increment(5);
  EXPECT_THAT(metrics.Render(), HasSubstr("# HELP jobs_total Jobs.\n# TYPE jobs_total counter\n"
                                          "jobs_total{kind=\"a\"} 2\njobs_total{kind=\"b\"} 5\n"));
}

TEST(Metrics, CallbacksAreReadWhenAskedAndNotAfterTheHandle) {
  Metrics metrics("test");
  double depth = 3;
  {
    const auto handle =
        metrics.GaugeCallback("queue_depth", "Depth.", [&depth] { return depth; }, {{"queue", "writer"}});
    const auto other = metrics.GaugeCallback("queue_depth", "Depth.", [] { return 9; }, {{"queue", "reader"}});
    const auto counter = metrics.CounterCallback("commits_total", "Commits.", [] { return 7; });
    EXPECT_THAT(metrics.Render(), HasSubstr("# TYPE queue_depth gauge\nqueue_depth{queue=\"reader\"} 9\n"
                                            "queue_depth{queue=\"writer\"} 3\n"));
    EXPECT_THAT(metrics.Render(), HasSubstr("# TYPE commits_total counter\ncommits_total 7\n"));
    depth = 4;
    EXPECT_THAT(metrics.Render(), HasSubstr("queue_depth{queue=\"writer\"} 4\n"));
  }
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("queue_depth")));
}

TEST(Metrics, AMovedHandleKeepsItsCallback) {
  Metrics metrics("test");
  Metrics::Callback kept;
  {
    auto first = metrics.GaugeCallback("kept", "Kept.", [] { return 1; });
    kept = std::move(first);
  }
  EXPECT_THAT(metrics.Render(), HasSubstr("\nkept 1\n"));
  kept = Metrics::Callback();
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("kept")));
}

TEST(MethodMetrics, HaveEveryCodeFromTheStart) {
  Metrics metrics("test");
  MethodMetrics method(metrics, "grpc_server", "oversight.forces.v1.ForcesService", "GetForce", MethodType::kUnary);
  const std::string labels =
      "grpc_method=\"GetForce\",grpc_service=\"oversight.forces.v1.ForcesService\",grpc_type=\"unary\"}";
  const std::string before = metrics.Render();
  for (int code = 0; code <= 16; ++code) {
    EXPECT_THAT(before,
                HasSubstr("grpc_server_handled_total{grpc_code=\"" +
                          std::string(GrpcCodeName(static_cast<absl::StatusCode>(code))) + "\"," + labels + " 0\n"));
  }
  method.Started();
  method.MessageReceived();
  method.MessageSent();
  method.Handled(absl::StatusCode::kNotFound, absl::Milliseconds(3));
  method.Handled(static_cast<absl::StatusCode>(99), absl::Seconds(60));
  const std::string after = metrics.Render();
  EXPECT_THAT(after, HasSubstr("grpc_server_started_total{" + labels + " 1\n"));
  EXPECT_THAT(after, HasSubstr("grpc_server_msg_received_total{" + labels + " 1\n"));
  EXPECT_THAT(after, HasSubstr("grpc_server_msg_sent_total{" + labels + " 1\n"));
  EXPECT_THAT(after, HasSubstr("grpc_server_handled_total{grpc_code=\"NotFound\"," + labels + " 1\n"));
  EXPECT_THAT(after, HasSubstr("grpc_server_handled_total{grpc_code=\"Unknown\"," + labels + " 1\n"));
  EXPECT_THAT(after, HasSubstr("grpc_server_handling_seconds_count{" + labels + " 2\n"));
  const std::string bucket = labels.substr(0, labels.size() - 1);
  EXPECT_THAT(after, HasSubstr("grpc_server_handling_seconds_bucket{" + bucket + ",le=\"0.0025\"} 0\n"));
  EXPECT_THAT(after, HasSubstr("grpc_server_handling_seconds_bucket{" + bucket + ",le=\"0.005\"} 1\n"));
  EXPECT_THAT(after, HasSubstr("grpc_server_handling_seconds_bucket{" + bucket + ",le=\"10\"} 1\n"));
}

TEST(MethodMetrics, CountFromManyThreadsWhileRead) {
  Metrics metrics("test");
  MethodMetrics method(metrics, "grpc_server", "s", "m", MethodType::kServerStream);
  constexpr int kThreads = 4, kEach = 1000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) method.Handled(absl::StatusCode::kOk, absl::Milliseconds(1));
    });
  }
  for (int i = 0; i < 20; ++i) metrics.Render();
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(metrics.Render(),
              HasSubstr("grpc_code=\"OK\",grpc_method=\"m\",grpc_service=\"s\",grpc_type=\"server_stream\"} " +
                        std::to_string(kThreads * kEach)));
}

}  // namespace
}  // namespace oversight::observe
