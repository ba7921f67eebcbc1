#include "tests/support/health_check.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/rpc/status_mapping.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/support/awaited.h"

namespace oversight::testing {

// The health protocol by hand: its generated code may not be linked beside gRPC's own.
std::string HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  std::string bytes;
  if (!service.empty()) bytes = absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
  const grpc::Slice slice(bytes);
  grpc::ByteBuffer request(&slice, 1), response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  grpc::GenericStub stub(channel);
  std::mutex mu;
  std::condition_variable told;
  std::optional<grpc::Status> status;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](const grpc::Status& s) {
                   std::lock_guard lock(mu);
                   status = s;
                   told.notify_one();
                 });
  std::unique_lock lock(mu);
  told.wait(lock, [&] { return status.has_value(); });
  if (!status->ok()) return rpc::CodeName(rpc::FromGrpc(*status).code());
  grpc::Slice answer;
  if (!response.DumpToSingleSlice(&answer).ok()) return "unreadable";
  const std::string text(reinterpret_cast<const char*>(answer.begin()), answer.size());
  return text == "\x08\x01" ? "SERVING" : "NOT_SERVING";
}

}  // namespace oversight::testing
