// A closed-loop load generator for unary calls: so many calls are kept in flight, each answered call is followed at
// once by the next. It works on bytes and one completion queue, so that it takes as little as possible of the machine
// it shares with the server, and costs the same whatever is called. Closed loop means that a slow server is asked less
// often: latencies are those at this many in flight, not those at a given rate. Used by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"

namespace oversight::bench {

struct Load {
  std::string method;  // "/oversight.forces.v1.ForcesService/GetForce"
  int in_flight = 1;
  absl::Duration duration = absl::InfiniteDuration();  // Until `next` has no more.
  // Writes the encoded request of the n-th call; false when there is none left, which ends the measurement.
  std::function<bool(int64_t n, std::string* request)> next;
  // Optional: told each answer.
  std::function<void(int64_t n, const grpc::ByteBuffer& response)> answered;
};

struct Measured {
  int64_t calls = 0;    // Answered within `seconds`.
  int64_t failed = 0;   // Of all, also of those answered later.
  std::string failure;  // What the first of them was told.
  double seconds = 0;
  double p50_us = 0, p99_us = 0;
  double per_second() const { return seconds > 0 ? static_cast<double>(calls) / seconds : 0; }
};

class ClosedLoop {
 public:
  static constexpr int kChannels = 4;

  // Every call is from `principal`. Connects; dies with a message when that is not possible.
  ClosedLoop(const std::string& address, std::string principal);
  Measured Run(const Load& load);

 private:
  const std::string principal_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
};

std::string Flat(const grpc::ByteBuffer& buffer);
// The value below which `share` of them lie; reorders them.
double Percentile(std::vector<float>& micros, double share);

}  // namespace oversight::bench
