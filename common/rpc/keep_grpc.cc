#include "common/rpc/keep_grpc.h"

#include <future>
#include <memory>

#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"

namespace oversight::rpc {
namespace {

// A channel takes its share in the threads with its first callback call and gives it back when it goes: this one never
// goes.
std::shared_ptr<grpc::Channel>* MakeKeeper() {
  auto* keeper = new std::shared_ptr<grpc::Channel>(
      grpc::CreateChannel("unix:/dev/null/nobody", grpc::InsecureChannelCredentials()));
  grpc::GenericStub stub(*keeper);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now());
  const grpc::Slice nothing("");
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  std::promise<void> ended;
  stub.UnaryCall(&context, "/none", {}, &request, &response, [&ended](const grpc::Status&) { ended.set_value(); });
  ended.get_future().wait();
  return keeper;
}

}  // namespace

void KeepGrpcThreads() { [[maybe_unused]] static const auto* keeper = MakeKeeper(); }

}  // namespace oversight::rpc
