// What gRPC's health service says of a server, as a load balancer asks it. Blocks. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "grpcpp/channel.h"

namespace oversight::testing {

// "SERVING", "NOT_SERVING", or the name of the error's code. `service` is a full name, or "" for the whole server.
std::string HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service = "");

}  // namespace oversight::testing
