// The one way of a read of this program: may the caller ask about this force, then the resource kit with what the
// caller may see. Nothing here blocks or keeps state. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/service/service_context.h"

namespace oversight::concerns {

// Answers a GetXRequest {name, read}.
template <class T, class Request, class Response>
grpc::ServerUnaryReactor* ServeGet(ServiceContext& shared, grpc::CallbackServerContext* context, const Request* request,
                                   Response* response, T* (Response::*mutable_resource)()) {
  return shared.host().Unary(
      context, request, response,
      [&shared, mutable_resource](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
        const Viewer viewer = shared.ViewerOf(call);
        if (auto status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok()) return done(status);
        shared.resources().GetResource<T>(call, request, response, mutable_resource, std::move(done),
                                          shared.kinds().FilterOf<T>(viewer));
      });
}

// The force that a list is about: that of its parent, or the one that it is narrowed down to. May be "" or "forces/-".
template <class Request>
std::string ForceAskedAbout(const Request& request) {
  if constexpr (requires { request.force(); }) {
    return request.force();
  } else {
    return ForceOf(request.parent());
  }
}

// Answers a ListXsRequest {parent, page_size, page_token, read}. `select` says what the request asks for, without
// regard to who asks: StatusOr<rpc::Selection<T>>(const Request&). An unknown force is an error and not an empty list;
// what is stored is listed also while forces-service is down.
template <class T, class Request, class Response, class Select>
grpc::ServerUnaryReactor* ServeList(ServiceContext& shared, grpc::CallbackServerContext* context,
                                    const Request* request, Response* response,
                                    google::protobuf::RepeatedPtrField<T>* (Response::*mutable_items)(),
                                    Select select) {
  return shared.host().Unary(
      context, request, response,
      [&shared, mutable_items, select](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
        const Viewer viewer = shared.ViewerOf(call);
        const std::string force = ForceAskedAbout(request);
        if (auto status = viewer.MayAskAbout(force, call.verb()); !status.ok()) return done(status);
        absl::StatusOr<rpc::Selection<T>> selection = select(request);
        if (!selection.ok()) return done(selection.status());
        if (!viewer.sees_everything()) {
          selection->filter = [sees = shared.kinds().FilterOf<T>(viewer), fits = std::move(selection->filter)](
                                  const T& resource) { return sees(resource) && (!fits || fits(resource)); };
          selection->visibility = viewer.name();
        }
        const auto list = [&shared, &call, &request, response, mutable_items, selection = *std::move(selection), done] {
          shared.resources().ListResources<T>(call, request, response, mutable_items, selection, done);
        };
        if (force.empty() || force == kAnyForce) return list();
        shared.WithOwned(call, force, done, [list](const absl::Status&) { list(); });
      });
}

// Answers a ListXVersionsRequest {name, page_size, page_token}: what the caller may see of the history of what it may
// see now.
template <class T, class Request, class Response, class Entry>
grpc::ServerUnaryReactor* ServeVersions(ServiceContext& shared, grpc::CallbackServerContext* context,
                                        const Request* request, Response* response,
                                        google::protobuf::RepeatedPtrField<Entry>* (Response::*mutable_versions)(),
                                        T* (Entry::*mutable_resource)()) {
  return shared.host().Unary(
      context, request, response,
      [&shared, mutable_versions, mutable_resource](rpc::Call& call, const Request& request, Response* response,
                                                    rpc::Done done) {
        const Viewer viewer = shared.ViewerOf(call);
        if (auto status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok()) return done(status);
        shared.resources().Read<T>(
            call, request.name(), {},
            [&shared, &call, &request, response, mutable_versions, mutable_resource, viewer, done](const auto& found) {
              if (!found.ok()) return done(found.status());
              if (!shared.kinds().Sees(viewer, found->resource)) {
                return done(NotFound(T::descriptor()->name(), request.name()));
              }
              shared.resources().ListVersions<T>(call, request, response, mutable_versions, mutable_resource, done,
                                                 shared.kinds().FilterOf<T>(viewer));
            });
      });
}

}  // namespace oversight::concerns
