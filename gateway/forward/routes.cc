#include "gateway/forward/routes.h"

#include <cstdlib>

#include "common/observe/json_log.h"

namespace oversight::gateway {

void Routes::AddService(const std::string& service, const std::string& owner, std::shared_ptr<grpc::Channel> channel) {
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
  if (descriptor == nullptr) {
    observe::LogError("service is not linked in", {{"service", service}});
    std::abort();
  }
  auto stub = std::make_shared<grpc::GenericStub>(std::move(channel));
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const std::string path = "/" + service + "/" + descriptor->method(i)->name();
    routes_[path] = Route{path, owner, descriptor->method(i), stub};
  }
}

const Route* Routes::Find(const std::string& path) const {
  const auto it = routes_.find(path);
  return it == routes_.end() ? nullptr : &it->second;
}

}  // namespace oversight::gateway
