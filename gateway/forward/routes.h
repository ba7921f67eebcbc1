// Which backend answers which RPC: every method of the suite's services, found by its path. Built once from the
// generated descriptors, so that a new RPC is reachable without a line here. Immutable, so thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "grpcpp/channel.h"
#include "grpcpp/generic/generic_stub.h"

namespace oversight::gateway {

struct Route {
  std::string path;   // "/oversight.forces.v1.ForcesService/GetForce"
  std::string owner;  // "forces-service": who answers, for people
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::shared_ptr<grpc::GenericStub> stub;
};

class Routes {
 public:
  // Every method of `service`, a full name, goes to `channel`, where `owner` answers. The service must be linked in.
  void AddService(const std::string& service, const std::string& owner, std::shared_ptr<grpc::Channel> channel);
  // Null when there is no such method.
  const Route* Find(const std::string& path) const;

 private:
  std::unordered_map<std::string, Route> routes_;
};

}  // namespace oversight::gateway
