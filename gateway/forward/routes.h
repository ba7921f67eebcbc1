// Which backend answers which RPC: every method of the suite's services, found by its path. Built once from the
// generated descriptors, so that a new RPC is reachable without a line here. Immutable, so thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/observe/metrics.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"

namespace oversight::gateway {

struct Route {
  std::string path;   // "/oversight.forces.v1.ForcesService/GetForce"
  std::string owner;  // "forces-service": who answers, for people
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::shared_ptr<grpc::GenericStub> stub;
  // A method that several backends serve, each for its own ledger: by the ledger's name. Empty for all others.
  std::map<std::string, std::shared_ptr<const Route>> by_ledger;
  // What is counted of its calls, under go-grpc-middleware's names for a client; null: nothing.
  std::shared_ptr<observe::MethodMetrics> metrics;

  // The route that a request takes: of LedgerService, to whose ledger it names. One that names none of them goes to
  // this route's own backend, which says so.
  const Route& For(const grpc::ByteBuffer& request) const;
};

class Routes {
 public:
  // With `metrics`, which must outlive it, calls passed on are counted; two Routes of a process count together.
  explicit Routes(observe::Metrics* metrics = nullptr) : metrics_(metrics) {}

  // Every method of the service in whose file `Request` stands goes to `channel`, where `owner` answers. A type and not
  // a name, since what nobody refers to is not linked in.
  template <class Request>
  void AddService(const std::string& owner, std::shared_ptr<grpc::Channel> channel) {
    AddService(Request::descriptor(), owner, std::move(channel));
  }
  // LedgerService for `ledger` ("ledgers/forces") goes to `channel`. Those added first answer for unknown ledgers.
  void AddLedger(const std::string& ledger, const std::string& owner, std::shared_ptr<grpc::Channel> channel);
  // Every route, in order of path. Valid while nothing is added.
  std::vector<const Route*> All() const;
  // Null when there is no such method.
  const Route* Find(const std::string& path) const;

 private:
  void AddService(const google::protobuf::Descriptor* request, const std::string& owner,
                  std::shared_ptr<grpc::Channel> channel);

  Route Make(const google::protobuf::MethodDescriptor* method, const std::string& owner,
             std::shared_ptr<grpc::GenericStub> stub) const;

  observe::Metrics* metrics_;
  std::unordered_map<std::string, Route> routes_;
};

}  // namespace oversight::gateway
