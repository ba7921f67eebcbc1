// The one way of a write of this program: role (call wrapper), scope of the caller, what must exist in forces-service,
// and inside one transaction etag, domain, store. Nothing here blocks or keeps state. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/call.h"
#include "common/rpc/errors.h"
#include "concerns-service/service/command.h"
#include "concerns-service/service/service_context.h"

namespace oversight::concerns {

namespace internal {

// Runs `next` when all of `names` from `index` on exist or cannot be asked for; ends with what does not exist.
inline void RequireThatExist(ServiceContext& shared, rpc::Call& call, std::shared_ptr<std::vector<std::string>> names,
                             size_t index, const ServiceContext::Done& done, ServiceContext::Next next) {
  while (index < names->size() && (*names)[index].empty()) ++index;
  if (index == names->size()) return next(absl::OkStatus());
  const std::string& name = (*names)[index];
  shared.WithOwned(call, name, done,
                   [&shared, &call, names, index, done, next = std::move(next)](const absl::Status& unknown) {
                     if (!unknown.ok()) return next(unknown);
                     RequireThatExist(shared, call, names, index + 1, done, next);
                   });
}

}  // namespace internal

// Whether a command is to be run, or only to be asked whether it would be taken now: then nothing is stored or
// answered, and the request must have no request id.
enum class Run { kForGood, kOnTrial };

// Runs the command of `request` for the caller of `call`: a call of its own, or an item of it. Its role and its scope
// are checked for the command's own verb, under which it is recorded too; the caller has validated the request. `done`
// is called once, perhaps on another thread; call, request and response must live until then.
template <class Request, class Response>
void RunCommand(ServiceContext& shared, rpc::Call& call, const Request& request, Response* response,
                ServiceContext::Done done, Run run = Run::kForGood) {
  Command<Response> command = CommandOf(request, shared, shared.ViewerOf(call));
  const std::string subject = std::move(command.subject);
  const auto names = std::make_shared<std::vector<std::string>>(std::move(command.must_exist));
  const auto write = [&shared, &call, &request, response, done, run, reason = std::move(command.reason),
                      decide = std::move(command.decide)](const absl::Status& unknown) {
    shared.resources().Mutate(
        call, request, response, reason,
        [unknown, decide, run](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
          OVERSIGHT_RETURN_IF_ERROR(unknown);
          auto outcome = decide(facts);
          if (run == Run::kOnTrial && outcome.ok()) return rpc::Outcome<Response>();
          return outcome;
        },
        done);
  };
  const auto read_register = [&shared, &call, write,
                              take = std::move(command.take_register)](const absl::Status& unknown) {
    if (!unknown.ok() || !take) return write(unknown);
    shared.forces().All(call.deadline(), [write, take](const absl::StatusOr<std::vector<forces::v1::Force>>& forces) {
      if (forces.ok()) take(*forces);
      write(forces.status());
    });
  };
  shared.InScope(call, call.MethodFor(request).verb, subject, done,
                 [&shared, &call, names, done, write, read_register](const absl::Status& unknown) {
                   // A scope that could not be checked stays so, even if the force could be found by now.
                   if (!unknown.ok()) return write(unknown);
                   internal::RequireThatExist(shared, call, names, 0, done, read_register);
                 });
}

// A write RPC, whole.
template <class Request, class Response>
grpc::ServerUnaryReactor* ServeWrite(ServiceContext& shared, grpc::CallbackServerContext* context,
                                     const Request* request, Response* response) {
  return shared.host().Unary(context, request, response,
                             [&shared](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
                               RunCommand(shared, call, request, response, std::move(done));
                             });
}

}  // namespace oversight::concerns
