#include "tests/bench/closed_loop.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <utility>

#include "common/auth/authenticator.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace oversight::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Slot {
  grpc::GenericStub* stub = nullptr;
  std::optional<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer response;
  grpc::Status status;
  Clock::time_point began;
  int64_t n = 0;
};

}  // namespace

double Percentile(std::vector<float>& micros, double share) {
  if (micros.empty()) return 0;
  const auto at = micros.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(micros.size() - 1));
  std::nth_element(micros.begin(), at, micros.end());
  return *at;
}

std::string Flat(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return {};
  std::string bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

ClosedLoop::ClosedLoop(const std::string& address, std::string principal) : principal_(std::move(principal)) {
  for (int i = 0; i < kChannels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // Otherwise all four would share one connection.
    channels_.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    if (!channels_.back()->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) {
      std::fprintf(stderr, "cannot connect to %s\n", address.c_str());
      std::abort();
    }
    stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
  }
}

Measured ClosedLoop::Run(const Load& load) {
  grpc::CompletionQueue queue;
  std::deque<Slot> slots(static_cast<size_t>(load.in_flight));
  std::vector<float> micros;
  micros.reserve(1 << 16);
  Measured result;
  std::string request;
  int64_t n = 0;
  int under_way = 0;
  const Clock::time_point began = Clock::now();
  // What is answered after this moment does not count, as then fewer calls are in flight than there should be.
  std::optional<Clock::time_point> over;

  const auto start = [&](Slot& slot) {
    if (!load.next(n, &request)) {
      over = Clock::now();
      return;
    }
    slot.n = n++;
    slot.reader.reset();
    slot.context.emplace();
    slot.context->AddMetadata(auth::kPrincipalHeader, principal_);
    slot.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    const grpc::Slice slice(request);
    slot.began = Clock::now();
    slot.reader = slot.stub->PrepareUnaryCall(&*slot.context, load.method, grpc::ByteBuffer(&slice, 1), &queue);
    slot.reader->StartCall();
    slot.reader->Finish(&slot.response, &slot.status, &slot);
    ++under_way;
  };

  for (size_t i = 0; i < slots.size() && !over; ++i) {
    slots[i].stub = stubs_[i % stubs_.size()].get();
    start(slots[i]);
  }
  void* tag = nullptr;
  bool ok = false;
  while (under_way > 0 && queue.Next(&tag, &ok)) {
    Slot& slot = *static_cast<Slot*>(tag);
    const Clock::time_point now = Clock::now();
    --under_way;
    if (!over && absl::FromChrono(now - began) >= load.duration) over = now;
    if (!slot.status.ok()) {
      if (result.failed++ == 0) result.failure = slot.status.error_message();
    } else {
      if (load.answered) load.answered(slot.n, slot.response);
      if (!over) {
        ++result.calls;
        micros.push_back(std::chrono::duration<float, std::micro>(now - slot.began).count());
      }
    }
    if (!over) start(slot);
  }
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  result.seconds = std::chrono::duration<double>(over.value_or(Clock::now()) - began).count();
  result.p50_us = Percentile(micros, 0.50);
  result.p99_us = Percentile(micros, 0.99);
  return result;
}

}  // namespace oversight::bench
