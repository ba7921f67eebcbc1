// The calls that one HTTP request leads to: made in its caller's name, several at once, and given up together when the
// client goes away. Holds itself while a call is under way. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/forward/backend_call.h"
#include "gateway/forward/routes.h"
#include "google/protobuf/descriptor.h"

namespace oversight::gateway {

// A call to make: the method and its request in bytes.
struct Question {
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string request;
};
// The response in bytes, or why there is none.
using Reply = absl::StatusOr<std::string>;

class Calls final : public Cancellable, public std::enable_shared_from_this<Calls> {
 public:
  // `routes` must outlive it.
  Calls(const Routes& routes, BackendCallOptions options) : routes_(routes), options_(std::move(options)) {}

  // `then` runs once with a reply to each question, in their order. UNIMPLEMENTED UNKNOWN_METHOD where no backend has
  // the method. With `deadline`, no longer than until then.
  void Ask(const std::vector<Question>& questions, std::function<void(std::vector<Reply>)> then,
           absl::Time deadline = absl::InfiniteFuture());
  void Cancel() override;

 private:
  struct Round;

  const Routes& routes_;
  const BackendCallOptions options_;
  std::mutex mu_;
  bool cancelled_ = false;
  std::vector<std::shared_ptr<Cancellable>> running_;
};

// The method that takes a request of this type. A type belongs to one method; null for a type that belongs to none.
inline const google::protobuf::MethodDescriptor* MethodTaking(const google::protobuf::Descriptor* request) {
  const auto* file = request->file();
  for (int s = 0; s < file->service_count(); ++s) {
    for (int m = 0; m < file->service(s)->method_count(); ++m) {
      const auto* method = file->service(s)->method(m);
      if (method->input_type() == request) return method;
    }
  }
  return nullptr;
}

// The question that a request is: of the method that takes it.
template <class Request>
Question Ask(const Request& request) {
  return {MethodTaking(Request::descriptor()), request.SerializeAsString()};
}

// A reply as the message that it is.
template <class Response>
absl::StatusOr<Response> As(const Reply& reply) {
  if (!reply.ok()) return reply.status();
  Response response;
  if (!response.ParseFromString(*reply)) return absl::InternalError("The answer cannot be read.");
  return response;
}

}  // namespace oversight::gateway
