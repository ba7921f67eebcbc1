#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/delimited_message_util.h"
#include "tests/bench/parts.h"
#include "tests/bench/register.h"

namespace oversight::bench {
namespace {

using oversight::testing::TempDir;

constexpr int kReadsInFlight = 64;

std::unique_ptr<Server> StartEcho(const TempDir& folder, const std::string& kind, const std::string& answers) {
  const std::string name = "echo-" + kind, ready = folder / (name + ".json");
  return std::make_unique<Server>(folder, name, std::vector<std::string>{BesideUs("echo-server"), kind, answers, ready},
                                  ready);
}

}  // namespace

void BenchReads(const Plan& plan, Report& report) {
  Say("Reads beside a bare echo ...");
  const TempDir folder;
  const auto service = StartService(folder, {"forces-service", "quiet"});
  const auto logging = StartService(folder, {"forces-service", "logging", "info"});
  const std::vector<std::string> names = ImportRegister(service->address());
  ImportRegister(logging->address());

  std::vector<std::string> requests;
  for (const std::string& name : names) {
    forces::v1::GetForceRequest request;
    request.set_name(name);
    requests.push_back(request.SerializeAsString());
  }
  // The answers for the echo are those of the service.
  const std::string answers = folder / "answers";
  size_t bytes = 0;
  {
    ClosedLoop client(service->address(), "principals/gateway");
    std::ofstream file(answers, std::ios::binary);
    for (const std::string& name : names) {
      forces::v1::GetForceRequest request;
      request.set_name(name);
      const auto response = Ask<forces::v1::GetForceResponse>(client, kGetForce, request);
      bytes += response.ByteSizeLong();
      google::protobuf::util::SerializeDelimitedToOstream(response, &file);
    }
  }
  const auto typed = StartEcho(folder, "typed", answers);
  const auto raw = StartEcho(folder, "bytes", answers);

  struct Contender {
    std::string key;
    const Server* server;
    Series series;
    std::unique_ptr<ClosedLoop> client;
  };
  std::vector<Contender> contenders;
  const auto add = [&contenders](const std::string& key, const Server& server, const std::string& what) {
    contenders.push_back(
        {key, &server, {what, {}, {}, {}, {}}, std::make_unique<ClosedLoop>(server.address(), "principals/gateway")});
  };
  add("reads_service", *service, "forces-service");
  add("reads_echo", *typed, "bare echo, generated service");
  add("reads_echo_bytes", *raw, "bare echo, ready bytes");
  add("reads_service_logging", *logging, "forces-service, every call logged");

  Load load;
  load.method = kGetForce;
  load.in_flight = kReadsInFlight;
  load.next = [&requests](int64_t n, std::string* request) {
    *request = requests[static_cast<size_t>(n) % requests.size()];
    return true;
  };
  load.duration = plan.each / 4;
  for (const Contender& contender : contenders) RunOrDie(*contender.client, load);  // Warm-up.
  load.duration = plan.each;
  for (int64_t round = 0; round < plan.rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      Contender& contender = contenders[(i + static_cast<size_t>(round)) % contenders.size()];
      const double cpu = contender.server->CpuSeconds();
      const Measured measured = RunOrDie(*contender.client, load);
      contender.series.Add(measured, contender.server->CpuSeconds() - cpu);
    }
  }

  report.Section(
      absl::StrFormat("GetForce at %d in flight; answers of %d bytes", kReadsInFlight, bytes / names.size()));
  for (const Contender& contender : contenders) report.Add(contender.key, contender.series);
  const Series &ours = contenders[0].series, &echo = contenders[1].series, &ready = contenders[2].series;
  report.AddRatio("reads_ratio", "forces-service / echo, generated service", Ratios(ours.rate, echo.rate), {0.85});
  report.AddRatio("reads_ratio_bytes", "forces-service / echo, ready bytes", Ratios(ours.rate, ready.rate), {});
}

}  // namespace oversight::bench
