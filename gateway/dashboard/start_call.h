// One unary call of a service, in somebody's name. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace oversight::gateway {

// Adds the identity to a call's context.
using PrepareCall = std::function<void(grpc::ClientContext&)>;

// Begins the call by `start`, which holds the stub: start(context, request, response, ended). `ended` runs once, on a
// thread of gRPC's or before this returns, with how it ended, the request and the response; both may be moved from.
template <class Request, class Response, class Start, class Ended>
void StartCall(const PrepareCall& prepare, absl::Time deadline, Request request, const Start& start, Ended ended) {
  struct State {
    grpc::ClientContext context;
    Request request;
    Response response;
  };
  auto state = std::make_shared<State>();
  state->request = std::move(request);
  prepare(state->context);
  state->context.set_deadline(absl::ToChronoTime(deadline));
  start(&state->context, &state->request, &state->response,
        std::function<void(grpc::Status)>([state, ended = std::move(ended)](const grpc::Status& status) {
          ended(status, state->request, state->response);
        }));
}

}  // namespace oversight::gateway
