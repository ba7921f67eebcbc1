#include "gateway/forward/routes.h"

#include <algorithm>

#include "gateway/forward/bytes.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "oversight/ledger/v1/ledger_service.pb.h"

namespace oversight::gateway {
namespace {

// Every request of LedgerService names the ledger in its first field; the rest is not looked at.
std::string FirstField(const std::string& bytes) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  std::string value;
  while (const uint32_t tag = in.ReadTag()) {
    if (tag == WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED)) {
      if (!WireFormatLite::ReadString(&in, &value)) return "";  // The last one counts, as in any message.
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return "";
    }
  }
  return value;
}

}  // namespace

const Route& Route::For(const grpc::ByteBuffer& request) const {
  if (by_ledger.empty()) return *this;
  const auto it = by_ledger.find(FirstField(ToString(request)));
  return it == by_ledger.end() ? *this : *it->second;
}

Route Routes::Make(const google::protobuf::MethodDescriptor* method, const std::string& owner,
                   std::shared_ptr<grpc::GenericStub> stub) const {
  Route route;
  route.path = "/" + method->service()->full_name() + "/" + method->name();
  route.owner = owner;
  route.method = method;
  route.stub = std::move(stub);
  if (metrics_ != nullptr) {
    route.metrics = std::make_shared<observe::MethodMetrics>(
        *metrics_, "grpc_client", method->service()->full_name(), method->name(),
        method->server_streaming() ? observe::MethodType::kServerStream : observe::MethodType::kUnary);
  }
  return route;
}

void Routes::AddLedger(const std::string& ledger, const std::string& owner, std::shared_ptr<grpc::Channel> channel) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("oversight.ledger.v1.LedgerService");
  auto stub = std::make_shared<grpc::GenericStub>(std::move(channel));
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const Route route = Make(descriptor->method(i), owner, stub);
    routes_.try_emplace(route.path, route).first->second.by_ledger[ledger] = std::make_shared<const Route>(route);
  }
}

void Routes::AddService(const google::protobuf::Descriptor* request, const std::string& owner,
                        std::shared_ptr<grpc::Channel> channel) {
  auto stub = std::make_shared<grpc::GenericStub>(std::move(channel));
  for (int s = 0; s < request->file()->service_count(); ++s) {
    const auto* service = request->file()->service(s);
    for (int i = 0; i < service->method_count(); ++i) {
      Route route = Make(service->method(i), owner, stub);
      routes_[route.path] = std::move(route);
    }
  }
}

std::vector<const Route*> Routes::All() const {
  std::vector<const Route*> all;
  all.reserve(routes_.size());
  for (const auto& [path, route] : routes_) all.push_back(&route);
  std::sort(all.begin(), all.end(), [](const Route* a, const Route* b) { return a->path < b->path; });
  return all;
}

const Route* Routes::Find(const std::string& path) const {
  const auto it = routes_.find(path);
  return it == routes_.end() ? nullptr : &it->second;
}

}  // namespace oversight::gateway
