#include "tests/bench/many_streams.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/auth/authenticator.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "tests/bench/closed_loop.h"
#include "tests/bench/harness.h"
#include "tests/support/awaited.h"

namespace oversight::bench {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

// One thing under way at a time: its start, its only write, then always a read.
struct ManyStreams::Stream {
  enum class Step { kStart, kWrite, kRead } step = Step::kStart;
  bool open = false;  // It has told where it begins.
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
  grpc::ByteBuffer message;
};

ManyStreams::ManyStreams(const std::string& address, const std::string& principal, const std::string& method,
                         const std::string& request, bool only, int count) {
  for (int i = 0; i < kChannels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // Otherwise all would share one connection.
    channels_.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
  }
  for (int i = 0; i < count; ++i) {
    Stream& stream = streams_.emplace_back();
    stream.context.AddMetadata(auth::kPrincipalHeader, principal);
    stream.call = stubs_[static_cast<size_t>(i) % stubs_.size()]->PrepareCall(&stream.context, method, &queue_);
    stream.call->StartCall(&stream);
  }
  const grpc::Slice slice(request);
  const grpc::ByteBuffer bytes(&slice, 1);
  void* tag = nullptr;
  bool ok = false;
  for (int answered = 0; answered < count;) {
    const auto limit = std::chrono::system_clock::now() + testing::kPatience;
    if (queue_.AsyncNext(&tag, &ok, limit) != grpc::CompletionQueue::GOT_EVENT || !ok) {
      Die(absl::StrCat("only ", answered, " of ", count, " streams of ", method, " were opened"));
    }
    Stream& stream = *static_cast<Stream*>(tag);
    if (stream.step == Stream::Step::kStart) {
      stream.step = Stream::Step::kWrite;
      grpc::WriteOptions options;
      if (only) options.set_last_message();
      stream.call->Write(bytes, options, &stream);
    } else {
      // Its first message alone: it may have the next already while others are not open yet.
      if (stream.step == Stream::Step::kRead && !std::exchange(stream.open, true)) ++answered;
      stream.step = Stream::Step::kRead;
      stream.call->Read(&stream.message, &stream);
    }
  }
}

ManyStreams::~ManyStreams() {
  for (Stream& stream : streams_) stream.context.TryCancel();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

std::vector<double> ManyStreams::Deliver(const std::string& mark, const std::function<void()>& cause) {
  std::vector<double> waited;
  const Clock::time_point began = Clock::now();
  std::thread causing(cause);
  void* tag = nullptr;
  bool ok = false;
  while (waited.size() < streams_.size()) {
    const auto limit = std::chrono::system_clock::now() + testing::kPatience;
    if (queue_.AsyncNext(&tag, &ok, limit) != grpc::CompletionQueue::GOT_EVENT || !ok) {
      Die(absl::StrCat("an event came to ", waited.size(), " of ", streams_.size(), " streams"));
    }
    Stream& stream = *static_cast<Stream*>(tag);
    if (Flat(stream.message).find(mark) != std::string::npos) {
      waited.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    }
    stream.call->Read(&stream.message, &stream);
  }
  causing.join();
  return waited;
}

}  // namespace oversight::bench
