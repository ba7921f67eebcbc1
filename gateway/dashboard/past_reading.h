// How the owners are read as of a moment in the past: calls side by side, pages one after the other, and what came of
// each owner as a section. One reading is for one answer; the calls run on gRPC's threads. Used by past_facts.cc alone.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/status_mapping.h"
#include "gateway/dashboard/asking.h"
#include "gateway/dashboard/owners.h"
#include "gateway/dashboard/past_facts.h"
#include "gateway/dashboard/start_call.h"
#include "grpcpp/client_context.h"

namespace oversight::gateway {

struct PastReading : std::enable_shared_from_this<PastReading> {
  PrepareCall prepare;
  common::v1::ReadOptions read;
  Audience audience = Audience::kOutside;
  absl::Time deadline;
  // Runs when all that was asked for has come or failed, with `past` and its first three sections complete.
  std::function<void()> when_read;
  std::function<void(absl::StatusOr<ForceRecord>)> done;

  std::mutex mu;
  int left = 1;
  ForceRecord past;
  absl::Status failures[3];
  int64_t revisions[3] = {};
  std::set<std::string> redactions[3];  // Of what was recorded then and is not there any more.

  // One call, begun by `start`; `take` runs with the lock when it has succeeded.
  template <class Request, class Response>
  void Call(
      Owner owner, Request request,
      std::function<void(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>)> start,
      std::function<void(Response&)> take) {
    *request.mutable_read() = read;
    {
      std::lock_guard lock(mu);
      ++left;
    }
    StartCall<Request, Response>(
        prepare, deadline, std::move(request), start,
        [self = shared_from_this(), owner, start, take](const grpc::Status& ended, Request& asked, Response& response) {
          bool more = false;
          {
            std::lock_guard lock(self->mu);
            if (ended.ok()) {
              self->revisions[owner] = response.header().revision();
              for (const auto& redaction : response.header().redactions()) self->redactions[owner].insert(redaction);
              if constexpr (requires { response.next_page_token(); }) {
                more = !response.next_page_token().empty();
                asked.set_page_token(response.next_page_token());
              }
              take(response);
            } else if (self->failures[owner].ok()) {
              self->failures[owner] = rpc::FromGrpc(ended);
            }
          }
          if (more) self->Call<Request, Response>(owner, std::move(asked), start, take);
          self->Arrive();
        });
  }

  // All pages of a list.
  template <class Response, class Request, class Start, class T>
  void List(Owner owner, Request request, Start start, google::protobuf::RepeatedPtrField<T>* (Response::*items)(),
            std::vector<Shared<T>> SuiteFacts::*into) {
    request.set_page_size(1000);
    Call<Request, Response>(owner, std::move(request), start, [this, items, into](Response& response) {
      for (auto& item : *(response.*items)()) (past.facts.*into).push_back(std::make_shared<const T>(std::move(item)));
    });
  }

  // Call it once when everything has been asked for: until then nothing is complete.
  void Arrive();
  // What an owner derives, and how it stands.
  void TakePart(Owner owner, const char* part, absl::StatusOr<DerivedPart> derived, std::optional<DerivedPart>& into);
  // A question about what an owner derived then.
  std::shared_ptr<Asking> Ask(PartDone arrived) {
    return std::make_shared<Asking>(prepare, read, deadline, std::move(arrived));
  }

 private:
  std::string WhyNot(const absl::Status& status) const;
};

}  // namespace oversight::gateway
